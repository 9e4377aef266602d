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
_BROKEN_ITALIC = re.compile(
    r"^([*_])(?=[^\s*_])[^*_\n]{0,200}(?:\n[^*_\n]{1,200}){1,8}\1[^\S\n]*$", re.MULTILINE
)
_BOLD_LINE = re.compile(r"^[^\S\n]*(\*\*|__)[^*_\n]{1,60}\1[.:]?[^\S\n]*$", re.MULTILINE)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_SPEAKER = re.compile(r"^[^\S\n]*(?:[-*>]\s+)?(?:\*\*|__)[^*_\n]{1,60}(?:\*\*:|__:|:\*\*|:__)", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}[^\S\n]+\S[^\n]*", re.MULTILINE)
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
    bold = len(_SPEAKER.findall(head)) + len(_BOLD_LINE.findall(head))
    headings = len(_HEADING.findall(head))
    return lines > 0 and (bold > 1 or (bold + headings > 1 and 10 * (bold + headings) > lines))


def read_markdown(text: str, *, encoding: str, name: str) -> Reading:
    """Return a Markdown text as one episode."""
    front = _FRONT.match(text)
    text = text[front.end() :] if front else text
    text = _IMAGE.sub("", _RULE.sub("", _FENCE.sub("", text)))
    text = _LINK.sub(r"\1", text)
    text = _BROKEN_ITALIC.sub(lambda found: " ".join(found[0].split()), text)
    lines = [_plain(line) for line in name_bold_lines(_named(text.split("\n"), _HEADING))]
    return Reading("Markdown", encoding, (Script(name, 0, "\n".join(lines), "", "paragraphs"),))


def name_bold_lines(lines: list[str]) -> list[str]:
    """Return lines with `Ada:` for the line `**Ada**`, where few lines in bold come again and again."""
    return _named(lines, _BOLD_LINE)


def _named(lines: list[str], kind: re.Pattern[str]) -> list[str]:
    """Return lines with `Ada:` for the line `### Ada` or `**Ada**`, where few of these come again and again."""
    found = [line.strip("#*_ ").rstrip(".: ") if kind.fullmatch(line) else "" for line in lines]
    names = Counter(name for name in found if name)
    known = {name for name in names if is_name(name) and not is_heading(name)}
    often = {name for name in known if names[name] >= _OFTEN}
    if len(often) < 2 or sum(names[name] for name in often) < _MOSTLY * names.total():  # noqa: PLR2004  # two talk
        return lines
    return [
        f"{name}:" if name in often or (name in known and any(after) and kind is _BOLD_LINE) else line
        for line, name, *after in zip(lines, found, [*lines[1:], ""], [*lines[2:], "", ""], strict=False)
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
    return _ESCAPED.sub(r"\1", _ITALIC.sub(r"\2", text)).replace("`", "")
