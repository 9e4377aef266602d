"""EPUB books: the documents of the spine in their order, each an episode."""

import posixpath
import re
import zipfile
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from core.data.formats.documents.gutenberg import strip_gutenberg, strip_notes
from core.data.formats.documents.html import html_text
from core.data.formats.encoding import decode
from core.data.formats.reading import LeftOut, Reading, Script, show_name
from core.errors import CorpusError
from core.text import Text

_CONTAINER = "META-INF/container.xml"
_LEAST_CHARACTERS = 200  # of a document that is more than a cover
_FURNITURE = re.compile(
    r"(?:^|[\W_])(?:cover|nav|toc|contents|copyright|titlepage|title|colophon|imprint|wrap\d*)(?:[\W_]|$)",
    re.IGNORECASE,
)


def read_epub(archive: zipfile.ZipFile, *, name: str) -> Reading:  # noqa: C901  # a case for each kind of document
    """Return a book's documents; cover, contents, copyright and licence are left out and named.

    Raises:
        CorpusError: it is damaged, locked, or has no text.
    """
    if (
        "META-INF/encryption.xml" in archive.namelist()
        and b"EncryptedData" in archive.read("META-INF/encryption.xml")
        and "META-INF/rights.xml" in archive.namelist()
    ):
        raise CorpusError(
            "{name} is an e-book locked by its seller; bring a text that is free to read.",
            name=show_name(name),
        )
    try:
        paths = _spine(archive)
    except (KeyError, ParseError, DefusedXmlException, ValueError, StopIteration) as error:
        raise CorpusError(
            "{name} is a damaged e-book; save it anew as .epub, or as .txt.", name=show_name(name)
        ) from error
    scripts: list[Script] = []
    left_out: list[LeftOut] = []
    ended = False
    for path in paths:
        try:
            text = html_text(decode(archive.read(path), path)[0])
        except (KeyError, CorpusError):
            left_out.append(LeftOut(path, Text("missing or damaged")))
            continue
        short = posixpath.basename(path)
        if ended:
            left_out.append(LeftOut(short, Text("Project Gutenberg's licence")))
            continue
        body, framed = strip_gutenberg(strip_notes(text)[0])
        if any(out.name == "header" for out in framed):
            scripts.clear()
        ended = any(out.name == "licence" for out in framed)
        left_out.extend(framed)
        if len(body) < _LEAST_CHARACTERS or _FURNITURE.search(short.rpartition(".")[0]):
            if body.strip():
                left_out.append(LeftOut(short, Text("cover, contents or copyright")))
            continue
        scripts.append(Script(f"{name} {short}", len(scripts), body, "", "paragraphs"))
    if not scripts:
        whole = "\n\n".join(
            html_text(decode(archive.read(path), path)[0]) for path in paths if path in archive.namelist()
        )
        if not whole.strip():
            raise CorpusError(
                "{name} is an e-book without any text; bring one with a script in it.", name=show_name(name)
            )
        scripts, left_out = [Script(name, 0, whole, "", "paragraphs")], []
    return Reading("EPUB", "", tuple(scripts), tuple(left_out))


def _spine(archive: zipfile.ZipFile) -> list[str]:
    """Return the paths of a book's documents in reading order."""
    container = fromstring(archive.read(_CONTAINER))
    package = next(str(part.get("full-path")) for part in container.iter() if _tag(part) == "rootfile")
    root = fromstring(archive.read(package))
    folder = posixpath.dirname(package)
    items = {
        str(part.get("id")): posixpath.normpath(posixpath.join(folder, unquote(str(part.get("href")))))
        for part in root.iter()
        if _tag(part) == "item" and "html" in str(part.get("media-type"))
    }
    order = [
        str(part.get("idref"))
        for part in root.iter()
        if _tag(part) == "itemref" and part.get("linear") != "no"
    ]
    return list(dict.fromkeys(items[key] for key in order if key in items))


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
