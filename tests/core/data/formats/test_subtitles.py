"""Texts that look like subtitles, or Markdown, for long."""

from core.data.formats.documents.markdown import is_markdown
from core.data.formats.subtitles.subtitles import is_subtitles


def test_line_breaks_before_a_cue_are_looked_at_once() -> None:
    """Thousands of empty lines before a cue, or before none, take no quadratic time: it was a minute."""
    cue = "00:00:01,000 --> 00:00:02,000\nNo.\n"
    assert is_subtitles("\n" * 19_000 + cue)
    assert is_subtitles("\n \t" + cue)
    assert not is_subtitles("\n" * 20_000 + "No.")
    assert not is_markdown("\n" * 49_000 + "No.")
    assert is_markdown("\n" * 40_000 + "  **ODO:** No.\n" * 2)
