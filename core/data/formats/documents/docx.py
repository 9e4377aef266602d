"""Word documents to paragraphs, read as a stream: a library that builds the document would need its size many times."""

import io
import re
import zipfile
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from core.data.formats.reading import LeftOut, Reading, Script, show_name
from core.data.formats.scripts.names import LONGEST_HEADING, is_transition
from core.data.formats.tables.inner import document_lines
from core.errors import CorpusError
from core.text import Text

_HEADING = re.compile(
    r"(?:heading|überschrift|berschrift|titre|ttulo|título|rubrik|otsikko|nagwek)\s?\d|(?:sub)?title$",
    re.IGNORECASE,
)
# Styles of screenplays and of plays.
_PLACE = re.compile(r"(?:scene ?heading|slug ?line|scene ?header|szene)", re.IGNORECASE)
_NAME = re.compile(r"(?:character|speaker|cue|personnage|figur|rolle)(?: ?name)?", re.IGNORECASE)
_SPOKEN = re.compile(r"(?:dialog(?:ue)?|parenthetical|lyrics|replik|réplique)", re.IGNORECASE)
_ACTION = re.compile(r"(?:action|direction|stage ?direction|general|transition|shot)s?", re.IGNORECASE)
_TIME = re.compile(r"\d{1,2}(?::\d{2}){1,2}")  # above a part of a meeting's transcript
_BODY = "word/document.xml"
_DELETED = {"del", "moveFrom"}  # text that is struck out by a tracked change
_BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-"}


def read_docx(archive: zipfile.ZipFile, *, name: str) -> Reading:
    """Return a document as one episode; notes, headers and what tracked changes struck out are left out.

    Raises:
        CorpusError: it is damaged, defines entities, or has no text.
    """
    try:
        with archive.open(_BODY) as file:
            paragraphs = _read_paragraphs(io.BytesIO(file.read()))
    except DefusedXmlException as error:
        raise CorpusError(
            "{name} holds XML that defines entities, as no Word document does; save it anew.",
            name=show_name(name),
        ) from error
    except (ParseError, KeyError, LookupError, ValueError) as error:
        raise CorpusError(
            "{name} is a damaged Word document; save it anew as .docx or .txt.", name=show_name(name)
        ) from error
    if not any(paragraphs):
        raise CorpusError(
            "{name} is a Word document without any text; bring one with a script in it.", name=show_name(name)
        )
    notes = [part for part in ("footnotes", "comments") if f"word/{part}.xml" in archive.namelist()]
    left_out = tuple(LeftOut(part, Text("no part of the script")) for part in notes)
    script = Script(name, 0, "\n".join(paragraphs), "", "paragraphs")
    return Reading("Word document", "", (script,), left_out)


def _read_paragraphs(data: io.BytesIO) -> list[str]:  # noqa: C901  # a case for each tag
    """Return the text of each paragraph; the cells of a table's row on one line."""
    paragraphs: list[str] = []
    parts: list[str] = []
    cells: list[str] | None = None
    rows: list[list[str]] = []
    tables = struck = 0
    style = ""
    for event, element in iterparse(data, events=("start", "end")):
        tag = _tag(element)
        if event == "start":
            struck += tag in _DELETED
            tables += tag == "tbl"
            if tag == "tr":
                cells = []
            continue
        struck -= tag in _DELETED
        if tag == "pStyle":
            style = _value(element)
        elif tag == "t" and not struck:
            parts.append(element.text or "")
        elif tag in _BREAKS and not struck:
            parts.append(_BREAKS[tag])
        elif tag == "p":
            text = "".join(parts).strip()
            parts = []
            if cells is None:
                paragraphs += _in_style(text, style)
            elif text:
                cells.append(text)
            style = ""
        elif tag == "tr" and cells is not None:
            rows.append(cells)
            cells = None
        elif tag == "tbl":
            tables -= 1
            if not tables:
                paragraphs += document_lines(rows) or map(_join_cells, rows)
                rows = []
        element.clear()
    return paragraphs


def _in_style(text: str, style: str) -> list[str]:
    """Return a paragraph as its style says: a heading in brackets, a name with a colon, speech right under it."""
    if not text or (_HEADING.match(style) and _TIME.fullmatch(text)):
        return [""]
    if _NAME.fullmatch(style):
        return ["", f"{text.rstrip(':')}:"]
    if _SPOKEN.fullmatch(style):
        return [text]
    is_place = _PLACE.fullmatch(style) is not None
    if (is_place or _HEADING.match(style)) and len(text) <= LONGEST_HEADING:
        return [*[""] * is_place, f"[{text.strip('[]')}]"]
    is_done = _ACTION.fullmatch(style) is not None
    return ["", text if is_transition(text) else f"({text.strip('()')})"] if is_done else [text]


def _join_cells(cells: list[str]) -> str:
    """Return a table's row as a line: `Ada` and `Pour.` -> `Ada: Pour.`."""
    if len(cells) == 2 and not cells[0].endswith(":"):  # noqa: PLR2004  # who, what
        return f"{cells[0]}: {cells[1]}"
    return " ".join(cells)


def _value(element: Element) -> str:
    return next((str(value) for key, value in element.attrib.items() if key.rpartition("}")[2] == "val"), "")


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]
