"""JSON objects as rows of a table, and the dialogues that objects hold."""

from typing import Any

import pandas as pd

from core.data.formats.reading import show_name
from core.data.formats.tables.rows import MOST_COLUMNS
from core.errors import CorpusError
from core.text import Text

SHAPES = Text(
    "bring {series: {episode: text}}, a list of texts, a list of objects with a speaker and a line, or the export of a "
    "chat as its app makes it"
)


def find_dialogues(items: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the lists of messages that objects hold, one each; empty where they hold none."""
    found = []
    for item in items:
        lists = [
            value
            for value in item.values()
            if isinstance(value, list) and value and all(isinstance(part, dict) for part in value)
        ]
        if len(lists) != 1 or (len(lists[0]) < 2 and len(items) < 2):  # noqa: PLR2004  # one remark is no dialogue
            return []
        texts = [part for part in lists[0] if sum(isinstance(value, str) for value in part.values()) > 1]
        if not texts or any(isinstance(item.get(key), str) for key in ("text", "content", "line")):
            return []
        found.append(lists[0])
    return found


def build_table(rows: list[dict[str, Any]], name: str) -> pd.DataFrame:
    """Return a table of texts with a column for each name that an object has.

    Raises:
        CorpusError: there are more names than a table may have columns.
    """
    columns: dict[str, None] = {}
    for row in rows:
        columns.update(dict.fromkeys(row))
        if len(columns) > MOST_COLUMNS:
            raise CorpusError(
                "{name} is JSON whose objects have more than {most:,} different names; {instead}.",
                name=show_name(name),
                most=MOST_COLUMNS,
                instead=SHAPES,
            )
    cells = {column: [_cell(row.get(column)) for row in rows] for column in columns}
    return pd.DataFrame(cells, dtype=str)


def describe_value(value: object) -> Text:
    """Return what a value of JSON is."""
    names = {
        bool: Text("true or false"),
        int: Text("a number"),
        float: Text("a number"),
        str: Text("a text"),
        list: Text("a list"),
        dict: Text("an object"),
    }
    return names.get(type(value), Text("nothing"))


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):  # {"author": {"name": "Ada"}}
        return next(
            (
                _cell(value[key])
                for key in ("nickname", "global_name", "name", "username", "text", "title")
                if value.get(key)
            ),
            "",
        )
    if isinstance(value, list):
        return "\n".join(item for item in value if isinstance(item, str))
    return "" if value is None else str(value)
