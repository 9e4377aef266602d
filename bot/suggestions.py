"""What is offered while a line is typed: the model's speakers and places, then the member's own lines."""

from bot.formatting import clean_text
from bot.limits import CHOICE_CHARACTERS, CHOICES
from bot.store import Store
from bot.studio import Studio

OWN_LINES = 8  # places that are kept for them


async def suggest_lines(studio: Studio, store: Store, member_id: int, typed: str) -> list[str]:
    """Return at most 25 lines that fit what was typed."""
    recent = await store.read_recent_lines(member_id, limit=CHOICES)
    model = [f"{speaker}: " for speaker in studio.writer.speakers()]
    model += [f"[{place}]" for place in studio.writer.places()]
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


def _fits(line: str) -> bool:
    # Discord refuses all choices if one is empty, too long or of several lines.
    return (
        bool(line.strip())
        and len(line) <= CHOICE_CHARACTERS
        and clean_text(line) == line
        and "\n" not in line
    )
