"""Transcripts whose names stand in brackets or beside times, to `NAME: text`; the times go."""

import re
from collections import Counter
from itertools import islice

from core.data.formats.scripts.names import LONGEST_NAME, is_heading, is_name, match_colon
from core.data.formats.scripts.phrases import is_phrase

_LOOKED_AT = 400  # filled lines, by which a transcript is told
_HEAD = 200  # characters of a line that its beginning may take
_NAMED_SHARE = 0.15  # of the lines, that are a name and a time
_TIMED_SHARE = 0.3
_BRACKETED_SHARE = 0.4
_SEPARATED_SHARE = 0.5
_ALONE_SHARE = 0.8  # of the lines in brackets, that have speech under them
_NUMBERED_SHARE = 0.8
_OFTEN = 2
_TIME_INSIDE = r"(?:\d{1,2}:)?\d{1,3}:\d{2}(?:[.,]\d{1,3})?"
_TIME = r"[\[(<]?(?:\d{1,2}:)?\d{1,3}:\d{1,2}(?:[.,]\d{1,3})?[\])>]?"
_SPAN = rf"{_TIME}(?:\s{{0,3}}(?:-->|[-–—])\s{{0,3}}{_TIME})?"
_DAY = (  # as Discord shows it beside a name
    r"(?:(?:Today|Yesterday|Heute|Gestern|Hoy|Ayer|Hoje|Ontem|Aujourd’hui|Hier)(?: at| um| à| às| a las)? |"
    r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? )?"
)
_NAMED = re.compile(
    rf"[*_\s]{{0,5}}(?P<name>[^\W\d_][^:\n\[\]()<>*]{{0,{LONGEST_NAME}}}?)[*_]{{0,3}}:?[*_]{{0,3}}\s{{0,5}}[-–—|,]?\s{{0,3}}"
    rf"{_DAY}{_SPAN}(?:\s?[AaPp]\.?[Mm]\.?)?[*_:\s]{{0,5}}"
)
_APART = re.compile(
    rf"([^\s])[ \t]*\n[ \t]*—\s{{0,3}}(?={_DAY}{_SPAN})"
)  # a name and its time, as copied from Discord
_TIMED = re.compile(rf"\s{{0,3}}{_SPAN}(?:\s{{0,3}}[-–—|]|:)?\s{{1,5}}(?=\S)(?!-->)|\s{{0,3}}{_SPAN}\s*$")
_NUMBERED = re.compile(r"\s{0,3}#?\d{1,6}[.):]?\s{1,5}(?=\S)")
_BRACKETED = re.compile(
    rf"\s{{0,3}}(?:\[(?P<square>[^\[\]\n]{{1,{LONGEST_NAME}}})\]|<(?P<angle>[^<>\n]{{1,{LONGEST_NAME}}})>|"
    rf"\((?P<round>[^()\n]{{1,{LONGEST_NAME}}})\)):?\s{{1,5}}(?=\S)"
)
# A name before its speech, by another sign than a colon: `Ada> The kettle.`, `**Ada** The kettle.`.
_SEPARATED = re.compile(
    rf"\s{{0,3}}(?:\*\*(?P<bold>[^*\n:]{{1,{LONGEST_NAME}}})\*\*\s{{1,3}}|(?P<name>[^\W\d_][^\n:.!?>|;=\t]{{0,{LONGEST_NAME}}}?)"
    rf"\s{{0,5}}(?:(?:[>|;=]|=>|->)\s{{1,5}}|\t\s{{0,5}}))(?=[^\s>|;=])"
)
_AFTER_NAME = re.compile(
    rf"(?P<name>[*_]{{0,3}}[^\W\d_][^\n:\[\]()]{{0,{LONGEST_NAME}}}?[*_]{{0,3}})\s{{0,3}}[\[(]{_TIME_INSIDE}[\])]\s{{0,2}}:?\s{{1,5}}(?=\S)"
)


def unwrap_names(text: str) -> str:
    r"""Return a text with `NAME:` before its speech where most lines have names and times, or names in brackets.

    Example: `"Ada 0:01\nThe kettle."` -> `"Ada:\nThe kettle."`, `"[Bo] Pour."` -> `"Bo: Pour."`; other texts stay.
    """
    text = _APART.sub(r"\1 — ", text)
    lines = text.split("\n")
    head = list(islice((line[:_HEAD] for line in lines if line.strip()), _LOOKED_AT))
    if sum(_name_beside_time(line) is not None for line in head) >= max(_OFTEN, _NAMED_SHARE * len(head)):
        return "\n".join(f"{name}:" if (name := _name_beside_time(line)) else line for line in lines)
    if sum(_TIMED.match(line) is not None for line in head) >= max(_OFTEN, _TIMED_SHARE * len(head)):
        lines = [_TIMED.sub("", line, count=1) if _TIMED.match(line) else line for line in lines]
        head = [_TIMED.sub("", line, count=1) for line in head]
        text = "\n".join(lines)
    if sum(_NUMBERED.match(line) is not None for line in head) >= max(_OFTEN, _NUMBERED_SHARE * len(head)):
        lines = [_NUMBERED.sub("", line, count=1) for line in lines]
        head = [_NUMBERED.sub("", line, count=1) for line in head]
        text = "\n".join(lines)
    text = _unwrap_alone(_unwrap_separators(text, head))
    lines = text.split("\n")
    # "(sighs) No." has a direction; "(Ada) No." a name, where nearly all lines are such.
    rounds = sum(line.lstrip().startswith("(") for line in head) >= _NUMBERED_SHARE * len(head)
    names = Counter(name for line in head if (name := _bracketed(line, rounds=rounds)))
    often = {name for name, count in names.items() if count >= _OFTEN}
    if len(often) > 1 and sum(names[name] for name in often) >= _BRACKETED_SHARE * len(head):
        return "\n".join(
            f"{name}: {_BRACKETED.sub('', line, count=1)}"
            if (name := _bracketed(line, rounds=rounds))
            else line
            for line in lines
        )
    return text


def _unwrap_separators(text: str, head: list[str]) -> str:
    """Return a text with colons after names where most lines have another sign or a time there."""
    for kind in (_AFTER_NAME, _SEPARATED):
        found = [match for match in map(kind.match, head) if match]
        names = Counter(_separated_name(match) for match in found)
        often = sum(count for count in names.values() if count >= _OFTEN)
        if len(names) > 1 and often >= _SEPARATED_SHARE * len(head):
            return "\n".join(
                f"{_separated_name(match)}: {line[match.end() :]}"
                if (match := kind.match(line[:_HEAD]))
                else line
                for line in text.split("\n")
            )
    return text


def _unwrap_alone(text: str) -> str:
    """Return a text with `Ada:` on its line for `[Ada]` above speech, where many lines are such."""
    lines = text.split("\n")
    alone = [
        (number, line[1:-1].strip())
        for number, line in enumerate(map(str.strip, lines[:_LOOKED_AT]))
        if line.startswith("[")
        and line.endswith("]")
        and is_name(line[1:-1].strip())
        and not is_heading(line)
    ]
    # Above a line that begins with a name stands what is done, or where.
    names = Counter(name for number, name in alone if _is_speech("".join(lines[number + 1 : number + 2])))
    often = {name for name, count in names.items() if count >= _OFTEN}
    named = sum(names[name] for name in often)
    filled = sum(1 for line in lines[:_LOOKED_AT] if line.strip())
    if len(often) < 2 or named < max(_NAMED_SHARE * filled, _ALONE_SHARE * len(alone)):  # noqa: PLR2004  # one is a place
        return text
    return "\n".join(f"{line.strip()[1:-1].strip()}:" if _is_in(line, often) else line for line in lines)


def _is_speech(line: str) -> bool:
    """Return whether a line has text, and does not itself say who speaks."""
    found = match_colon(line[:_HEAD])
    return bool(line.strip()) and (found is None or is_phrase(found["name"]))


def _is_in(line: str, names: set[str]) -> bool:
    bare = line.strip()
    return bare.startswith("[") and bare.endswith("]") and bare[1:-1].strip() in names


def _separated_name(found: re.Match[str]) -> str:
    return (found.groupdict().get("bold") or found["name"] or "").strip(" *_")


def _name_beside_time(line: str) -> str | None:
    found = _NAMED.fullmatch(line[:_HEAD])
    return found["name"].strip() if found and is_name(found["name"].strip()) else None


def _bracketed(line: str, *, rounds: bool) -> str | None:
    found = _BRACKETED.match(line[:_HEAD])
    if found and found["round"] and not rounds and not found[0].rstrip().endswith(":"):
        return None
    name = (found["square"] or found["angle"] or found["round"] or "").strip() if found else ""
    head, _, tail = name.partition(", ")  # [Ada, softly]
    name = head if tail[:1].islower() else name
    return name if name and is_name(name) and not is_heading(name) else None
