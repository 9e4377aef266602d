"""A scene's parts as the database keeps them: what each request asked, so that a button can go on exactly."""

import json
from dataclasses import asdict

from core.writing.directions import Directions
from core.writing.writer import Episode
from core.writing.writer import WriteRequest as Part


def write_parts(episode: Episode) -> str:
    """Return what was asked for each part of a scene as JSON, or nothing if it is not known of the first ones."""
    if bool(episode.earlier) != bool(episode.before):
        return ""
    return json.dumps([asdict(part) for part in (*episode.before, episode.request)], ensure_ascii=False)


def read_parts(text: str) -> tuple[Part, ...]:
    """Return what `write_parts` wrote, the first part first; none of an empty text."""
    return tuple(_read_part(**fields) for fields in json.loads(text or "[]"))


def _read_part(*, directions: dict[str, object] | None, **fields: float) -> Part:
    if directions is None:
        return Part(**fields)  # type: ignore[arg-type]  # as they were written
    cast: list[str] = directions.pop("cast")  # type: ignore[assignment]  # JSON has lists alone
    return Part(**fields, directions=Directions(cast=tuple(cast), **directions))  # type: ignore[arg-type]  # as above
