"""HTML to paragraphs, and the chats that DiscordChatExporter and Telegram export as HTML."""

import re
from collections.abc import Iterator
from typing import Any

from lxml.etree import HTMLParser, LxmlError

from core.data.formats.chats.messages import Message, MessageCounts, read_messages
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
_EMPTY = {
    "br",
    "hr",
    "img",
    "input",
    "meta",
    "link",
    "area",
    "base",
    "col",
    "embed",
    "source",
    "track",
    "wbr",
}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_HEAD = 20_000
_TAG = re.compile(
    r"</?(?:p|br|div|b|i|html|body|span|h[1-6]|table|td|font|ul|li|a|pre|center|em|strong)\b[^<>]{0,300}>",
    re.IGNORECASE,
)
_PIECE = 2**16  # characters that the parser is fed at a time
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
    if "chatlog__message" in text:
        counts = MessageCounts()
        page = _DiscordPage(counts)
        _feed(page, text)
        return read_messages(
            page.messages,
            format_="DiscordChatExporter HTML",
            encoding=encoding,
            name=name,
            counts=counts,
            label=page.channel,
        )
    if 'class="message default' in text and "from_name" in text:
        counts = MessageCounts()
        telegram = _TelegramPage(counts)
        _feed(telegram, text)
        return read_messages(
            telegram.messages, format_="Telegram HTML", encoding=encoding, name=name, counts=counts
        )
    body = html_text(text)
    if not body.strip():
        raise CorpusError(
            f"{show_name(name)} is HTML without any text; bring the page with the script itself."
        )
    return Reading("HTML page", encoding, (Script(name, 0, body, "", "paragraphs"),))


def html_text(text: str) -> str:
    """Return the paragraphs of a page, one a line, headings in square brackets."""
    page = _Page()
    _feed(page, text)
    return page.text()


def _feed(target: Any, text: str) -> None:  # noqa: ANN401  # lxml's interface
    """Let a target see a page, however long or damaged; nothing of it is kept as a tree."""
    parser = HTMLParser(
        target=target, recover=True, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    try:
        for start in range(0, len(text), _PIECE):
            parser.feed(text[start : start + _PIECE].replace("\0", ""))
        parser.close()
    except (LxmlError, AssertionError, UnicodeError):
        return  # nested too deeply or cut: what was seen so far counts


class _Target:
    """What lxml calls for each tag and text."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """See a tag open."""

    def end(self, tag: str) -> None:
        """See a tag close."""

    def data(self, text: str) -> None:
        """See text."""

    def close(self) -> None:
        """See the end."""


class _Page(_Target):
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
        elif tag in _BLOCKS and tag not in _EMPTY:
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


class _DiscordPage(_Target):
    """The messages of DiscordChatExporter's page."""

    def __init__(self, counts: MessageCounts) -> None:
        self.channel = ""
        self._counts = counts
        self._stack: list[str] = []
        self._said: list[str] = []
        self._found: list[Message] = []
        self._speaker, self._day = "", ""
        self._bot = False
        self._entries: list[str] = []

    @property
    def messages(self) -> Iterator[Message]:
        """The messages in their order."""
        return iter(self._found)

    def start(self, tag: str, attributes: dict[str, str]) -> None:  # noqa: C901  # a case for each class
        """Enter an element."""
        kind = attributes.get("class") or ""
        part = ""
        if "chatlog__message-group" in kind:
            self._speaker, self._bot = "", False
        elif "chatlog__author-tag" in kind or "chatlog__bot-label" in kind:
            self._bot, part = True, "skip"
        elif "chatlog__system-notification-content" in kind:
            self._counts.skip("of the app itself: joined, left, changed")
            part = "skip"
        elif "chatlog__author" in kind or "chatlog__system-notification-author" in kind:
            part = "speaker" if "system" not in kind else "skip"
            if part == "speaker":
                self._speaker = ""
        elif "chatlog__timestamp" in kind or "chatlog__short-timestamp" in kind:
            self._day = _day(attributes.get("title") or "") or self._day
            part = "skip"
        elif any(
            word in kind
            for word in (
                "chatlog__reply",
                "chatlog__edited",
                "chatlog__embed",
                "chatlog__reactions",
                "chatlog__attachment",
                "chatlog__sticker",
                "chatlog__reference",
            )
        ):
            part = "skip"
        elif "chatlog__content" in kind:
            self._said, part = [], "text"
        elif "preamble__entry" in kind:
            self._entries.append("")
            part = "entry"
        if tag == "img" and "emoji" in kind and self._within("text"):
            self._said.append(attributes.get("alt") or "")
        if tag == "br" and self._within("text"):
            self._said.append(" ")
        if tag not in _EMPTY:
            self._stack.append(part)

    def end(self, tag: str) -> None:
        """Leave an element."""
        if tag in _EMPTY or not self._stack:
            return
        part = self._stack.pop()
        if part == "text":
            if self._bot:
                self._counts.skip("of a bot")
            elif self._speaker.strip():
                self._found.append(Message(self._speaker.strip(), "".join(self._said), self._day))
            self._said = []
        elif part == "entry" and len(self._entries) == 2:  # noqa: PLR2004  # server, then channel
            self.channel = self._entries[1].strip().rpartition("/")[2].strip()

    def data(self, text: str) -> None:
        """Collect text where it counts."""
        if self._within("skip"):
            return
        if self._within("text"):
            self._said.append(text)
        elif self._within("speaker"):
            self._speaker += text
        elif self._within("entry"):
            self._entries[-1] += text

    def _within(self, part: str) -> bool:
        return part in self._stack[-12:]


class _TelegramPage(_Target):
    """The messages of Telegram's page."""

    def __init__(self, counts: MessageCounts) -> None:
        self._counts = counts
        self._stack: list[str] = []
        self._said: list[str] = []
        self._found: list[Message] = []
        self._speaker, self._day = "", ""

    @property
    def messages(self) -> Iterator[Message]:
        """The messages in their order."""
        return iter(self._found)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Enter an element."""
        kinds = (attributes.get("class") or "").split()
        part = ""
        if "from_name" in kinds and "forwarded" not in self._stack:
            self._speaker, part = "", "speaker"
        elif "forwarded" in kinds:
            part = "forwarded"
        elif "service" in kinds and "message" in kinds:
            self._counts.skip("of the app itself: joined, left, changed")
            part = "skip"
        elif "date" in kinds and attributes.get("title"):
            self._day = _day(attributes["title"])
            part = "skip"
        elif "text" in kinds and "skip" not in self._stack:
            self._said, part = [], "text"
        if tag == "br" and "text" in self._stack:
            self._said.append(" ")
        if tag not in _EMPTY:
            self._stack.append(part)

    def end(self, tag: str) -> None:
        """Leave an element."""
        if tag in _EMPTY or not self._stack:
            return
        if self._stack.pop() == "text" and self._speaker.strip():
            self._found.append(Message(self._speaker.strip(), "".join(self._said), self._day))

    def data(self, text: str) -> None:
        """Collect text where it counts."""
        near = self._stack[-12:]
        if "skip" in near:
            return
        if "text" in near:
            self._said.append(text)
        elif near and near[-1] == "speaker":
            self._speaker += text


def _day(title: str) -> str:
    """Return the day of a time stamp: `05.01.2024 21:03:00 UTC+01:00` -> `2024-01-05`, another form as it stands."""
    found = re.search(r"(\d{2})\.(\d{2})\.(\d{4})", title)
    if found:
        return f"{found[3]}-{found[2]}-{found[1]}"
    return re.sub(r"\s*\d{1,2}:\d{2}.*$", "", title.replace("\u202f", " ")).strip()
