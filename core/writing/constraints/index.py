"""What a run ships for directions: its words and subjects, how its lines start, and a filter of its runs of words."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from core.data.screenplay import speaker_of
from core.data.vocabulary import Vocabulary
from core.data.words import Alphabet
from core.run.discriminator import Discriminator
from core.run.foreign import find_foreign_words
from core.run.word_vectors import WordVectors, build_word_vectors
from core.writing.constraints.ending import LONGEST_WORD
from core.writing.constraints.form import CLOSING, Shape
from core.writing.constraints.originality import WordHashes
from core.writing.constraints.word_lists.lexicon import Lexicon, ListsByShow
from core.writing.constraints.word_lists.run_filter import RUN, RUN_OF_LETTERS, RunFilter

_COMMON = 400  # words
_MOST = 0.95  # share of lines from which on the others count as slips
_AGAIN = 0.01  # share of spoken lines whose speaker may have spoken the one before, where people take turns


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
    vectors: WordVectors = field(default_factory=WordVectors)
    discriminator: Discriminator = field(
        default_factory=Discriminator
    )  # unknown until the network has written
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
        vectors=build_word_vectors(episodes, alphabet),
    )


def _read_lines(episodes: Iterable[str], alphabet: Alphabet) -> tuple[set[str], set[str], Shape]:
    """Return (names, first words, shape) of a corpus's lines."""
    names: Counter[str] = Counter()
    firsts: Counter[str] = Counter()
    brackets: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    tags: Counter[str] = Counter()
    silent = blank_lines = again = 0
    for episode in episodes:
        blank_lines = max([blank_lines, *(len(gap) - 1 for gap in re.findall("\n+", episode))])
        last: str | None = None
        for line in filter(None, episode.split("\n")):
            speaker = speaker_of(line)
            again += speaker is not None and speaker == last
            last = speaker
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
        turns=bool(spoken) and again <= _AGAIN * spoken,
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
