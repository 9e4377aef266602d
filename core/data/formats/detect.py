"""What a file is, by its content first and its name second; and its episodes, by the reader of that format."""

import io
import re
import zipfile
from pathlib import PurePosixPath

from core.data.formats.archive import BROKEN, LOCAL, Limits, check_document
from core.data.formats.chats.logs import find_log, read_log
from core.data.formats.chats.messengers import find_messenger, read_messenger
from core.data.formats.documents.docx import read_docx
from core.data.formats.documents.epub import read_epub
from core.data.formats.documents.gutenberg import strip_gutenberg, strip_notes
from core.data.formats.documents.html import is_html, read_html
from core.data.formats.documents.markdown import is_markdown, read_markdown
from core.data.formats.documents.pdf import read_pdf
from core.data.formats.encoding import decode
from core.data.formats.reading import NO_FACTS, ChatFacts, Reading, Script, show_name
from core.data.formats.scripts.final_draft import read_final_draft
from core.data.formats.scripts.fountain import is_fountain, read_fountain
from core.data.formats.subtitles.subtitles import is_subtitles, read_subtitles
from core.data.formats.tables.delimited import find_delimiter, read_delimited, read_excel
from core.data.formats.tables.json_files import looks_like_json, read_json
from core.errors import CorpusError
from core.text import Text

PLAIN = "text"
_JSON_NAMES = {".json", ".jsonl", ".ndjson"}
_TABLE_NAMES = {".csv", ".tsv", ".tab"}
_XML = re.compile(
    r"\s*(?:<\?xml[^>]{0,300}\?>\s*)?(?:<!--.{0,2000}?-->\s*)?"
    r"(?:<!DOCTYPE[^>\[]{0,300}(?:\[.{0,5000}?\])?>\s*)?<([A-Za-z][\w:.-]*)",
    re.DOTALL,
)
_AS_ZIP, _AS_TEXT = Text("pack the texts into a .zip"), Text("bring a text")
_AS_DOCUMENT = Text("save it as .docx, .csv or .txt")
_AS_TXT = Text("bring its text as .txt")
# What begins with such bytes is known, and no text: (bytes, what it is, what to do).
_FOREIGN: tuple[tuple[bytes, Text, Text], ...] = (
    (
        b"\xd0\xcf\x11\xe0",
        Text("an old Office document, or one locked with a password"),
        Text("save it as .docx, .xlsx or .txt"),
    ),
    (b"{\\rtf", Text("a rich text document (.rtf)"), Text("save it as .docx or .txt")),
    (b"\x1f\x8b", Text("an archive packed with gzip"), _AS_ZIP),
    (b"7z\xbc\xaf\x27\x1c", Text("a 7-Zip archive"), _AS_ZIP),
    (b"Rar!", Text("a RAR archive"), _AS_ZIP),
    (b"BZh", Text("an archive packed with bzip2"), _AS_ZIP),
    (b"\xfd7zXZ", Text("an archive packed with xz"), _AS_ZIP),
    (b"\x28\xb5\x2f\xfd", Text("an archive packed with zstd"), _AS_ZIP),
    (b"\x89PNG", Text("a picture"), _AS_TXT),
    (b"\xff\xd8\xff", Text("a picture"), _AS_TXT),
    (b"GIF8", Text("a picture"), _AS_TXT),
    (b"ID3", Text("a sound file"), _AS_TEXT),
    (b"OggS", Text("a sound file"), _AS_TEXT),
    (b"\x1aE\xdf\xa3", Text("a video"), Text("bring its subtitles as .srt")),
    (b"RIFF", Text("a picture, a sound or a video file"), _AS_TEXT),
    (b"SQLite format 3", Text("a database"), Text("export the table with the lines as .csv")),
    (b"\x7fELF", Text("a program"), _AS_TEXT),
    (b"MZ\x90", Text("a program"), _AS_TEXT),
)  # fmt: skip


def is_archive(data: bytes) -> bool:
    """Return whether a file is a .zip of files, and no document that is stored as one."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06")) and not _document_kind(data)


def read_file(
    data: bytes,
    name: str,
    *,
    chat: ChatFacts = NO_FACTS,
    limits: Limits = LOCAL,
) -> Reading:
    """Return the episodes of one file that is no archive.

    Args:
        data: the file.
        name: what it is called; its extension decides where its content does not.
        chat: what other files say of it, if it is one.
        limits: how much a document may unpack to.

    Raises:
        CorpusError: it cannot be read, with what was found and what to do.
    """
    try:
        return _read_file(data, name, chat, limits)
    except MemoryError as error:
        raise CorpusError(
            "{name} takes more memory than reading may have; bring it in parts.", name=show_name(name)
        ) from error
    except RecursionError as error:
        raise CorpusError(
            "{name} is nested more deeply than any script; save it anew as .txt.", name=show_name(name)
        ) from error


def _read_file(data: bytes, name: str, chat: ChatFacts, limits: Limits) -> Reading:
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _read_packed(data, name, limits)
    if b"%PDF-" in data[:1024] or (name.lower().endswith(".pdf") and data.startswith(b"%")):
        return read_pdf(data, name=name)
    for begins, what, instead in _FOREIGN:
        if data.startswith(begins) and not _is_plain(data, begins):
            raise CorpusError(
                "{name} is {what}; {instead}.", name=show_name(name), what=what, instead=instead
            )
    if data[:512].startswith(b"<?xml") or b"<FinalDraft" in data[:2_000]:
        found = _XML.match(decode(data[:8_000], name)[0])
        if (found and found[1] == "FinalDraft") or name.lower().endswith(".fdx"):
            return read_final_draft(data, name=name)
    text, encoding = decode(data, name)
    if not text.strip("\ufeff \n\t\0"):
        raise CorpusError("{name} is empty; bring a file with text in it.", name=show_name(name))
    return _read_text(text, encoding, name, chat)


def _read_text(text: str, encoding: str, name: str, chat: ChatFacts) -> Reading:  # noqa: PLR0911  # a format each
    kind = PurePosixPath(name).suffix.lower()
    if kind in _JSON_NAMES or looks_like_json(text):
        return read_json(text, encoding=encoding, name=name, chat=chat)
    if is_subtitles(text) or (kind in {".srt", ".vtt", ".ass", ".ssa", ".sub"} and "-->" in text):
        return read_subtitles(text, encoding=encoding, name=name)
    if is_html(text) or kind in {".html", ".htm", ".xhtml"}:
        return read_html(text, encoding=encoding, name=name)
    messenger = find_messenger(text)
    if messenger:
        return read_messenger(text, kind=messenger, encoding=encoding, name=name)
    log = find_log(text)
    if log:
        return read_log(text, kind=log, encoding=encoding, name=name)
    delimiter = find_delimiter(text, is_named=kind in _TABLE_NAMES)
    if delimiter:
        return read_delimited(text, delimiter=delimiter, encoding=encoding, name=name, chat=chat)
    if kind in {".fountain", ".spmd"} or is_fountain(text):
        return read_fountain(text, encoding=encoding, name=name)
    if kind in {".md", ".markdown"} or is_markdown(text):
        return read_markdown(text, encoding=encoding, name=name)
    body, framed = strip_gutenberg(text)
    body, notes = strip_notes(body)
    return Reading(PLAIN, encoding, (Script(name, 0, body),), (*framed, *notes))


def _read_packed(data: bytes, name: str, limits: Limits) -> Reading:
    kind = _document_kind(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_document(archive, name, limits)
            if kind == "docx":
                return read_docx(archive, name=name)
            if kind == "epub":
                return read_epub(archive, name=name)
        if kind == "xlsx":
            return read_excel(data, name=name)
    except BROKEN as error:
        raise CorpusError(
            "{name} is a damaged file; save or download it anew.", name=show_name(name)
        ) from error
    what, instead = {
        "odf": (Text("an OpenDocument file"), _AS_DOCUMENT),
        "pptx": (Text("a presentation"), _AS_DOCUMENT),
    }.get(kind, (Text("an archive within another"), Text("pack the texts without one")))
    raise CorpusError("{name} is {what}; {instead}.", name=show_name(name), what=what, instead=instead)


def _document_kind(data: bytes) -> str:
    """Return which document an archive is: docx, xlsx, pptx, epub, odf; empty for none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except BROKEN:
        head = data[:4_000]
        return (
            "docx"
            if b"word/" in head
            else "xlsx"
            if b"xl/" in head
            else "epub"
            if b"epub+zip" in head
            else ""
        )
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "META-INF/container.xml" in names:
        return "epub"
    if "ppt/presentation.xml" in names:
        return "pptx"
    return "odf" if {"content.xml", "mimetype"} <= names else ""


def _is_plain(data: bytes, begins: bytes) -> bool:
    """Return whether a file begins like another by chance: `ID3 was late.` and `RIFF: No.` are texts."""
    return (
        begins.isalnum()
        and begins.isascii()
        and b"\0" not in data[:4_000]
        and not re.search(rb"[\x01-\x08\x0e-\x1a]", data[:200])
    )
