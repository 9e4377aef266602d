"""JSON of any shape: the notes' table of series, episodes, texts, lists of messages, chat exports, JSON lines."""

import json
from typing import Any

from core.data.formats.chats.exports import find_export, read_export
from core.data.formats.encoding import mend_escapes
from core.data.formats.reading import NO_FACTS, ChatFacts, LeftOut, Reading, Script, natural_key, show_name
from core.data.formats.tables.columns import known_names
from core.data.formats.tables.json_nested import are_lines, find_rows
from core.data.formats.tables.json_rows import SHAPES, build_table, describe_value, find_dialogues
from core.data.formats.tables.rows import read_rows
from core.errors import CorpusError
from core.text import Text

SERIES = "scripts JSON"
_LINES = 20  # texts in a list, from which on short ones are lines and no episodes
_SHORT = 200  # characters of a line on average


def read_json(
    text: str,
    *,
    encoding: str,
    name: str,
    chat: ChatFacts = NO_FACTS,
) -> Reading:
    """Return the episodes of a JSON file, or of JSON lines.

    Raises:
        CorpusError: not JSON, cut short, or without texts that a reader knows.
    """
    document, is_lines = _parse(text, name)
    kind = find_export(document)
    if kind:
        return read_export(document, kind=kind, encoding=encoding, name=name, chat=chat)
    if isinstance(document, dict):
        return _read_object(document, encoding, name)
    if isinstance(document, list):
        return _read_list(document, encoding, name, is_lines=is_lines)
    if document is None:
        raise _no_episodes(name)
    raise CorpusError(
        "{name} is JSON that holds {what} alone; {instead}.",
        name=show_name(name),
        what=describe_value(document),
        instead=SHAPES,
    )


def looks_like_json(text: str) -> bool:
    """Return whether a text begins as JSON does, or as JSON lines."""
    head = text[:2_000].lstrip("\ufeff \n\t")
    if head.startswith("{"):
        return head[1:].lstrip()[:1] in {'"', "}"}
    return (
        head.startswith("[") and head[1:].lstrip()[:1] in {'"', "{", "[", "]"} and not head.startswith("[[")
    )


def _parse(text: str, name: str) -> tuple[Any, bool]:
    """Return (document, whether it was JSON lines)."""
    text = mend_escapes(text.lstrip("\ufeff"))
    try:
        return json.loads(text), False
    except RecursionError as error:
        raise CorpusError(
            "{name} is JSON nested too deeply; {instead}.", name=show_name(name), instead=SHAPES
        ) from error
    except ValueError as error:
        broken = error
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and lines[0].lstrip().startswith(("{", "[")):
        try:
            return [json.loads(line) for line in lines], True
        except (ValueError, RecursionError):
            pass
    if not isinstance(broken, json.JSONDecodeError):  # a number of too many digits
        raise CorpusError(
            "{name} cannot be read as JSON; export or copy it anew.", name=show_name(name)
        ) from broken
    if broken.pos >= len(text.rstrip()) - 1 or "Unterminated" in str(broken):
        raise CorpusError(
            "{name} ends in the middle: it is cut short; export or copy it anew.", name=show_name(name)
        ) from broken
    raise CorpusError(
        "{name} cannot be read as JSON, line {line}, column {column}; export or copy it anew.",
        name=show_name(name),
        line=broken.lineno,
        column=broken.colno,
    ) from broken


def _read_object(document: dict[str, Any], encoding: str, name: str) -> Reading:
    values = [value for value in document.values() if value is not None]
    if not values:
        raise _no_episodes(name)
    if all(isinstance(value, str) for value in values):
        return _read_series({"": document}, encoding)
    rows = find_rows(document)
    if rows:
        return _read_rows(rows, encoding, name)
    if are_lines(document):
        scripts = (
            Script(key, place, "\n".join(filter(None, lines)), "", "paragraphs")
            for place, (key, lines) in enumerate(
                sorted(document.items(), key=lambda item: natural_key(item[0]))
            )
        )
        return Reading("JSON lists of lines", encoding, tuple(scripts))
    nested = all(isinstance(value, dict | list) for value in values)
    texts = [item for value in values if isinstance(value, dict | list) for item in _items(value).values()]
    if nested and texts and all(item is None or isinstance(item, str) for item in texts):
        return _read_series(
            {label: _items(value) for label, value in document.items() if value is not None}, encoding
        )
    lists = [
        key
        for key, value in document.items()
        if isinstance(value, list) and value and isinstance(value[0], dict)
    ]
    if len(lists) == 1:  # an object around a list of messages
        return _read_list(document[lists[0]], encoding, name, is_lines=False)
    if (
        nested
        and texts
        and all(isinstance(item, dict) for value in values if isinstance(value, list) for item in value)
        and lists
    ):
        return _read_named_lists(document, lists, encoding, name)
    _refuse(document, name)
    raise _no_episodes(name)


def _refuse(document: dict[str, Any], name: str) -> None:
    """Raise what a document holds that is no text."""
    for label, value in document.items():
        if value is not None and not isinstance(value, dict | list):
            raise CorpusError(
                "{name} holds {what} at {place}; {instead}.",
                name=show_name(name),
                what=describe_value(value),
                place=show_name(label),
                instead=SHAPES,
            )
        for item in _items(value).values() if value else ():
            if item is not None and not isinstance(item, str):
                raise CorpusError(
                    "{name} holds something other than texts in series {place}: {what}; {instead}.",
                    name=show_name(name),
                    place=show_name(label),
                    what=describe_value(item),
                    instead=SHAPES,
                )


def _read_series(table: dict[str, dict[str, Any]], encoding: str) -> Reading:
    """Return an episode for each text; a null keeps its place, so that the others keep theirs."""
    scripts = []
    nulls = 0
    for label, episodes in table.items():
        for position, (episode, text) in enumerate(episodes.items()):
            if text is None:
                nulls += 1
                continue
            scripts.append(Script(f"{label}, {episode}" if label else episode, position, text, label))
    counted = Text("{count:,} episode", "{count:,} episodes", count=nulls)
    left_out = (LeftOut(counted, Text("null in place of a text")),) if nulls else ()
    return Reading(SERIES, encoding, tuple(scripts), left_out)


def _read_list(items: list[Any], encoding: str, name: str, *, is_lines: bool) -> Reading:
    if not items:
        raise _no_episodes(name)
    if all(item is None or isinstance(item, str) for item in items):
        texts = [item for item in items if item]
        if (
            len(texts) >= _LINES
            and sum(map(len, texts)) < _SHORT * len(texts)
            and not any("\n" in text for text in texts)
        ):
            script = Script(name, 0, "\n".join(texts), "", "paragraphs")
            return Reading("JSON list of lines", encoding, (script,))
        return _read_series({"": _items(items)}, encoding)
    if all(isinstance(item, dict) for item in items):
        return _read_objects(items, encoding, name, is_lines=is_lines)
    if all(
        isinstance(item, list) and item and all(isinstance(part, dict) for part in item) for item in items
    ):
        return _read_dialogues(items, encoding, name)
    rows = find_rows(items)
    if rows:
        return _read_rows(rows, encoding, name)
    odd = next(item for item in items if not isinstance(item, str) and item is not None)
    raise CorpusError(
        "{name} is a JSON list that holds {what}; {instead}.",
        name=show_name(name),
        what=describe_value(odd),
        instead=SHAPES,
    )


def _read_objects(items: list[dict[str, Any]], encoding: str, name: str, *, is_lines: bool) -> Reading:
    dialogues = find_dialogues(items)
    if dialogues:
        return _read_dialogues(dialogues, encoding, name)
    is_table = known_names(list(items[0])) > 1 and not _holds_lists(items[0])
    rows = [] if is_table else find_rows(items)
    if rows:
        return _read_rows(rows, encoding, name)
    format_ = "JSON lines" if is_lines else "JSON list"
    return read_rows(build_table(items, name), format_=format_, encoding=encoding, name=name)


def _read_dialogues(dialogues: list[list[dict[str, Any]]], encoding: str, name: str) -> Reading:
    rows = [
        {**message, "episode": str(number)}
        for number, dialogue in enumerate(dialogues, 1)
        for message in dialogue
        if "system" not in (message.get("role"), message.get("from"))  # what a model is told, and nobody says
    ]
    return _read_rows(rows, encoding, name)


def _read_rows(rows: list[dict[str, Any]], encoding: str, name: str) -> Reading:
    return read_rows(build_table(rows, name), format_="JSON dialogues", encoding=encoding, name=name)


def _holds_lists(item: dict[str, Any]) -> bool:
    return any(
        isinstance(value, list) and value and isinstance(value[0], dict | list) for value in item.values()
    )


def _read_named_lists(document: dict[str, Any], keys: list[str], encoding: str, name: str) -> Reading:
    rows = [{**message, "episode": key} for key in keys for message in document[key]]
    return _read_rows(rows, encoding, name)


def _items(value: dict[str, Any] | list[Any]) -> dict[str, Any]:
    """Return the episodes of a series by name; those of a list by number."""
    return (
        value if isinstance(value, dict) else {f"episode {number}": item for number, item in enumerate(value)}
    )


def _no_episodes(name: str) -> CorpusError:
    return CorpusError(
        "{name} is JSON without any episodes; {instead}.", name=show_name(name), instead=SHAPES
    )
