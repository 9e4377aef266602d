"""What stands before the first scene of a play and is no part of it: its contents and its list of characters."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import pairwise

_CONTENTS = (
    r"(?:the )?(?:table of )?contents|inhalt(?:sverzeichnis)?|table des matières|[íi]ndice|sommaire|"
    r"the scenes of the play"
)
_MATTER = re.compile(
    rf"(?P<contents>{_CONTENTS})|dramatis person(?:ae|æ|e|s)|"
    r"(?:the )?(?:persons?|characters|cast|actors['’]? names)(?: of characters| represented)?"
    r"(?: (?:in|of) the (?:play|drama))?|"
    r"personen|personnages|acteurs|personajes|personas|personaggi|pessoas|personagens|figuren",
    re.IGNORECASE,
)
_ACT = re.compile(
    r"\[(?:(?:act|actus|akt|acte|acto|ato|atto|aufzug|jornada|(?:the )?prologue|prolog|induction)\b|"
    r"\w+ (?:act|acte|akt|aufzug|jornada)\b)",
    re.IGNORECASE,
)
_FIRST_ACT = re.compile(
    r"\[(?:(?:the )?prolog|induction|"
    r"[^\]]{0,20}\b(?:i|1|one|first|prim\w{1,3}|premier|primer[ao]?|erste[rs]?)\b)",
    re.IGNORECASE,
)
_TITLE_LINES = 40  # before the contents, that are the title and who wrote it
_WINDOW, _LEAST = 12, 4  # of so many filled lines so many have a speaker, where a play is under way
_MOST_STARTS = 500  # of plays in one text
_HEAD = 100  # characters of a line that a name may take
_AROUND = " []*_#=:.-"
_MOST_CHARACTERS = 250  # lines of their list
_MOST_LINES = 600  # of contents and characters


def strip_front(text: str, names: Iterable[str], *, needs_act: bool = False) -> str:
    """Return a play in the common form without its contents, its characters, and the title above them.

    It goes on with the last act's heading before somebody speaks; without one, unless it `needs_act`, with a scene's.
    """
    lines = text.split("\n")
    starts = [
        number
        for number, (before, line) in enumerate(pairwise(["", *lines]))
        if not before.strip() and _is_matter(line)
    ][:_MOST_STARTS]
    if not starts:
        return text
    known = set(names)
    spoken = [re.split(r" ?[(\[:]", line[:_HEAD], maxsplit=1)[0] in known for line in lines]
    filled = [number for number, line in enumerate(lines) if line.strip()]
    kept: list[str] = []
    done = 0
    ends = [*starts[1:], len(lines), len(lines)]
    for start, after, later in zip(starts, ends, ends[1:], strict=False):
        if start < done:
            continue
        again = _first_act(lines, start, after)
        if again is None and not any(spoken[start:after]):
            again = _first_act(lines, after, later)  # contents, and characters after them
        if again is None:
            end = _first_speech(start, lines, filled, spoken)
            if end is None or end - start > _MOST_LINES:
                continue
            again = _go_on(lines, start, end, needs_act=needs_act)
        if again == start:
            continue
        if done or bisect_left(filled, start) > _TITLE_LINES:
            kept += lines[done:start]
        done = again
    return "\n".join(kept + lines[done:])


def _is_matter(line: str) -> bool:
    return len(line) <= 60 and _MATTER.fullmatch(line.strip(_AROUND)) is not None  # noqa: PLR2004  # a heading


def _first_act(lines: list[str], start: int, after: int) -> int | None:
    """Return the heading of the first act that ends a list of characters, if `start` begins one."""
    found = _MATTER.fullmatch("".join(lines[start : start + 1]).strip(_AROUND))
    if found is None or found["contents"]:
        return None
    near = range(start + 1, min(after, start + _MOST_CHARACTERS))
    return next((each for each in near if _ACT.match(lines[each]) and _FIRST_ACT.match(lines[each])), None)


def _first_speech(start: int, lines: list[str], filled: list[int], spoken: list[bool]) -> int | None:
    """Return the first line after `start` with which a play is under way: no act is between it and the next speeches.

    An act may follow at once where one came just before, as after a prologue.
    """
    first = bisect_right(filled, start)
    after = filled[first : first + _MOST_LINES + _WINDOW]
    for place, number in enumerate(after[:_MOST_LINES]):
        window = after[place : place + _WINDOW]
        speeches = [each for each in window if spoken[each]][:_LEAST]
        if spoken[number] and len(speeches) == _LEAST:
            acts = any(_ACT.match(lines[each]) for each in window if each < speeches[-1])
            asides = (lines[each] for each in reversed(after[:place]) if lines[each][0] != "(")
            if not acts or _ACT.match(next(asides, "")):
                return number
    return None


def _go_on(lines: list[str], start: int, end: int, *, needs_act: bool) -> int:
    """Return the line with which the play begins, between its contents and the first speech."""
    headings = [
        number
        for number in range(start + 1, end)
        if lines[number].startswith("[") and not _is_matter(lines[number])
    ]
    acts = [number for number in headings if _ACT.match(lines[number])]
    if needs_act and not acts:
        return start
    if acts or headings:
        return (acts or headings)[-1]
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("(")):
        end -= 1
    return end
