"""HTML to paragraphs."""

import re

from core.data.formats.chats.html_exports import read_html_chat
from core.data.formats.html_parser import EMPTY, PageReader, feed
from core.data.formats.reading import Reading, Script, show_name
from core.errors import CorpusError

_SKIPPED = {
    "script",
    "style",
    "head",
    "nav",
    "footer",
    "noscript",
    "template",
    "svg",
    "select",
    "form",
    "button",
    "title",
    "iframe",
    "aside",
}
_BLOCKS = {
    *("p", "div", "br", "li", "tr", "table", "ul", "ol"),
    *("dl", "dt", "dd", "section", "article", "blockquote", "hr", "main"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "pre"),
    *("body", "center", "header", "figure", "figcaption", "caption", "address"),
}  # fmt: skip
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_HEAD = 20_000
_TAG = re.compile(
    r"</?(?:p|br|div|b|i|html|body|span|h[1-6]|table|td|font|ul|li|a|pre|center|em|strong)\b[^<>]{0,300}>",
    re.IGNORECASE,
)
_LONGEST_CELL = 40  # characters of a first cell that names who speaks
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
    body = html_text(text)
    if not body.strip():
        raise CorpusError(
            f"{show_name(name)} is HTML without any text; bring the page with the script itself."
        )
    return Reading("HTML page", encoding, (Script(name, 0, body, "", "paragraphs"),))


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
        self._skipped = 0
        self._verbatim = 0
        self._heading = False
        self._cells = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:  # noqa: ARG002  # lxml's interface
        """Begin a line at a block."""
        if tag in _SKIPPED:
            self._skipped += 1
        elif tag in ("td", "th"):
            self._cells += 1
            if self._cells > 1:
                self._separate()
        elif tag in _BLOCKS:
            self._break(paragraph=tag not in ("br", "tr", "li", "dd"))
            self._heading = tag in _HEADINGS
            self._cells = 0
        self._verbatim += tag == "pre"

    def end(self, tag: str) -> None:
        """End a line at a block."""
        if tag in _SKIPPED:
            self._skipped = max(0, self._skipped - 1)
        elif tag in _BLOCKS and tag not in EMPTY:
            self._break(paragraph=tag not in ("tr", "li", "dd"))
            self._heading = False
        self._verbatim = max(0, self._verbatim - (tag == "pre"))

    def data(self, text: str) -> None:
        """Collect text; line breaks count in <pre> alone."""
        if not self._skipped:
            self._line.append(text if self._verbatim else re.sub(r"\s+", " ", text))

    def text(self) -> str:
        """Return all lines."""
        self._break(paragraph=False)
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")

    def _separate(self) -> None:
        before = "".join(self._line).strip()
        if before:
            named = len(before) <= _LONGEST_CELL and not before.endswith((":", ".", "!", "?"))
            self._line = [before + (": " if named else " ")]

    def _break(self, *, paragraph: bool) -> None:
        line = "".join(self._line).strip()
        self._line = []
        if line and self._heading and len(line) <= _LONGEST_HEADING:
            line = f"[{line.strip('[]')}]"
        if line:
            self._lines.append(line)
        if paragraph:
            self._lines.append("")
