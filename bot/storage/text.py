"""Text as every database and Discord take it."""

from typing import Any


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
