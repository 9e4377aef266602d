"""CSV, TSV and Excel to tables of texts."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice, pairwise

import pandas as pd

from core.data.formats.archive import BROKEN
from core.data.formats.chats.exports import find_export, read_export
from core.data.formats.reading import NO_FACTS, ChatFacts, LeftOut, Reading, show_name
from core.data.formats.tables.columns import has_header, known_names
from core.data.formats.tables.rows import MOST_COLUMNS, read_rows
from core.data.formats.tables.workbook import WorkbookError, read_sheets
from core.errors import CorpusError
from core.text import Text

_DELIMITERS = "\t,;|"
_LOOKED_AT = 100_000  # characters, by which a delimiter is told
_LEAST_ROWS = 3
# A table as R writes it: the rows have a number that the names of the columns lack.
_CORNELL = " +++$+++ "  # between the cells of the Cornell Movie-Dialogs Corpus
_CORNELL_NAMES = ("line id", "user id", "movie id", "character", "text")
_QUOTED_NAMES = re.compile(r'(?:"[^"\n]{1,40}" ){1,20}"[^"\n]{1,40}"\n"[^"\n]{1,40}" "')
_SAME = 0.9  # share of rows with the same number of cells
_MOST_ROWS = 2_000_000
_TITLE_ROWS = 20  # of a sheet, that may stand above the names of its columns
_EMPTY_ROWS = 10_000  # one after another, that end a sheet


def find_delimiter(text: str, *, is_named: bool) -> str:
    """Return what separates the cells of a table, or an empty text if `text` is none.

    Args:
        text: of the file.
        is_named: its name says that it is a table.
    """
    head = text[:_LOOKED_AT]
    if len(text) > _LOOKED_AT:
        head = head[: head.rfind("\n") + 1] or head
    if _QUOTED_NAMES.match(head):
        return " "
    if head.partition("\n")[0].count(_CORNELL) == len(_CORNELL_NAMES) - 1:
        return _CORNELL
    best, most = "", 0.0
    for delimiter in _DELIMITERS:
        rows = _first_rows(_without_title(head, delimiter), delimiter)
        widths = [len(row) for row in rows if row]
        if not widths or widths[0] < 2:  # noqa: PLR2004  # one cell is no table
            continue
        same = sum(width == widths[0] for width in widths) / len(widths)
        known = has_header(rows[0]) and _names_columns(rows[0])
        regular = same >= _SAME and len(widths) >= _LEAST_ROWS
        tabs = delimiter == "\t" and regular
        if not (is_named or (known and same >= 0.5) or tabs):  # noqa: PLR2004  # lines may hold stray quotes
            continue
        score = same * (2.0 if known else 1.0) + 0.01 * min(widths[0], 10)
        if score > most:
            best, most = delimiter, score
    return best


def read_delimited(
    text: str, *, delimiter: str, encoding: str, name: str, chat: ChatFacts = NO_FACTS
) -> Reading:
    """Return the episodes of a CSV or TSV.

    Raises:
        CorpusError: it is empty, damaged, too wide, or has no text.
    """
    if delimiter == _CORNELL:
        return _read_cornell(text, encoding, name)
    text = _without_title(text, delimiter)
    first = next(iter(_first_rows(text[: 20 * _LOOKED_AT], delimiter)), [])
    if len(first) > MOST_COLUMNS:
        raise _too_wide(name, len(first))
    header = has_header(first)
    numbered = delimiter == " "
    try:
        table = pd.read_csv(
            io.StringIO(text.replace("\0", "")),
            sep=delimiter,
            header=0 if header else None,
            names=["number", *first] if numbered else None,
            escapechar="\\" if numbered else None,
            dtype=str,
            keep_default_na=False,
            na_filter=False,
            on_bad_lines="skip",
            index_col=False,
            skipinitialspace=True,
            engine="c",
            quoting=csv.QUOTE_NONE if delimiter == "\t" and text.count('"') % 2 else csv.QUOTE_MINIMAL,
        )
    except (ValueError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise CorpusError(
            "{name} cannot be read as a table; save it anew as CSV.", name=show_name(name)
        ) from error
    table = table.fillna("").astype(str)
    if kind := find_export(table.iloc[:50].to_dict("records")):
        return read_export(table.to_dict("records"), kind=kind, encoding=encoding, name=name, chat=chat)
    format_ = "table (TSV)" if delimiter == "\t" else "table (CSV)"
    return read_rows(table, format_=format_, encoding=encoding, name=name)


def _read_cornell(text: str, encoding: str, name: str) -> Reading:
    """Return the films of `L1 +++$+++ u0 +++$+++ m0 +++$+++ ADA +++$+++ The kettle.`, whose last lines come first."""
    rows = [row for line in text.split("\n") if len(row := line.split(_CORNELL)) == len(_CORNELL_NAMES)]
    numbers = [int(found[0]) if (found := re.findall(r"\d{1,9}", row[0])) else 0 for row in rows]
    if sum(after < before for before, after in pairwise(numbers)) > len(rows) // 2:
        rows.reverse()
    table = pd.DataFrame(rows, columns=list(_CORNELL_NAMES), dtype=str)
    return read_rows(table, format_="table (Cornell)", encoding=encoding, name=name)


def _without_title(text: str, delimiter: str) -> str:
    """Return a table without lines of a title above the names of its columns."""
    lines = text[:_LOOKED_AT].split("\n", _TITLE_ROWS)[:_TITLE_ROWS]
    rows = [next(iter(_first_rows(line, delimiter)), []) for line in lines]
    for place, row in enumerate(rows):
        width = sum(map(bool, row))
        if known_names(row) > 1 and has_header(row):
            above = rows[:place]
            is_title = all(2 * sum(map(bool, each)) <= width for each in above)
            return text[sum(len(line) + 1 for line in lines[:place]) :] if is_title else text
    return text


def read_excel(data: bytes, *, name: str) -> Reading:
    """Return the episodes of an Excel workbook: of its widest sheets that have text, a sheet a series.

    Raises:
        CorpusError: it is damaged, too large, or has no text.
    """
    readings: list[tuple[str, Reading]] = []
    problem: CorpusError | None = None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for sheet in read_sheets(archive, most_columns=MOST_COLUMNS):
                rows = _filled_rows(sheet.rows)
                try:
                    table = _table_of(rows, name)
                    read = read_rows(table, format_="table (Excel)", encoding="", name=name)
                    readings.append((sheet.title, read))
                except CorpusError as error:
                    problem = error
    except (WorkbookError, *BROKEN) as error:
        raise CorpusError(
            "{name} is a damaged Excel workbook; save it anew as .xlsx, or as CSV in UTF-8.",
            name=show_name(name),
        ) from error
    if not readings:
        raise problem or CorpusError(
            "{name} is a workbook without sheets; bring one with lines of text.", name=show_name(name)
        )
    if len(readings) == 1:
        return readings[0][1]
    named = [(title, reading) for title, reading in readings if not reading.notes] or readings
    spoken = [(title, reading) for title, reading in named if _has_speakers(reading)] or named
    left_out = [
        LeftOut(Text("the sheet {title}", title=title), Text("no lines with speakers, as other sheets have"))
        for title, reading in readings
        if (title, reading) not in spoken
    ]
    scripts = tuple(
        replace(script, label=script.label or (title if len(spoken) > 1 else ""))
        for title, reading in spoken
        for script in reading.scripts
    )
    left_out += [out for _, reading in spoken for out in reading.left_out]
    notes = tuple(dict.fromkeys(note for _, reading in spoken for note in reading.notes))
    return Reading("table (Excel)", "", scripts, tuple(left_out), notes)


def _has_speakers(reading: Reading) -> bool:
    return all(script.form == "lines" for script in reading.scripts)


def _filled_rows(sheet: Iterable[list[str]]) -> list[list[str]]:
    rows: list[list[str]] = []
    empty = 0
    for cells in sheet:
        empty = 0 if cells else empty + 1
        if empty > _EMPTY_ROWS or len(rows) > _MOST_ROWS:
            break
        if cells:
            rows.append(cells)
    return rows


def _table_of(rows: list[list[str]], name: str) -> pd.DataFrame:
    if not rows:
        raise CorpusError(
            "{name} is a table without rows; bring one with a line of text in each row.", name=show_name(name)
        )
    rows = rows[_header_row(rows) :]
    width = max(map(len, rows[:1_000]))
    if width > MOST_COLUMNS:
        raise _too_wide(name, width)
    filled = [(row + [""] * (width - len(row)))[:width] for row in rows]
    header = has_header([cell for cell in filled[0] if cell]) and len(filled) > 1
    names = filled[0] if header else [str(number) for number in range(width)]
    return pd.DataFrame(filled[1:] if header else filled, columns=names, dtype=str)


def _header_row(rows: list[list[str]]) -> int:
    """Return which row names the columns: the first of the sheet, or one below a title."""
    widths = sorted(len(row) for row in rows[:200])
    usual = widths[len(widths) // 2]
    named = (
        place for place, row in enumerate(rows[:_TITLE_ROWS]) if known_names(row) > 1 or 2 * len(row) > usual
    )
    return next(named, 0)


def _first_rows(head: str, delimiter: str) -> list[list[str]]:
    try:
        return [row for row in islice(csv.reader(io.StringIO(head), delimiter=delimiter), 200) if row]
    except csv.Error:
        return [line.split(delimiter) for line in head.split("\n")[:200] if line]


def _names_columns(first: list[str]) -> bool:
    """Return whether two columns have names that are known."""
    return known_names(first) > 1


def _too_wide(name: str, columns: int) -> CorpusError:
    return CorpusError(
        "{name} is a table of {count:,} columns or more, and at most {most:,} are read; bring one with a line of text "
        "in each row.",
        name=show_name(name),
        count=columns,
        most=MOST_COLUMNS,
    )
