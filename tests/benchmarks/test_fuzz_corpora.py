"""Damaged files of several kinds, a few of what `benchmarks.fuzz_corpora` tries by the thousand."""

import json
import zipfile
from pathlib import Path

import pytest

from benchmarks.fuzz_corpora import main


@pytest.mark.slow
def test_damaged_files_are_read_or_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Cut, flipped and spliced files end with facts or with a sentence, and leave nothing behind."""
    lines = "Ada: The kettle is on.\nBo: Then pour.\n" * 40
    (tmp_path / "a.txt").write_text(lines, encoding="utf-8")
    (tmp_path / "a.csv").write_text("Speaker,Line\n" + lines.replace(": ", ","), encoding="utf-8")
    (tmp_path / "a.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nPour.\n\n" * 40, encoding="utf-8")
    (tmp_path / "a.json").write_text(json.dumps({"Tea": {"one": lines, "two": lines}}), encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("1.txt", lines)
    assert main([str(tmp_path), "--count", "40"]) == 0
    assert capsys.readouterr().out.startswith("40 damaged files of 5: {")
