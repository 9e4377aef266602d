"""A quoted line in the characters that a model knows, without what the loss of others leaves of it."""

import re
from dataclasses import replace

from core.config import END_OF_EPISODE
from core.data.cleaning import clean_line
from core.data.vocabulary import Spelling, Vocabulary

UNSPELLED = "The model knows none of these characters; quote a line in letters that it has."
_GAP = "\0"  # in place of a character that is lost; no script has it
# No run of signs is read twice: what somebody quotes may be nothing but such a run.
_GONE_NAME = re.compile(  # its tag goes too
    rf"^(?=[^\w:(\[{_GAP}]*{_GAP})[^\w:(\[]*+(?:[(\[][^)\]]*+[)\]])?\s*+:\s*"
)
_GONE_BRACKETS = re.compile(rf"[(\[{{\"']\s*{_GAP}[^\w()\[\]{{}}\"']*[)\]}}\"']")
_SIGNS = re.compile(r"[^\w(\[{\"']+")
_SPACE = re.compile(rf"([,;]?)([\s{_GAP}]++)(?=(\w?))")


def spell_prompt(line: str, vocabulary: Vocabulary) -> Spelling:
    """Return a quoted line as a model can read it; one that has ended in a line break keeps one."""
    plain = clean_line(line).replace(END_OF_EPISODE, "")
    # A line that is over stays over: what follows begins a new one.
    is_over = plain.endswith("\n") and "\n" in vocabulary.characters
    plain = plain.strip("\n") + "\n" * is_over
    spelling = vocabulary.spell(plain)
    lost = "".join(sorted({*plain} - {*vocabulary.characters} - {*spelling.mapped}))
    return replace(spelling, text=vocabulary.spell(close_gaps(plain, lost=lost)).text) if lost else spelling


def close_gaps(text: str, *, lost: str) -> str:
    r"""Return `text` without the characters that are `lost`, and without what stood around nothing but them.

    A name that is gone takes its colon along, a bracket its other half, a line its line break.

    Example: without the letters of "вот", `"вот: So?\nQUARK: (вот) No вот."` becomes `"So?\nQUARK: No."`.
    """
    lost_ones = re.compile(f"[{re.escape(lost)}]")
    lines = text.split("\n")
    kept: list[str] = []
    for number, line in enumerate(lines):
        rest = lost_ones.sub(_GAP, line)
        if _GAP not in rest:
            kept.append(line)
            continue
        rest = _GONE_NAME.sub("", rest)
        rest = _GONE_BRACKETS.sub(_GAP, rest)
        rest = _SPACE.sub(_close, _SIGNS.sub(_begin, rest)).rstrip()
        is_last = number == len(lines) - 1
        if any(map(str.isalnum, rest)) and (is_last or not rest.endswith(":")):
            kept.append(f"{rest} " if rest.endswith(":") else rest)
        elif is_last and kept:
            kept.append("")  # the line before it is over all the same
    return "\n".join(kept).lstrip("\n")


def _begin(signs: re.Match[str]) -> str:
    """Return what is left of signs, where gaps are among them: nothing at a beginning, a colon and its space."""
    run, before = signs[0], signs.string[max(0, signs.start() - 1) : signs.start()]
    if before in ("", "(", "[", "{"):
        return "" if _GAP in run else run
    colon = run.find(":")
    if colon < 0 or _GAP not in run[colon:]:
        return run
    return run[: colon + 1] + " " * (run[colon + 1] == " ")


def _close(space: re.Match[str]) -> str:
    """Return what is left of space with gaps in it: none before a sign or the end, nor a comma, else one space."""
    comma, run, word = space.groups()
    if _GAP not in run:
        return space[0]
    if not word:
        return ""
    return comma + " " * any(map(str.isspace, run))
