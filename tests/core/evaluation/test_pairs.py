"""The sheet of pairs for blind readers, and its key."""

import json
from pathlib import Path

import pytest

from core.evaluation.pairs import KEY, SHEET, main, shuffle_pairs
from core.run.store import Run


def test_pairs_hide_which_run_wrote_what() -> None:
    """Each pair has a scene of both runs, in an order that differs from pair to pair and that its key tells."""
    first, second = [f"first {i}" for i in range(20)], [f"second {i}" for i in range(20)]
    pairs = shuffle_pairs(first, second, seed=3)
    assert {pair.runs for pair in pairs} == {(0, 1), (1, 0)}
    sides = (first, second)
    assert all(
        scene in sides[run] for pair in pairs for scene, run in zip(pair.scenes, pair.runs, strict=True)
    )
    assert [pair.scenes for pair in pairs] != [pair.scenes for pair in shuffle_pairs(first, second, seed=4)]


@pytest.mark.slow
def test_pairs_are_written_beside_their_key(
    tiny_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sheet names no run, the key names one for each letter, and pairs that are there are not overwritten."""
    arguments = [str(tiny_run.path), str(tiny_run.path), "--out", str(tmp_path / "pairs"), "--pairs", "2"]
    assert main(arguments) == 0
    sheet = (tmp_path / "pairs" / SHEET).read_text(encoding="utf-8")
    assert "## 2 B" in sheet
    assert tiny_run.name not in sheet
    key = json.loads((tmp_path / "pairs" / KEY).read_text(encoding="utf-8"))
    assert key["1"] == {"A": str(tiny_run.path), "B": str(tiny_run.path)}
    assert main(arguments) == 2
    assert "choose another --out" in capsys.readouterr().err
