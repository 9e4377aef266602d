"""Who speaks, and where, in each show of a run: the labels of the texts that it has learnt."""

from collections.abc import Iterable, Sequence
from typing import Any

from core.data.screenplay import places_of, speakers_of
from core.errors import PromptError

_OF_SHOW = 1500  # speakers of a show, at most, guests among them


def describe_cast(texts: Sequence[str], labels: Sequence[str]) -> dict[str, Any]:
    """Return the facts of a run's cast: speakers and places of `texts`, of all and of each label if they differ.

    The most frequent ones come first. An empty label is none.
    """
    shows: dict[str, list[str]] = {}
    for text, label in zip(texts, labels, strict=True) if labels else ():
        if label:
            shows.setdefault(label, []).append(text)
    return {
        **_names_in(texts),
        "shows": {label: _names_in(found, speakers=_OF_SHOW) for label, found in shows.items()}
        if len(shows) > 1
        else {},
    }


def _names_in(texts: Iterable[str], *, speakers: int = 200) -> dict[str, list[str]]:
    texts = list(texts)
    return {"speakers": speakers_of(texts, most=speakers), "places": places_of(texts)}


class Casts:
    """Speakers and places of a run's shows; one show is written in unless another is asked for."""

    def __init__(self, facts: dict[str, Any], labels: Sequence[str]) -> None:
        """Read the facts of a run's cast; `labels` are those that its network reads."""
        self._all: dict[str, list[str]] = facts
        self._shows: dict[str, dict[str, list[str]]] = facts.get("shows", {})
        self.shows = tuple(labels) if len(labels) > 1 else ()

    def find(self, asked: str) -> str:
        """Return the show that is meant, whatever the case of its letters.

        Raises:
            PromptError: the model has no such show.
        """
        for show in self.shows:
            if show.casefold() == asked.strip().casefold():
                return show
        if not self.shows:
            raise PromptError("This model has learnt one show; leave show out.")
        raise PromptError(
            "This model has no show {asked!r}; it has {shows}.", asked=asked[:40], shows=", ".join(self.shows)
        )

    def speakers(self, show: str | None = None) -> list[str]:
        """Return who speaks, those of the show first, the most talkative first."""
        return self._first("speakers", show)

    def places(self, show: str | None = None) -> list[str]:
        """Return the scene headings, those of the show first, the most frequent first."""
        return self._first("places", show)

    def own_places(self, show: str | None) -> list[str]:
        """Return the scene headings of the show alone."""
        return (self._of(show) or self._all)["places"]

    def strangers(self, show: str | None) -> frozenset[str]:
        """Return who speaks in other shows and never in this one."""
        own = self._of(show).get("speakers", [])
        return (
            frozenset(self._all["speakers"]).union(*(names["speakers"] for names in self._shows.values()))
            - frozenset(own)
            if own
            else frozenset()
        )

    def written(self, show: str | None) -> str:
        """Return the show that is asked for, or the one that is written in otherwise; an empty name where none is."""
        return show or next(iter(self.shows), "")

    def _of(self, show: str | None) -> dict[str, list[str]]:
        return self._shows.get(self.written(show), {})

    def _first(self, kind: str, show: str | None) -> list[str]:
        return list(dict.fromkeys([*self._of(show).get(kind, []), *self._all[kind]]))
