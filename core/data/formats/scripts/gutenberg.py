"""Project Gutenberg's frame around a book: header and licence are no part of it."""

import re

from core.data.formats.reading import LeftOut
from core.text import Text

_START = re.compile(
    r"^[ \t]*\*{3}[ \t]*START OF (?:THE|THIS) PROJECT GUTENBERG[^\n]*\n|^\*END\*?THE SMALL PRINT[^\n]*\n",
    re.MULTILINE | re.IGNORECASE,
)
_END = re.compile(
    r"^[ \t]*(?:\*{3}[ \t]*END OF (?:THE|THIS) PROJECT GUTENBERG|End of (?:the )?Project Gutenberg)",
    re.MULTILINE | re.IGNORECASE,
)
_MOST_HEADER = 60_000  # characters
_CREDITS = re.compile(
    r"\s*(?:Produced by|E-text prepared by|Transcribed (?:from|by)|This etext was)[^\n]*(?:\n[^\n]+)*\n",
    re.IGNORECASE,
)


def strip_gutenberg(text: str) -> tuple[str, tuple[LeftOut, ...]]:
    """Return a book without Project Gutenberg's header and licence, and what went; other text as it is."""
    start = _START.search(text, 0, _MOST_HEADER)
    begin = start.end() if start else 0
    end = _END.search(text, begin)
    left_out = []
    if start:
        left_out.append(LeftOut(Text("header"), Text("Project Gutenberg's, no part of the book")))
    if end:
        left_out.append(LeftOut(Text("licence"), Text("Project Gutenberg's, no part of the book")))
    if not left_out:
        return text, ()
    body = text[begin : end.start() if end else len(text)]
    credit = _CREDITS.match(body) if start else None
    return body[credit.end() if credit else 0 :].strip("\n"), tuple(left_out)
