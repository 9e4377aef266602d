"""PDF files with text in them to lines, through PDFium."""

import re
from collections import Counter
from typing import Any

from core.data.formats.reading import LeftOut, Reading, Script, show_name
from core.errors import CorpusError
from core.text import Text

_MOST_PAGES = 20_000
_PAGE_OF = re.compile(
    r"\b(?:page|seite|página|pagina|стр\.|p\.) ?#(?: ?(?:of|von|de|di|sur|из|/) ?#)?$|^# ?/ ?#$",
    re.IGNORECASE,
)
_EDGE = 2  # lines at the top and the bottom of a page that may be a running title
_OFTEN = 0.4  # share of the pages from which on a line at their edge is one
_LEAST_PAGES = 3
_MOST_BOXES, _LEAST_BOXES = 3_000, 8  # stretches of text on a page, by which columns are told
_SIDE = 0.25  # share of them on either side of the space between columns
_IN_COLUMNS = 0.9
_BESIDE = 0.5
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
            text = _text_of(page)
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


def _text_of(page: Any) -> str:  # noqa: ANN401  # PDFium's page
    """Return the text of a page; of two columns the left one first, between what spans both."""
    page_text = page.get_textpage()
    boxes = [page_text.get_rect(number) for number in range(min(page_text.count_rects(), _MOST_BOXES))]
    middle = _gutter(boxes, page.get_width())
    if middle is None:
        return str(page_text.get_text_bounded())
    columns = [box for box in boxes if box[2] <= middle or box[0] >= middle]
    top, bottom = max(box[3] for box in columns) + 1, min(box[1] for box in columns) - 1
    parts = (
        page_text.get_text_bounded(bottom=top),
        page_text.get_text_bounded(right=middle, top=top, bottom=bottom),
        page_text.get_text_bounded(left=middle, top=top, bottom=bottom),
        page_text.get_text_bounded(top=bottom),
    )
    return "\r\n".join(part for part in parts if part.strip())


def _gutter(boxes: list[tuple[float, float, float, float]], width: float) -> float | None:
    """Return where the space between two columns of text is; None on a page with one."""
    if len(boxes) < _LEAST_BOXES:
        return None
    for share in (0.5, 0.48, 0.52, 0.45, 0.55):
        middle = share * width
        left = [box for box in boxes if box[2] <= middle]
        right = [box for box in boxes if box[0] >= middle]
        few = min(len(left), len(right)) < _SIDE * len(boxes)
        if few or len(left) + len(right) < _IN_COLUMNS * len(boxes):
            continue
        # Side by side; a screenplay has names on the right of its middle, and nothing beside them.
        beside = sum(any(abs(box[1] - other[1]) < 2 for other in right) for box in left)  # noqa: PLR2004  # points
        starts = Counter(round(box[0] / 4) for box in right)
        if beside >= _BESIDE * min(len(left), len(right)) and starts.most_common(1)[0][1] >= _BESIDE * len(
            right
        ):
            return middle
    return None


def _running_lines(pages: list[list[str]]) -> set[str]:
    """Return the lines that stand at the edge of many pages, digits apart; a number alone counts as one."""
    seen = Counter(key for lines in pages for key in {_key(lines[place]) for place in _edges(lines)})
    numbers = {key for key in seen if key == "#" or _PAGE_OF.search(key)}
    if len(pages) < _LEAST_PAGES:
        firsts = {next((_key(line) for line in lines if line), "") for lines in pages}
        return numbers | (firsts if len(pages) > 1 and len(firsts) == 1 and " " in min(firsts) else set())
    everywhere = Counter(_key(line) for lines in pages for line in lines)
    # A name that speaks at the top of many pages speaks on them, too.
    return {
        key for key, count in seen.items() if count >= _OFTEN * len(pages) and 2 * count > everywhere[key]
    } | numbers


def _without(lines: list[str], running: set[str]) -> list[str]:
    edges = _edges(lines)
    return [line for place, line in enumerate(lines) if not (place in edges and _key(line) in running)]


def _edges(lines: list[str]) -> set[int]:
    """Return where the first and last lines of a page stand."""
    filled = [place for place, line in enumerate(lines) if line]
    return {*filled[:_EDGE], *filled[-_EDGE:]}


def _key(line: str) -> str:
    return "#" if _NUMBER.fullmatch(line) else re.sub(r"\d+", "#", line)
