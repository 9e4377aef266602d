"""Feeding a page to what looks at its tags and texts as they come; no tree is kept."""

import re
from typing import Any

from lxml.etree import HTMLParser, LxmlError

EMPTY = {  # tags that nothing closes
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
_PIECE = 2**14  # characters that the parser is fed at a time
_DEEPEST = 500  # open elements; the parser looks through all of them at each tag that closes none


class PageReader:
    """What lxml calls for each tag and text."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """See a tag open."""

    def end(self, tag: str) -> None:
        """See a tag close."""

    def data(self, text: str) -> None:
        """See text."""


def feed(reader: PageReader, text: str) -> None:
    """Let a reader see a page, however long or damaged; nothing of it is kept as a tree.

    Where elements are opened and not closed again and again, all of them close now and then: time is linear.
    """
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    target = _Depth(reader)
    start = 0
    try:
        parser = _parser(target)
        while start < len(text):
            end = start + _PIECE
            if end < len(text):  # between tags, where another parser can go on
                tag = text.rfind("<", start + 1, end)
                end = tag if tag > 0 else end
            parser.feed(text[start:end].replace("\0", ""))
            start = end
            if target.depth > _DEEPEST:
                parser.close()
                parser = _parser(target)
        parser.close()
    except (LxmlError, AssertionError, UnicodeError):
        return  # cut: what was seen so far counts


def _parser(target: Any) -> HTMLParser:  # noqa: ANN401  # lxml wants more of a target than it calls
    return HTMLParser(
        target=target, recover=True, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )


class _Depth:
    """Hands tags and texts on to a reader, and counts the elements that are open."""

    def __init__(self, reader: PageReader) -> None:
        self._reader = reader
        self.data = reader.data
        self.depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self._reader.start(tag, attributes)

    def end(self, tag: str) -> None:
        self.depth -= 1
        self._reader.end(tag)

    def close(self) -> None:
        self.depth = 0
