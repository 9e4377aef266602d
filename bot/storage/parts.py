"""A scene's parts as the database keeps them: what each request asked, so that a button can go on exactly."""

import json

from core.writing.episode import Episode
from core.writing.request import SceneRequest


def write_parts(episode: Episode) -> str:
    """Return what was asked for each part of a scene as JSON, or nothing if it is not known of the first ones."""
    if bool(episode.earlier) != bool(episode.before):
        return ""
    return json.dumps([part.to_dict() for part in (*episode.before, episode.request)], ensure_ascii=False)


def read_parts(text: str) -> tuple[SceneRequest, ...]:
    """Return what `write_parts` wrote, the first part first; none of an empty text."""
    return tuple(SceneRequest.from_dict(values) for values in json.loads(text or "[]"))
