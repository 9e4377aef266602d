"""Names that were probably mistyped: a speaker or a place that is nearly one of the scripts'."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

from core.errors import PromptError

NEAR = 0.75  # of the letters are the same
_EVERYBODY = ("", "all", "any", "anybody", "anyone", "everybody", "everyone", "nobody", "none")
_JOINING = frozenset(
    ("alone", "and", "at", "in", "just", "only", "or", "place", "with")
)  # between names, and beside one
LEAST_LETTERS = 2  # shorter names are near to many


def check_cast(text: str, speakers: Sequence[str]) -> None:
    """Make sure that each name of a cast is a speaker's, or near to none.

    Raises:
        PromptError: one is probably mistyped, the names are joined by other than commas, or it names everybody.
    """
    known = {speaker.casefold(): speaker for speaker in speakers}
    whole = text.strip(" \"'*").casefold()
    if text and whole in _EVERYBODY and whole not in known:
        raise PromptError("Everybody speaks where there is no cast; leave cast: out.")
    for part in text.split(","):
        name = part.strip().strip("\"'").strip()
        if not name or name.casefold() in known:
            continue
        words = re.findall(r"[\w'\u2019-]+", name.casefold())
        several = [word for word in words if word in known]
        if len(several) > 1 or (several and not _JOINING.isdisjoint(words)):
            right = ", ".join(known[each] for each in several)
            raise PromptError('Names of a cast stand with commas between them: cast:"{names}".', names=right)
        near = get_close_matches(name.casefold(), known, n=5, cutoff=NEAR)
        if near and len(name) >= LEAST_LETTERS:
            meant = min(near, key=lambda each: abs(len(each) - len(name)))
            raise PromptError(
                "The scripts have no {name}; did you mean {meant}?", name=name[:40], meant=known[meant]
            )


def check_place(text: str, places: Sequence[str]) -> None:
    """Make sure that a place is one of the scripts', or near to none.

    Raises:
        PromptError: it is probably mistyped.
    """
    name = text.strip().strip("[]").strip()
    known = {_letters(place): place for place in reversed(places)}
    if not name or name.casefold() in {place.casefold() for place in places}:
        return
    parts = re.split(r"\s+(?:and|cast|or|with)\s+|\s*[,;&/+|]\s*", name)
    near = [_letters(each) for each in (name, *parts) if _letters(each) in known][:1]
    near = near or get_close_matches(_letters(name), known, n=1, cutoff=NEAR)
    if near and len(name) >= LEAST_LETTERS:
        raise PromptError(
            'The scripts have no place {name}; did you mean place:"{meant}"?',
            name=name[:40],
            meant=known[near[0]],
        )


def _letters(text: str) -> str:
    return re.sub(r"[^\w]", "", text.casefold())
