"""A scene written line by line: who speaks is drawn once, what is said several times, and the best take is kept."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.config import END_OF_EPISODE, TemperatureScale
from core.data.vocabulary import Vocabulary
from core.data.words import Alphabet
from core.writing.constraints.build import ConstrainedWriting
from core.writing.generator import Generator
from core.writing.inference.readers import Reader
from core.writing.sampling import Sampler, Samplers
from core.writing.takes.company import Company
from core.writing.takes.line import LineWriter, Start, Take
from core.writing.takes.rules import SceneRules
from core.writing.takes.subject import RareWords, SubjectWords

_LINE_ENDS = "\n" + END_OF_EPISODE
_DIRECTION_COOLNESS = 0.5  # of the temperature; what people do is soon nonsense, and varied enough
_TRIES = 6  # heads of a line drawn until one is permitted
Choose = Callable[[Sequence[Take], str], int]  # takes, the text before them -> index of the one to keep


@dataclass(frozen=True)
class Draws:
    """How each character is drawn."""

    temperature: float
    seed: int
    scale: TemperatureScale = "logits"


class TakesStream:
    """Writes a scene in takes: the same characters for the same seed, whatever else is written at that time."""

    def __init__(
        self,
        generator: Generator,
        vocabulary: Vocabulary,
        draws: Draws,
        *,
        takes: int,
        end: int | None,
        choose: Choose,
        rules: SceneRules | None = None,
        rare: RareWords | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self._lines = LineWriter(generator, vocabulary, takes=takes, end=end, cancelled=cancelled)
        self._vocabulary = vocabulary
        self._draws = draws
        self._takes = takes
        self._choose = choose
        self._rules = rules
        self._rare = rare
        self._alphabet = Alphabet(vocabulary)

    def stream(
        self,
        reader: Reader,
        *,
        directed: ConstrainedWriting | None,
        before: str,
        length: int,
        forbidden_first: int | None,
    ) -> Iterator[int]:
        """Yield the ids of piece after piece, up to the scene's end or `length` characters.

        `before` is the text that `reader` and `directed` have read. With directions that seek an ending, the scene
        ends where they find one instead.
        """
        seeks_end = directed is not None and directed.ending is not None
        if directed is not None and directed.ending is not None:
            directed.ending.begin(length)
        written = piece = 0
        forbidden = forbidden_first
        opener = ""  # the bracket with which this line began
        while True:
            in_line = bool(before) and before[-1] not in _LINE_ENDS
            head = not in_line and self._rules is not None
            start = Start(
                in_line,
                prefix=self._open_word(before),
                longest=None if seeks_end else length - written,
                forbidden=forbidden,
                head=head,
                subject=None if head or opener else self._subject(before),
            )
            if head:
                kept = self._write_head(reader, directed, start, piece, before)
            elif opener == "[" or self._takes == 1:  # of headings there are few to choose from
                kept = self._write_only(reader, directed, start, piece, opener=opener)
            else:
                kept = self._write_best(reader, directed, start, piece, before, opener=opener)
            if kept is None:
                return
            yield from kept.ids
            if kept.is_last:
                return
            text = self._vocabulary.decode(kept.ids)
            if head:
                opener = text[-1] if text[-1] in "[(" else ""
            before += text
            written += len(text)
            piece += 1
            forbidden = None

    def _write_head(
        self, reader: Reader, directed: ConstrainedWriting | None, start: Start, piece: int, before: str
    ) -> Take | None:
        """Return the first head of a line that the rules permit, or the first one if none is."""
        rules = self._rules
        if rules is None:
            raise ValueError("A head is asked for without rules.")
        opener = self._vocabulary.characters.find(rules.opens_with(before) or "\0")
        if opener >= 0:
            start = replace(start, first=opener)
        for attempt in (*range(_TRIES), 0):
            samplers = self._samplers(
                piece, [attempt], temperature=_head_temperature(self._draws.temperature)
            )
            takes = self._lines.write(reader, samplers, 1, directed=directed, start=start)
            if not takes:
                return None
            if rules.permit(self._vocabulary.decode(takes[0].ids), before, left=start.longest):
                break
        return self._keep(takes[0], reader, directed)

    def _write_only(
        self, reader: Reader, directed: ConstrainedWriting | None, start: Start, piece: int, *, opener: str
    ) -> Take | None:
        """Return the rest of a line, written once."""
        sampler = Sampler(
            vocabulary=len(self._vocabulary),
            temperature=self._temperature(opener),
            rng=self._randomness(piece, 0),
            scale=self._draws.scale,
        )
        return self._lines.write_alone(reader, sampler, directed=directed, start=start)

    def _write_best(
        self,
        reader: Reader,
        directed: ConstrainedWriting | None,
        start: Start,
        piece: int,
        before: str,
        *,
        opener: str,
    ) -> Take | None:
        """Return the best take of the rest of a line."""
        samplers = self._samplers(piece, range(self._takes), temperature=self._temperature(opener))
        takes = self._lines.write(reader, samplers, self._takes, directed=directed, start=start)
        return self._keep(takes[self._choose(takes, before)], reader, directed) if takes else None

    def _keep(self, take: Take, reader: Reader, directed: ConstrainedWriting | None) -> Take:
        """Let `reader` and `directed` read a take, unless the scene ends with it."""
        if not take.is_last:
            self._lines.go_on(take, reader)
            if directed is not None:
                directed.constraints.read_all(take.ids)
        return take

    def _temperature(self, opener: str) -> float:
        """Return the temperature at which the rest of a line that began with `opener` is written."""
        return self._draws.temperature * (_DIRECTION_COOLNESS if opener == "(" else 1)

    def _subject(self, before: str) -> SubjectWords | None:
        if self._rare is None or not self._rare.is_known:
            return None
        names = Company.of(before).spoken_names()
        return SubjectWords.of(before, self._rare, self._alphabet, names=names)

    def _open_word(self, before: str) -> str:
        """Return the letters of the word that `before` ends with."""
        words = self._alphabet.words(before[-40:])
        return words[-1] if words and before.endswith(words[-1]) else ""

    def _samplers(self, piece: int, numbers: Sequence[int], *, temperature: float) -> Samplers:
        """Return the takes' samplers, each of its own randomness."""
        draws = self._draws
        return Samplers(
            [self._randomness(piece, number) for number in numbers],
            vocabulary=len(self._vocabulary),
            temperature=temperature,
            scale=draws.scale,
        )

    def _randomness(self, piece: int, number: int) -> np.random.Generator:
        """Return what the take of this number of a piece is drawn with."""
        return np.random.default_rng([self._draws.seed, piece, number])


def _head_temperature(temperature: float) -> float:
    """Return the temperature at which it is drawn who speaks.

    It lies between the line's and 1, at which a network lets people come and go as they do in its corpus: at low
    temperatures two would talk for ever.
    """
    return float(temperature**0.6)
