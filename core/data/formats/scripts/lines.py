"""Texts whose speakers are to be found: by how their lines begin, whatever the case, script and punctuation."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from core.data.formats.chats.marks import strip_marks
from core.data.formats.reading import Script
from core.data.formats.scripts.blocks import is_direction, join_blocks
from core.data.formats.scripts.names import (
    COLON,
    LONGEST_HEADING,
    LONGEST_NAME,
    bare_name,
    is_heading,
    is_name,
    match_stop,
)
from core.data.formats.scripts.stamps import unwrap_names

Style = Literal["none", "colon", "stop", "block colon", "block stop", "block"]

_OPEN = ("wrapped", "paragraphs", "cues")
_LOOKED_AT = 4_000_000  # characters, by which the style of a corpus is told
_HEAD = LONGEST_NAME + 90  # characters of a line that its beginning may take
_LEAST_SHARE = 0.08  # of the lines; fewer that begin with names are chance
_STOP_SHARE = 0.4  # a full stop ends sentences, too
_SURE_SHARE = 0.5  # from which on a name counts that is there once
_OFTEN = 3
_ABBREVIATED = 3  # letters that any shortening of a name keeps
_MOST = 0.8
_CODE = re.compile(
    r"\s*(?:(?:async\s)?def \w+\(|class \w+[:(]|import \w+|from [\w.]+ import |#include|package \w|using \w|"
    r"(?:public|private|static|const|let|var|function|fn|func|return)\b[^\n]{0,100}[;{(]\s*$)"
)
_ITALICS = re.compile(
    r"(?<![\w_])_(?=[^\s_])([^_]{1,600}?)(?<=[^\s_])_(?![\w_])"
)  # as Project Gutenberg marks them
_CODE_SHARE, _INDENTED_SHARE = 0.08, 0.4
_EXCLAMATIONS = {
    *("no", "yes", "well", "oh", "ah", "now", "then", "what", "why", "so", "but", "and", "i", "good", "stop"),
    *("ha", "hm", "fine", "right", "ok", "okay", "sure", "please", "thanks", "never", "maybe", "wait", "go", "come"),
    *("look", "listen", "hey", "hello", "hi", "bye", "sorry", "really", "enough", "silence", "quiet", "exactly"),
    *("indeed", "thank you", "all right", "of course", "ja", "nein", "oui", "non", "sí", "não", "sim"),
}  # fmt: skip


@dataclass(frozen=True)
class LineStyle:
    """How the lines of a corpus say who speaks."""

    style: Style = "none"
    names: frozenset[str] = frozenset()
    tight: bool = False  # no space follows the colon


def find_speakers(scripts: Iterable[Script]) -> tuple[list[Script], LineStyle]:
    """Return the scripts with their lines in the common form, and how they were; code stays as it is."""
    scripts = list(scripts)
    scripts = [
        replace(script, text=unwrap_names(script.text)) if script.form in _OPEN else script
        for script in scripts
    ]
    open_ones = [script for script in scripts if script.form in _OPEN]
    if not open_ones:
        return scripts, LineStyle()
    if _is_code(open_ones):
        return [
            replace(script, form="code") if script in open_ones else script for script in scripts
        ], LineStyle()
    style = find_style(_sample_lines(open_ones))
    if style.style != "colon" and all(script.form == "cues" for script in open_ones):
        style = LineStyle()
    return [_bring_into_form(script, style) for script in scripts], style


def find_style(lines: list[str]) -> LineStyle:  # noqa: C901  # a case for each kind of beginning
    """Return how most lines begin."""
    colon, stop, alone = Counter[str](), Counter[str](), Counter[str]()
    empty = tight = filled = 0
    alone_stop = Counter[str]()
    for number, line in enumerate(lines):
        head = line[:_HEAD].strip()
        if not head:
            continue
        filled += 1
        found = COLON.match(head)
        # "Fra. Barnardo has my place: good night." is said by Fra.
        inner = found and ". " in found["name"] and match_stop(head)
        if found and is_name(found["name"].strip()) and not inner:
            rest = head[found.end() :]
            if not (found["gap"] or not rest) and (rest.startswith("/") or rest[0].isdigit()):
                continue  # https://..., 21:03
            colon[found["name"].strip()] += 1
            empty += not rest
            tight += bool(rest) and not found["gap"]
            continue
        if len(head) <= LONGEST_NAME and _next_filled(lines, number):
            whole = head.strip("*_ ")
            inline = match_stop(head) is not None  # "Ada. Pour."
            alone_at_stop = whole.endswith(".") and not inline and not is_heading(whole)
            if alone_at_stop and _is_titled(whole[:-1]) and whole[:-1].casefold() not in _EXCLAMATIONS:
                alone_stop[whole[:-1]] += 1
                continue
            name = bare_name(whole)
            if name is not None:
                alone[name] += 1
                continue
        found = match_stop(head)
        if found and found["name"].casefold() not in _EXCLAMATIONS:
            stop[found["name"].strip()] += 1
    counted: list[tuple[Style, Counter[str], float]] = [
        ("block colon" if 2 * empty > colon.total() else "colon", colon, _LEAST_SHARE),
        ("block", alone, _LEAST_SHARE),
        ("block stop", _capitals_alone(alone_stop), _LEAST_SHARE),
        ("stop", stop, _STOP_SHARE),
    ]
    best = LineStyle()
    most = 0.0
    for style, names, least in counted:
        lines_each = 2 if style.startswith("block") else 1
        known = _known(names, filled // lines_each)
        if style == "stop":
            known |= _abbreviated(names, known)
        covered = sum(names[name] for name in known) * lines_each
        if covered > most and covered >= least * filled and (style != "stop" or len(known) > 1):
            best, most = LineStyle(style, frozenset(known), tight=2 * tight > names.total()), covered
    return best


def _is_titled(name: str) -> bool:
    """Return whether each word of a name begins with a capital: `Ada` and `FIRST LORD`, not `The kettle is on`."""
    small = {"of", "the", "and", "de", "la", "von", "der", "di", "du"}
    words = name.split()
    return is_name(name) and all(word[0] != word[0].lower() or word in small for word in words)


def _capitals_alone(names: Counter[str]) -> Counter[str]:
    """Return the names in capitals alone where nearly all are: `Silence.` is no speaker beside `HAMLET.`."""
    capitals = Counter({name: count for name, count in names.items() if name == name.upper()})
    return capitals if capitals.total() >= _MOST * names.total() else names


def _known(names: Counter[str], filled: int) -> set[str]:
    """Return the names that count: those seen often; where most lines have one, all."""
    often = {name for name, count in names.items() if count >= _OFTEN}
    if not often and names.total() >= 2:  # noqa: PLR2004  # one line shows nothing
        often = {name for name, count in names.items() if count > 1}
    sure = sum(names[name] for name in often) >= _SURE_SHARE * filled or (
        names.total() >= _SURE_SHARE * filled and filled < 100 * _OFTEN
    )
    return set(names) if sure else often


def _abbreviated(names: Iterable[str], known: set[str]) -> set[str]:
    """Return the names that begin as known ones do: printers shortened them as a line had room, `Bar.` and `Barn.`."""
    begins = {name[:_ABBREVIATED] for name in known}
    return {name for name in names if name[:_ABBREVIATED] in begins and " " not in name}


def _bring_into_form(script: Script, style: LineStyle) -> Script:
    if script.form not in _OPEN:
        return script
    text = strip_marks(script.text)
    if style.style in ("block", "block colon", "block stop"):
        return replace(script, text=join_blocks(text, style.style, style.names), form="lines")
    if style.style == "none":
        return replace(script, text=_ITALICS.sub(r"\1", text))
    rewrite = _rewrite_colon if style.style == "colon" else _rewrite_stop
    text = "\n".join(rewrite(line, style) for line in text.split("\n"))
    # Lines without a space after the colon are a sign that no page wrapped them.
    return replace(script, text=_ITALICS.sub(r"\1", text), form="paragraphs" if style.tight else script.form)


def _rewrite_colon(line: str, style: LineStyle) -> str:
    """Return a line with `NAME: ` before its speech; as it is where it has that form, or no speaker."""
    found = COLON.match(line[:_HEAD])
    if found is None:
        return line
    name = found["name"].strip()
    if name not in style.names:
        return line
    rest = line[found.end() :]
    plain = found["colon"] == ":" and not found["space"] and line.startswith(found["name"])
    if plain and (found["gap"] or not rest) and not line[found.start("colon") + 1 :].startswith(("*", "_")):
        return line
    if rest.startswith("//") or (not found["gap"] and rest[:1].isdigit() and not style.tight):
        return line
    tags = re.sub(r"^\s*(?=\S)", " ", found["tags"]).rstrip()
    return f"{' '.join(name.split())}{tags}: {rest}"


def _rewrite_stop(line: str, style: LineStyle) -> str:
    """Return `Ada. The kettle.` as `Ada: The kettle.`, and directions in square brackets in round ones."""
    found = match_stop(line[:_HEAD])
    if found is not None and found["name"].strip() in style.names:
        tags = re.sub(r",?\s{0,3}[\[(_]([^\])_]{0,60})[\])_]", r"(\1) ", found["tags"]).strip()
        line = f"{' '.join(found['name'].split())}: {tags + ' ' if tags else ''}{line[found.end() :]}"
    elif is_heading(line) and len(line.strip()) <= LONGEST_HEADING:
        return f"[{line.strip(' *_#=[]')}]"
    elif is_direction(line):
        return f"({line.strip(' *_[]()')})"
    return re.sub(r"\[([^\[\]\n]{1,400})\]", r"(\1)", line)


def _sample_lines(scripts: list[Script]) -> list[str]:
    """Return lines from all over a corpus, enough to tell its style."""
    share = min(1.0, _LOOKED_AT / max(1, sum(len(script.text) for script in scripts)))
    return [
        line for script in scripts for line in script.text[: int(share * len(script.text)) + 1].split("\n")
    ]


def _next_filled(lines: list[str], number: int) -> bool:
    """Return whether a line of some text follows, at once or after one that is blank."""
    return any(line.strip() for line in lines[number + 1 : number + 3])


def _is_code(scripts: list[Script]) -> bool:
    lines = [line[:200] for line in _sample_lines(scripts) if line.strip()]
    if not lines:
        return False
    code = sum(_CODE.match(line) is not None for line in lines)
    indented = sum(line.startswith(("  ", "\t")) or line.rstrip().endswith((";", "{", "}")) for line in lines)
    return code >= _CODE_SHARE * len(lines) and indented >= _INDENTED_SHARE * len(lines)
