"""Cleaning: what every cleaned text promises, and each rule by its example."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import END_OF_EPISODE
from core.data.cleaning import (
    clean_line,
    clean_notes,
    clean_script,
    plain_characters,
    regular_spacing,
    strip_furniture,
    unwrap,
)

# Any text, with what scripts are full of: line breaks, spaces, colons, brackets and the page's own furniture.
TEXTS = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.sampled_from(
            [
                "\n",
                "\n\n\n",
                "\r\n",
                "  ",
                "\t",
                "\x0b",
                "\x0c",
                "\x85",
                "\u2028",
                "\u3000",
                "\x03",
                "\x1b[31m",
            ]
        ),
        st.sampled_from(
            ["KIRA: No. \n", "[Ops]", "(sighs)", "\n" * 7, "<Back to the episode listing", "---"]
        ),
    ),
    max_size=30,
).map("".join)


@given(TEXTS)
def test_cleaning_keeps_its_promises(raw: str) -> None:
    """Whatever comes in, a clean script has no control characters, double spaces or three line breaks in a row."""
    text = clean_script(raw)
    controls = [
        character for character in text if character != "\n" and unicodedata.category(character) == "Cc"
    ]
    assert controls == []
    assert "  " not in text
    assert "\n\n\n" not in text
    assert END_OF_EPISODE not in text
    assert [line for line in text.split("\n") if line != line.strip(" ")] == []


@given(TEXTS)
def test_cleaning_is_done_after_one_pass_over_a_tidy_text(raw: str) -> None:
    """The spacing of a text that is regular stays as it is."""
    once = regular_spacing(plain_characters(raw))
    assert regular_spacing(once) == once


@given(TEXTS)
def test_cleaning_of_the_notes_never_raises(raw: str) -> None:
    """The notes' cleaning takes any text, and leaves none of the unwanted characters."""
    assert set(clean_notes(raw)).isdisjoint("\xa0à\xe9}{")


@given(TEXTS)
def test_cleaning_of_a_line_never_raises(raw: str) -> None:
    """A quoted line comes out without double spaces and control characters."""
    text = clean_line(raw)
    assert "  " not in text
    assert [part for part in text if part != "\n" and unicodedata.category(part) == "Cc"] == []


@pytest.mark.parametrize("piece", ["\n", "\n-", "\n ", "<", "< ", "(", "A", "\u0300", "<Back ", "\r"])
def test_cleaning_takes_long_monotonous_texts(piece: str) -> None:
    """A hundred thousand equal pieces are cleaned in linear time."""
    assert len(clean_script(piece * 100_000)) <= 700_000


def test_marks_in_a_row_are_bounded() -> None:
    """Of thousands of combining marks on a letter thirty are left: to put them in order takes quadratic time."""
    assert len(clean_script("a" + "\u0315\u0300" * 12_000 + "b")) <= 32


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("\u2018No\u2019, \u201cyes\u201d", "'No', \"yes\""),
        ("\xabOui\xbb", '"Oui"'),
        ("well \u2013 no \u2014 yes", "well - no - yes"),
        ("wait\u2026", "wait..."),
        ("\ufb01ne", "fine"),
        ("\uff2b\uff29\uff32\uff21\uff1a no", "KIRA: no"),
        ("a\x00b\x07c\x1bd\x7fe", "abcde"),
        ("a\u200bb\ufeffc\u202ed", "abcd"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("one\u2028two\x85three", "one\ntwo\nthree"),
        ("e\u0301", "\xe9"),
    ],
)
def test_plain_characters_become_plain(raw: str, expected: str) -> None:
    """Typographic signs become plain ones, compatibility forms fold, what cannot be seen goes."""
    assert plain_characters(raw) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Größe, Übel und Straße",
        "Ёлка и съезд",
        "こんにちは、世界。ガギグ",
        "नमस्ते",
        "عالم",
        "می\u200cخواهم",
        "한국어",
    ],
)
def test_cleaning_keeps_letters_of_any_alphabet(text: str) -> None:
    """Letters of every alphabet stay, with their accents and joiners."""
    expected = unicodedata.normalize("NFKC", text)
    assert clean_script(text) == expected
    assert {part for part in text if part.isalpha()} <= set(expected)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("  KIRA:  No.\t Yes. ", "KIRA: No. Yes."),
        ("\n\nA\n\n\n\nB\n \n\nC\n", "A\n\nB\n\nC"),
        ("", ""),
        (" \n \n", ""),
    ],
)
def test_regular_spacing_is_single(raw: str, expected: str) -> None:
    """Single spaces, none at a line's ends, at most one blank line in a row."""
    assert regular_spacing(raw) == expected


def test_unwrap_joins_what_a_page_broke() -> None:
    """A line that had no room for the next word is joined with it; one with a trailing space is not."""
    assert unwrap("ODO: You are\nlate. \nQUARK: So?") == "ODO: You are late. \nQUARK: So?"


def test_unwrap_leaves_speakers_directions_and_headings_alone() -> None:
    """A full line does not swallow what starts a line of its own."""
    text = (
        "KIRA: one two three\nODO: four five six.\n(He goes.)\nKIRA: seven eight n\n[Ops]\nODO: nine ten elev"
    )
    assert unwrap(text) == text


def test_unwrap_leaves_verse_alone() -> None:
    """A text whose lines end before there was need is not wrapped."""
    text = "\n".join(
        [
            "Tall the tower",
            "in the rain",
            "and a river",
            "so wide and long below it",
            "sings",
            "of it",
            "again",
        ]
        * 4
    )
    assert unwrap(text) == text


PAGE = (
    "\n\n\n\n\n\nThe Deep Space Nine Transcripts - Emissary\n\nStardate: 46379.1\nOriginal Airdate: 3 Jan, 1993"
    + "\n" * 7
    + "KIRA: It is\xa0here. {caf\xe9}\nODO: Good."
    + "\n" * 7
    + "<Back to the episode listing\n\nStar Trek is a trademark."
)


def test_clean_notes_does_what_the_lecture_does() -> None:
    """The second-last of the parts between seven line breaks, without the unwanted characters."""
    assert clean_notes(PAGE) == "KIRA: It ishere. caf\nODO: Good."


def test_clean_script_takes_off_header_and_footer() -> None:
    """Our own cleaning leaves the script of a scraped page, and keeps its letters."""
    assert clean_script(PAGE) == "KIRA: It is here. {caf\xe9}\nODO: Good."


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("ODO: Good.\n\n  --- \n < Back  to the\nepisode listing, and more", "ODO: Good."),
        ("ODO: Wait -\n<Back to the episode listing", "ODO: Wait -"),
        ("ODO: Get back to the episode listing.", "ODO: Get back to the episode listing."),
        ("A\n\n\n\n\n\n\nB", "A\n\n\n\n\n\n\nB"),
    ],
)
def test_strip_furniture_takes_no_more_than_that(raw: str, expected: str) -> None:
    """A footer goes with the rule drawn above it; a text without furniture stays as it is."""
    assert strip_furniture(raw).rstrip() == expected


def test_clean_line_keeps_the_space_at_its_end() -> None:
    """A quoted line may end with a space: the model goes on after it."""
    assert clean_line("KIRA:  \u201cNo\u201d, she said ") == 'KIRA: "No", she said '
    assert re.search(r" $", clean_line("KIRA: "))
