"""Text as every database and Discord take it."""

import json
from typing import Any

from core.text import Text, read_text

_BEGINNING = '{"'  # of a sentence that was stored as JSON


def storable(value: Any) -> Any:  # noqa: ANN401 -- any JSON
    """Return JSON, or a text, without the NULs and lone surrogates that PostgreSQL and UTF-8 have no place for."""
    match value:
        case str():
            return value.encode("utf-8", "ignore").decode().replace("\0", "")
        case list():
            return [storable(item) for item in value]
        case dict():
            return {storable(name): storable(item) for name, item in value.items()}
        case _:
            return value


def dump_text(text: str) -> str:
    """Return a sentence for a column of text, so that it can be said in any language later."""
    if not isinstance(text, Text) and not text.startswith(_BEGINNING):
        return text
    return json.dumps((text if isinstance(text, Text) else Text(text)).to_json()) if text else ""


def load_text(stored: str) -> str:
    """Return what `dump_text` stored, or a sentence from before there were languages."""
    if not stored.startswith(_BEGINNING):
        return stored
    try:
        return read_text(json.loads(stored))
    except ValueError:
        return stored
