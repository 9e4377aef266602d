"""A piece of a script written several times at once: takes, each with its own randomness and its own directions."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from core.data.vocabulary import Vocabulary
from core.data.words import Alphabet
from core.writing.constraints.build import ConstrainedWriting
from core.writing.generator import Generator
from core.writing.inference.caches import CacheModel
from core.writing.inference.readers import CachedReader, CarriedReader, Reader
from core.writing.sampling import Sampler, Samplers
from core.writing.takes.rows import Rows
from core.writing.takes.subject import SubjectWords

SOFT, HARD = 100, 300  # characters after which a line is cut at a sentence's end, and anywhere
LONGEST_HEAD = 48  # characters
_CANCEL_EVERY = 64  # characters of the longest take between two looks at whether the writing is still wanted
_MARKS = ".!?\u2026"


@dataclass
class Take:
    """One version of what comes next."""

    number: int
    directed: ConstrainedWriting | None
    cache: CacheModel | None
    subject: SubjectWords | None
    prefix: str  # letters of the word that is open
    in_line: bool  # whether something but line breaks stands in the line
    ids: list[int] = field(default_factory=list)
    nats: float = 0.0  # of the ids after the scene so far, as the network gives them at temperature 1
    place: int = 0  # among the rows, once it has ended
    is_last: bool = False  # whether the scene ends with it


@dataclass(frozen=True)
class Start:
    """Where takes begin, and how far they go at most."""

    in_line: bool  # whether a line is open
    prefix: str = ""  # letters of the word that is open
    longest: int | None = None  # characters, with which the scene ends
    forbidden: int | None = None  # an id that does not come first
    first: int | None = None  # the one that does, where the directions permit it
    head: bool = False  # whether only the line's head is wanted: `"\nQUARK: "`, `"("`, `"["`
    subject: SubjectWords | None = None


class LineWriter:
    """Writes takes, as rows of one product, from where a carried reader stands."""

    def __init__(
        self,
        generator: Generator,
        vocabulary: Vocabulary,
        *,
        takes: int,
        end: int | None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        known = vocabulary.characters
        self._rows = Rows(generator, takes)
        self._characters = known
        self._letters = Alphabet(vocabulary).letters.tolist()
        self._newline, self._space, self._colon = (known.find(sign) for sign in "\n :")
        self._end = -1 if end is None else end
        self._marks = frozenset(known.find(mark) for mark in _MARKS)
        self._openers = frozenset(known.find(opener) for opener in "([")
        self._cancelled = cancelled

    def write(
        self,
        reader: Reader,
        samplers: Samplers,
        count: int,
        *,
        directed: ConstrainedWriting | None,
        start: Start,
    ) -> list[Take]:
        """Return `count` takes, all from where `reader` and `directed` are, which read nothing meanwhile.

        A take ends with its line, its head where only that is wanted, or the scene. Once the writing is cancelled
        there are none.
        """
        cache = reader.cache if isinstance(reader, CachedReader) else None
        takes = [
            Take(
                number,
                directed.fork() if directed else None,
                cache.fork() if cache else None,
                start.subject,
                start.prefix,
                start.in_line,
            )
            for number in range(count)
        ]
        rows, active = self._rows, list(takes)
        rows.begin(carried(reader), count)
        forbidden, first = start.forbidden, start.first
        if first is not None and directed is not None and not directed.constraints.permits(first):
            first = None
        steps = 0
        while active:
            drawn = self._draw(active, samplers, forbidden) if first is None else [first] * count
            forbidden = first = None
            rows.read(drawn)
            ended = [
                place
                for place, (take, character) in enumerate(zip(active, drawn, strict=True))
                if self._ends(take, character, start)
            ]
            for place in reversed(ended):
                active[place].place = rows.leave(place)
                active[place] = active[-1]
                active.pop()
            rows.multiply()
            steps += 1
            if self._cancelled is not None and steps % _CANCEL_EVERY == 0 and self._cancelled():
                return []
        return takes

    def write_alone(
        self, reader: Reader, sampler: Sampler, *, directed: ConstrainedWriting | None, start: Start
    ) -> Take | None:
        """Return the only take, which `reader` and `directed` read as it is written: there is none to choose from.

        Once the writing is cancelled there is none.
        """
        take = Take(0, directed, None, start.subject, start.prefix, start.in_line)
        forbidden = start.forbidden
        while True:
            if take.subject is not None:
                take.subject.boost(reader.logits, take.prefix)
            if directed is not None:
                drawn = directed.constraints.choose(sampler, reader.logits, forbidden=forbidden)
            else:
                if forbidden is not None:
                    reader.logits[forbidden] = -np.inf
                drawn = sampler.draw(reader.logits)
            forbidden = None
            is_ended, count = self._ends(take, drawn, start), len(take.ids)
            if is_ended and take.is_last:
                return take
            reader.read(drawn)
            if is_ended:
                return take
            if self._cancelled is not None and count % _CANCEL_EVERY == 0 and self._cancelled():
                return None

    def go_on(self, take: Take, reader: Reader) -> None:
        """Let `reader` read a take of those written last, whose state is there already."""
        self._rows.give_back(take.place, carried(reader))
        if isinstance(reader, CachedReader):
            reader.catch_up(take.ids)

    def _draw(self, active: list[Take], samplers: Samplers, forbidden: int | None) -> list[int]:
        """Return the next id of each take, and count its nats."""
        logits = self._rows.logits
        highest = logits.max(axis=1, keepdims=True)
        plain = logits - highest
        totals = np.log(np.exp(plain).sum(axis=1))
        for row, take in zip(logits, active, strict=True):
            if take.cache is not None:
                take.cache.mend(row)
            if take.subject is not None:
                take.subject.boost(row, take.prefix)
        if forbidden is not None:
            logits[:, forbidden] = -np.inf
        drawn = samplers.draw(logits, [take.number for take in active])
        for place, (take, character) in enumerate(zip(active, drawn, strict=True)):
            if take.directed is not None and not take.directed.constraints.permits(character):
                among = take.directed.constraints.allowed(character, forbidden=forbidden)
                drawn[place] = samplers.draw_again(take.number, logits[place], among=among)
        nats = totals - plain[np.arange(len(drawn)), drawn]
        for take, more in zip(active, nats.tolist(), strict=True):
            take.nats += more
        return drawn

    def _ends(self, take: Take, character: int, start: Start) -> bool:
        """Let `take` read what it has drawn, and return whether it ends there."""
        ending = take.directed.ending if take.directed else None
        if ending is not None and ending.stops_before(character):
            take.is_last = True
            return True
        previous = take.ids[-1] if take.ids else -1
        take.ids.append(character)
        if take.cache is not None:
            take.cache.read(character)
        if take.directed is not None:
            take.directed.constraints.read(character)
        if take.subject is not None:
            self._spell(take, character)
        count = len(take.ids)
        take.is_last = (
            character == self._end or count == start.longest or (ending is not None and ending.done)
        )
        if take.is_last:
            return True
        if character == self._newline:
            return take.in_line
        first, take.in_line = not take.in_line, True
        if start.head:
            is_named = character == self._space and previous == self._colon
            return (first and character in self._openers) or is_named or count >= LONGEST_HEAD
        return count >= HARD or (count >= SOFT and character == self._space and previous in self._marks)

    def _spell(self, take: Take, character: int) -> None:
        """Take in one id of a word, or its end."""
        if self._letters[character]:
            take.prefix += self._characters[character]
            return
        if take.subject is not None and take.prefix:
            take.subject = take.subject.without(take.prefix)
        take.prefix = ""


def carried(reader: Reader) -> CarriedReader:
    """Return the reader that carries its state, without its cache.

    Raises:
        ValueError: `reader` carries none, so that there can be no takes.
    """
    inner = reader.reader if isinstance(reader, CachedReader) else reader
    if not isinstance(inner, CarriedReader):
        raise ValueError(f"no takes with {type(inner).__name__}")  # noqa: TRY004  # a value, as the docstring says
    return inner
