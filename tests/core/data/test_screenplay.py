"""The form of a script: what each kind of line is told as."""

import pytest

from core.data.screenplay import (
    Line,
    count_speakers,
    is_script,
    name_speaker,
    parse_line,
    places_of,
    speak,
    speaker_of,
    speakers_of,
)


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        ("KIRA: No.", Line("speech", "No.", "KIRA")),
        ("KIRA [OC]: No.", Line("speech", "No.", "KIRA", "[OC]")),
        (
            "O'BRIEN [on viewscreen] (quietly): So: no.",
            Line("speech", "So: no.", "O'BRIEN", "[on viewscreen] (quietly)"),
        ),
        ("First Officer:", Line("speech", "", "First Officer")),
        ("ΝΙΚΗ: Ναι", Line("speech", "Ναι", "ΝΙΚΗ")),
        (" [Quark's bar] ", Line("heading", "Quark's bar")),
        ("(She leaves.)", Line("direction", "(She leaves.)")),
        ("(sighs) No.", Line("text", "(sighs) No.")),
        ("at 10:30 it was late", Line("text", "at 10:30 it was late")),
        ("ann_99: lower case", Line("speech", "lower case", "ann_99")),
        ("so I said to them this: no", Line("text", "so I said to them this: no")),
        ("  ", Line("blank", "")),
    ],
)
def test_line_is_told_by_its_form(line: str, parsed: Line) -> None:
    """A line is speech, a heading, a direction, other text or blank."""
    assert parse_line(line) == parsed
    assert speaker_of(line) == (parsed.speaker or None)


def test_names_seen_three_times_count_the_most_frequent_first() -> None:
    """A speaker or place that is seen less than three times may be a typing error."""
    text = "[Ops]\n" * 3 + "KIRA: No.\n" * 3 + "ODO [OC]: Yes.\n" * 4 + "QARK: So?\n[Osp]\n"
    assert speakers_of([text]) == ["ODO", "KIRA"]
    assert places_of([text]) == ["Ops"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("KIRA: No.", True),
        ("so he said\nKIRA: No.", True),
        ("[Ops]", True),
        ("(She leaves.)", True),
        ("(lol) what?", False),
        ("what is the meaning of life?", False),
        ("", False),
    ],
)
def test_script_is_told_from_talk(text: str, expected: bool) -> None:  # noqa: FBT001 -- a parameter
    """A text with a spoken line or a heading is a script, and so are directions alone."""
    assert is_script(text) == expected


def test_talk_becomes_a_spoken_line() -> None:
    """What somebody says stands behind their name in capitals, on one line, and the next line begins."""
    assert speak("what is the meaning\nof life?", "Ann") == "ANN: what is the meaning of life?\n"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ann", "Ann"),
        ("ann (she) :3", "ann she 3"),
        ("[x]\nQUARK: No", "x QUARK No"),
        ("\u738b", "\u738b"),
        ("<@1> **", ""),
        ("a" * 40, "a" * 30),
    ],
)
def test_name_of_a_speaker_has_no_sign_of_the_form(name: str, expected: str) -> None:
    """Of a name what can stand before a colon is left, at most 30 characters, or nothing."""
    assert name_speaker(name) == expected


def test_sentences_before_a_colon_are_no_speakers_beside_capitals() -> None:
    """A direction with a colon, again and again, is nobody's name."""
    text = "ADA: Tea?\nThe door opens and he walks in: so?\nBO: No.\nADA: No.\n" * 9
    assert set(count_speakers([text])) == {"ADA", "BO"}
