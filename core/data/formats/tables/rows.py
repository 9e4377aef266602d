"""A table of lines, messages or texts to episodes, whatever kind of file it came from."""

import datetime as dt
import re
from collections.abc import Iterator

import pandas as pd

from core.data.formats.chats.days import is_month_first, read_day
from core.data.formats.chats.messages import Message, MessageCounts, clean_message, read_messages
from core.data.formats.chats.system import NUMBERED, SYSTEM_TEXT, numbers_are_of_bots
from core.data.formats.reading import LeftOut, Reading, Script, show_name
from core.data.formats.tables.columns import Columns, find_columns, interleave, speech_numbers
from core.data.formats.tables.parts import in_order, is_missing, join_row
from core.errors import CorpusError
from core.text import Text

MOST_COLUMNS = 1_000
_DISCORD_COLUMNS = {"AuthorID", "Author", "Date", "Content"}
_LONG_TEXT = 300  # characters on average: such a column holds whole texts, and no lines
_VERSE = 0.4  # share of rows without a speaker from which on they go on with the speech above
_MOSTLY = 0.5
_MOMENT = re.compile(r"1\d{9}(?:\d{3})?(?:\.\d{1,9})?")  # seconds or milliseconds since 1970
_WRITTEN = re.compile(r"[A-Z][a-z]{2,8} \d{1,2}, \d{4}|\d{1,2}[-/.](?:\d{1,2}|[A-Z][a-z]{2})[-/.]\d{2,4}\b")
_SPOKEN = {"", "default", "reply", "message", "0", "19", "text"}


def read_rows(table: pd.DataFrame, *, format_: str, encoding: str, name: str) -> Reading:
    """Return the episodes of a table whose cells are all texts.

    Raises:
        CorpusError: it is empty, or no column holds text.
    """
    if table.empty:
        raise CorpusError(
            "{name} is a table without rows; bring one with a line of text in each row.", name=show_name(name)
        )
    table = interleave(table)
    columns = find_columns(table)
    if columns is None:
        names = ", ".join(show_name(str(column)) for column in table.columns[:12])
        raise CorpusError(
            "{name} is a table in which no column holds lines of text. It has the columns {columns}; name "
            "the one that does `line`, and the one of who speaks `speaker`.",
            name=show_name(name),
            columns=names,
        )
    notes = (_describe_guess(table, columns),) if columns.is_guess else ()
    if columns.speaker is None:
        reading = _read_texts(table, columns, format_, encoding, name)
    elif columns.episode is None and columns.season is None and columns.title is None and _is_chat(columns):
        if set(map(str, table.columns)) >= _DISCORD_COLUMNS:
            format_ = "DiscordChatExporter CSV"
        counts = MessageCounts()
        table = _oldest_first(table, columns)
        reading = read_messages(
            _messages(table, columns, counts), format_=format_, encoding=encoding, name=name, counts=counts
        )
    else:
        reading = _read_lines(table, columns, format_, encoding, name)
    return Reading(reading.format, encoding, reading.scripts, reading.left_out, notes, reading.kind)


def _is_chat(columns: Columns) -> bool:
    return columns.date is not None or columns.channel is not None or columns.bot is not None


def _oldest_first(table: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """Return messages in the order of their times, where an app wrote the newest one first."""
    if columns.date is None:
        return table
    first, last = table.iloc[0, columns.date], table.iloc[-1, columns.date]
    sortable = all(re.match(r"\d{10,13}$|\d{4}-\d{2}-\d{2}", str(moment)) for moment in (first, last))
    return table.iloc[::-1] if sortable and str(first) > str(last) else table


def _messages(table: pd.DataFrame, columns: Columns, counts: MessageCounts) -> Iterator[Message]:
    empty = [""] * len(table)

    def cells(index: int | None) -> list[str]:
        return empty if index is None else table.iloc[:, index].tolist()

    kinds = cells(columns.type)
    texts, speakers = cells(columns.text), cells(columns.speaker)
    bots_have_numbers = numbers_are_of_bots(speakers)
    month_first = is_month_first(cells(columns.date))
    days, channels, bots = cells(columns.date), cells(columns.channel), cells(columns.bot)
    for text, speaker, day, channel, bot, kind in zip(
        texts, speakers, days, channels, bots, kinds, strict=True
    ):
        if bot.casefold() in {"true", "1", "yes"}:
            counts.skip(Text("of a bot"))
        elif (
            SYSTEM_TEXT.fullmatch(text.strip())
            if columns.type is None
            else (columns.bot is not None and kind.casefold() not in _SPOKEN)
        ):
            counts.skip(Text("of the app itself: joined, left, changed"))
        elif bots_have_numbers and NUMBERED.search(speaker):
            counts.skip(Text("of a bot"))
        elif not speaker.strip():
            counts.skip(Text("nobody is named as its author"))
        else:
            yield Message(speaker, text, _day(day, month_first=month_first), channel.strip())


def _day(date: str, *, month_first: bool) -> str:
    """Return the day of a date: `2024-01-05T21:03:00+00:00` or `05/01/2024 21:03` -> `2024-01-05`."""
    date = date.strip()
    if found := _WRITTEN.search(date):
        return read_day(found[0], month_first=month_first)
    if _MOMENT.fullmatch(date):
        return dt.datetime.fromtimestamp(int(date[:10]), tz=dt.UTC).strftime("%Y-%m-%d")
    return "" if date.replace(".", "").isdecimal() else date.replace("T", " ").split(" ")[0][:10]


def _read_lines(table: pd.DataFrame, columns: Columns, format_: str, encoding: str, name: str) -> Reading:
    """Return an episode for each series, season and episode, and a heading where the scene changes."""
    keys = [columns.season, columns.episode if columns.episode is not None else columns.title]
    series = table.iloc[:, columns.series if columns.series is not None else columns.text].str.strip()
    names = [table.columns[key] for key in keys if key is not None]
    parts = [table.iloc[:, key].str.strip().tolist() for key in keys if key is not None]
    speakers = table.iloc[:, columns.speaker if columns.speaker is not None else columns.text].tolist()
    scenes = table.iloc[:, columns.scene].tolist() if columns.scene is not None else [""] * len(table)
    numbered = all(scene.strip().replace(".", "").isdigit() for scene in scenes if scene.strip())
    labels = series.tolist() if columns.series is not None else [""] * len(table)
    texts = table.iloc[:, columns.text].tolist()
    episodes: dict[tuple[str, ...], list[str]] = {}
    last: dict[tuple[str, ...], str] = {}
    empty = 0
    nameless = sum(bool(text.strip()) and not who.strip() for text, who in zip(texts, speakers, strict=True))
    turns = speech_numbers(table)
    speakers = [who if turn else "" for who, turn in zip(speakers, turns, strict=True)] if turns else speakers
    verse = nameless > _VERSE * sum(bool(text.strip()) for text in texts)
    for number, (text, speaker, scene, label) in enumerate(zip(texts, speakers, scenes, labels, strict=True)):
        line, who = clean_message(text), " ".join(speaker.replace(":", " ").split())
        if not line or is_missing(line):
            empty += 1
            continue
        key = (label, *(part[number] for part in parts))
        said = episodes.setdefault(key, [])
        if scene.strip() and not numbered and last.get(key) != scene:
            last[key] = scene
            said.append(f"[{' '.join(scene.replace('[', '(').replace(']', ')').split())}]")
        goes_on = turns and number and turns[number] and turns[number - 1 : number + 1] == 2 * [turns[number]]
        if (verse and not who and said and not line.startswith(("(", "["))) or (who and goes_on):
            said[-1] += f" {line}"
        else:
            said.append(join_row(who, line))
    if not episodes:
        raise _no_text(name, table)
    positions: dict[str, int] = {}
    scripts = []
    for key in in_order(episodes):
        place = positions.get(key[0], 0)
        positions[key[0]] = place + 1
        full = " ".join(f"{column} {part}" for column, part in zip(names, key[1:], strict=True)) or name
        scripts.append(Script(full, place, "\n".join(episodes[key]), key[0], "lines"))
    left_out = (
        (LeftOut(Text("{count:,} row", "{count:,} rows", count=empty), Text("no text")),) if empty else ()
    )
    return Reading(format_, encoding, tuple(scripts), left_out)


def _read_texts(table: pd.DataFrame, columns: Columns, format_: str, encoding: str, name: str) -> Reading:
    """Return an episode for each row that is a whole text; where rows are lines, one for each episode."""
    texts = table.iloc[:, columns.text]
    whole = (
        columns.title is not None
        or bool(texts.str.contains("\n").mean() > _MOSTLY)
        or float(texts.str.len().mean()) > _LONG_TEXT
    )
    if not whole:
        return _read_lines_without_speakers(table, columns, format_, encoding, name)
    titles = table.iloc[:, columns.title].tolist() if columns.title is not None else [""] * len(table)
    labels = table.iloc[:, columns.series].tolist() if columns.series is not None else [""] * len(table)
    keys = [table.iloc[:, key] for key in (columns.season, columns.episode) if key is not None]
    rows: dict[tuple[str, ...], tuple[str, str, str]] = {}
    for number, row in enumerate(zip(texts, titles, labels, strict=True), 1):
        rows[row[2], *(key.iloc[number - 1] for key in keys), str(number)] = row
    positions: dict[str, int] = {}
    scripts = []
    for key in in_order(rows):
        text, title, label = rows[key]
        place = positions.get(label, 0)
        positions[label] = place + 1
        if text.strip():
            scripts.append(Script(title.strip() or f"row {key[-1]}", place, text, label))
    if not scripts:
        raise _no_text(name, table)
    return Reading(format_, encoding, tuple(scripts))


def _read_lines_without_speakers(
    table: pd.DataFrame, columns: Columns, format_: str, encoding: str, name: str
) -> Reading:
    keys = [key for key in (columns.season, columns.episode) if key is not None]
    parts = [table.iloc[:, key].str.strip().tolist() for key in keys]
    episodes: dict[tuple[str, ...], list[str]] = {}
    for number, text in enumerate(table.iloc[:, columns.text].tolist()):
        line = clean_message(text)
        if line:
            episodes.setdefault(tuple(part[number] for part in parts), []).append(line)
    if not episodes:
        raise _no_text(name, table)
    scripts = tuple(
        Script(" ".join(key) or name, position, "\n".join(episodes[key]), "", "paragraphs")
        for position, key in enumerate(in_order(episodes))
    )
    return Reading(format_, encoding, scripts)


def _no_text(name: str, table: pd.DataFrame) -> CorpusError:
    return CorpusError(
        "{name} is a table without any text in its row; bring one with lines.",
        "{name} is a table of {count:,} rows without any text; bring one with lines.",
        name=show_name(name),
        count=len(table),
    )


def _describe_guess(table: pd.DataFrame, columns: Columns) -> Text:
    """Say which columns were chosen by what they hold."""
    text = show_name(str(table.columns[columns.text]))
    if columns.speaker is None:
        return Text(
            "In the table the text is taken from the column {text}; if that is wrong, name the column `line`.",
            text=text,
        )
    return Text(
        "In the table the text is taken from the column {text} and who speaks from {speaker}; if that is wrong, name "
        "the columns `line` and `speaker`.",
        text=text,
        speaker=show_name(str(table.columns[columns.speaker])),
    )
