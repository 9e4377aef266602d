"""How the lines of a corpus begin with who speaks: by what sign, where on a page, and which beginnings are names."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from core.data.formats.scripts.names import (
    bare_name,
)
from core.data.formats.scripts.page import PrintedPage, Seen, Style, depth_of, look_at
from core.data.formats.scripts.phrases import is_in_capitals, is_phrase

_LEAST_SHARE = 0.08  # of the lines; fewer that begin with names are chance
_STOP_SHARE = 0.4  # a full stop ends sentences, too
_SURE_SHARE = 0.5  # from which on a name counts that is there once
_EACH_SHARE = 0.9  # of the lines that have one, from which on phrases count as names: "old ben: hi"
_SHORT = 300  # filled lines, of a text in which a name may be there once
_OFTEN = 3
_ABBREVIATED = 3  # letters that any shortening of a name keeps
_MOST = 0.8
_MIXED = 0.15  # share of the names that stand now here, now there, where the place means something
_BOTH = 0.1  # of the lines on either side, where the place means something
_WHOLE = 0.6  # share of the paragraphs that begin with a name alone, where it is not in capitals


@dataclass(frozen=True)
class LineStyle:
    """How the lines of a corpus say who speaks."""

    style: Style = "none"
    names: dict[str, str] = field(default_factory=dict)  # as a line has it -> as it is spelled mostly
    tight: bool = False  # no space follows the colon
    after_blank: bool = False  # a name begins a paragraph
    depth: int | None = None  # how far a line with a name is indented, as `depth_of` says; None for any

    def is_place(self, line: str, before: str) -> bool:
        """Return whether a line stands, after the one before it, where names do."""
        if self.after_blank and before.strip():
            return False
        return self.depth is None or self.depth == depth_of(line)

    def goes_on(self, line: str) -> bool:
        """Return whether a line without a name goes on with the speech above: it is filled, and not where names are."""
        return bool(line.strip()) and (self.depth is None or self.after_blank or self.depth != depth_of(line))


_LEAST: dict[Style, float] = {
    "colon": _LEAST_SHARE,
    "block": _LEAST_SHARE,
    "block stop": _LEAST_SHARE,
    "stop": _STOP_SHARE,
}


def find_style(lines: list[str]) -> LineStyle:
    """Return how most lines begin."""
    page = look_at(lines)
    best, most = LineStyle(), 0.0
    for style, least in _LEAST.items():
        found = _names_of(page, style)
        if found is None:
            continue
        covered, known = found
        if covered > most and covered >= least * page.filled and (style != "stop" or len(known.names) > 1):
            best, most = known, covered
    return best


def _names_of(page: PrintedPage, style: Style) -> tuple[float, LineStyle] | None:
    """Return how many lines a style covers, and its names."""
    seen, seen_style = page.seen[style], style
    if not seen:
        return None
    inner = sum(not each.after_blank and not is_phrase(each.name) for each in seen)
    after_blank = (
        _common_place(seen, lambda each: each.after_blank) == 1
        and _BOTH < page.paragraphs / page.filled < 1 - _BOTH
        and inner < _SURE_SHARE * (page.filled - page.paragraphs)  # else each line has a name
    )
    depth = _common_place(seen, lambda each: each.depth)
    if depth is None or not _BOTH < page.depths[depth] / page.filled < 1 - _BOTH:
        depth = None
    followed = style == "block" and _common_place(seen, lambda each: each.followed) == 1
    seen = [
        each
        for each in seen
        if (each.after_blank or not after_blank)
        and depth in (None, each.depth)
        and (each.followed or not followed)
    ]
    names = Counter(each.name for each in seen)
    if style == "colon" and 2 * page.empty > names.total():
        style = "block colon"
    lines_each = 2 if style.startswith("block") else 1
    # Those lines count that stand where names do.
    places = (page.filled - page.asides) / lines_each
    if depth is not None:
        places = min(places, page.depths[depth])
    if after_blank:
        places = min(places, page.paragraphs)
    known = _known(names, places, page, style)
    if style == "stop":
        known |= _abbreviated(names, known)
    total = sum(names[name] for name in known)
    covered = page.filled * min(1.0, total / places) if places else 0.0
    indented = depth and total >= _SURE_SHARE * page.depths[depth]
    if 2 * total * lines_each < (_LEAST_SHARE if indented else _LEAST[seen_style]) * page.filled:
        covered = 0.0
    spelled = {name: _spelling(name, names, known, style) for name in known}
    return covered, LineStyle(
        style, spelled, tight=2 * page.tight > names.total(), after_blank=after_blank, depth=depth
    )


def _common_place(seen: list[Seen], place: Callable[[Seen], int]) -> int | None:
    """Return where most names stand that are seen often, if each stands mostly in one kind of place; else None."""
    names = Counter(each.name for each in seen)
    placed = Counter((each.name, place(each)) for each in seen)
    often = {name for name, count in names.items() if count >= _OFTEN and not is_phrase(name)} or set(names)
    masses = Counter[int]()
    for (name, where), count in placed.items():
        if name in often and count >= (1 - _MIXED) * names[name]:
            masses[where] += count
    if not masses or masses.total() < (1 - 2 * _MIXED) * sum(names[name] for name in often):
        return None
    where, mass = masses.most_common(1)[0]
    return where if mass >= _OFTEN and 2 * mass >= masses.total() else None


def _known(names: Counter[str], places: float, page: PrintedPage, style: Style) -> set[str]:
    """Return the beginnings that are names: those seen often; where most places have one, all."""
    if names.total() >= _EACH_SHARE * places and style != "block":
        plain = {name for name, count in names.items() if count >= _OFTEN or not is_phrase(name)}
        if sum(names[name] for name in plain) >= _EACH_SHARE * names.total():
            names = Counter({name: names[name] for name in plain})
    else:
        names = Counter({name: count for name, count in names.items() if not is_phrase(name)})
    if style == "block":
        names = _names_alone(names, page)
    capitals = Counter({name: count for name, count in names.items() if is_in_capitals(name)})
    if capitals and capitals.total() >= _MOST * names.total():
        folded = {name.casefold() for name in capitals}
        # A name alone on its line is one in small letters too: KENT and Fool.
        least = {"block": _OFTEN, "block colon": 1, "block stop": 1}.get(style, math.inf)
        names = Counter(
            {
                name: count
                for name, count in names.items()
                if name in capitals or name.casefold() in folded or (count >= least and not is_phrase(name))
            }
        )
    often = {name for name, count in names.items() if count >= _OFTEN}
    if not often and names.total() >= 2:  # noqa: PLR2004  # one line shows nothing
        often = {name for name, count in names.items() if count > 1}
    share = sum(names[name] for name in often) / max(1.0, places)
    if share >= _SURE_SHARE or (names.total() >= _SURE_SHARE * places and page.filled < _SHORT):
        return set(names)
    # In a text where few lines have one, a common word is none: "Stop: that is mine."
    return {name for name in often if is_in_capitals(name) or name.casefold() not in page.words}


def _names_alone(names: Counter[str], page: PrintedPage) -> Counter[str]:
    """Return the names that are lines: in capitals, unless they begin most paragraphs."""
    often = Counter({name: count for name, count in names.items() if count >= _OFTEN})
    if often.total() >= _WHOLE * page.paragraphs and len(often) > 1:
        return names if page.filled < _SHORT else often
    return Counter({name: count for name, count in names.items() if bare_name(name) is not None})


def _abbreviated(names: Iterable[str], known: set[str]) -> set[str]:
    """Return the names that begin as known ones do: printers shortened them as a line had room, `Bar.` and `Barn.`."""
    begins = {_bare(name)[:_ABBREVIATED] for name in known}
    return {name for name in names if _bare(name)[:_ABBREVIATED] in begins and " " not in _bare(name)}


def _bare(name: str) -> str:
    """Return a name without the number of one of several: `2. Sol` -> `Sol`."""
    return name.lstrip("0123456789. ") or name


def _spelling(name: str, names: Counter[str], known: Iterable[str], style: Style) -> str:
    """Return a name as it is spelled mostly: `Nora` -> `NORA` beside others in capitals, `Ada, softly` -> `Ada`."""
    name = re.sub(r"^(\d)(?:\s?\.\s*|\s+)(?=[^\W\d_])", r"\1.", name)  # 1. Clo. -> 1.Clo
    head, _, tail = name.partition(", ")
    if tail.lstrip("_*")[:1].islower():
        name = head
    if style == "colon":
        return name
    capitals = sum(names[each] for each in known if is_in_capitals(each))
    return name.upper() if name.upper() in known and 2 * capitals >= names.total() else name
