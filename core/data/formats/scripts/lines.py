"""Texts whose speakers are to be found: by how their lines begin, whatever the case, script and punctuation."""

import re
from collections.abc import Iterable
from dataclasses import replace

from core.data.formats.chats.marks import strip_marks
from core.data.formats.reading import LeftOut, Script
from core.data.formats.scripts.asides import PLACES, bracket, in_round_brackets
from core.data.formats.scripts.blocks import ends_scene, is_direction, join_blocks, join_directions
from core.data.formats.scripts.matter import strip_front
from core.data.formats.scripts.names import (
    HEAD,
    LONGEST_HEADING,
    is_fact,
    is_heading,
    match_colon,
    match_stop,
)
from core.data.formats.scripts.phrases import defuse, is_exclamation, is_in_capitals, is_phrase
from core.data.formats.scripts.stamps import unwrap_names
from core.data.formats.scripts.styles import LineStyle, find_style
from core.text import Text

_OPEN = ("wrapped", "paragraphs", "cues")
_MOST = 0.9  # of the names
_TOP = 20  # lines, where a page says what it is
_LOOKED_AT = 4_000_000  # characters, by which the style of a corpus is told
_CODE = re.compile(
    r"\s*(?:(?:async\s)?def \w+\(|class \w+[:(]|import \w+|from [\w.]+ import |#include|package \w|using \w|"
    r"(?:public|private|static|const|let|var|function|fn|func|return)\b[^\n]{0,100}[;{(]\s*$)"
)
_NUMBER = re.compile(r"[ \t]{0,20}(\d)\s?\.?\s{1,5}(?=\S)")  # one of several: 1. Where the place?
_TOGETHER = re.compile(r"\b(?:two|three|foure?|five|fiue) (?:or \w+ )?([A-Z][a-z]{2,20})\b")
_WIDE = 45  # characters of a line that a page may have broken
_ITALICS = re.compile(
    r"(?<![\w_])_(?=[^\s_])([^_]{1,600}?)(?<=[^\s_])_(?![\w_])"
)  # as Project Gutenberg marks them
_CODE_SHARE, _INDENTED_SHARE = 0.08, 0.4


def find_speakers(scripts: Iterable[Script]) -> tuple[list[Script], LineStyle, list[LeftOut]]:
    """Return the scripts with their lines in the common form, how they were, and what went; code stays as it is."""
    scripts = list(scripts)
    scripts = [
        replace(script, text=unwrap_names(script.text)) if script.form in _OPEN else script
        for script in scripts
    ]
    open_ones = [script for script in scripts if script.form in _OPEN]
    if not open_ones:
        return scripts, LineStyle(), []
    if _is_code(open_ones):
        scripts = [replace(script, form="code") if script in open_ones else script for script in scripts]
        return scripts, LineStyle(), []
    style = find_style(_sample_lines(open_ones))
    if style.style != "colon" and all(script.form == "cues" for script in open_ones):
        style = LineStyle()
    formed = [_bring_into_form(script, style) for script in scripts]
    if style.style == "none":
        return formed, style, []
    whole = [
        replace(after, text=strip_front(after.text, style.names.values(), needs_act=style.style == "colon"))
        if before.form in _OPEN
        else after
        for before, after in zip(scripts, formed, strict=True)
    ]
    went = (
        [LeftOut(Text("contents and characters"), Text("no part of the script"))] if whole != formed else []
    )
    return whole, style, went


def _bring_into_form(script: Script, style: LineStyle) -> Script:
    if script.form not in _OPEN:
        return script
    text = strip_marks(script.text)
    if style.style in ("block", "block colon", "block stop"):
        return replace(script, text=join_blocks(text, style), form="lines")
    if style.style == "none":
        text = _ITALICS.sub(r"\1", text)
        return (
            replace(script, text="\n".join(map(defuse, text.split("\n"))))
            if script.form == "cues"
            else replace(script, text=text)
        )
    joined = style.after_blank or style.depth is not None
    text = join_directions(text) if joined or style.style == "stop" else text
    lines = _without_facts(text.split("\n"))
    text = _ITALICS.sub(r"\1", "\n".join(_rewrite(lines, style, joined=joined)))
    # Lines without a space after the colon are a sign that no page wrapped them.
    return replace(script, text=text, form="paragraphs" if style.tight or joined else script.form)


def _without_facts(lines: list[str]) -> list[str]:
    """Return lines without those at the top that say a fact about a script: `Written by: Ada`."""
    kept = [
        line
        for line in lines[:_TOP]
        if (found := match_colon(line)) is None
        or not is_fact(found["name"])
        or found["name"].casefold() in PLACES
    ]
    return kept + lines[_TOP:]


def _rewrite(lines: list[str], style: LineStyle, *, joined: bool) -> list[str]:
    """Return lines with `NAME: ` before each speech; where it is `joined`, with all of it on one line."""
    rewrite = _rewrite_colon if style.style == "colon" else _rewrite_stop
    capitals = sum(map(is_in_capitals, style.names.values())) >= _MOST * len(style.names)
    is_nobody = is_phrase if joined else (lambda name: not capitals and is_exclamation(name))
    rewritten: list[str] = []
    before = speaker = role = ""
    broken = False  # the last line is half a direction
    speaking = aside = (
        False  # the last line is a speech; a direction, after which the speech before it goes on
    )
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        alone = not before.strip() and not after.strip() and 0 < len(line) <= LONGEST_HEADING
        speech = rewrite(line, style) if style.is_place(line, before) else None
        if speech is None and role and style.is_place(line, before):
            found = _NUMBER.match(line)
            speech = f"{found[1]}.{role}: {line[found.end() :]}" if found else None
        before = line
        if speech is not None:
            rewritten.append(speech)
            speaker, speaking, aside, broken = speech.partition(":")[0], joined, False, False
            role = speaker[2:] if speaker[1:2] == "." and style.style == "stop" else role
        elif broken and line.strip():
            rewritten[-1] = f"{rewritten[-1][:-1]} {line.strip()})"
            broken = len(line) > _WIDE
        elif (speaking or aside) and style.goes_on(line) and not is_direction(line) and not is_heading(line):
            if aside:
                rewritten.append(f"{speaker}:")
            rewritten[-1] += f" {in_round_brackets(line.strip())}"
            speaking, aside = True, False
        else:
            if line.strip():
                aside = joined and speaker != "" and is_direction(line) and not ends_scene(line)
                speaker = "" if is_heading(line) else speaker
                role = (_role_of(line) or role) if joined else role
            speaking = False
            # A paragraph of a line beside verses that are indented is no verse: "Drummes. The King drinkes."
            is_done = alone and bool(speaker) and style.style == "stop" and style.depth is not None
            other = bracket(line, style, is_nobody)
            rewritten.append(f"({other.strip()})" if is_done and other[:1] not in "[(" else other)
            broken = (
                joined
                and is_direction(line)
                and len(line) > _WIDE
                and rewritten[-1][-1] == ")"
                and line.rstrip()[-1] not in ".])"
            )
    return rewritten


def _role_of(direction: str) -> str:
    """Return what those are who enter together, one of them: `Enter two Gentlemen.` -> `Gentleman`; else nothing."""
    found = _TOGETHER.search(direction) if is_direction(direction) else None
    return re.sub(r"(?<=ch)es$|s$", "", found[1]).replace("men", "man") if found else ""


def _rewrite_colon(line: str, style: LineStyle) -> str | None:
    """Return a line with `NAME: ` before its speech; None where nobody speaks."""
    found = match_colon(line[:HEAD])
    if found is None:
        return None
    name = found["name"].strip()
    if name not in style.names:
        return None
    rest = line[found.end() :]
    plain = (
        found["colon"] == ":" and not found["space"] and name == style.names[name] and line.startswith(name)
    )
    if plain and (found["gap"] or not rest) and not line[found.start("colon") + 1 :].startswith(("*", "_")):
        return line
    if rest.startswith("//") or (not found["gap"] and rest[:1].isdigit() and not style.tight):
        return None
    tags = re.sub(r"^\s*(?=\S)", " ", found["tags"]).rstrip()
    return f"{' '.join(style.names[name].split())}{tags}: {rest}"


def _rewrite_stop(line: str, style: LineStyle) -> str | None:
    """Return `Ada. The kettle.` as `Ada: The kettle.`; None where nobody speaks."""
    found = match_stop(line[:HEAD])
    if found is None or found["name"].strip() not in style.names:
        return None
    tags = re.sub(r",?\s{0,3}[\[(_]{1,2}([^\])_]{0,60})[\])_]{1,2}", r"(\1) ", found["tags"]).strip()
    tags = f"({tags.strip(' ,')})" if tags.startswith(",") else tags
    name = " ".join(style.names[found["name"].strip()].split())
    return f"{name}: {tags + ' ' if tags else ''}{in_round_brackets(line[found.end() :])}"


def _sample_lines(scripts: list[Script]) -> list[str]:
    """Return lines from all over a corpus, enough to tell its style."""
    share = min(1.0, _LOOKED_AT / max(1, sum(len(script.text) for script in scripts)))
    return [
        line for script in scripts for line in script.text[: int(share * len(script.text)) + 1].split("\n")
    ]


def _is_code(scripts: list[Script]) -> bool:
    lines = [line[:200] for line in _sample_lines(scripts) if line.strip()]
    if not lines:
        return False
    code = sum(_CODE.match(line) is not None for line in lines)
    indented = sum(line.startswith(("  ", "\t")) or line.rstrip().endswith((";", "{", "}")) for line in lines)
    return code >= _CODE_SHARE * len(lines) and indented >= _INDENTED_SHARE * len(lines)
