"""What is offered while somebody types: the model's speakers and places, and the member's own lines."""

from bot.discord.limits import CHOICE_CHARACTERS, CHOICES
from bot.discord.markdown import clean_text
from bot.storage.tables.scenes import SceneRepository
from core.writing.writer import Writer

OWN_LINES = 8  # places that are kept for them


async def suggest_lines(writer: Writer, scenes: SceneRepository, member_id: int, typed: str) -> list[str]:
    """Return at most 25 lines that fit what was typed."""
    recent = await scenes.read_recent_lines(member_id, limit=CHOICES)
    model = [f"{speaker}: " for speaker in writer.speakers()]
    model += [f"[{place}]" for place in writer.places()]
    return choose_lines(model, recent, typed)


def choose_lines(model: list[str], recent: list[str], typed: str) -> list[str]:
    """Choose: `["QUARK: ", "ODO: "], ["Odo, no"], "o"` -> `["ODO: ", "Odo, no", "QUARK: "]` less the last."""
    wanted = typed.strip().casefold()
    own = [line for line in recent if wanted in line.casefold() and _fits(line)]
    # A beginning first, then what has the letters elsewhere; both most frequent first.
    begins = [
        line for line in model if _fits(line) and line.casefold().lstrip("[").startswith(wanted.lstrip("["))
    ]
    return list(dict.fromkeys([*begins[: CHOICES - min(len(own), OWN_LINES)], *own]))[:CHOICES]


def choose_cast(speakers: list[str], typed: str) -> list[str]:
    """Go on with a list of names: `["QUARK", "ODO"], "Quark, o"` -> `["Quark, ODO", "Quark, o"]`."""
    *begun, last = (clean_text(name).strip() for name in typed.split(","))
    before = [name for name in begun if name]
    taken = {name.casefold() for name in before}
    wanted = last.casefold()
    names = [name for name in speakers if name.casefold() not in taken and name.casefold().startswith(wanted)]
    # A name that the model never saw can be played, too.
    names = [*names[: CHOICES - 1], last] if last and wanted not in map(str.casefold, names) else names
    lists = [", ".join([*before, name]) for name in names]
    return [line for line in lists if _fits(line)][:CHOICES]


def choose_places(places: list[str], typed: str) -> list[str]:
    """Return the places that have what was typed, those that begin with it first."""
    wanted = typed.strip().strip("[]").casefold()
    begin = [place for place in places if place.casefold().startswith(wanted)]
    hold = [place for place in places if wanted in place.casefold()]
    return list(dict.fromkeys(place for place in [*begin, *hold] if _fits(place)))[:CHOICES]


def _fits(line: str) -> bool:
    # Discord refuses all choices if one is empty, too long or of several lines.
    return (
        bool(line.strip())
        and len(line) <= CHOICE_CHARACTERS
        and clean_text(line) == line
        and "\n" not in line
    )
