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
_PIECE = 2**16  # characters that the parser is fed at a time


class PageReader:
    """What lxml calls for each tag and text."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """See a tag open."""

    def end(self, tag: str) -> None:
        """See a tag close."""

    def data(self, text: str) -> None:
        """See text."""

    def close(self) -> None:
        """See the end."""


def feed(reader: Any, text: str) -> None:  # noqa: ANN401  # lxml wants more of a target than it calls
    """Let a reader see a page, however long or damaged; nothing of it is kept as a tree."""
    parser = HTMLParser(
        target=reader, recover=True, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    try:
        for start in range(0, len(text), _PIECE):
            parser.feed(text[start : start + _PIECE].replace("\0", ""))
        parser.close()
    except (LxmlError, AssertionError, UnicodeError):
        return  # nested too deeply or cut: what was seen so far counts
