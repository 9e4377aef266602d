"""The chats that DiscordChatExporter and Telegram export as HTML."""

import re

from core.data.formats.chats.messages import Message, MessageCounts, read_messages
from core.data.formats.html_parser import EMPTY, PageReader, feed
from core.data.formats.reading import ChatFacts, Reading
from core.text import Text

_NO_TEXT = re.compile(r"chatlog__(?:reply|edited|embed|reactions|attachment|sticker|reference)")


def read_html_chat(text: str, *, encoding: str, name: str) -> Reading | None:
    """Return the days of a chat, or nothing where the page is no known export."""
    counts = MessageCounts()
    page: _DiscordPage | _TelegramPage
    if "chatlog__message" in text:
        format_, page = "DiscordChatExporter HTML", _DiscordPage(counts)
    elif 'class="message default' in text and "from_name" in text:
        format_, page = "Telegram HTML", _TelegramPage(counts)
    else:
        return None
    feed(page, text)
    return read_messages(
        iter(page.messages),
        format_=format_,
        encoding=encoding,
        name=name,
        counts=counts,
        chat=ChatFacts(label=page.channel),
    )


class _ChatPage(PageReader):
    """A page of messages, and the parts of it that are open."""

    def __init__(self, counts: MessageCounts) -> None:
        self.channel = ""
        self.messages: list[Message] = []
        self._counts = counts
        self._open: list[str] = []
        self._said: list[str] = []
        self._speaker, self._day = "", ""

    def _enter(self, tag: str, part: str) -> None:
        if tag == "br" and self._within("text"):
            self._said.append(" ")
        if tag not in EMPTY:
            self._open.append(part)

    def _leave(self, tag: str) -> str:
        return "" if tag in EMPTY or not self._open else self._open.pop()

    def _within(self, part: str) -> bool:
        return part in self._open[-12:]

    def _take(self) -> None:
        if self._speaker.strip():
            self.messages.append(Message(self._speaker.strip(), "".join(self._said), self._day))


class _DiscordPage(_ChatPage):
    """The messages of DiscordChatExporter's page."""

    def __init__(self, counts: MessageCounts) -> None:
        super().__init__(counts)
        self._bot = False
        self._entries: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:  # noqa: C901  # a case for each class
        """Enter an element."""
        kind = attributes.get("class") or ""
        part = ""
        if "chatlog__message-group" in kind:
            self._speaker, self._bot = "", False
        elif "chatlog__author-tag" in kind or "chatlog__bot-label" in kind:
            self._bot, part = True, "skip"
        elif "chatlog__system-notification-content" in kind:
            self._counts.skip(Text("of the app itself: joined, left, changed"))
            part = "skip"
        elif "chatlog__author" in kind or "chatlog__system-notification-author" in kind:
            part = "speaker" if "system" not in kind else "skip"
            if part == "speaker":
                self._speaker = ""
        elif "chatlog__timestamp" in kind or "chatlog__short-timestamp" in kind:
            self._day = _day(attributes.get("title") or "") or self._day
            part = "skip"
        elif "chatlog__markdown-mention" in kind:
            part = "mention"
        elif _NO_TEXT.search(kind):
            part = "skip"
        elif "chatlog__content" in kind:
            self._said, part = [], "text"
        elif "preamble__entry" in kind:
            self._entries.append("")
            part = "entry"
        if tag == "img" and "emoji" in kind and self._within("text"):
            self._said.append(attributes.get("alt") or "")
        self._enter(tag, part)

    def end(self, tag: str) -> None:
        """Leave an element."""
        part = self._leave(tag)
        if part == "text":
            if self._bot:
                self._counts.skip(Text("of a bot"))
            else:
                self._take()
            self._said = []
        elif part == "entry" and len(self._entries) == 2:  # noqa: PLR2004  # server, then channel
            self.channel = self._entries[1].strip().rpartition("/")[2].strip()

    def data(self, text: str) -> None:
        """Collect text where it counts."""
        if self._within("skip"):
            return
        if self._within("text"):
            self._said.append(text.removeprefix("@") if self._within("mention") else text)
        elif self._within("speaker"):
            self._speaker += text
        elif self._within("entry"):
            self._entries[-1] += text


class _TelegramPage(_ChatPage):
    """The messages of Telegram's page."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Enter an element."""
        kinds = (attributes.get("class") or "").split()
        part = ""
        if "forwarded" in kinds:
            self._counts.skip(Text("forwarded: somebody else wrote it"))
            part = "skip"
        elif self._within("skip"):
            part = ""
        elif "from_name" in kinds:
            self._speaker, part = "", "speaker"
        elif "service" in kinds and "message" in kinds:
            self._counts.skip(Text("of the app itself: joined, left, changed"))
            part = "skip"
        elif "date" in kinds and attributes.get("title"):
            self._day = _day(attributes["title"])
            part = "skip"
        elif "bold" in kinds and self._within("header"):
            part = "channel"
        elif "page_header" in kinds:
            part = "header"
        elif "text" in kinds:
            self._said, part = [], "text"
        self._enter(tag, part)

    def end(self, tag: str) -> None:
        """Leave an element."""
        if self._leave(tag) != "text":
            return
        if self._speaker.strip().lower().endswith("bot"):
            self._counts.skip(Text("of a bot"))
        else:
            self._take()

    def data(self, text: str) -> None:
        """Collect text where it counts."""
        if self._within("skip"):
            return
        if self._within("text"):
            self._said.append(text)
        elif self._open[-1:] == ["speaker"]:
            self._speaker += text
        elif self._within("channel"):
            self.channel = f"{self.channel} {text.strip()}".strip()


def _day(title: str) -> str:
    """Return the day of a time stamp: `05.01.2024 21:03:00 UTC+01:00` -> `2024-01-05`, another form as it stands."""
    found = re.search(r"(\d{2})\.(\d{2})\.(\d{4})", title)
    if found:
        return f"{found[3]}-{found[2]}-{found[1]}"
    return re.split(r"\d{1,2}:\d{2}", title.replace("\u202f", " "), maxsplit=1)[0].strip()
