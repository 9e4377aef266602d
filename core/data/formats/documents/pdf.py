"""PDF files with text in them to lines, through PDFium."""

import re
from collections import Counter

from core.data.formats.reading import LeftOut, Reading, Script, show_name
from core.errors import CorpusError
from core.text import Text

_MOST_PAGES = 20_000
_EDGE = 2  # lines at the top and the bottom of a page that may be a running title
_OFTEN = 0.4  # share of the pages from which on a line at their edge is one
_LEAST_PAGES = 3
_NUMBER = re.compile(
    r"\W{0,3}(?:page\s)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s?(?:/|of)\s?\d{1,4})?\W{0,3}", re.IGNORECASE
)


def read_pdf(data: bytes, *, name: str) -> Reading:
    """Return a PDF as one episode, without page numbers and running titles.

    Raises:
        CorpusError: it is damaged, encrypted, scanned, or too long.
    """
    import pypdfium2  # noqa: PLC0415  # for PDF alone

    try:
        document = pypdfium2.PdfDocument(data)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise CorpusError(
                "{name} is an encrypted PDF; save it without a password, or copy its text into a .txt file.",
                name=show_name(name),
            ) from error
        raise CorpusError(
            "{name} is a damaged PDF; save it anew, or copy its text into a .txt file.", name=show_name(name)
        ) from error
    if count > _MOST_PAGES:
        raise CorpusError(
            "{name} is a PDF of {count:,} pages, and at most {most:,} are read; bring it in parts.",
            name=show_name(name),
            count=count,
            most=_MOST_PAGES,
        )
    pages: list[list[str]] = []
    broken = 0
    for number in range(count):
        try:
            page = document[number]
            text = page.get_textpage().get_text_bounded()
            page.close()
        except (pypdfium2.PdfiumError, ValueError):
            broken += 1
            continue
        pages.append([line.strip() for line in text.replace("\ufffe", "").replace("\r\n", "\n").split("\n")])
    document.close()
    if not any(any(lines) for lines in pages):
        raise CorpusError(
            "{name} is a PDF of {count:,} page without text, probably scanned; bring it with text (OCR), or as .txt.",
            "{name} is a PDF of {count:,} pages without text, probably scanned; bring it with text (OCR), or as .txt.",
            name=show_name(name),
            count=count,
        )
    running = _running_lines(pages)
    left_out = []
    if running:
        left_out.append(LeftOut(Text("running titles and page numbers"), Text("no part of the script")))
    if broken:
        left_out.append(LeftOut(Text("{count:,} page", "{count:,} pages", count=broken), Text("damaged")))
    text = "\n".join("\n".join(_without(lines, running)) for lines in pages)
    return Reading("PDF", "", (Script(name, 0, text),), tuple(left_out))


def _running_lines(pages: list[list[str]]) -> set[str]:
    """Return the lines that stand at the edge of many pages, digits apart; a number alone counts as one."""
    seen = Counter(key for lines in pages for key in {_key(lines[place]) for place in _edges(lines)})
    numbers = {"#"} if seen["#"] else set()
    if len(pages) < _LEAST_PAGES:
        return numbers
    return {key for key, count in seen.items() if count >= _OFTEN * len(pages)} | numbers


def _without(lines: list[str], running: set[str]) -> list[str]:
    edges = _edges(lines)
    return [line for place, line in enumerate(lines) if not (place in edges and _key(line) in running)]


def _edges(lines: list[str]) -> set[int]:
    """Return where the first and last lines of a page stand."""
    filled = [place for place, line in enumerate(lines) if line]
    return {*filled[:_EDGE], *filled[-_EDGE:]}


def _key(line: str) -> str:
    return "#" if _NUMBER.fullmatch(line) else re.sub(r"\d+", "#", line)
