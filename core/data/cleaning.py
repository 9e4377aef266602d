"""Text to clean text: pure functions from a scraped or uploaded script to what a network learns."""

import re
import string
import unicodedata
from itertools import pairwise

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


def clean_script(raw: str) -> str:
    """Return an episode with our cleaning: page furniture off, plain characters, unwrapped, regular spacing."""
    return regular_spacing(unwrap(plain_characters(strip_furniture(raw))))


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
    """Return `text` with typographic quotes and dashes made plain, compatibility forms folded, controls dropped."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_PLAIN)
    text = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    return "".join(
        character
        for character in text
        if character == "\n" or character in _JOINERS or not unicodedata.category(character).startswith("C")
    )


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
    joined = [lines[0]]
    previous = lines[0]
    for line in lines[1:]:
        if _is_full(previous, line, width) and not previous.endswith(" ") and not _STARTS_A_LINE.match(line):
            joined[-1] += " " + line.lstrip()
        else:
            joined.append(line)
        previous = line
    return "\n".join(joined)


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
