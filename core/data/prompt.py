"""A quoted line in the characters that a model knows, without what the loss of others leaves of it."""

import re
from dataclasses import replace

from core.config import END_OF_EPISODE
from core.data.cleaning import clean_line
from core.data.vocabulary import Spelling, Vocabulary

UNSPELLED = "The model knows none of these characters; quote a line in letters that it has."
_GAP = "\0"  # in place of a character that is lost; no script has it
_GONE_NAME = re.compile(rf"^[^\w:(\[]*{_GAP}[^\w:(\[]*(?:[(\[][^)\]]*[)\]])?\s*:\s*")  # its tag goes too
_GONE_BRACKETS = re.compile(rf"[(\[{{\"']\s*{_GAP}[^\w()\[\]{{}}\"']*[)\]}}\"']")
_GONE_START = re.compile(rf"(^|: ?|[(\[{{])[^\w(\[{{\"']*{_GAP}[^\w(\[{{\"']*")
_GONE_BEFORE_SIGN = re.compile(rf"[,;]?\s*{_GAP}[\s{_GAP}]*(?=[^\w\s]|$)")
_GONE_WORD = re.compile(rf"\s*{_GAP}[\s{_GAP}]*")


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
        rest = _GONE_START.sub(r"\1", rest)
        rest = _GONE_BEFORE_SIGN.sub("", rest)
        rest = _GONE_WORD.sub(lambda found: " " if any(map(str.isspace, found[0])) else "", rest).rstrip()
        is_last = number == len(lines) - 1
        if any(map(str.isalnum, rest)) and (is_last or not rest.endswith(":")):
            kept.append(f"{rest} " if rest.endswith(":") else rest)
        elif is_last and kept:
            kept.append("")  # the line before it is over all the same
    return "\n".join(kept).lstrip("\n")
