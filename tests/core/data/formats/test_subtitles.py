"""Subtitles and who speaks in them, and texts that look like subtitles, or Markdown, for long."""

import pytest

from core.data.formats.detect import read_file
from core.data.formats.documents.markdown import is_markdown
from core.data.formats.scripts.lines import find_speakers
from core.data.formats.subtitles.subtitles import is_subtitles


def test_line_breaks_before_a_cue_are_looked_at_once() -> None:
    """Thousands of empty lines before a cue, or before none, take no quadratic time: it was a minute."""
    cue = "00:00:01,000 --> 00:00:02,000\nNo.\n"
    assert is_subtitles("\n" * 19_000 + cue)
    assert is_subtitles("\n \t" + cue)
    assert not is_subtitles("\n" * 20_000 + "No.")
    assert not is_markdown("\n" * 49_000 + "No.")
    assert is_markdown("\n" * 40_000 + "  **ODO:** No.\n" * 2)


@pytest.mark.parametrize(
    ("cue", "lines"),
    [
        ("- ADA: Tea?\n- BO: No.", "ADA: Tea?\nBO: No."),
        (">> ADA: Tea?\n>> BO: No.", "ADA: Tea?\nBO: No."),
        ("-[Ada] Tea?\n-[Bo, softly] No.", "Ada: Tea?\nBo: No."),
        ("[Ada]\nTea?\n- [Bo]\nNo.", "Ada: Tea?\nBo: No."),
    ],
)
def test_two_who_speak_in_a_cue_have_a_line_each(cue: str, lines: str) -> None:
    """A dash or `>>` begins what another one says, and a name in brackets may have its line to itself."""
    cues = "".join(f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\n{cue}\n\n" for n in range(1, 5))
    scripts, _, _ = find_speakers(read_file(cues.encode(), "a.srt").scripts)
    assert scripts[0].text == "\n".join([lines] * 4)
