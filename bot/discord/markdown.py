r"""Script to Discord's markdown, within Discord's limits; pure functions that know no Discord objects.

`"[Promenade]\n\nQUARK: (sighs) *No*."` becomes, shown raw,

    ### \[Promenade\]

    **QUARK:** *(sighs)* \*No\*.
"""

import re
import unicodedata
from collections.abc import Iterator

from core.data.screenplay import parse_line

# Punctuation with a meaning anywhere in a line; Discord shows a backslash's next sign as it is.
SPECIAL = re.compile(r"[\\*_~`|<>\[\]@#]|:(?=//)")
# Punctuation with a meaning at a line's start alone: lists, small print.
LINE_START = re.compile(r"^([^\S\n]*)(?:([-+])|([0-9]+)([.)]))", re.MULTILINE)
DIRECTION = re.compile(r"\([^()\n]+\)")
QUOTES = {'"': '"', "'": "'", "\u201c": "\u201d", "\u2018": "\u2019", "\u201e": "\u201c", "\u00ab": "\u00bb"}
MOST_MARKS = 3  # combining marks on one character; more is a way to draw over other lines
JOINERS = "\u200c\u200d"  # format characters that scripts and emoji are spelled with


def clean_text(text: str) -> str:
    """Take out what is invisible or turns the page round: control, zero-width and direction characters."""
    kept: list[str] = []
    marks = 0
    for character in text.replace("\r\n", "\n").replace("\r", "\n"):
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        invisible = category in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} and character not in "\n\t" + JOINERS
        if not invisible and marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def escape_markdown(text: str) -> str:
    r"""Make text look in Discord exactly as it is written: `"*a* <@1>"` -> `r"\*a\* \<\@1\>"`."""
    escaped = SPECIAL.sub(lambda found: "\\" + found.group(), text)
    return LINE_START.sub(_escape_line_start, escaped)


def plain(text: str) -> str:
    """Return somebody else's text as Discord shows it unchanged."""
    return escape_markdown(clean_text(text))


def format_script(script: str) -> str:
    """Set a script in Discord's markdown: speakers bold, directions in italics, scene headings set off."""
    return "\n".join(_format_line(line.rstrip()) for line in clean_text(script).split("\n")).strip("\n")


def format_episode(earlier: str, text: str, *, prompt: str = "") -> str:
    """Set the new text of a scene, under an ellipsis where there is more before it."""
    shown = cut_shown(earlier, text, prompt=prompt)
    is_cut = "\n" in clean_text(prompt + earlier) if earlier else False
    return ("\u2026\n" if is_cut else "") + format_script(shown)


def cut_shown(earlier: str, text: str, *, prompt: str = "") -> str:
    """Return the new text of a scene, from the start of the line that it goes on with.

    A prompt belongs to the new text until something was written earlier.
    """
    before, new = (
        (clean_text(prompt + earlier), clean_text(text)) if earlier else ("", clean_text(prompt + text))
    )
    return (before + new)[before.rfind("\n") + 1 :]


def format_speech(text: str) -> str:
    """Set what somebody says: escaped, with directions in italics."""
    return _format_directions(clean_text(text).strip())


def split_pages(text: str, *, limit: int) -> list[str]:
    r"""Cut text at line ends into pages: `"ab\ncd"`, limit 4 -> `["ab", "cd"]`; always at least one page."""
    pages = [""]
    for line in _lines_within(text, limit):
        joined = f"{pages[-1]}\n{line}" if pages[-1] else line
        if len(joined) <= limit:
            pages[-1] = joined
        else:
            pages.append(line)
    return pages


def shorten(text: str, *, limit: int) -> str:
    """Return text of at most `limit` characters, whose end shows when something is left out."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rstrip("\\ \n") + "\u2026"


def unquote(line: str) -> str:
    r"""Take the marks of a quotation off a line: `"> \u201cQUARK: No.\u201d"` -> `"QUARK: No."`."""
    stripped = re.sub(r"^[ \t]*>(?:>>)?[ \t]?", "", line.strip(), flags=re.MULTILINE).strip()
    closing = QUOTES.get(stripped[:1])
    if closing and len(stripped) > 1 and stripped.endswith(closing):
        stripped = stripped[1:-1].strip()
    return stripped


def find_quoted(text: str) -> str:
    r"""Return what a message quotes, or all of it: `"this one\n> QUARK: No.\nplease"` -> `"QUARK: No."`."""
    quoted = [line for line in text.splitlines() if line.lstrip().startswith(">")]
    if quoted:
        return unquote("\n".join(quoted))
    for opening, closing in QUOTES.items():
        # An apostrophe is no quotation mark, and one word in quotes is no line.
        found = re.search(rf"(?<!\w){opening}([^{opening}{closing}]{{8,}}){closing}(?!\w)", text)
        if found:
            return found.group(1).strip()
    return unquote(text)


def _format_line(line: str) -> str:
    parsed = parse_line(line)
    bare = line.strip()
    match parsed.kind:
        case "blank":
            return ""
        case "heading":
            return f"### {escape_markdown(bare)}"
        case "direction":
            return f"*{escape_markdown(bare)}*"
        case "speech":
            spoken = bare[len(bare) - len(parsed.text) :]
            name = bare[: len(bare) - len(spoken)]
            space = " " if name.endswith(" ") else ""
            return (
                f"**{escape_markdown(name.rstrip())}**{space}{_format_directions(spoken, line_start=False)}"
            )
    return _format_directions(bare)


def _format_directions(text: str, *, line_start: bool = True) -> str:
    """Set what stands in round brackets in italics, and escape all."""
    parts: list[str] = []
    end = 0
    for found in DIRECTION.finditer(text):
        parts += (text[end : found.start()], found.group())
        end = found.end()
    parts.append(text[end:])
    # Only the first part can stand at a line's start, where more signs have a meaning.
    escaped = [
        escape_markdown(part)
        if index == 0 and line_start
        else SPECIAL.sub(lambda sign: "\\" + sign.group(), part)
        for index, part in enumerate(parts)
    ]
    return "".join(f"*{part}*" if index % 2 else part for index, part in enumerate(escaped))


def _escape_line_start(found: re.Match[str]) -> str:
    space, sign, number, dot = found.groups()
    return f"{space}\\{sign}" if sign else f"{space}{number}\\{dot}"


def _lines_within(text: str, limit: int) -> Iterator[str]:
    """Yield the lines, long ones in pieces that break at a space and never inside an escape."""
    for line in text.split("\n"):
        rest = line
        while len(rest) > limit:
            cut = rest.rfind(" ", 1, limit) + 1 or limit
            backslashes = len(rest[:cut]) - len(rest[:cut].rstrip("\\"))
            cut -= backslashes % 2
            yield rest[:cut]
            rest = rest[cut:]
        yield rest
