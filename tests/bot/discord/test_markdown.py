"""Script to markdown: what it looks like, and that no text does harm."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord.markdown import (
    clean_text,
    escape_markdown,
    find_quoted,
    format_episode,
    format_script,
    shorten,
    split_pages,
    unquote,
)
from tests.hostile_text import HOSTILE, live_markup


def test_script_is_set_in_markdown() -> None:
    """Speakers are bold, directions in italics, headings set off, and the rest is escaped."""
    script = "[Promenade]\n\n(Morn waves.)\nQUARK [OC]: (sighs) *No*.\nO'BRIEN: Yes (to Odo) sir.\nAnd so on."
    assert format_script(script) == (
        "### \\[Promenade\\]\n\n*(Morn waves.)*\n**QUARK \\[OC\\]:** *(sighs)* \\*No\\*.\n"
        "**O'BRIEN:** Yes *(to Odo)* sir.\nAnd so on."
    )


def test_continued_scene_begins_with_the_line_that_it_goes_on_with() -> None:
    """What was cut in mid-line is shown from the start of that line, after a mark that something was before."""
    assert (
        format_episode("[Ops]\nKIRA: I sa", "id no.\nODO: Hm.")
        == "\u2026\n**KIRA:** I said no.\n**ODO:** Hm."
    )


def test_first_part_of_a_scene_shows_its_prompt() -> None:
    """A prompt is shown before the text that was written for it."""
    assert format_episode("", " p.", prompt="KIRA: No") == "**KIRA:** No p."


@given(HOSTILE)
@settings(max_examples=300, deadline=None)
def test_formatted_text_has_no_live_mention_link_or_code(text: str) -> None:
    """Whatever the text, no mention, link, code, spoiler or timestamp of it is live."""
    assert live_markup(format_script(text)) == []


@given(HOSTILE)
@settings(max_examples=300, deadline=None)
def test_clean_text_keeps_nothing_invisible(text: str) -> None:
    """No control, direction or zero-width character is left, but those that words are spelled with."""
    left = {
        unicodedata.category(character)
        for character in clean_text(text)
        if character not in "\n\t\u200c\u200d"
    }
    assert not left & {"Cc", "Cf", "Cs", "Co"}


@given(HOSTILE)
@settings(max_examples=300, deadline=None)
def test_escaped_text_reads_as_it_was_written(text: str) -> None:
    """Taking Discord's escapes off gives the text back, character for character."""
    assert re.sub(r"\\([^\w\s]|_)", r"\1", escape_markdown(text)) == text


@given(HOSTILE, st.integers(min_value=2, max_value=50))
@settings(max_examples=300, deadline=None)
def test_pages_hold_all_of_the_text_within_the_limit(text: str, limit: int) -> None:
    """No page is longer than the limit, and together they hold everything but line ends."""
    pages = split_pages(text, limit=limit)
    assert all(len(page) <= limit for page in pages)
    assert "".join(pages).replace("\n", "") == text.replace("\n", "")


def test_pages_are_cut_at_line_ends() -> None:
    """A page ends where a line does, if a line fits."""
    assert split_pages("ab\ncd\nefghij", limit=5) == ["ab\ncd", "efghi", "j"]


def test_shortened_text_shows_that_something_is_left_out() -> None:
    """Text that does not fit ends in an ellipsis."""
    assert shorten("abcdef", limit=4) == "abc\u2026"
    assert shorten("abcd", limit=4) == "abcd"


@pytest.mark.parametrize(
    ("quoted", "plain"),
    [
        ('"QUARK: No."', "QUARK: No."),
        ("\u201cQUARK: No.\u201d", "QUARK: No."),
        ("> QUARK: No.", "QUARK: No."),
        ("> \u201cQUARK: No.\u201d", "QUARK: No."),
        ("> QUARK: No.\n> ODO: Yes.", "QUARK: No.\nODO: Yes."),
        ("\u201eNein\u201c", "Nein"),
        ("QUARK: 'tis", "QUARK: 'tis"),
        ('"', '"'),
        ("", ""),
    ],
)
def test_unquote_takes_a_quotations_marks_off(quoted: str, plain: str) -> None:
    """Quotes, straight or curly, and a leading > are no part of the line."""
    assert unquote(quoted) == plain


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("go on with this:\n> QUARK: No.\nplease", "QUARK: No."),
        ('please go on from "ODO: Nobody leaves." thanks', "ODO: Nobody leaves."),
        ("KIRA: Prophets.", "KIRA: Prophets."),
        ("don't say 'that'", "don't say 'that'"),
    ],
)
def test_quoted_line_is_found_in_a_message(message: str, line: str) -> None:
    """A message's quotation is what is gone on from, and without one the whole message."""
    assert find_quoted(message) == line


@pytest.mark.parametrize("piece", ["\n", "(", "[", "A ", '"', "\\", "> ", "a:"])
def test_formatting_takes_linear_time_for_repeated_signs(piece: str) -> None:
    """Six thousand times the same sign is set as quickly as any text, without a runaway expression."""
    assert format_script(piece * 6_000) is not None
    assert find_quoted(piece * 6_000) is not None
