"""Text to clean text: pure functions from a scraped or uploaded script to what a network learns."""

import re
import string
import unicodedata
from itertools import pairwise

from core.data.formats.reading import Form
from core.errors import CorpusError

NOTES_HEADER = "\n\n\n\n\n\nThe Deep Space Nine Transcripts -"
NOTES_UNWANTED = "\xa0à\xe9}{"
_PARTS = "\n" * 7  # the scraped pages put this between header, script and footer

_FOOTER = re.compile(r"<\s{0,9}Back\s{1,9}to\s{1,9}the\s{1,9}episode\s{1,9}listing")
_RULE = "-\xa0" + string.whitespace  # drawn between a script and its footer
_HEADER = re.compile(r"Original Airdate:|Transcripts? -")

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′ʼ`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
        "\u2028": "\n",
        "\u2029": "\n\n",
        "\x85": "\n",
        "\v": "\n",
        "\f": "\n\n",
        "\t": " ",
    }
)
_JOINERS = "\u200c\u200d"  # letters of Persian or Hindi change their form by them

_MARKS = 30  # combining marks in a row that some language could have
MOST_GROWTH = 3  # times as long may a text be when compatibility forms are spelled out
_PIECE = 2**16  # characters normalised at a time

_STARTS_A_LINE = re.compile(r"\s*(?:[(\[{]|[-*•]\s|[^\s:][^:\n]{0,40}:(?:\s|$))")
_LONGEST_WRAPPED_LINE = 100  # characters; no mail, page or terminal wraps wider
_SHARE_OF_FULL_LINES = 0.2  # a wrapped text has more; verse and chat have fewer


def clean_notes(raw: str) -> str:
    """Return an episode as the lecture notes clean it: header off, second-last of seven-newline parts.

    The notes remove the unwanted characters after joining all episodes; the order makes no difference.
    """
    parts = raw.replace(NOTES_HEADER, "").split(_PARTS)
    body = parts[-2] if len(parts) > 1 else parts[0]
    return body.translate(str.maketrans("", "", NOTES_UNWANTED))


def clean_script(raw: str, *, form: Form = "wrapped") -> str:
    """Return an episode with our cleaning: page furniture off, plain characters, unwrapped, regular spacing.

    Text whose lines are whole is not unwrapped; a program keeps its indentation.
    """
    if form == "code":
        lines = plain_characters(raw.replace("\t", "    ")).split("\n")
        return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")
    text = plain_characters(raw if form == "lines" else strip_furniture(raw))
    return regular_spacing(unwrap(text) if form == "wrapped" else text)


def clean_line(raw: str) -> str:
    """Return a line that somebody quoted in the form the corpus has: plain characters, single spaces."""
    return re.sub(r"[ \xa0]+", " ", re.sub(r"\n{3,}", "\n\n", plain_characters(raw)))


def strip_furniture(raw: str) -> str:
    """Return the script of a scraped page without its header and footer; other text as it is."""
    raw = raw.replace("\r\n", "\n").replace("\r", "\n")
    parts = raw.split(_PARTS)
    if len(parts) > 2 and _FOOTER.search(parts[-1]):  # noqa: PLR2004  # header, script, footer
        raw = parts[-2]
    elif len(parts) > 1 and _HEADER.search(parts[0]):
        raw = _PARTS.join(parts[1:])
    footer = _FOOTER.search(raw)
    if footer is None:
        return raw
    before = raw[: footer.start()]
    script = before.rstrip(_RULE)
    end = before.find("\n", len(script))
    return before if end < 0 else before[:end]


def plain_characters(text: str) -> str:
    """Return `text` with typographic quotes and dashes made plain, compatibility forms folded, controls dropped.

    Raises:
        CorpusError: it grows beyond all measure on the way, as signs do that stand for whole sentences.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_PLAIN)
    text = _normalise(_bound_marks(text)).translate(_PLAIN)
    unseen = {
        ord(character): None
        for character in set(text)
        if character != "\n" and character not in _JOINERS and unicodedata.category(character).startswith("C")
    }
    return text.translate(unseen) if unseen else text


def _bound_marks(text: str) -> str:
    """Return `text` with at most 30 combining marks in a row: to put many in order takes quadratic time."""
    if text.isascii():
        return text
    marks = "".join(character for character in set(text) if unicodedata.combining(character))
    return re.sub(f"([{re.escape(marks)}]{{{_MARKS}}})[{re.escape(marks)}]+", r"\1", text) if marks else text


def _normalise(text: str) -> str:
    """Return the compatibility form of `text`, made piece by piece so that its growth is bounded."""
    if text.isascii():
        return text
    most = MOST_GROWTH * len(text) + _PIECE
    parts: list[str] = []
    length = start = 0
    while start < len(text):
        end = start + _PIECE
        # A piece ends where a character begins, not between a letter and its mark.
        while end < len(text) and (unicodedata.combining(text[end]) or "\u1160" <= text[end] <= "\u11ff"):
            end += 1
        parts.append(unicodedata.normalize("NFKC", text[start:end]))
        length += len(parts[-1])
        if length > most:
            raise CorpusError(
                "The text grows to several times its length when its signs are spelled out; no script does, so look at "
                "what the file holds."
            )
        start = end
    return "".join(parts)


def unwrap(text: str) -> str:
    r"""Return `text` with the lines that a page's width broke joined again.

    A break is the page's when the next word had no room before the widest line's end, the line carries no
    trailing space (scraped pages leave one at a true line end), and the next line does not start as a
    speaker's, a direction's or a heading's does.
    Example, at width 12: `"ODO: You are\nlate. \nQUARK: So?"` -> `"ODO: You are late. \nQUARK: So?"`.
    """
    lines = text.split("\n")
    width = _wrap_width(lines)
    if width is None:
        return text
    parts = [lines[0]]  # joined once: a line that grows by pieces takes quadratic time
    previous = lines[0]
    for line in lines[1:]:
        is_broken = _is_full(previous, line, width) and not previous.endswith(" ")
        parts += (" ", line.lstrip()) if is_broken and not _STARTS_A_LINE.match(line) else ("\n", line)
        previous = line
    return "".join(parts)


def regular_spacing(text: str) -> str:
    """Return `text` with single spaces, no space at a line's ends, and at most one blank line in a row."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _wrap_width(lines: list[str]) -> int | None:
    """Return the width in characters at which a page wrapped `lines`, or None if they are not wrapped."""
    lengths = sorted(len(line.rstrip()) for line in lines if line.strip())
    if not lengths:
        return None
    width = lengths[int(0.98 * (len(lengths) - 1))]
    if width > _LONGEST_WRAPPED_LINE:
        return None
    pairs = [(line, after) for line, after in pairwise(lines) if line.strip() and after.strip()]
    full = sum(_is_full(line, after, width) for line, after in pairs)
    return width if pairs and full / len(pairs) >= _SHARE_OF_FULL_LINES else None


def _is_full(line: str, after: str, width: int) -> bool:
    """Return whether the first word of `after` had no room at the end of `line`."""
    words = after.split(maxsplit=1)
    if not words or " " not in line.strip():
        return False
    return len(line.rstrip()) + 1 + len(words[0]) > width
