"""Transcripts whose names stand in brackets or beside times, to `NAME: text`; the times go."""

import re
from collections import Counter
from itertools import islice

from core.data.formats.scripts.names import LONGEST_NAME, is_heading, is_name

_LOOKED_AT = 400  # filled lines, by which a transcript is told
_HEAD = 200  # characters of a line that its beginning may take
_NAMED_SHARE = 0.15  # of the lines, that are a name and a time
_TIMED_SHARE = 0.3
_BRACKETED_SHARE = 0.4
_NUMBERED_SHARE = 0.8
_OFTEN = 2
_TIME = r"[\[(<]?(?:\d{1,2}:)?\d{1,3}:\d{2}(?:[.,]\d{1,3})?[\])>]?"
_SPAN = rf"{_TIME}(?:\s{{0,3}}(?:-->|[-–—])\s{{0,3}}{_TIME})?"
_NAMED = re.compile(
    rf"[*_\s]{{0,5}}(?P<name>[^\W\d_][^:\n\[\]()<>*]{{0,{LONGEST_NAME}}}?)[*_]{{0,3}}:?[*_]{{0,3}}\s{{0,5}}[-–—|,]?\s{{0,3}}"
    rf"{_SPAN}[*_:\s]{{0,5}}"
)
_TIMED = re.compile(rf"\s{{0,3}}{_SPAN}(?:\s{{0,3}}[-–—|]|:)?\s{{1,5}}(?=\S)|\s{{0,3}}{_SPAN}\s*$")
_NUMBERED = re.compile(r"\s{0,3}#?\d{1,6}[.):]?\s{1,5}(?=\S)")
_BRACKETED = re.compile(
    rf"\s{{0,3}}(?:\[(?P<square>[^\[\]\n]{{1,{LONGEST_NAME}}})\]|<(?P<angle>[^<>\n]{{1,{LONGEST_NAME}}})>):?\s{{1,5}}(?=\S)"
)


def unwrap_names(text: str) -> str:
    r"""Return a text with `NAME:` before its speech where most lines have names and times, or names in brackets.

    Example: `"Ada 0:01\nThe kettle."` -> `"Ada:\nThe kettle."`, `"[Bo] Pour."` -> `"Bo: Pour."`; other texts stay.
    """
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
    names = Counter(name for name in map(_bracketed, head) if name)
    often = {name for name, count in names.items() if count >= _OFTEN}
    if len(often) > 1 and sum(names[name] for name in often) >= _BRACKETED_SHARE * len(head):
        return "\n".join(
            f"{name}: {_BRACKETED.sub('', line, count=1)}" if (name := _bracketed(line)) else line
            for line in lines
        )
    return text


def _name_beside_time(line: str) -> str | None:
    found = _NAMED.fullmatch(line[:_HEAD])
    return found["name"].strip() if found and is_name(found["name"].strip()) else None


def _bracketed(line: str) -> str | None:
    found = _BRACKETED.match(line[:_HEAD])
    name = (found["square"] or found["angle"] or "").strip() if found else ""
    return name if name and is_name(name) and not is_heading(name) else None
