"""Project Gutenberg's frame around a book, and what its volunteers note inside: no part of the book."""

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


# [Illustration: A kettle], [Footnote 3: So the quarto.], [Transcriber's note: ...], [Pg 12]
_NOTE = re.compile(
    r"\[[ _*]{0,3}(?:illustrations?|footnotes?|sidenote|transcriber['’]?s['’]? notes?|editor['’]?s note|pg|page)\b"
    r"[^\[\]]{0,5000}\]",
    re.IGNORECASE,
)
_PAGE = re.compile(r"^[ \t]*[{\[](?:pg?\.? ?|page )?\d{1,4}[}\]][ \t]*$", re.MULTILINE | re.IGNORECASE)
_ANCHOR = re.compile(r"(?<=[\w.,;:!?'\"’”)])(?:\[\d{1,4}\]|\{\d{1,4}\})")
_AFTER = re.compile(
    r"^[ \t_*\[]{0,20}(?:transcriber['’]?s['’]? notes?|transcription notes?|footnotes?|notes|endnotes)"
    r"[ \t_*:.\]]{0,20}$",
    re.MULTILINE | re.IGNORECASE,
)
_TAIL = 0.7  # of a book, after which such a heading ends it
_LEAST_NOTES = 2  # that show notes and no play on signs


def strip_notes(text: str) -> tuple[str, tuple[LeftOut, ...]]:
    """Return a text without illustrations, footnotes, page numbers and notes of who transcribed it, and what went."""
    stripped, count = _NOTE.subn("", text)
    if len(_PAGE.findall(stripped)) >= _LEAST_NOTES:
        stripped, pages = _PAGE.subn("", stripped)
        count += pages
    if len(_ANCHOR.findall(stripped)) >= _LEAST_NOTES:
        stripped, anchors = _ANCHOR.subn("", stripped)
        count += anchors
    end = _AFTER.search(stripped, int(_TAIL * len(stripped)))
    if end:
        stripped, count = stripped[: end.start()], count + 1
    return stripped, (LeftOut(Text("notes and page numbers"), Text("no part of the book")),) if count else ()


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
