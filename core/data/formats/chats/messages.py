"""A chat's messages to episodes: `NAME: text` lines, a day an episode, without what nobody said."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.data.formats.chats.marks import strip_marks
from core.data.formats.chats.placeholders import strip_placeholders
from core.data.formats.reading import NO_FACTS, ChatFacts, LeftOut, Reading, Script, natural_key, show_name
from core.errors import CorpusError
from core.text import Text

_FIRST_SIGN = "\u2000"  # from which on emoji stand
LONGEST_NAME = 30  # characters, as the casts of scenes have it
_LEAST_A_DAY = 2  # messages, on average; chats with fewer have months as episodes
_NOT_IN_NAMES = re.compile(r"[:：()\[\]{}<>*\n\r\t\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_TAG = re.compile(r"#\d{1,5}$")  # of a Discord name: ada#0001
# A number of a telephone, or an id of Slack's.
_PHONE = re.compile(r"[+(]?\d[\d\s()./-]{5,}|[UW](?=[A-Z]*\d)[A-Z0-9]{8,11}")
_ABOUT = re.compile(  # what Messenger and Instagram write in the name of whom it is about
    r"(?:created|named|left|joined) the (?:group|chat)\b[^\n]{0,80}|(?:changed|set|cleared) [^\n]{1,80}|"
    r"sent an? [^\n]{1,30}|"
    r"(?:added|removed) [^\n]{1,60} (?:to|from) the (?:group|chat)\.?|(?:started|joined) [^\n]{0,20}call\.?"
)
_FENCE = re.compile(r"```(?:\w{1,20}\n)?|\|\||\*\*|__|~~")


@dataclass(frozen=True)
class Message:
    """What somebody wrote, as an export has it."""

    speaker: str
    text: str
    day: str = ""  # sorts by time: 2024-01-05; empty where the export has no dates
    channel: str = ""


class MessageCounts:
    """What of a chat is not learnt from, and why."""

    def __init__(self) -> None:
        self._why: Counter[str] = Counter()

    def skip(self, why: str) -> None:
        """Count one message that is left out."""
        self._why[why] += 1

    def left_out(self) -> tuple[LeftOut, ...]:
        """Return what was counted."""
        return tuple(
            LeftOut(Text("{count:,} message", "{count:,} messages", count=count), why, count)
            for why, count in self._why.most_common()
        )


def read_messages(
    messages: Iterable[Message],
    *,
    format_: str,
    encoding: str,
    name: str,
    counts: MessageCounts | None = None,
    chat: ChatFacts = NO_FACTS,
) -> Reading:
    """Return the episodes of a chat in the order of its messages: one a channel and day, or all of it.

    Args:
        messages: from the first to the last.
        format_: what the export was recognised as.
        encoding: of its file.
        name: of the file, for sentences.
        counts: what was left out already.
        chat: what is known of it besides.

    Raises:
        CorpusError: nobody wrote any text.
    """
    counts = counts or MessageCounts()
    names = _Names()
    lines: dict[tuple[str, str], list[str]] = {}
    seen = 0
    for message in messages:
        seen += 1
        text = clean_message(message.text, chat.people)
        if _ABOUT.fullmatch(text.removeprefix(f"{message.speaker} ")) and text.startswith(
            f"{message.speaker} "
        ):
            counts.skip(Text("of the app itself: joined, left, changed"))
            continue
        if not text:
            counts.skip(Text("no text: a sticker, a file, a link, a deleted message"))
            continue
        line = f"{names.clean(message.speaker)}: {text}"
        lines.setdefault((message.channel or chat.label, message.day), []).append(line)
    if not lines:
        raise CorpusError(
            "{name} is a chat of {count:,} message without text to learn from; bring an export in which people write.",
            "{name} is a chat of {count:,} messages, and none has text to learn from; bring an export in which people "
            "write.",
            name=show_name(name),
            count=seen,
        )
    scripts = _scripts(lines, name, chat.episode)
    return Reading(format_, encoding, scripts, counts.left_out(), kind="chat")


def clean_message(text: str, people: Mapping[str, str] | None = None) -> str:
    """Return a message on one line, without marks, links and what an app wrote in its place; perhaps nothing."""
    text = strip_marks(strip_placeholders(text), people=people)
    text = " ".join(_FENCE.sub("", text).split()).strip("\u200e\u200f ")
    return text if any(character.isalnum() or character > _FIRST_SIGN for character in text) else ""


class _Names:
    """Names as they may stand before a colon: their spelling stays, numbers of telephones become `Person 1`."""

    def __init__(self) -> None:
        self._cleaned: dict[str, str] = {}
        self._numbered = 0

    def clean(self, name: str) -> str:
        """Return the name for a line."""
        if name not in self._cleaned:
            self._cleaned[name] = self._clean(name)
        return self._cleaned[name]

    def _clean(self, name: str) -> str:
        plain = _TAG.sub("", " ".join(_NOT_IN_NAMES.sub(" ", name).split())).strip(
            " ~@,.;" if name[:1] in "~@" else " ~@,;"
        )
        if not any(map(str.isalpha, plain)) or _PHONE.fullmatch(plain):
            self._numbered += 1
            return f"Person {self._numbered}"
        return plain[:LONGEST_NAME].rstrip()


def _scripts(lines: dict[tuple[str, str], list[str]], name: str, episode: str) -> tuple[Script, ...]:
    """Return an episode for each channel and day; for each month where a day has hardly a message."""
    if episode:
        joined: dict[tuple[str, str], list[str]] = {}
        for (channel, _), said in lines.items():
            joined.setdefault((channel, episode), []).extend(said)
        lines = joined
    elif sum(map(len, lines.values())) < _LEAST_A_DAY * len(lines):
        months: dict[tuple[str, str], list[str]] = {}
        for (channel, day), said in lines.items():
            months.setdefault((channel, day[:7]), []).extend(said)
        lines = months
    positions = Counter[str]()
    scripts = []
    for (channel, day), said in sorted(lines.items(), key=lambda item: tuple(map(natural_key, item[0]))):
        full = " ".join(part for part in (channel, day) if part) or name
        scripts.append(Script(full, positions[channel], "\n".join(said), channel, "lines"))
        positions[channel] += 1
    return tuple(scripts)
