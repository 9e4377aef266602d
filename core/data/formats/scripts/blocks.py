"""Speech under a name, as plays and screenplays have it, to `NAME: speech` on one line."""

import re
from collections.abc import Collection, Iterator

from core.data.formats.scripts.names import COLON, LONGEST_HEADING, is_heading, is_transition, split_tag

_DIRECTION = re.compile(
    r"(?:Enter|ENTER|Re-?enter|Exit|EXIT|Exeunt|EXEUNT|Alarums?|Flourish|Curtain|CURTAIN)\b[^:]*$"
)
_PAGE = re.compile(r"\d{1,4}\.?|(?:\(?continued\)?:?|\(more\))", re.IGNORECASE)
_LONGEST_NAME_LINE = 80  # characters, with a tag
_LONGEST_DIRECTION = 80  # characters, of one without brackets


def join_blocks(text: str, style: str, names: Collection[str]) -> str:
    r"""Return `text` with each speech on one line after its speaker.

    A speech ends with a blank line, unless most names have a blank line under them: then with the next name.
    Example: `"ADA.\nThe kettle\nis on.\n\nBO.\nPour."` -> `"ADA: The kettle is on.\n\nBO: Pour."`.
    """
    lines = text.split("\n")
    found = [_name_of(line, style, names) for line in lines]
    named = [number for number, name in enumerate(found) if name is not None and number + 1 < len(lines)]
    apart = 2 * sum(not lines[number + 1].strip() for number in named) > len(named)
    return "\n\n".join(part for part in _parts(lines, found, apart=apart) if part)


def _parts(lines: list[str], found: list[tuple[str, str] | None], *, apart: bool) -> Iterator[str]:
    """Yield speeches, directions, headings and paragraphs."""
    speaker = ""
    said: list[str] = []
    for line, name in zip(lines, found, strict=True):
        bare = line.strip()
        if name is not None:
            yield _join(speaker, said)
            speaker, tag = name
            said = [f"({tag})"] if tag else []
        elif not bare or _PAGE.fullmatch(bare):
            if said and not (apart and speaker) and not (speaker and _is_tag(said)):
                yield _join(speaker, said)
                speaker, said = "", []
        elif is_transition(bare):
            yield _join(speaker, said)
            speaker, said = "", []
        elif is_heading(bare) and len(bare) <= LONGEST_HEADING and not said:
            speaker = ""
            yield f"[{_strip(bare).strip('[]')}]"
        elif is_direction(bare):
            yield _join(speaker, said)
            said = []
            yield f"({_strip(bare).strip('[]()')})"
        else:
            said.append(_strip(bare))
    yield _join(speaker, said)


def _name_of(line: str, style: str, names: Collection[str]) -> tuple[str, str] | None:
    """Return (name, tag) where a line is a name alone."""
    bare = line.strip().strip("*_")
    if not bare or len(bare) > _LONGEST_NAME_LINE:
        return None
    if style == "block colon":
        found = COLON.match(bare)
        if found is None or found["name"].strip() not in names or bare[found.end() :]:
            return None
        return found["name"].strip(), found["tags"].strip(" ()[]")
    if style == "block stop":
        name, tag, _ = split_tag(bare) if bare.endswith((")", "]", ").", "].")) else (bare, "", "")
        name = name.removesuffix(".")
        return (name, tag.strip("_")) if name in names and (tag or bare.endswith(".")) else None
    name, tag, _ = split_tag(bare)
    return (name, "" if _is_technical(tag) else tag) if name in names else None


def _is_technical(tag: str) -> bool:
    """Return whether a tag says how a voice is heard, as (V.O.) and (CONT'D) do."""
    return tag == tag.upper()


def _is_tag(said: list[str]) -> bool:
    return len(said) == 1 and said[0].startswith("(") and said[0].endswith(")")


def is_direction(line: str) -> bool:
    """Return whether a line of a play is no speech: in square brackets, or `Enter Ada.`, `Exeunt.`."""
    bare = line.strip(" _*")
    if bare.startswith("[") and bare.rstrip("_*.").endswith("]"):
        return True
    return len(bare) <= _LONGEST_DIRECTION and _DIRECTION.match(bare) is not None


def _join(speaker: str, said: list[str]) -> str:
    text = " ".join(said)
    return f"{speaker}: {text}" if speaker and text else text


def _strip(line: str) -> str:
    """Return a line without the marks of italics that Project Gutenberg and Markdown use."""
    return re.sub(r"(?<!\w)[_*]+|[_*]+(?!\w)", "", line)
