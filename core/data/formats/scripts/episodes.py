"""Several episodes in one text, told by their headings: `Episode 2: Tea`, `S01E02`, `1x02 - Tea`."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from core.data.formats.reading import Script

_HEADING = re.compile(
    r"^[^\w\n]{0,10}(?:(?:season|staffel|saison|temporada|stagione)[ #]{0,2}\d{1,3}[^\w\n]{1,5})?"
    r"(?:(?:episode|folge|épisode|episodio|episódio|эпизод|серия)[ #.]{1,3}\d{1,4}\b|s\d{1,2} ?ep?\d{1,3}\b|"
    r"\d{1,2}x\d{2}\b|第 ?\d{1,4} ?[话話集])[^\n]{0,60}$",
    re.IGNORECASE | re.MULTILINE,
)
_RULES = re.compile(
    r"\A(?:[ \t]*+(?:[=\-*~_#]{3,200})?+[ \t]*+\n)+|(?<=\n)[=\-*~_#]{3,200}\s*\Z"
)  # around a heading
_LEAST = 3  # filled lines of an episode; a list of contents has none between its own


def split_episodes(scripts: Sequence[Script]) -> tuple[Script, ...]:
    """Return scripts with one for each heading of an episode, where a text has several."""
    parts = [list(_split(script)) for script in scripts]
    if all(len(each) == 1 for each in parts):
        return tuple(scripts)  # positions may have gaps
    positions = Counter[str]()
    split = []
    for part in chain.from_iterable(parts):
        split.append(replace(part, position=positions[part.label]))
        positions[part.label] += 1
    return tuple(split)


def _split(script: Script) -> Iterator[Script]:
    text = script.text
    found = list(_HEADING.finditer(text)) if script.form in ("wrapped", "paragraphs") else []
    headings: list[tuple[str, re.Match[str]]] = []
    for each, end in zip(found, [*(after.start() for after in found[1:]), len(text)], strict=False):
        name = " ".join(each[0].strip("\t =-*_#[]~").split())
        long_enough = sum(bool(line.strip()) for line in text[each.end() : end].split("\n")) >= _LEAST
        # A page's running title comes again.
        if long_enough and not (headings and headings[-1][0] == name):
            headings.append((name, each))
    if len(headings) < 2:  # noqa: PLR2004  # several
        yield script
        return
    before = text[: headings[0][1].start()]
    ends = [*(each.start() for _, each in headings[1:]), len(text)]
    for (name, each), end in zip(headings, ends, strict=True):
        yield replace(script, name=name, text=_RULES.sub("", before + text[each.end() : end]))
        before = ""
