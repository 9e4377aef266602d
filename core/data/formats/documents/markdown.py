"""Markdown to paragraphs: headings in square brackets, lines in italics in round ones, the other marks gone."""

import re
from collections import Counter

from core.data.formats.reading import Reading, Script
from core.data.formats.scripts.names import is_heading, is_name

_FRONT = re.compile(r"---\n(?:[^\n]{0,2000}\n){0,200}?---\n")
_FENCE = re.compile(r"^[^\S\n]*(?:```|~~~)[^\n]*$", re.MULTILINE)
_RULE = re.compile(r"^[^\S\n]*(?:(?:[-*_][^\S\n]*){3,}|={3,}[^\S\n]*|<!--.*-->[^\S\n]*)$", re.MULTILINE)
_IMAGE = re.compile(r"!\[[^\]\n]{0,200}\]\([^)\n]{0,2000}\)")
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\([^)\n]{0,2000}\)")
_BOLD = re.compile(r"(?<!\w)(\*\*|__)(?=\S)(.{1,2000}?)(?<=\S)\1(?!\w)")
_ITALIC = re.compile(r"(?<![\w*])([*_])(?=[^\s*_])([^\n]{1,2000}?)(?<=[^\s*_])\1(?![\w*])")
_SPEAKER = re.compile(r"^[^\S\n]*(?:[-*>]\s+)?(?:\*\*|__)[^*_\n]{1,60}(?:\*\*:|__:|:\*\*|:__)", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}\s+\S", re.MULTILINE)
_QUOTED = re.compile(r"^>\s", re.MULTILINE)
_OFTEN = 3
_MOSTLY = 0.8  # of the lines
_LONGEST_HEADING = 58  # characters, as headings of scenes are known


def is_markdown(text: str) -> bool:
    """Return whether bold names begin lines, or headings stand between them."""
    head = text[:50_000]
    lines = sum(1 for line in head.split("\n") if line.strip())
    if lines > 1 and len(_QUOTED.findall(head)) >= _MOSTLY * lines:
        return True
    bold, headings = len(_SPEAKER.findall(head)), len(_HEADING.findall(head))
    return lines > 0 and (bold > 1 or (bold + headings > 1 and 10 * (bold + headings) > lines))


def read_markdown(text: str, *, encoding: str, name: str) -> Reading:
    """Return a Markdown text as one episode."""
    front = _FRONT.match(text)
    text = text[front.end() :] if front else text
    text = _IMAGE.sub("", _RULE.sub("", _FENCE.sub("", text)))
    text = _LINK.sub(r"\1", text)
    lines = [_plain(line) for line in _named(text.split("\n"))]
    return Reading("Markdown", encoding, (Script(name, 0, "\n".join(lines), "", "paragraphs"),))


def _named(lines: list[str]) -> list[str]:
    """Return lines with `Ada:` for the heading `### Ada`, where few headings come again and again."""
    headings = Counter(line.strip("# ") for line in lines if _HEADING.match(line))
    often = {
        name for name, count in headings.items() if count >= _OFTEN and is_name(name) and not is_heading(name)
    }
    if len(often) < 2 or sum(headings[name] for name in often) < _MOSTLY * headings.total():  # noqa: PLR2004  # two talk
        return lines
    return [
        f"{line.strip('# ')}:" if _HEADING.match(line) and line.strip("# ") in often else line
        for line in lines
    ]


def _plain(line: str) -> str:
    bare = line.strip()
    if bare.startswith("#"):
        heading = _inline(bare.lstrip("#").strip().rstrip("#").strip())
        return f"[{heading.strip('[]')}]" if 0 < len(heading) <= _LONGEST_HEADING else heading
    bare = re.sub(r"^(?:>\s?|[-*+]\s+(?=\S))+", "", bare)
    if len(bare) > 2 and bare[0] == bare[-1] and bare[0] in "*_" and bare[1] != bare[0]:  # noqa: PLR2004  # two marks
        inner = bare[1:-1]
        if bare[0] not in inner:
            return inner if inner.startswith("(") else f"({inner})"
    return _inline(bare)


def _inline(text: str) -> str:
    text = _BOLD.sub(r"\2", text)
    return _ITALIC.sub(r"\2", text).replace("`", "").replace("\\*", "*").replace("\\_", "_")
