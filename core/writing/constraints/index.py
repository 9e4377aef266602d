"""What a run ships for directions: its words, how its lines start, and a filter of its runs of words.

Two files hold them, their SHA-256 stands in the facts; a run without them writes all the same.
"""

import gzip
import hashlib
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from core.data.screenplay import speaker_of
from core.data.vocabulary import Vocabulary
from core.data.words import Alphabet
from core.errors import RunError
from core.run.foreign import find_foreign_words
from core.run.layout import FACTS, RUNS, WORDS
from core.run.store import Run
from core.runtime.files import read_bounded, write_whole
from core.writing.constraints.ending import LONGEST_WORD
from core.writing.constraints.form import CLOSING, Shape
from core.writing.constraints.lexicon import Lexicon, ListsByShow
from core.writing.constraints.originality import WordHashes
from core.writing.constraints.run_filter import RUN, RUN_OF_LETTERS, RunFilter

FORMAT = 1
_MOST_BYTES = 50_000_000  # of a file, unpacked too
_GZIP = 16 + zlib.MAX_WBITS  # how zlib calls gzip's form
_COMMON = 400  # words
_MOST = 0.95  # share of lines from which on the others count as slips


@dataclass(frozen=True)
class CorpusIndex:
    """Words, line starts and runs of words of a corpus, ready to direct scenes; no other text of it."""

    alphabet: Alphabet
    words: Lexicon
    names: Lexicon  # who speaks
    starts: Lexicon  # first words of lines that nobody speaks; empty where nearly all lines are spoken
    shape: Shape
    runs: RunFilter
    common: frozenset[str] = frozenset()  # the most frequent words, in lower case; empty in a run made before
    foreign: Mapping[str, frozenset[str]] = field(default_factory=dict)  # of each label: other labels' names
    digest: str = ""  # SHA-256 over the files, hexadecimal

    @cached_property
    def lists_by_show(self) -> ListsByShow:
        """The words and places that a scene of each show may have."""
        return ListsByShow(self.words, self.foreign, self.alphabet)

    @cached_property
    def hashes(self) -> WordHashes:
        """The hash of each word."""
        return WordHashes(self.words, self.alphabet)


def build_index(
    episodes: Sequence[str], vocabulary: Vocabulary, *, labels: Sequence[str] = ()
) -> CorpusIndex:
    """Return the word lists of a corpus, whose characters are all in `vocabulary`; a label an episode or none."""
    alphabet = Alphabet(vocabulary)
    words = {word for episode in episodes for word in alphabet.words(episode) if len(word) <= LONGEST_WORD}
    tokens = [alphabet.tokens(episode) for episode in episodes]
    alone = alphabet.unspaced.tolist()
    known = {character: alone[index] for index, character in enumerate(vocabulary.characters)}
    unspaced = sum(known.get(token, False) for text in tokens for token in text)
    run = RUN_OF_LETTERS if 2 * unspaced > sum(map(len, tokens)) else RUN
    names, starts, shape = _read_lines(episodes, alphabet)
    return CorpusIndex(
        alphabet=alphabet,
        words=Lexicon(words, vocabulary),
        names=Lexicon(names, vocabulary),
        starts=Lexicon(starts, vocabulary),
        shape=shape,
        runs=RunFilter.of(tokens, run=run),
        common=frozenset(token for token, _ in Counter(chain.from_iterable(tokens)).most_common(_COMMON)),
        foreign={
            label: frozenset(found) for label, found in find_foreign_words(episodes, labels, alphabet).items()
        },
    )


def write_index(folder: Path, index: CorpusIndex) -> dict[str, str]:
    """Write the files into `folder` and return the SHA-256 of each, for the run's facts.

    Raises:
        DeviceError: the disk refuses.
    """
    document = {
        "format": FORMAT,
        "words": index.words.words,
        "names": index.names.words,
        "starts": index.starts.words,
        "shape": asdict(index.shape),
        "common": sorted(index.common),
        "foreign": {label: sorted(found) for label, found in index.foreign.items()},
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    files = {
        WORDS: gzip.compress(text.encode(), mtime=0),  # without the time: the same words, the same file
        RUNS: save_arrays({"bits": index.runs.bits, "run": np.array([index.runs.run], dtype=np.int64)}),
    }
    for name, data in files.items():
        write_whole(folder / name, data)
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def read_index(run: Run) -> CorpusIndex | None:
    """Return the word lists of a run, or None if it has none.

    Raises:
        RunError: a file of them is missing or altered.
    """
    sums = run.facts.get("aids")
    if not sums:
        if "aids" not in run.facts and (run.path / WORDS).exists():
            raise RunError(_damaged(run, f"{FACTS} saying nothing of its {WORDS}"))
        return None
    try:
        files = {name: read_bounded(run.path / name, most_bytes=_MOST_BYTES) for name in (WORDS, RUNS)}
        damaged = [name for name, data in files.items() if hashlib.sha256(data).hexdigest() != sums[name]]
        if damaged:
            raise RunError(_damaged(run, f"{' and '.join(damaged)} not being the file it was"))
        document = json.loads(_unpack(files[WORDS]))
        if document["format"] > FORMAT:
            raise RunError(
                f"The run in {run.path} was made by a newer version of Holosuite; update to use it."
            )
        arrays = load_arrays(files[RUNS])
        return CorpusIndex(
            alphabet=Alphabet(run.vocabulary),
            words=Lexicon(document["words"], run.vocabulary),
            names=Lexicon(document["names"], run.vocabulary),
            starts=Lexicon(document["starts"], run.vocabulary),
            shape=Shape(**document["shape"]),
            common=frozenset(document.get("common", ())),
            foreign={label: frozenset(found) for label, found in document.get("foreign", {}).items()},
            runs=RunFilter(arrays["bits"], run=int(arrays["run"][0])),
            digest=hashlib.sha256("".join(sums[name] for name in files).encode()).hexdigest(),
        )
    except OSError as error:
        raise RunError(_damaged(run, f"{error.filename} missing")) from error
    except (
        *(AttributeError, KeyError, IndexError, TypeError, ValueError, EOFError, RecursionError),
        *(zlib.error, SafetensorError),
    ) as error:
        raise RunError(_damaged(run, "its word lists not being readable")) from error


def add_index(run: Run, index: CorpusIndex, *, cast: Mapping[str, Any] | None = None) -> Run:
    """Write `index`, and who speaks where if `cast` is given, into the directory of a complete run; return it anew.

    Raises:
        DeviceError: the disk refuses.
    """
    facts = json.loads((run.path / FACTS).read_text(encoding="utf-8"))
    facts["aids"] = write_index(run.path, index)
    if cast is not None:
        facts["cast"] = dict(cast)
    write_whole(run.path / FACTS, json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
    return Run.read(run.path)


def _unpack(packed: bytes) -> bytes:
    """Return what a gzip file holds.

    Raises:
        ValueError: it is cut short, or holds more than a list of words has.
    """
    unpacker = zlib.decompressobj(_GZIP)
    text = unpacker.decompress(packed, _MOST_BYTES)
    if not unpacker.eof:
        raise ValueError(f"more than {_MOST_BYTES:,} bytes, or cut short")
    return text


def _read_lines(episodes: Iterable[str], alphabet: Alphabet) -> tuple[set[str], set[str], Shape]:
    """Return (names, first words, shape) of a corpus's lines."""
    names: Counter[str] = Counter()
    firsts: Counter[str] = Counter()
    brackets: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    tags: Counter[str] = Counter()
    silent = blank_lines = 0
    for episode in episodes:
        blank_lines = max([blank_lines, *(len(gap) - 1 for gap in re.findall("\n+", episode))])
        for line in filter(None, episode.split("\n")):
            speaker = speaker_of(line)
            if line[0] in CLOSING:
                brackets[line[0]] += 1
                alone[line[0]] += line.find(CLOSING[line[0]]) == len(line) - 1
            elif speaker is not None:
                names[speaker] += 1
                head = line[len(speaker) : line.index(":", len(speaker))]
                tags.update(opener for opener in CLOSING if f" {opener}" in head)
                silent += line.endswith(":")
            else:
                firsts[_first_word(line, alphabet)] += 1
    known, spoken = sum(names.values()) + sum(brackets.values()), sum(names.values())
    every = known + sum(firsts.values())
    shape = Shape(
        openers="".join(opener for opener, count in brackets.items() if count > (1 - _MOST) ** 2 * every),
        alone="".join(opener for opener, count in brackets.items() if alone[opener] >= _MOST * count),
        tags="".join(tags),
        blank_lines=blank_lines,
        speech_follows=silent <= (1 - _MOST) * spoken,
    )
    starts = set() if known >= _MOST * every else _frequent(firsts)
    return _frequent(names), {start for start in starts if start}, shape


def _first_word(line: str, alphabet: Alphabet) -> str:
    words = alphabet.words(line)
    return words[0] if words and line.startswith(words[0]) else line[0]


def _frequent(counts: Counter[str]) -> set[str]:
    """Return what was seen twice, if that is nearly all; what was seen once may be a slip."""
    twice = {text for text, count in counts.items() if count > 1}
    enough = sum(counts[text] for text in twice) >= _MOST * sum(counts.values())
    return twice if enough else set(counts)


def _damaged(run: Run, what: str) -> str:
    return f"The run in {run.path} is damaged, {what}; add them anew with `python -m core.training.results.index`."
