"""What the lines of a corpus begin with, and where on a page they stand; which are names it does not judge."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from core.data.formats.scripts.names import (
    HEAD,
    LONGEST_NAME,
    bare_name,
    is_heading,
    is_name,
    is_stage,
    match_colon,
    match_stop,
)
from core.data.formats.scripts.phrases import is_titled

_INITIAL = re.compile(r"[A-Z]\. [A-Z][\w'’]{1,20}\.")  # K. Henry.
Style = Literal["none", "colon", "stop", "block colon", "block stop", "block"]
STYLES: tuple[Style, ...] = ("colon", "block", "block stop", "stop")  # that a line's beginning shows


@dataclass(frozen=True)
class Seen:
    """One line's beginning that may be a name."""

    name: str
    after_blank: bool
    depth: int
    followed: bool  # by a line with text


@dataclass
class PrintedPage:
    """What the lines of a corpus begin with."""

    seen: dict[Style, list[Seen]] = field(default_factory=lambda: {style: [] for style in STYLES})
    filled: int = 0
    paragraphs: int = 0
    depths: Counter[int] = field(default_factory=Counter)  # of the lines
    asides: int = 0  # headings and directions in brackets
    empty: int = 0  # nothing follows the colon
    tight: int = 0  # no space does
    words: set[str] = field(default_factory=set)  # in small letters


def look_at(lines: list[str]) -> PrintedPage:
    """Return the beginnings of lines, each for the style that it may have."""
    page = PrintedPage()
    before = ""
    for number, line in enumerate(lines):
        head = line[:HEAD].strip()
        if head:
            page.filled += 1
            page.paragraphs += not before.strip()
            page.depths[depth_of(line)] += 1
            page.asides += head[0] in "[("
            found = _beginning(head, page, lines, number)
            followed = bool("".join(lines[number + 1 : number + 2]).strip())
            # A title is the first line of a text, alone as a name is.
            if found is not None and (found[0] != "block" or page.filled > 1 or followed):
                page.seen[found[0]].append(Seen(found[1], not before.strip(), depth_of(line), followed))
        before = line
    page.words.update(word for line in lines for word in re.findall(r"\b[a-zà-ÿ]{2,20}\b", line[:2_000]))
    return page


def _beginning(head: str, page: PrintedPage, lines: list[str], number: int) -> tuple[Style, str] | None:
    found = match_colon(head)
    # "Fra. Barnardo has my place: good night." is said by Fra.
    inner = found and ". " in found["name"] and match_stop(head)
    if found and not inner and is_name(name := found["name"].strip()) and not is_stage(name):
        rest = head[found.end() :]
        if not (found["gap"] or not rest) and (rest.startswith("/") or rest[0].isdigit()):
            return None  # https://..., 21:03
        page.empty += not rest
        page.tight += bool(rest) and not found["gap"]
        return "colon", name
    if len(head) <= LONGEST_NAME and _next_filled(lines, number):
        whole = head.strip("*_ ")
        at_stop = whole.endswith(".") and (match_stop(head) is None or _INITIAL.fullmatch(whole))
        if (
            head[0] not in "[({"
            and at_stop
            and not is_heading(whole)
            and is_titled(whole[:-1])
            and is_name(whole[:-1])
        ):
            return "block stop", whole[:-1]
        name = bare_name(whole)
        if name is None and is_titled(whole) and is_name(whole) and not is_heading(whole):
            name = whole
        if name is not None and not whole.endswith("."):
            return "block", name
    found = match_stop(head)
    return ("stop", found["name"].strip()) if found else None


def depth_of(line: str) -> int:
    """Return how far a line is indented: 0, or the number of bits of its spaces, as pages have columns."""
    return (len(line) - len(line.lstrip())).bit_length() if line[:1].isspace() else 0


def _next_filled(lines: list[str], number: int) -> bool:
    """Return whether a line of some text follows, at once or after one that is blank."""
    return any(line.strip() for line in lines[number + 1 : number + 3])
