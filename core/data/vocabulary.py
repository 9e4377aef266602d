"""The characters that a network knows: text to ids and back, and the nearest spelling of what it lacks."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt

from core.errors import CorpusError
from core.text import Text

Ids = npt.NDArray[np.uint16]

# Emoji that are one sign together: joined, coloured, flags, keycaps. One of which a part is unknown goes as a whole.
_PICTURE = "[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
_EMOJI = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|{_PICTURE}[\ufe0f\U0001f3fb-\U0001f3ff]*"
    f"(?:\u200d{_PICTURE}[\ufe0f\U0001f3fb-\U0001f3ff]*)+|{_PICTURE}[\ufe0f\U0001f3fb-\U0001f3ff]+"
)

MOST_CHARACTERS = 8192  # a one-hot row and an output per character: beyond this nothing learns on one machine
SMALL_TEXT = 1_000_000  # characters; a larger text shows each letter of its language often enough
_OWN_SHARE = 0.01  # of its letters that belong to a script of a text, at least
_PIECE = 2**18  # characters encoded at a time


@dataclass(frozen=True)
class Spelling:
    """A text in a vocabulary's characters, and what it took to get there."""

    text: str
    mapped: dict[str, str]  # character asked for -> what stands in its place
    dropped: str  # characters that had no stand-in, each once

    @property
    def notice(self) -> str:
        """One sentence about the changes, or an empty text if there were none."""
        parts: list[Text] = []
        if self.mapped:
            pairs = (
                Text("{old} became {new}", old=_show(old), new=_show(new)) for old, new in self.mapped.items()
            )
            parts.append(Text.joined(pairs, ", "))
        if self.dropped:
            characters = ", ".join(_show(character) for character in self.dropped[:12])
            parts.append(Text("{characters} left out", characters=characters))
        what = Text.joined(parts, "; ")
        return Text("The model cannot spell everything: {what}.", what=what) if parts else ""


@dataclass(frozen=True)
class Vocabulary:
    r"""Distinct characters in code-point order; a character's id is its index.

    Example: `Vocabulary("\nab")` encodes `"ba\n"` as `[2, 1, 0]`.
    """

    characters: str
    _code_points: npt.NDArray[np.uint32] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the order, on which encoding relies."""
        code_points = _code_points_of(self.characters)
        if len(code_points) == 0 or np.any(np.diff(code_points.astype(np.int64)) <= 0):
            raise ValueError(f"characters must be distinct and in order, not {self.characters!r}")
        object.__setattr__(self, "_code_points", code_points)

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the vocabulary of all characters in `text`.

        Raises:
            CorpusError: `text` is empty, or has more different characters than a network can learn.
        """
        characters = "".join(sorted(set(text)))
        if not characters:
            raise CorpusError("The corpus is empty: there is no text to learn from.")
        if len(characters) > MOST_CHARACTERS:
            raise CorpusError(
                "The corpus has {count:,} different characters and at most {most:,} can "
                "be learnt; raise --rare-count to drop the rare ones.",
                count=len(characters),
                most=MOST_CHARACTERS,
            )
        return cls(characters)

    def __len__(self) -> int:
        """Return the number of characters."""
        return len(self.characters)

    def encode(self, text: str) -> Ids:
        """Return the ids of `text`, whose characters must all be known.

        Raises:
            ValueError: a character that the vocabulary lacks; `spell` the text first.
        """
        ids = np.empty(len(text), dtype=np.uint16)
        # In pieces: on the way an id takes twenty bytes.
        for start in range(0, len(text), _PIECE):
            wanted = _code_points_of(text[start : start + _PIECE])
            found = np.minimum(np.searchsorted(self._code_points, wanted), len(self) - 1)
            if not np.array_equal(self._code_points[found], wanted):
                raise ValueError(f"unknown characters: {sorted(set(text) - set(self.characters))}")
            ids[start : start + _PIECE] = found
        return ids

    def decode(self, ids: npt.ArrayLike) -> str:
        """Return the text that `ids` stand for."""
        return (
            self._code_points[np.asarray(ids, dtype=np.intp)].tobytes().decode("utf-32-le", "surrogatepass")
        )

    def spell(self, text: str) -> Spelling:
        """Return `text` with each unknown character mapped to a known relative, or dropped.

        Relatives, in this order: the character without its accents, its compatibility form, its other case.
        Example: with only plain letters known, `"Café"` becomes `"Cafe"`.
        """
        known = set(self.characters)
        text = _EMOJI.sub(lambda found: found[0] if known.issuperset(found[0]) else "", text)
        stand_ins = {
            character: _nearest(character, known)
            for character in dict.fromkeys(text)
            if character not in known
        }
        return Spelling(
            text="".join(stand_ins.get(character, character) for character in text),
            mapped={old: new for old, new in stand_ins.items() if new},
            dropped="".join(old for old, new in stand_ins.items() if not new),
        )


def learnable_characters(text: str, *, rare_count: int) -> str:
    """Return the characters of `text` that are worth learning: those it has at least `rare_count` times.

    In a small text the letters, marks and digits of its own scripts stay however rare they are, and ASCII's signs:
    a letter of the language is no slip. What goes there are foreign letters and rare symbols.

    Raises:
        CorpusError: too many are left.
    """
    counts = Counter(text)
    common = {character for character, count in counts.items() if count >= rare_count}
    if len(text) < SMALL_TEXT:
        scripts = Counter[str]()
        for character, count in counts.items():
            if character.isalpha():
                scripts[_script_of(character)] += count
        own = {script for script, count in scripts.items() if count >= _OWN_SHARE * scripts.total()}
        kept = common | {
            character
            for character in counts
            if character.isprintable() and (character.isascii() or _belongs(character, own))
        }
        common = kept if len(kept) < MOST_CHARACTERS else common
    return "".join(sorted(common))


def _belongs(character: str, scripts: set[str]) -> bool:
    """Return whether a character is a letter or digit of one of the scripts, or punctuation."""
    kind = unicodedata.category(character)[0]
    return kind == "P" or (kind in "LN" and _script_of(character) in scripts)


def _script_of(character: str) -> str:
    """Return the first word of a letter's name: LATIN, CYRILLIC, CJK, HIRAGANA."""
    return unicodedata.name(character, "?").partition(" ")[0].partition("-")[0]


def _nearest(character: str, known: set[str]) -> str:
    """Return the known text closest to `character`, empty if there is none."""
    decomposed = unicodedata.normalize("NFKD", character)
    plain = "".join(part for part in decomposed if not unicodedata.combining(part))
    for candidate in (
        plain,
        unicodedata.normalize("NFKC", character),
        character.swapcase(),
        plain.swapcase(),
    ):
        if candidate and all(part in known for part in candidate):
            return candidate
    return " " if character.isspace() and " " in known else ""


def _code_points_of(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _show(text: str) -> str:
    """Return `text` as a reader can see it: printable as it is, else by its code points."""
    return text if text.isprintable() and text.strip() else " ".join(f"U+{ord(part):04X}" for part in text)
