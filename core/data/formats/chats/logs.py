"""Chats as lines of text with times: WhatsApp of both systems in any locale, IRC, DiscordChatExporter's .txt."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.data.formats.chats.days import is_month_first, read_day
from core.data.formats.chats.messages import Message, MessageCounts, read_messages
from core.data.formats.chats.system import NUMBERED, SYSTEM_TEXT, numbers_are_of_bots
from core.data.formats.reading import Reading
from core.text import Text

_LOOKED_AT = 400  # lines, by which a log is told
_LEAST_SHARE = 0.3  # of them that begin as a message does: a message may have several lines
_HEAD = 200  # characters of a line that its beginning may take
_DATE = (
    r"(?P<date>\d{4}[-./年]\s?\d{1,2}[-./月]\s?\d{1,2}日?|\d{1,2}[-./]\s?\d{1,2}[-./]\s?\d{2,4}\.?|"
    r"\d{1,2}[- ](?:[^\W\d_]{3,12}\.?)[- ]\d{2,4}|(?:[^\W\d_]{3,12}\.?) \d{1,2}(?:,? \d{4})?|"
    r"\d{4}[년.]\s?\d{1,2}[월.]\s?\d{1,2}[일.])"
)
_TIME = (  # 21:03, 9.03 PM, 21 h 03, 9:03 م: letters beside it say which half of a day
    r"(?P<time>\d{1,2}(?:[:.]|[ \xa0\u202f]?h[ \xa0\u202f]?)\d{2}(?:[:.]\d{2})?(?:[.,]\d{1,6})?)(?:[\s\u202f\xa0]*"
    r"(?:[ap]\.?[\s\u202f\xa0]?m\.?|上午|下午|午前|午後|오전|오후|Uhr|h|[^\W\d_]{1,3}\.?(?:[^\W\d_]\.)?(?=\s[-–—]\s|\])))?"
    r"(?:Z|[+-]\d{2}:?\d{2}|\sUTC|\sGMT)?"
)
_BETWEEN = r"[\sT,،\u202f]*+(?:[^\W\d_]{1,5}\.?[\s,]*+){0,2}"  # a date and its time: à, klo, 오후
_AFTER = r"(?:,?\s(?P<after>\d{1,2}/\d{1,2}/\d{2,4})(?=\s-\s))?"  # a time and its date, as in Vietnam
_STAMP = rf"[\u200e\u200f]?\[?\(?(?:{_DATE}{_BETWEEN})?{_TIME}[\])]?"
# WhatsApp: `1/5/24, 9:03 PM - Ada: hi` and `[05/01/2024, 21:03:12] Ada: hi`.
_WHATSAPP = re.compile(
    rf"{_STAMP}{_AFTER}(?:\s[-–—]\s|[:,]?\s|(?<=\]))(?P<rest>.*)", re.IGNORECASE | re.DOTALL
)
_BEGINS = re.compile(r"[\[(\u200e]|[A-Z][a-z]{2,8}\.? \d{1,2},? \d{4}")
_ALONE = re.compile(rf"{_STAMP}\s*", re.IGNORECASE)
_OF_THE_APP = "\u200e"  # with which WhatsApp on iOS begins what it writes itself in somebody's name
_SAID = re.compile(r"[\u200e\u200f~\s]*(?P<name>[^:\n]{1,80}?):(?:\s(?P<text>.*)|\s*$)", re.DOTALL)
_SUBJECT = re.compile(
    r"[^\s:]+(?: [^\s:]+){3,}: [\"“„«][^\n]*[\"”“»]\.?$"
)  # Ann changed the subject to: "Tea"
_FROM = re.compile(r"^From\s+(\S.{0,60}?)(?:\s+to\s+\S.*)?$", re.IGNORECASE)  # as Zoom's chats have it
_IRC = re.compile(
    rf"(?:{_STAMP}\s*)?<[@+%~&\s]?(?P<name>[^<>\s][^<>\n]{{0,50}})>\s(?P<text>.*)", re.IGNORECASE | re.DOTALL
)
_IRC_ACTION = re.compile(
    rf"(?:{_STAMP}\s*)?(?:\*|Action:)\s(?P<name>[^\s*][^\s]{{0,40}})\s(?P<text>[^\n]*)", re.IGNORECASE
)
_IRC_SYSTEM = re.compile(
    rf"(?:{_STAMP}\s*)?(?:===|\*\*\*|-!-|-->|<--|--|---|-[^-\s]{{1,30}}-|←|→|Session (?:Start|Close|Ident))(?:\s|:|$)",
    re.IGNORECASE,
)
_WEECHAT = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2}) \d{2}:\d{2}:\d{2}\t(?P<name>[^\t\n]{0,60})\t(?P<text>.*)", re.DOTALL
)
_DISCORD = re.compile(rf"\[{_DATE} {_TIME}\] (?P<name>[^\n]{{1,80}})", re.IGNORECASE)
_DISCORD_PART = re.compile(r"\{[A-Z][A-Za-z ]{2,30}\}\s*")  # {Attachments}, {Embed}, {Forwarded Message}
# mIRC's codes for colours, bold, italics, underlining, and back to plain; marks of writing from right to left.
_COLOURS = re.compile(r"\x03(?:\d{1,2}(?:,\d{1,2})?)?|[\x02\x0f\x16\x1d\x1f\u200f]")
_DAY_LINE = re.compile(
    r"(?:\[\d\d:\d\d(?::\d\d)?\] )?(?:---|===)?\s*"
    r"(?:Log opened|Day changed|Session Start:?|Session Time:?|Date:?|(?<=--- )[A-Z][a-z]{2}(?= [A-Z][a-z]{2} ))\s"
    r"(?P<rest>.*)",
    re.IGNORECASE,
)
_WRITTEN_DAY = re.compile(
    r"(?P<month>[A-Z][a-z]{2}) {1,2}(?P<day>\d{1,2})(?: \d{2}:\d{2}:\d{2})? (?P<year>\d{4})"
)


@dataclass(frozen=True)
class _Kind:
    name: str
    begins: re.Pattern[str]


_KINDS = (
    _Kind("IRC log", _IRC),
    _Kind("IRC log", _WEECHAT),
    _Kind("WhatsApp chat", _WHATSAPP),
)


def find_log(text: str) -> str:
    """Return what kind of log a text is; empty if it is none."""
    if text.startswith("=" * 20) and re.search(r"^Guild: .*\n^Channel: ", text[:2_000], re.MULTILINE):
        return "DiscordChatExporter text"
    lines = [line[:_HEAD] for line in _COLOURS.sub("", text[: 200 * _LOOKED_AT]).split("\n") if line.strip()][
        :_LOOKED_AT
    ]
    for kind in _KINDS:
        begun = [found for found in map(kind.begins.match, lines) if found]
        if kind.begins is _WHATSAPP:
            begun = [found for found in begun if _date_of(found) or _SAID.match(found["rest"])]
            if not any(_SAID.match(found["rest"]) for found in begun):
                continue
            if not any(map(_date_of, begun)) and kind.name.startswith("Whats"):
                return "log of a chat" if len(begun) >= _LEAST_SHARE * len(lines) else ""
        noise = sum(_IRC_SYSTEM.match(line) is not None for line in lines) if kind.begins is _IRC else 0
        if (
            begun
            and len(begun) + noise >= max(_LEAST_SHARE * len(lines), 1)
            and len(begun) > 0.1 * len(lines)
        ):
            return kind.name
    return ""


def read_log(text: str, *, kind: str, encoding: str, name: str) -> Reading:
    """Return the episodes of a chat log.

    Raises:
        CorpusError: nobody says anything in it.
    """
    counts = MessageCounts()
    lines = _COLOURS.sub("", text).split("\n")
    messages = {
        "IRC log": _read_irc,
        "DiscordChatExporter text": _read_discord,
    }.get(kind, _read_whatsapp)(lines, counts)
    return read_messages(messages, format_=kind, encoding=encoding, name=name, counts=counts)


def _read_whatsapp(lines: list[str], counts: MessageCounts) -> Iterator[Message]:
    month_first = is_month_first(lines)
    speaker, day = "", ""
    said: list[str] = []
    for line in lines:
        found = _WHATSAPP.match(line) if line[:1].isdecimal() or _BEGINS.match(line) else None
        if found is None or (day and not _date_of(found)):
            if speaker and not _ALONE.fullmatch(line):
                said.append(line)
            continue
        if speaker:
            yield Message(speaker, "\n".join(said), day)
        speaker = ""
        day = read_day(_date_of(found), month_first=month_first)
        rest = _SAID.match(found["rest"])
        if (
            rest is None or _is_open(rest["name"]) or _SUBJECT.match(found["rest"])
        ):  # Ann changed the subject to "Tea: now"
            counts.skip(Text("of the app itself: joined, left, changed"))
            continue
        if (rest["text"] or "").startswith(_OF_THE_APP):
            counts.skip(Text("no text: a sticker, a file, a link, a deleted message"))
            continue
        speaker, said = _FROM.sub(r"\1", rest["name"].strip()), [rest["text"] or ""]
    if speaker:
        yield Message(speaker, "\n".join(said), day)


def _date_of(found: re.Match[str]) -> str:
    return found["date"] or found["after"] or ""


def _is_open(name: str) -> bool:
    """Return whether a quotation begins in a name and does not end there."""
    return name.count('"') % 2 == 1 or sum(map(name.count, "„“«「")) > sum(map(name.count, "”»」"))


def _read_irc(lines: list[str], counts: MessageCounts) -> Iterator[Message]:
    day = ""
    people = {found["name"] for found in map(_IRC.match, lines) if found}
    for line in filter(str.strip, lines):
        weechat = _WEECHAT.match(line)
        if weechat:
            if weechat["name"].strip() == "*":
                who, _, action = weechat["text"].partition(" ")
                yield Message(who, f"({action})", weechat["date"])
            elif not any(map(str.isalnum, weechat["name"])):
                counts.skip(Text("of the app itself: joined, left, changed"))
            else:
                yield Message(weechat["name"].strip(" @+%~&"), weechat["text"], weechat["date"])
            continue
        found = _IRC.match(line)
        if found:
            day = read_day(found["date"] or "", month_first=False) or day
            yield Message(found["name"], found["text"], day)
            continue
        opened = _DAY_LINE.match(line)
        written = _WRITTEN_DAY.search(opened["rest"]) if opened else None
        if written:
            day = read_day(f"{written['month']} {written['day']} {written['year']}", month_first=False)
        if not _IRC_SYSTEM.match(line):
            action = _IRC_ACTION.match(line)
            # HexChat's own notices look the same: "* Now talking on #tea".
            if (
                action
                and action["name"] in people
                and not re.match(r"(?:has |is now|sets |changes |\([^\s()]+@)", action["text"])
            ):
                yield Message(action["name"], f"({action['text']})", day)
                continue
        counts.skip(Text("of the app itself: joined, left, changed"))


def _read_discord(lines: list[str], counts: MessageCounts) -> Iterator[Message]:
    """Yield the messages of DiscordChatExporter's text: `[date time] name`, then what was written."""
    speaker, day = "", ""
    said: list[str] = []
    skipping = False
    begun = False
    month_first = is_month_first(lines)
    bots_have_numbers = numbers_are_of_bots(
        [found["name"] for line in lines if line.startswith("[") and (found := _DISCORD.fullmatch(line))]
    )
    for line in lines:
        found = _DISCORD.fullmatch(line) if line.startswith("[") else None
        if found:
            if speaker:
                yield from _of_people(speaker, said, day, counts, bots_have_numbers=bots_have_numbers)
            begun, skipping, said = True, False, []
            speaker, day = (
                found["name"].removesuffix(" (pinned)").strip(),
                read_day(found["date"], month_first=month_first),
            )
        elif _DISCORD_PART.fullmatch(line):
            skipping = True  # up to the next message
        elif line.startswith("=" * 20) and begun:
            break
        elif line.strip() and not skipping:
            said.append(line)
    if speaker:
        yield from _of_people(speaker, said, day, counts, bots_have_numbers=bots_have_numbers)


def _of_people(
    speaker: str, said: list[str], day: str, counts: MessageCounts, *, bots_have_numbers: bool
) -> Iterator[Message]:
    if bots_have_numbers and NUMBERED.search(speaker):
        counts.skip(Text("of a bot"))
    elif len(said) == 1 and SYSTEM_TEXT.fullmatch(said[0].strip()):
        counts.skip(Text("of the app itself: joined, left, changed"))
    else:
        yield Message(speaker, "\n".join(said), day)
