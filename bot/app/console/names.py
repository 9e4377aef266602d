"""Names that were probably mistyped: a speaker or a place that is nearly one of the scripts'."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

from core.errors import PromptError

NEAR = 0.75  # of the letters are the same
LEAST_LETTERS = 2  # shorter names are near to many


def check_cast(text: str, speakers: Sequence[str]) -> None:
    """Make sure that each name of a cast is a speaker's, or near to none.

    Raises:
        PromptError: one is probably mistyped, or the names are joined by other than commas.
    """
    known = {speaker.casefold(): speaker for speaker in speakers}
    for part in text.split(","):
        name = part.strip().strip("\"'").strip()
        if not name or name.casefold() in known:
            continue
        several = [
            each.strip() for each in re.split(r"\s+and\s+|\s*[;&/+]\s*|\s+", name, flags=re.IGNORECASE)
        ]
        several = [each for each in several if each.casefold() in known]
        if len(several) > 1:
            right = ", ".join(known[each.casefold()] for each in several)
            raise PromptError(f'Names of a cast stand with commas between them: cast:"{right}".')
        near = get_close_matches(name.casefold(), known, n=1, cutoff=NEAR)
        if near and len(name) >= LEAST_LETTERS:
            raise PromptError(f"The scripts have no {name[:40]}; did you mean {known[near[0]]}?")


def check_place(text: str, places: Sequence[str]) -> None:
    """Make sure that a place is one of the scripts', or near to none.

    Raises:
        PromptError: it is probably mistyped.
    """
    name = text.strip().strip("[]").strip()
    known = {_letters(place): place for place in reversed(places)}
    if not name or name.casefold() in {place.casefold() for place in places}:
        return
    near = [_letters(name)] if _letters(name) in known else []
    near = near or get_close_matches(_letters(name), known, n=1, cutoff=NEAR)
    if near and len(name) >= LEAST_LETTERS:
        raise PromptError(f'The scripts have no place {name[:40]}; did you mean place:"{known[near[0]]}"?')


def _letters(text: str) -> str:
    return re.sub(r"[^\w]", "", text.casefold())
