"""HTML to paragraphs."""

import re
from collections import Counter

from core.data.formats.chats.html_exports import read_html_chat
from core.data.formats.documents.gutenberg import strip_gutenberg, strip_notes
from core.data.formats.documents.markdown import name_bold_lines
from core.data.formats.html_parser import EMPTY, PageReader, feed
from core.data.formats.reading import Reading, Script, show_name
from core.data.formats.tables.inner import document_lines
from core.errors import CorpusError

_SKIPPED = {
    *("script", "style", "head", "nav", "footer", "noscript", "template", "svg", "select", "form", "button"),
    *("title", "iframe", "aside", "time"),
}  # fmt: skip
_BLOCKS = {
    *("p", "div", "br", "li", "ul", "ol"),
    *("dl", "dt", "dd", "section", "article", "blockquote", "hr", "main"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "pre"),
    *("body", "center", "header", "figure", "figcaption", "caption", "address"),
}  # fmt: skip
_TIGHT = {"br", "li", "dd"}  # no paragraph stands between them
_CELLS = {"td", "th"}
_LARGE = {"html", "body", "main", "article", "section", "table", "tbody", "ul", "ol", "dl"}
# Classes of elements that are the name of who speaks, or the time of a line.
_NAME = re.compile(r"(?:^|[\s_-])(?:speaker|character|author|username|name|who)(?:$|[\s_-])", re.IGNORECASE)
_TIME = re.compile(r"(?:^|[\s_-])(?:time|timestamp|timecode|date|datetime)(?:$|[\s_-])", re.IGNORECASE)
# Classes of what a site puts around a text.
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:editsection|nav|navbar|navbox|infobox|navigation|menu|toc|breadcrumbs?|footer|sidebar|cookies?|share|"
    r"comments?|noprint|advert\w*)(?:$|[\s_-])",
    re.IGNORECASE,
)
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_HEAD = 20_000
_TAG = re.compile(
    r"</?(?:p|br|div|b|i|html|body|span|h[1-6]|table|td|font|ul|li|a|pre|center|em|strong)\b[^<>]{0,300}>",
    re.IGNORECASE,
)
_ENDS = (":", ".", "!", "?")
_LONGEST_CELL = 40  # characters of a first cell that names who speaks
_BOLD = re.compile(r"^\*\*(?=[^*\s])([^\n]{1,40})(?<=[^*\s])\*\*$")  # a line that was in bold
_LONGEST_HEADING = 60  # as headings of scenes are known


def is_html(text: str) -> bool:
    """Return whether a text is a page."""
    head = text[:_HEAD].lstrip("\ufeff \n\t")
    if re.match(
        r"(?:<!--.{0,5000}?-->\s*)?(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype html|html|head|body)\b",
        head,
        re.IGNORECASE | re.DOTALL,
    ):
        return True
    lines = sum(1 for line in head.split("\n") if line.strip())
    return head.startswith("<") and 2 * len(_TAG.findall(head)) >= lines > 0


def read_html(text: str, *, encoding: str, name: str) -> Reading:
    """Return a page as one episode, or the days of a chat that was exported so.

    Raises:
        CorpusError: it has no text.
    """
    chat = read_html_chat(text, encoding=encoding, name=name)
    if chat is not None:
        return chat
    body, framed = strip_gutenberg(html_text(text))
    body, notes = strip_notes(body)
    if not body.strip():
        raise CorpusError(
            "{name} is HTML without any text; bring the page with the script itself.", name=show_name(name)
        )
    return Reading("HTML page", encoding, (Script(name, 0, body, "", "paragraphs"),), (*framed, *notes))


def html_text(text: str) -> str:
    """Return the paragraphs of a page, one a line, headings in square brackets."""
    page = _Page()
    feed(page, text)
    return page.text()


class _Page(PageReader):
    """The paragraphs of a page."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._is_named = False  # the line is a name so far
        self._plain = False  # some of the line is not in bold
        self._open: list[
            str
        ] = []  # what each open element is: "skip", "verbatim", "heading", "name" or nothing
        self._within = Counter[str]()  # how many of each are open
        self._rows: list[list[str]] = []  # of the table that is open
        self._tables = 0  # inside each other
        self._first = 0  # line of the cell that is open

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin a line at a block."""
        if tag in _BLOCKS:
            self._break(paragraph=tag not in _TIGHT)
        elif tag in {"table", "tr", *_CELLS}:
            self._start_in_table(tag)
        if tag not in EMPTY:
            self._open.append(_part(tag, attributes.get("class") or ""))
            self._within[self._open[-1]] += 1

    def _start_in_table(self, tag: str) -> None:
        if tag == "table":
            self._tables += 1
        if self._tables != 1:
            return
        self._break(paragraph=tag == "table")
        if tag == "tr":
            self._rows.append([])
        self._first = len(self._lines)

    def end(self, tag: str) -> None:
        """End a line at a block."""
        if tag in EMPTY:
            return
        part = self._open.pop() if self._open else ""
        self._within[part] -= 1
        if part == "name":
            self._name()
        elif tag in _BLOCKS:
            self._break(paragraph=tag not in _TIGHT, heading=part == "heading")
        elif tag in _CELLS and self._tables == 1:
            self._close_cell()
        elif tag == "table" and self._tables:
            self._tables -= 1
            if not self._tables:
                self._close_table()

    def data(self, text: str) -> None:
        """Collect text; line breaks count in <pre> alone."""
        if self._within["skip"]:
            return
        if self._is_named and text.strip():
            self._is_named = False
            text = re.sub(r"^\s*[:：]?\s*", "", text)
        self._plain |= not self._within["bold"] and bool(text.strip())
        self._line.append(text if self._within["verbatim"] else re.sub(r"\s+", " ", text))

    def text(self) -> str:
        """Return all lines."""
        self._is_named = False
        self._break(paragraph=False)
        lines = (_BOLD.sub(r"\1", line) for line in name_bold_lines(self._lines))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")

    def _name(self) -> None:
        """Go on behind a name on its line."""
        self._line = ["".join(self._line)]
        before = self._line[0].strip().rstrip(":：").rstrip()
        if 0 < len(before) <= _LONGEST_CELL and not before.endswith(_ENDS):
            self._line, self._is_named = [f"{before}: "], True

    def _close_cell(self) -> None:
        self._is_named = False
        self._break(paragraph=False)
        if self._rows:
            self._rows[-1].append("\n".join(self._lines[self._first :]).strip())
            del self._lines[self._first :]

    def _close_table(self) -> None:
        rows = [cells for row in self._rows if (cells := [cell for cell in row if cell])]
        lines = document_lines(self._rows)
        if lines is None:
            lines = [line for row in rows for line in _join_cells(row)]
        self._lines += [*lines, ""]
        self._rows = []

    def _break(self, *, paragraph: bool, heading: bool = False) -> None:
        if self._is_named:
            return  # the speech is in the next block
        line = "".join(self._line)
        line = (
            line.strip("\n").rstrip() if "\n" in line else line.strip()
        )  # where lines count, so do their margins
        self._line = []
        if line and heading and len(line) <= _LONGEST_HEADING:
            line = f"[{line.strip('[]')}]"
        elif line and not self._plain and len(line) <= _LONGEST_CELL:
            line = f"**{line}**"
        self._plain = False
        if line:
            self._lines.append(line)
        if paragraph:
            self._lines.append("")


def _part(tag: str, kind: str) -> str:
    """Return what an element of a class is for its lines."""
    is_around = _FURNITURE.search(kind) and (tag not in _LARGE or tag == "table")
    if tag in _SKIPPED or is_around or (tag not in _LARGE and _TIME.search(kind)):
        return "skip"
    if tag == "dt" or (tag not in _LARGE and _NAME.search(kind)):
        return "name"
    if tag in {"b", "strong"}:
        return "bold"
    return "verbatim" if tag == "pre" else "heading" if tag in _HEADINGS else ""


def _join_cells(cells: list[str]) -> list[str]:
    """Return a row as a line where it is one: `Ada` and `Pour.` -> `Ada: Pour.`."""
    if any("\n" in cell for cell in cells) or len(cells) == 1:
        return [line for cell in cells for line in cell.split("\n")]
    named = len(cells[0]) <= _LONGEST_CELL and not cells[0].endswith(_ENDS)
    return [f"{cells[0]}{':' * named} {' '.join(cells[1:])}"]
