"""Fountain screenplays to lines: https://fountain.io/syntax says what each line means."""

import re
from collections.abc import Iterator

from core.data.formats.reading import LeftOut, Reading, Script
from core.data.formats.scripts.names import is_heading, is_name, is_transition, split_tag, strip_heading
from core.text import Text

_HEADING = re.compile(r"(?:INT|EXT|EST|INT\.?/EXT|I/E)[. ]", re.IGNORECASE)
_TITLE_PAGE = re.compile(r"(?:[A-Za-z][\w ]{0,30}:[^\n]*\n(?:[ \t][^\n]+\n)*)+\s*\n")
_NOTES = re.compile(r"/\*(?:(?!/\*).)*?\*/|\[\[(?:(?!\[\[).)*?\]\]", re.DOTALL)
_EMPHASIS = re.compile(r"(?<!\\)[*_]{1,3}(?=\S)|(?<=\S)(?<!\\)[*_]{1,3}")
_FURNITURE = re.compile(
    r"^[ \t]{0,200}\d{1,4}\.?[ \t]{0,200}$|(?<=\S)[ \t]{2,200}\*[ \t]{0,200}$", re.MULTILINE
)  # a page's number, a revision's mark
_FADE_IN = re.compile(r"\A(?:[^\n]{0,60}\n){1,40}?(?=[ \t]*FADE IN[:.]?[ \t]*\n)")
_LEAST_CUES = 2
_COLON = re.compile(r"[^\s:][^\n:]{0,40}: \S")
_NAMED = re.compile(
    r"\s*(?:title|credit|author|authors|source|draft date|contact|copyright|notes)\s*:", re.IGNORECASE
)


def is_fountain(text: str) -> bool:
    """Return whether a text has scene headings, and names in capitals with speech under them."""
    lines = text[:200_000].split("\n")
    headings = sum(_HEADING.match(strip_heading(line)) is not None and line.upper() == line for line in lines)
    cues = sum(_cue(lines, number) is not None for number in range(len(lines)))
    return headings > 0 and cues >= max(_LEAST_CUES, sum(_COLON.match(line) is not None for line in lines))


def read_fountain(text: str, *, encoding: str, name: str) -> Reading:
    """Return a screenplay as one episode, without its title page, notes and synopses."""
    left_out = []
    text = _NOTES.sub("", text)
    page = _TITLE_PAGE.match(text.lstrip("\n"))
    if page and _NAMED.match(page[0]):
        text = text.lstrip("\n")[page.end() :]
        left_out.append(LeftOut(Text("title page"), Text("no part of the script")))
    elif page := _FADE_IN.match(text):
        text = text[page.end() :]
        left_out.append(LeftOut(Text("title page"), Text("no part of the script")))
    lines = [line.strip() for line in _FURNITURE.sub("", text).split("\n")]
    script = Script(name, 0, "\n\n".join(_parts(lines)), "", "lines")
    return Reading("Fountain screenplay", encoding, (script,), tuple(left_out))


def _parts(lines: list[str]) -> Iterator[str]:
    """Yield headings in square brackets, speeches after their speakers, and directions in round ones."""
    speaker = ""
    said: list[str] = []
    action: list[str] = []
    for number, line in enumerate([*lines, ""]):
        if speaker and line:
            said.append(_plain(line.lstrip("~")))
            continue
        if speaker:
            yield f"{speaker}: {' '.join(part for part in said if part)}"
            speaker, said = "", []
        cue = _cue(lines, number)
        heading = _heading(line)
        if action and (not line or cue or heading):
            yield f"({' '.join(action)})"
            action = []
        if cue:
            speaker = cue
        elif heading:
            yield f"[{heading}]"
        elif line and not line.startswith(("#", "=")):
            bare = _plain(line.lstrip("!>").rstrip("<")).strip()
            if is_heading(bare) and not is_transition(line) and not action:
                yield f"[{bare}]"
            elif bare and not is_transition(line) and not line.startswith(">"):
                action.append(bare.strip("()[]"))


def _heading(line: str) -> str:
    if line.startswith(".") and not line.startswith(".."):
        return _plain(line[1:].strip())
    line = strip_heading(line) if line[:1].isdigit() else line
    if not _HEADING.match(line):
        return ""
    return _plain(re.sub(r"#[^#]{1,20}#\s*$", "", line).rstrip()).replace("[", "(").replace("]", ")")


def _cue(lines: list[str], number: int) -> str | None:
    """Return who is about to speak: a name alone in capitals after a blank line, with speech under it."""
    line = lines[number].strip() if number < len(lines) else ""
    after = lines[number + 1].strip() if number + 1 < len(lines) else ""
    before = lines[number - 1].strip() if number else ""
    if not line or not after or before:
        return None
    if line.startswith("@"):
        name, _, _ = split_tag(line[1:].rstrip("^").strip())
        return name or None
    if line.startswith(("!", ">", ".", "#", "=", "(", "[")) or line.endswith(":") or _HEADING.match(line):
        return None
    name, _, _ = split_tag(line.rstrip("^").strip())
    name = _plain(name)
    return name if name == name.upper() and name != name.lower() and is_name(name) else None


def _plain(text: str) -> str:
    return " ".join(_EMPHASIS.sub("", text).replace("\\*", "*").replace("\\_", "_").split())
