"""What of a message is read: the words of somebody who said yes, and of those not all."""

from typing import Any

import pytest

from bot.channels.learning.reading.corpus import name_speakers
from bot.channels.learning.reading.messages import clean_words, read_line

WILLING, OTHER = 1, 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("**Hi** _you_, 3.14 is pi", "Hi you, 3.14 is pi"),
        ("one\n\ntwo", "one two"),
        ("...what, -5 degrees? $100!", "...what, -5 degrees? $100!"),
        ("<@42> <@&43> <#44> </roll:45> <:kek:46> <id:guide> hi", "/roll hi"),
        ("hi @Bob.Smith you", "hi you"),
        ("> somebody else's\nmine", "mine"),
        ("mine\n>>> somebody\nelse's", "mine"),
        ("```py\ntoken = 1\n``` there", "there"),
        ("||the end|| is good", "is good"),
        ("see https://a.b/c?d=e or <https://f.g> or www.h.i or j.org", "see or or or"),
        ("look [here](https://x.y/z) now", "look here now"),
        ("mail me: bob@example.com", ""),
        ("bob (at) example", ""),
        ("call +49 (170) 123-4567 now", ""),
        ("\uff11\uff12\uff13\uff14\uff15\uff16\uff17", ""),
        ("!play Hey Jude", ""),
        (".rank", ""),
        ("t!help me", ""),
        ("\N{GRINNING FACE}", ""),
        ("", ""),
    ],
)
def test_words_are_the_members_own(content: str, words: str) -> None:
    """Marks, links, mentions and quotations go; with an address, a number or a command the whole message goes."""
    assert clean_words(content) == words


def message(**changes: Any) -> dict[str, Any]:
    """Return a message as the API shows it."""
    usual = {
        "id": "9",
        "channel_id": "7",
        "type": 0,
        "timestamp": "2024-01-05T10:00:00",
        "content": "Hi there",
    }
    return {**usual, "author": {"id": str(WILLING)}, **changes}


def test_line_is_of_somebody_who_said_yes() -> None:
    """A message of theirs is read, and so is one that answers somebody who said yes."""
    line = read_line(message(), {WILLING})
    assert line is not None
    assert (line.member_id, line.channel_id, line.day, line.text) == (WILLING, 7, "2024-01-05", "Hi there")
    answered = message(type=19, referenced_message=message())
    assert read_line(answered, {WILLING}) == line


@pytest.mark.parametrize(
    "changes",
    [
        {"author": {"id": str(OTHER)}},
        {"author": {"id": str(WILLING), "bot": True}},
        {"webhook_id": "3"},
        {"application_id": "3"},
        {"type": 7},
        {"type": 19, "referenced_message": None},
        {"type": 19, "referenced_message": message(author={"id": str(OTHER)})},
        {"message_reference": {"type": 1}, "message_snapshots": [{}]},
        {"mentions": [{"id": "3", "bot": True}]},
    ],
)
def test_all_else_does_not_exist(changes: dict[str, Any]) -> None:
    """Others, bots, webhooks, notices, forwards, and answers to others are not read."""
    assert read_line(message(**changes), {WILLING}) is None


def test_speakers_have_names_of_their_own_or_characters() -> None:
    """Two members of one name are told apart; members who are cast as one character share it."""
    names = {1: "Alex", 2: "alex", 3: "Kim", 4: "Jo", 5: "Quark"}
    cast = {3: "QUARK", 4: "QUARK", 1: ""}
    assert name_speakers(names, cast) == {1: "Alex", 2: "alex 2", 3: "QUARK", 4: "QUARK", 5: "Quark 2"}
