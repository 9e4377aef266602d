"""An episode's title: a phrase that the model wrote in it, as short and as rare in its words as it has one."""

import math
import re
from collections import Counter
from collections.abc import Iterator

from core.data.screenplay import parse_line

_CLAUSE = re.compile(r"[.!?;:,\u2026\u2014\u3002\uff01\uff1f\u3001()\[\]\"\u201c\u201d]+|--+")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
LEAST_WORDS, MOST_WORDS = 2, 5
MOST_CHARACTERS = 60
_SMALL = 4  # letters of words that stay small inside a title, and say little


def choose_title(script: str) -> str:
    """Return a title for a scene: `"ODO: I found it in the cargo bay, sir."` -> `"I Found It"`; empty if it has none.

    Of the clauses that somebody says, the one with the most long words that the scene has once is chosen.
    """
    clauses = list(dict.fromkeys(_clauses(script)))
    counts = Counter(word for clause in clauses for word in _words(clause))
    best = max(clauses, key=lambda clause: (_weight(clause, counts), -len(clause)), default="")
    return " ".join(_capital(word, first=not index) for index, word in enumerate(best.split()))


def _clauses(script: str) -> Iterator[str]:
    for line in script.split("\n"):
        parsed = parse_line(line)
        if parsed.kind != "speech":
            continue
        for clause in _CLAUSE.split(parsed.text):
            words = clause.split()
            is_plain = all(map(_WORD.fullmatch, words))
            if is_plain and LEAST_WORDS <= len(words) <= MOST_WORDS and len(clause) <= MOST_CHARACTERS:
                yield " ".join(words)


def _words(clause: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(clause)]


def _weight(clause: str, counts: Counter[str]) -> float:
    """Return how much a clause says: its long words, those most that are rare here, over all of its words."""
    words = _words(clause)
    return sum(1 / counts[word] for word in words if len(word) > _SMALL) / math.sqrt(len(words))


def _capital(word: str, *, first: bool) -> str:
    return word if not first and len(word) < _SMALL else word[:1].upper() + word[1:]
