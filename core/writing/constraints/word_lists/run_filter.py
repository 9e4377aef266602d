"""Originality: how much of a text stands word for word in the corpus, told from a filter of hashes without its text.

The filter (Bloom 1970) holds a hash of every run of six words of the corpus in about twelve bits. It never denies a
run that stands there, and takes one in 256 others for one that does. A single hit therefore counts for nothing: what is
reported are two and more in a row, that is seven words, which chance brings about once in 65,000 places. Runs that
overlap need not come from one place, so a reported length is an upper bound.

The high rate is on purpose. Who holds the filter and the list of words could try to grow a passage word by word; at
every step about a hundred words of 26,000 pass beside the right one, and as many again after each of those.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from core.text import Text

Hashes = npt.NDArray[np.uint64]

RUN = 6  # words
RUN_OF_LETTERS = 16  # the same where no spaces stand between words
FALSE_POSITIVES = 1 / 256  # share of other runs that the filter takes for the corpus's
_PROBES = 8
_BITS_A_RUN = 11.54  # = probes / ln 2
_MASK = 2**64 - 1
_FACTOR = 0x9E3779B97F4A7C15  # odd; the golden ratio's, as in Knuth's multiplicative hashing
_MIX = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)  # SplitMix64 (Steele et al. 2014)


@dataclass(frozen=True)
class Originality:
    """What of a text stands word for word in the corpus."""

    words: int
    longest: int  # words of the longest run; 0 if none has `least`
    share: float  # of the words that belong to such runs
    passage: str  # the longest run, in lower case
    least: int  # words from which on a run counts

    def __str__(self) -> str:
        """Return it in a sentence."""
        return self.sentence

    @property
    def sentence(self) -> Text:
        """It in a sentence."""
        if not self.longest:
            return Text("No phrase of {least} words is copied.", least=self.least)
        return Text(
            "{percent:.0f} % of the words are in copied phrases, the longest of {longest} words: {passage!r}.",
            percent=100 * self.share,
            longest=self.longest,
            passage=self.passage,
        )


class RunFilter:
    """Hashes of all runs of `run` words of a corpus."""

    def __init__(self, bits: npt.NDArray[np.uint8], *, run: int) -> None:
        self.bits = bits
        self.run = run
        self._size = 8 * len(bits)
        self._bytes = bits.tobytes()

    @classmethod
    def of(cls, texts: Iterable[Sequence[str]], *, run: int) -> "RunFilter":
        """Return the filter of texts given as tokens."""
        hashes = np.unique(
            np.concatenate([np.empty(0, np.uint64), *(_run_hashes(hash_tokens(text), run) for text in texts)])
        )
        size = max(8, int(np.ceil(len(hashes) * _BITS_A_RUN / 8))) * 8
        flags = np.zeros(size, dtype=np.uint8)
        for probe in range(_PROBES):
            flags[_positions(hashes, probe, size)] = 1
        return cls(np.packbits(flags, bitorder="little"), run=run)

    def contains(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """Return for each run's hash whether the filter has it."""
        found = np.ones(len(hashes), dtype=np.bool_)
        left = np.arange(len(hashes))
        for probe in range(_PROBES):
            positions = _positions(hashes[left], probe, self._size)
            hit = (self.bits[positions >> 3] >> (positions & 7).astype(np.uint8)) & 1
            found[left[hit == 0]] = False
            left = left[hit == 1]
        return found

    def contains_one(self, run_hash: int) -> bool:
        """Return `contains` of one hash, quickly."""
        step = _step_of(run_hash)
        for probe in range(_PROBES):
            position = (((run_hash + probe * step) & _MASK) >> 32) * self._size >> 32
            if not self._bytes[position >> 3] >> (position & 7) & 1:
                return False
        return True

    def measure(self, tokens: Sequence[str]) -> Originality:
        """Return what of a text, given as tokens, stands in the corpus."""
        least = self.run + 1
        if len(tokens) < least:
            return Originality(len(tokens), 0, 0.0, "", least)
        hits = self.contains(_run_hashes(hash_tokens(tokens), self.run))
        covered = np.zeros(len(tokens), dtype=np.bool_)
        longest = first = start = 0
        for index in range(len(hits) + 1):
            if index < len(hits) and hits[index]:
                continue
            length = index - start  # hits in a row
            if length > 1:
                words = length + self.run - 1
                covered[start : start + words] = True
                if words > longest:
                    longest, first = words, start
            start = index + 1
        passage = " ".join(tokens[first : first + longest])
        return Originality(len(tokens), longest, float(covered.mean()), passage, least)


@lru_cache(maxsize=65_536)
def hash_token(token: str) -> int:
    """Return 64 bits that stand for a token."""
    return int.from_bytes(hashlib.blake2b(token.encode(), digest_size=8).digest(), "little")


def hash_tokens(tokens: Sequence[str]) -> Hashes:
    """Return the hash of each token."""
    return np.fromiter(map(hash_token, tokens), dtype=np.uint64, count=len(tokens))


def hash_run(words: Sequence[int]) -> int:
    """Return the hash of one run from its words' hashes."""
    total = 0
    for word in words:
        total = (total * _FACTOR + word) & _MASK
    return _mix(total)


def hash_runs_after(words: Sequence[int], last: Hashes) -> Hashes:
    """Return the hashes of the runs that begin with `words` and end with each of `last`."""
    total = 0
    for word in words:
        total = (total * _FACTOR + word) & _MASK
    return _mix_all(last + np.uint64(total * _FACTOR & _MASK))


def _run_hashes(words: Hashes, run: int) -> Hashes:
    count = len(words) - run + 1
    if count < 1:
        return np.empty(0, dtype=np.uint64)
    total = np.zeros(count, dtype=np.uint64)
    for offset in range(run):
        total = total * np.uint64(_FACTOR) + words[offset : offset + count]
    return _mix_all(total)


def _mix(total: int) -> int:
    total = ((total ^ (total >> 30)) * _MIX[0]) & _MASK
    total = ((total ^ (total >> 27)) * _MIX[1]) & _MASK
    return total ^ (total >> 31)


def _mix_all(total: Hashes) -> Hashes:
    total = (total ^ (total >> np.uint64(30))) * np.uint64(_MIX[0])
    total = (total ^ (total >> np.uint64(27))) * np.uint64(_MIX[1])
    return np.asarray(total ^ (total >> np.uint64(31)))


def _step_of(run_hash: int) -> int:
    return (run_hash * _FACTOR & _MASK) | 1


def _positions(hashes: Hashes, probe: int, size: int) -> npt.NDArray[np.int64]:
    steps = (hashes * np.uint64(_FACTOR)) | np.uint64(1)
    mixed = hashes + np.uint64(probe) * steps
    return np.asarray(((mixed >> np.uint64(32)) * np.uint64(size) >> np.uint64(32)).astype(np.int64))
