"""What every reader returns: scripts in the common form, what they were in, and what was left out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.text import Text

# How much is already known about a text's lines:
#   wrapped     a page's width may have broken them; speakers are still to be found
#   paragraphs  whole lines; speakers are still to be found
#   cues        as paragraphs, of subtitles: names stand before colons alone
#   lines       in the common form
#   code        a program: its indentation counts, and nobody speaks
Form = Literal["wrapped", "paragraphs", "cues", "lines", "code"]

_SHOWN_CHARACTERS = 60  # of a name, in a sentence
_SUFFIX = re.compile(r"(?<=.)\.[a-z][a-z0-9]{0,8}$")
_DIGITS = re.compile(r"(\d{1,30})")


@dataclass(frozen=True)
class Script:
    """One episode's text."""

    name: str
    position: int  # in its series, the first one 0
    text: str
    label: str = ""  # its series, channel or folder; empty for none
    form: Form = "wrapped"
    is_clean: bool = False  # nothing is left to do


@dataclass(frozen=True)
class ChatFacts:
    """What the files beside a chat's file say of it."""

    people: Mapping[str, str] = field(default_factory=dict)  # names by id, such as Slack's users.json has
    bots: frozenset[str] = frozenset()  # ids of those who are none
    label: str = ""  # channel of messages that name none
    episode: str = ""  # name of the one episode; empty to have days


NO_FACTS = ChatFacts()


@dataclass(frozen=True)
class LeftOut:
    """Something in a source that is not learnt from."""

    name: str
    why: str
    messages: int = 0  # so many of a chat, whose sum over several files counts


@dataclass(frozen=True)
class Reading:
    """What came of a file."""

    format: str  # what it was recognised as: "WhatsApp chat"
    encoding: str  # "UTF-8"; empty where the file says so itself
    scripts: tuple[Script, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Text, ...] = ()  # sentences about what may be wrong
    kind: Literal["scripts", "chat", "subtitles"] = field(default="scripts")


def natural_key(name: str) -> tuple[tuple[tuple[int, int, str], ...], ...]:
    """Return a key that sorts names and paths as people count: `ep.txt`, `ep2.txt`, `ep10.txt`.

    Digits of any script count by their value.
    """
    return tuple(map(_key_of, name.casefold().split("/")))


def _key_of(part: str) -> tuple[tuple[int, int, str], ...]:
    suffix = _SUFFIX.search(part)
    pieces = _DIGITS.split(part[: suffix.start()] if suffix else part)
    keys = [(0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces if piece]
    return (*keys, (-1, 0, suffix[0] if suffix else ""))  # before any number: a name alone comes first


def show_name(name: str) -> str:
    """Return a name that somebody else chose as it may stand in a sentence."""
    shown = "".join(character if character.isprintable() else "?" for character in name)
    return repr(shown if len(shown) <= _SHOWN_CHARACTERS else shown[: _SHOWN_CHARACTERS - 1] + "…")
