"""Lines that nobody speaks: headings go into square brackets, directions into round ones."""

import re
from collections.abc import Callable

from core.data.formats.scripts.blocks import is_direction
from core.data.formats.scripts.names import (
    HEAD,
    LONGEST_HEADING,
    is_heading,
    is_stage,
    match_colon,
    strip_heading,
)
from core.data.formats.scripts.phrases import defuse
from core.data.formats.scripts.styles import LineStyle

PLACES = {
    "scene",
    "setting",
    "location",
    "place",
    "szene",
    "ort",
    "scène",
    "lieu",
    "escena",
    "lugar",
    "cena",
}
_LONGEST_PLACE = 60  # characters, as headings of scenes are known
_SENTENCE = re.compile(r"\[(?:[^\[\]\s]+ ){3,40}[^\[\]\s]*[.!?]\]")  # what is done, and no place
_ACTS = re.compile(r"\[\s?([^\[\]\s]+) [^\[\]]{1,60}[.!?]\s?\]")
_SHORT = 5  # words, that a heading has fewer than


def bracket(line: str, style: LineStyle, is_nobody: Callable[[str], bool]) -> str:
    """Return a line that nobody speaks: a heading in square brackets, a direction in round ones, or as it is."""
    if style.style == "stop":
        return _beside_stops(line, is_nobody)
    if _is_done(line.strip(), style):
        return f"({line.strip(' []_')})"
    if (
        is_stage(line)
        and line[:1].isupper()
        and (line.isupper() or len(line.split()) < _SHORT)
        and ":" not in line
    ):
        return f"[{strip_heading(line)}]"
    found = match_colon(line[:HEAD])
    if (
        found is not None
        and found["name"].casefold() in PLACES
        and 0 < len(line) - found.end() <= _LONGEST_PLACE
    ):
        return f"[{line[found.end() :].strip()}]"
    if found is not None and is_stage(found["name"]) and len(line.strip()) <= LONGEST_HEADING:
        return f"[{strip_heading(line)}]"
    return defuse(line, is_nobody)


def _is_done(line: str, style: LineStyle) -> bool:
    """Return whether a line is a direction: `Enter Ada.`, a sentence in square brackets, or one with who acts."""
    acts = _ACTS.fullmatch(line)  # [Ann walks in.]
    somebody = acts is not None and acts[1].casefold() in map(str.casefold, style.names.values())
    is_place = line.strip(" [").partition(":")[0].casefold() in PLACES  # [Scene: The hall, at night.]
    if (somebody or _SENTENCE.fullmatch(line)) and not is_place and not is_heading(line):
        return True
    return is_direction(line.strip("[]_"))


def _beside_stops(line: str, is_nobody: Callable[[str], bool]) -> str:
    """Return such a line of a play whose names end with full stops."""
    if is_heading(line) and len(line.strip()) <= LONGEST_HEADING:
        return f"[{strip_heading(line)}]"
    if is_direction(line):
        return f"({line.strip(' *_[]()')})"
    return in_round_brackets(defuse(line, is_nobody, strictly=True))


def in_round_brackets(line: str) -> str:
    """Return a line with what stands in square brackets in round ones, as directions do."""
    return re.sub(r"\[([^\[\]\n]{1,400})\]", r"(\1)", line)
