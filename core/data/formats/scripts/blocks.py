"""Speech under a name, as plays and screenplays have it, to `NAME: speech` on one line."""

import re
from collections.abc import Iterator
from itertools import pairwise

from core.data.formats.scripts.names import (
    HEAD,
    LONGEST_HEADING,
    is_heading,
    is_stage,
    is_transition,
    match_colon,
    match_stop,
    split_tag,
    strip_heading,
)
from core.data.formats.scripts.phrases import defuse, is_in_capitals
from core.data.formats.scripts.styles import LineStyle

_DIRECTION = re.compile(
    r"(?:[A-Z]\w{2,12}(?: \w{2,12}){0,2}\. )?(?:Enter|ENTER|Re-?enter|Exit|EXIT|"
    r"Exeunt|EXEUNT|Alarums?|Flourish|Curtain|CURTAIN)\b[^:]*$"
)
_ENDS = re.compile(r"\W*(?:exeunt|curtain)(?: omnes)?\W*", re.IGNORECASE)  # after which nobody goes on
_BROKEN = re.compile(r"^[ \t]*\[[^\[\]\n]{0,200}(?:\n[^\[\]\n]{1,200}){1,8}\][ .]*$", re.MULTILINE)
_SLANTED = re.compile(
    r"(?:(?<=\n\n)|\A)[ \t]{0,40}_([^_\n]{3,200}(?:\n[^_\n]{1,200}){0,5})_\.?[ \t]{0,9}(?=\n\n|\Z)"
)
_PAGE = re.compile(r"\d{1,4}\.?|(?:\(?continued\)?:?|\(more\))", re.IGNORECASE)
_LONGEST_NAME_LINE = 80  # characters, with a tag
_GAP = re.compile(r"([^\s.:]{1,20}(?: [^\s.:]{1,20}){0,3}) {2,}(?=\S)")
_RULE = re.compile(r"[-=_*~.\s]{3,}")
_SHORT_LINE = 45  # characters; a wrapped one is longer
_LONGEST_DIRECTION = 80  # characters, of one without brackets


def join_blocks(text: str, style: LineStyle) -> str:
    r"""Return `text` with each speech on one line after its speaker.

    A speech ends with a blank line, unless most names have a blank line under them: then with the next name.
    Example: `"ADA.\nThe kettle\nis on.\n\nBO.\nPour."` -> `"ADA: The kettle is on.\n\nBO: Pour."`.
    """
    lines = join_directions(text).split("\n")
    found = [
        _name_of(line, style) if style.is_place(line, before) else None
        for before, line in pairwise(["", *lines])
    ]
    named = [number for number, name in enumerate(found) if name is not None and number + 1 < len(lines)]
    apart = 2 * sum(not lines[number + 1].strip() for number in named) > len(named)
    parts = [(speaker, said) for speaker, said in _parts(lines, found, apart=apart) if said]
    return "\n\n".join(_join(speaker, said) for speaker, said in _go_on(parts))


def _parts(
    lines: list[str], found: list[tuple[str, str, str] | None], *, apart: bool
) -> Iterator[tuple[str, list[str]]]:
    """Yield who speaks, if anybody, and speeches, directions, headings and paragraphs."""
    speaker = ""
    said: list[str] = []
    for before, line, name in zip(["", *lines], lines, found, strict=False):
        bare = line.strip()
        if name is not None:
            yield speaker, said
            speaker, tag, rest = name
            said = [part for part in (f"({tag})" if tag else "", rest) if part]
        elif not bare or _PAGE.fullmatch(bare) or _RULE.fullmatch(bare):
            if said and not (apart and speaker) and not (speaker and _is_tag(said)):
                yield speaker, said
                speaker, said = "", []
        elif is_transition(bare):
            yield speaker, said
            speaker, said = "", []
        elif (
            is_heading(bare)
            and len(bare) <= LONGEST_HEADING
            and (not said or (is_stage(bare) and not before.strip()))
        ):
            yield speaker, said
            speaker, said = "", []
            yield "", [f"[{strip_heading(_strip(bare))}]"]
        elif is_direction(bare):
            yield speaker, said
            said = []
            yield "", [f"({_strip(bare).strip('[](){}')})"]
        else:
            said.append(re.sub(r"\[([^\[\]]{1,400})\]", r"(\1)", _strip(bare)))
    yield speaker, said


def _go_on(parts: list[tuple[str, list[str]]]) -> Iterator[tuple[str, list[str]]]:
    """Yield parts, and who goes on in those that name nobody: after a direction, and where a play marks directions."""
    asides = sum(not speaker and _is_tag(said) for speaker, said in parts)
    loose = sum(
        bool(before) and not speaker and said[0][0] not in "[("
        for (before, _), (speaker, said) in pairwise(parts)
    )
    last, goes_on = "", False
    for speaker, said in parts:
        if speaker:
            last = speaker
        elif said[0].startswith("[") or ends_scene(said[0]):
            last = ""
        elif not _is_tag(said) and (goes_on or asides >= loose):
            speaker = last  # noqa: PLW2901  # that nobody was named is what is mended
        yield speaker, said
        goes_on = not speaker


def _name_of(line: str, style: LineStyle) -> tuple[str, str, str] | None:
    """Return (name, tag, speech) where a line is a name alone, or a name, a gap and speech."""
    bare = line.strip().strip("*_")
    if style.style == "block" and (wide := _GAP.match(bare)) and wide[1] in style.names:
        return style.names[wide[1]], "", bare[wide.end() :]
    found = _name_alone(bare, style) if 0 < len(bare) <= _LONGEST_NAME_LINE else None
    if found or style.style != "block stop":
        return (*found, "") if found else None
    # ADA. The kettle.
    here = match_stop(bare[:HEAD])
    if here is None or here["name"] not in style.names or not is_in_capitals(here["name"]):
        return None
    return style.names[here["name"]], here["tags"].strip(" ,()[]"), bare[here.end() :]


def _name_alone(bare: str, style: LineStyle) -> tuple[str, str] | None:
    if style.style == "block colon":
        found = match_colon(bare)
        if found is None or found["name"].strip() not in style.names or bare[found.end() :]:
            return None
        return style.names[found["name"].strip()], found["tags"].strip(" ()[]")
    if style.style == "block stop":
        name, tag, _ = split_tag(bare) if bare.endswith((")", "]", ").", "].")) else (bare, "", "")
        name = name.removesuffix(".")
        if name not in style.names or not (tag or bare.endswith(".") or is_in_capitals(name)):
            return None
        return style.names[name], tag.strip("_")
    name, tag, _ = split_tag(bare)
    name = name.removesuffix(",")
    return (style.names[name], "" if _is_technical(tag) else tag) if name in style.names else None


def _is_technical(tag: str) -> bool:
    """Return whether a tag says how a voice is heard, as (V.O.) and (CONT'D) do."""
    return tag == tag.upper()


def _is_tag(said: list[str]) -> bool:
    return len(said) == 1 and said[0].startswith("(") and said[0].endswith(")")


def join_directions(text: str) -> str:
    """Return a text whose directions stand each on one line; paragraphs in italics are such."""
    text = _SLANTED.sub(lambda found: f"[{' '.join(found[1].split())}]", text)
    return _BROKEN.sub(lambda found: " ".join(found[0].split()), text)


def is_direction(line: str) -> bool:
    """Return whether a line of a play is no speech: in square brackets, or `Enter Ada.`, `Exeunt.`."""
    bare = line.strip(" _*")
    if bare.startswith("[") and (bare.rstrip("_*.").endswith("]") or "]" not in bare):
        return True
    return len(bare) <= _LONGEST_DIRECTION and _DIRECTION.match(bare) is not None


def ends_scene(direction: str) -> bool:
    """Return whether nobody is left to go on after a direction."""
    return _ENDS.fullmatch(direction) is not None


def _join(speaker: str, said: list[str]) -> str:
    if speaker:
        return f"{speaker}: {' '.join(said)}"
    text = ""
    for before, part in pairwise(["", *said]):
        text += f" {part}" if len(before) > _SHORT_LINE else f"\n{part}"  # a list's lines are no sentence
    return "\n".join(defuse(line, strictly=True) for line in text.strip().split("\n"))


def _strip(line: str) -> str:
    """Return a line without the marks of italics that Project Gutenberg and Markdown use."""
    return re.sub(r"(?<!\w)[_*]+|[_*]+(?!\w)", "", line)
