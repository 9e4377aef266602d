"""Excel workbooks as a stream of rows: a library that builds every cell takes a minute for 25 MB of lines."""

import datetime as dt
import posixpath
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree

_CELL = re.compile(r"([A-Z]{1,3})\d")
_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # built-in formats of numbers
_DATE_SIGNS = re.compile(r"[ymdhs]", re.IGNORECASE)
_NO_SIGNS = re.compile(r'"[^"]*"|\[[^\[\]]*\]|\\.')
_EPOCHS = (dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1))  # noqa: DTZ001 -- Excel knows no zones
_PARSER: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
}


class WorkbookError(Exception):
    """A workbook is damaged."""


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook."""

    title: str
    rows: Iterator[list[str]]  # cells as texts, up to the last one that has any


def read_sheets(archive: zipfile.ZipFile, *, most_columns: int) -> Iterator[Sheet]:
    """Yield the sheets of a workbook in their order; of a row at most `most_columns` cells and one more are read.

    Raises:
        WorkbookError: it is damaged; also while rows are read.
    """
    try:
        book = etree.fromstring(archive.read("xl/workbook.xml"), etree.XMLParser(**_PARSER))
        targets = {
            str(link.get("Id")): str(link.get("Target"))
            for link in etree.fromstring(
                archive.read("xl/_rels/workbook.xml.rels"), etree.XMLParser(**_PARSER)
            )
        }
        shared = list(_shared_strings(archive))
        epoch = _EPOCHS[any(each.get("date1904") in ("1", "true") for each in book.iter("{*}workbookPr"))]
        dates = _date_styles(archive)
        for sheet in book.iter("{*}sheet"):
            link = next((str(value) for key, value in sheet.items() if str(key).endswith("}id")), "")
            path = posixpath.normpath(posixpath.join("xl", targets.get(link, ""))).removeprefix("/")
            path = path if path in archive.namelist() else targets.get(link, "").lstrip("/")
            if "worksheets/" in path and path in archive.namelist():
                rows = _rows(archive, path, _Values(shared, dates, epoch), most_columns)
                yield Sheet(str(sheet.get("name")), rows)
    except (etree.LxmlError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise WorkbookError(str(error)) from error


def _rows(archive: zipfile.ZipFile, path: str, values: "_Values", most_columns: int) -> Iterator[list[str]]:
    try:
        with archive.open(path) as file:
            for _, row in etree.iterparse(file, tag="{*}row", **_PARSER):
                if row.getprevious() is None and row.getroottree().docinfo.internalDTD is not None:
                    raise WorkbookError("it defines entities")
                cells: list[str] = []
                for cell in row:
                    found = _CELL.match(cell.get("r") or "")
                    column = _column(found[1]) if found else len(cells)
                    if column > most_columns:
                        cells += [""] * (most_columns + 1 - len(cells))
                        break
                    text = values.text(cell)
                    if text:
                        cells += [""] * (column - len(cells))
                        cells[column:] = [text]
                yield cells
                row.clear()
                while row.getprevious() is not None:
                    del row.getparent()[0]
    except (etree.LxmlError, KeyError, ValueError, IndexError, zipfile.BadZipFile) as error:
        raise WorkbookError(str(error)) from error


@dataclass(frozen=True)
class _Values:
    """What cells refer to."""

    shared: list[str]
    dates: frozenset[int]  # styles in which numbers are dates
    epoch: dt.datetime

    def text(self, cell: "etree._Element") -> str:
        """Return what a cell shows."""
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _texts(cell)
        value = next((part.text or "" for part in cell if part.tag.endswith("}v")), "")
        if kind == "s":
            return self.shared[int(value)] if value else ""
        if kind == "e":
            return ""
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if kind == "n" and value and int(cell.get("s") or 0) in self.dates:
            with suppress(ValueError, OverflowError):
                return str(self.epoch + dt.timedelta(days=round(float(value) * 86_400) / 86_400))
        return value


def _shared_strings(archive: zipfile.ZipFile) -> Iterator[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return
    with archive.open("xl/sharedStrings.xml") as file:
        for _, item in etree.iterparse(file, tag="{*}si", **_PARSER):
            yield _texts(item)
            item.clear()
            while item.getprevious() is not None:
                del item.getparent()[0]


def _texts(item: "etree._Element") -> str:
    """Return the text of a string, whose parts may have styles; how it is pronounced is left out."""
    inner = item
    while len(inner) == 1:  # most have one part
        inner = inner[0]
    if not len(inner):
        return (inner.text or "") if str(inner.tag).endswith("}t") else ""
    spoken = {part for said in item.iter("{*}rPh") for part in said}
    return "".join(part.text or "" for part in item.iter("{*}t") if part not in spoken)


def _date_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    styles = etree.fromstring(archive.read("xl/styles.xml"), etree.XMLParser(**_PARSER))
    dates = _DATES | {
        int(each.get("numFmtId", 0))
        for each in styles.iter("{*}numFmt")
        if _DATE_SIGNS.search(_NO_SIGNS.sub("", each.get("formatCode") or ""))
    }
    used = next(styles.iter("{*}cellXfs"), ())
    return frozenset(place for place, style in enumerate(used) if int(style.get("numFmtId") or 0) in dates)


@lru_cache(maxsize=2_000)
def _column(letters: str) -> int:
    """Return where a column is: `A` -> 0, `AA` -> 26."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1
