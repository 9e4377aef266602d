"""JSON whose lines lie inside other objects: seasons, episodes, scenes, columns of a table, pairs of name and line."""

from collections.abc import Iterator
from typing import Any

from core.data.formats.tables.columns import known_names

Row = dict[str, Any]
_INNER = {
    *("scenes", "scene", "lines", "dialogue", "dialogues", "dialog"),
    *("script", "content", "transcript", "utterances", "messages"),
}  # fmt: skip
_PLACES = ("location", "place", "setting", "heading", "slug", "scene", "title", "name")
_DEEPEST = 12
_LEAST = 3  # lines, that are a dialogue
_LEAST_TEXTS = 20  # in lists of texts, from which on they are lines and no episodes
_LEAST_IN_EACH = 8
_SHORT = 200  # characters of a line on average


def find_rows(document: Any) -> list[Row]:  # noqa: ANN401  # any JSON
    """Return the lines that a document holds somewhere, with `episode` and `scene` by where; none if it has none.

    Example: `{"ep1": [["Ada", "Tea?"], ...]}` -> `[{"speaker": "Ada", "line": "Tea?", "episode": "ep1", "scene": ""}]`.
    """
    if isinstance(document, dict):
        table = _columns(document)
        if table:
            return table
    rows = list(_walk(document, (), "", 0))
    if not any(row["episode"].strip() or row["scene"] for row in rows):
        rows = [{key: value for key, value in row.items() if key not in ("episode", "scene")} for row in rows]
    return rows if len(rows) >= _LEAST else []


def _columns(document: Row) -> list[Row]:
    """Return the rows of a table that was written by columns, as pandas does."""
    names, data = document.get("columns"), document.get("data")
    if isinstance(names, list) and isinstance(data, list) and all(isinstance(row, list) for row in data):
        return [dict(zip(map(str, names), row, strict=False)) for row in data]
    columns = {
        name: list(value.values()) if isinstance(value, dict) else value
        for name, value in document.items()
        if isinstance(value, dict | list)
    }
    lengths = {len(value) for value in columns.values()}
    flat = all(not isinstance(cell, dict | list) for value in columns.values() for cell in value[:_LEAST])
    if len(columns) != len(document) or len(lengths) != 1 or not flat or known_names(list(columns)) < 2:  # noqa: PLR2004  # who, what
        return []
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _walk(node: Any, path: tuple[str, ...], scene: str, depth: int) -> Iterator[Row]:  # noqa: ANN401  # any JSON
    if depth > _DEEPEST:
        return
    lines = _lines_of(node)
    if lines:
        episode = " ".join(path)
        yield from ({"episode": episode, "scene": scene, **line} for line in lines)
    elif isinstance(node, list):
        for number, item in enumerate(node, 1):
            is_inner = path[-1:] == ("",)  # of an episode
            inner = path if is_inner else (*path, str(number))
            yield from _walk(item, inner, (_scene_of(item) if is_inner else "") or scene, depth + 1)
    elif isinstance(node, dict):
        for key, value in node.items():
            inner = (*path, "") if key.casefold() in _INNER else (*path, key)
            yield from _walk(value, inner, scene, depth + 1)


def _scene_of(node: object) -> str:
    """Return what an object that is a scene calls its place."""
    if not isinstance(node, dict):
        return ""
    return next((node[key] for key in _PLACES if isinstance(node.get(key), str)), "")


def _lines_of(node: object) -> list[Row]:
    """Return what is said in a list of lines; nothing where a node is no such list."""
    if not isinstance(node, list) or len(node) < 1:
        return []
    if all(isinstance(item, dict) for item in node):
        named = [item for item in node if known_names(list(item)) > 1 and _texts(item) > 1]
        return [dict(item) for item in node] if 2 * len(named) > len(node) else []
    if all(isinstance(item, list) and len(item) == 2 and _is_pair(item) for item in node):  # noqa: PLR2004  # who, what
        names = {item[0] for item in node}
        return (
            [{"speaker": who, "line": said} for who, said in node]
            if len(names) < len(node) or len(node) < _LEAST
            else []
        )
    return []


def _is_pair(item: list[Any]) -> bool:
    return all(isinstance(part, str) for part in item) and len(item[0]) <= 40  # noqa: PLR2004  # characters of a name


def _texts(item: Row) -> int:
    return sum(isinstance(value, str) for value in item.values())


def are_lines(table: dict[str, Any]) -> bool:
    """Return whether the texts in a document's lists are lines, and no whole episodes: many, and short."""
    lists = [value for value in table.values() if isinstance(value, list)]
    texts = [text for value in lists for text in value if isinstance(text, str)]
    return (
        len(lists) == len(table)
        and len(texts) >= max(_LEAST_TEXTS, _LEAST_IN_EACH * len(lists))
        and sum(map(len, texts)) < _SHORT * len(texts)
        and not any("\n" in text for text in texts)
    )
