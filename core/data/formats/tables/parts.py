"""What the rows of a table become: lines, directions and headings, and the order of their episodes."""

import re
from collections.abc import Collection

from core.data.formats.reading import natural_key
from core.data.formats.scripts.names import is_heading

_NOBODY = re.compile(
    r"(?:(?:scene|stage|set) )?(?:directions?|descriptions?|headings?|actions?)|scene|nan|none|null|n/?a",
    re.IGNORECASE,
)
_MISSING = {"NA", "N/A", "NaN", "nan", "NULL", "null"}  # as R and pandas write a cell without a value
_SCENE = re.compile(r"\[(?:scene|setting|location): [^\[\]\n]{2,60}\]", re.IGNORECASE)


def join_row(who: str, line: str) -> str:
    """Return a row as a line: speech after who speaks, a heading, or a direction."""
    who = "" if _NOBODY.fullmatch(who.strip("[]()")) else who
    if who and is_heading(who):
        return f"[{who.rstrip('.')}. {line.strip('[]')}]"
    if not who and (is_heading(line) or _SCENE.fullmatch(line)):
        return f"[{line.strip('[]')}]"
    return f"{who}: {line}" if who else f"({line.strip('()[]')})"


def is_missing(cell: str) -> bool:
    """Return whether a cell says that it has no value: `NA`."""
    return cell in _MISSING


def in_order(episodes: Collection[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the keys of episodes in natural order; parts without a number, such as titles, as they came.

    Example: `[("2", "Tea"), ("1", "Rain"), ("1", "Cake")]` -> `[("1", "Rain"), ("1", "Cake"), ("2", "Tea")]`.
    """
    columns = [list(dict.fromkeys(parts)) for parts in zip(*episodes, strict=True)]
    numbered = [all(any(map(str.isdecimal, part)) for part in parts if part) for parts in columns]
    places = [{part: place for place, part in enumerate(parts)} for parts in columns]
    return sorted(
        episodes,
        key=lambda key: tuple(
            (0, natural_key(part)) if is_numbered else (place[part], ())
            for part, is_numbered, place in zip(key, numbered, places, strict=True)
        ),
    )
