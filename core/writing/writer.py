"""`Episode`, what one command writes, and `Writer`, which writes it: the same script for the same prompt and seed."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.config import END_OF_EPISODE
from core.data.cleaning import clean_line
from core.data.vocabulary import Spelling
from core.errors import PromptError, RunError
from core.run.store import Run
from core.writing.constraints.build import check_directions, direct
from core.writing.constraints.place import open_under
from core.writing.directions import Directions
from core.writing.generator import Generator, Reader
from core.writing.index import read_index
from core.writing.originality import Originality
from core.writing.sampling import Sampler, check_temperature

LONGEST = 100_000  # characters in one request
SEEDS = 2**32
_CANCEL_EVERY = 64  # characters between two looks at whether the writing is still wanted


@dataclass(frozen=True)
class WriteRequest:
    """What is asked of one writing; with the text before it and a run, it fixes the text."""

    temperature: float
    length: int  # characters
    seed: int
    top_p: float = 1.0
    directions: Directions | None = None


@dataclass(frozen=True)
class Episode:
    """A script and all that it takes to write it again."""

    fingerprint: str  # of the run
    prompt: str  # as the model read it; empty for a scene from nothing
    earlier: str  # written by the requests that this one goes on from
    text: str  # written by this one
    temperature: float
    length: int  # characters asked for
    seed: int
    ended: bool  # whether the model ended the episode itself
    notice: str  # what of the prompt the model could not spell, in a sentence, or empty
    seconds: float
    directions: Directions | None = None  # None for the raw model
    top_p: float = 1.0
    before: tuple[WriteRequest, ...] = ()  # the requests that wrote `earlier`, the first one first

    @property
    def request(self) -> WriteRequest:
        """What wrote `text`, apart from the prompt."""
        return WriteRequest(self.temperature, self.length, self.seed, self.top_p, self.directions)

    @property
    def script(self) -> str:
        """The whole text; a blank line where one episode ended and the next began."""
        return (self.prompt + self.earlier + self.text).replace(END_OF_EPISODE, "\n\n")


class Writer:
    """A run, loaded: writes episodes, any number of them at once from different threads.

    Raises:
        RunError: the run's weights or word lists are missing or damaged.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.generator = _open_generator(run)
        self.aids = read_index(run)
        # A run of the notes' kind has no end-of-episode character; a blank line stands between its episodes.
        known = run.vocabulary.characters
        self._end = known.index(END_OF_EPISODE) if END_OF_EPISODE in known else None
        self._line_break = known.index("\n") if "\n" in known else 0

    def spell(self, line: str) -> Spelling:
        """Return a quoted line in the characters that the model knows."""
        plain = clean_line(line).replace(END_OF_EPISODE, "").strip("\n")
        return self.run.vocabulary.spell(plain)

    def speakers(self) -> list[str]:
        """Return who speaks in the corpus, the most talkative first."""
        return list(self.run.facts["cast"]["speakers"])

    def places(self) -> list[str]:
        """Return the scene headings of the corpus, the most frequent first."""
        return list(self.run.facts["cast"]["places"])

    @property
    def usual(self) -> Directions:
        """The directions of a scene of which nothing is asked: all that make it readable and that the run can keep."""
        has_aids = self.aids is not None
        return Directions(spelling=has_aids, form=has_aids)

    def originality(self, text: str) -> Originality | None:
        """Return how much of `text` stands word for word in the corpus, or None if the run cannot tell."""
        return None if self.aids is None else self.aids.runs.measure(self.aids.alphabet.tokens(text))

    def write(
        self,
        prompt: str = "",
        *,
        temperature: float | None = None,
        length: int = 500,
        seed: int | None = None,
        top_p: float = 1.0,
        directions: Directions | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Episode:
        """Return an episode of `length` new characters that goes on from `prompt`, or begins if it is empty.

        Args:
            prompt: starting text; characters that the model lacks are mapped or dropped, and `notice` says so.
            temperature: on the run's own scale; None for the run's default.
            length: characters to write; fewer come only where the model ends the episode, and up to 200 more where
                `directions` ask for an ending.
            seed: fixes the randomness; None for a new one.
            top_p: share of the likeliest characters to draw from.
            directions: what is asked of the scene; None for the raw model, `usual` for what suits most.
            cancelled: asked now and then; the writing stops when it returns true.

        Raises:
            PromptError: a value that cannot be used, or a prompt of which nothing is left.
        """
        spelling = self.spell(prompt)
        if prompt and not spelling.text.strip():
            raise PromptError(
                "The model knows none of these characters; quote a line in letters that it has."
            )
        line = spelling.text
        request = self._check(temperature, length, seed, top_p, directions, line)
        if request.directions is not None and request.directions.place is not None:
            line = open_under(request.directions.place, line, vocabulary=self.run.vocabulary)
        return self._write(line, "", spelling.notice, request, (), cancelled)

    def go_on(
        self,
        episode: Episode,
        *,
        temperature: float | None = None,
        length: int = 500,
        seed: int | None = None,
        top_p: float = 1.0,
        directions: Directions | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Episode:
        """Return `episode` continued from its exact end; the text so far becomes `earlier`.

        Without `directions`, those of the episode hold on.

        Raises:
            PromptError: a value that cannot be used.
        """
        earlier = (
            episode.earlier
            + episode.text
            + (END_OF_EPISODE if episode.ended and self._end is not None else "")
        )
        request = self._check(temperature, length, seed, top_p, directions or episode.directions, "")
        return self._write(
            episode.prompt, earlier, "", request, (*episode.before, episode.request), cancelled
        )

    def _check(  # noqa: PLR0917  # what `write` and `go_on` take by name, once more
        self,
        temperature: float | None,
        length: int,
        seed: int | None,
        top_p: float,
        directions: Directions | None,
        line: str,
    ) -> WriteRequest:
        temperature = check_temperature(
            self.run.config.default_temperature if temperature is None else temperature
        )
        if not 1 <= length <= LONGEST:
            raise PromptError(f"The length must be from 1 to {LONGEST:,} characters, and not {length:,}.")
        seed = secrets.randbelow(SEEDS) if seed is None else seed
        if seed < 0:
            raise PromptError(f"The seed must be a whole number from 0 on, and not {seed}.")
        if directions is not None:
            directions = check_directions(
                directions,
                line=line,
                speakers=self.speakers(),
                places=self.places(),
                vocabulary=self.run.vocabulary,
                aids=self.aids,
            )
        return WriteRequest(temperature, length, seed, top_p, directions)

    def _write(  # noqa: PLR0917  # what both of its callers know
        self,
        prompt: str,
        earlier: str,
        notice: str,
        request: WriteRequest,
        before: tuple[WriteRequest, ...],
        cancelled: Callable[[], bool] | None,
    ) -> Episode:
        started = time.perf_counter()
        sampler = Sampler(
            vocabulary=self.generator.vocabulary,
            temperature=request.temperature,
            rng=np.random.default_rng(request.seed),
            scale=self.run.config.temperature_scale,
            top_p=request.top_p,
        )
        reader = self._open(prompt + earlier, fresh=not prompt, temperature=request.temperature)
        if request.directions is None:
            ids = self.generator.stream(sampler, reader=reader, forbidden_first=self._end)
        else:
            directed = direct(
                request.directions,
                length=request.length,
                speakers=self.speakers(),
                vocabulary=self.run.vocabulary,
                aids=self.aids,
            )
            directed.director.read_all(self.run.vocabulary.encode(prompt + earlier))
            ids = directed.stream(sampler, reader=reader, forbidden_first=self._end)
        longest = request.length if request.directions is None or not request.directions.ending else None
        written: list[int] = []
        ended = False
        for character in ids:
            if character == self._end:
                ended = True
                break
            written.append(character)
            if len(written) == longest or (
                cancelled is not None and len(written) % _CANCEL_EVERY == 0 and cancelled()
            ):
                break
        return Episode(
            fingerprint=self.run.fingerprint,
            prompt=prompt,
            earlier=earlier,
            text=self.run.vocabulary.decode(written),
            temperature=request.temperature,
            length=request.length,
            seed=request.seed,
            ended=ended,
            notice=notice,
            seconds=time.perf_counter() - started,
            directions=request.directions,
            top_p=request.top_p,
            before=before,
        )

    def _open(self, text: str, *, fresh: bool, temperature: float) -> Reader:
        """Return a reader that has read `text` from the start of an episode, or of a line if it is not fresh."""
        reader = self.generator.reader(temperature=temperature)
        if self.generator.targets == "last":
            # A network of the notes' kind has only ever seen full windows.
            opening = [self._line_break] * self.generator.window_length
        else:
            opening = [self._end if fresh and self._end is not None else self._line_break]
        reader.read_all(opening)
        reader.read_all(self.run.vocabulary.encode(text))
        return reader


def _open_generator(run: Run) -> Generator:
    """Return the generator of a run whose weights fit each other and its characters.

    Raises:
        RunError: they do not, or are missing or damaged.
    """
    weights = run.weights()
    try:
        generator = Generator.of(run.config, weights)
        rows = len(weights["lstm_1/kernel"])  # one for each character, and for what else the network reads
        if generator.vocabulary != len(run.vocabulary) or rows < len(run.vocabulary):
            raise ValueError(rows)  # noqa: TRY301  # caught with those of the shapes
        generator.reader().read(0)
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise RunError(
            f"The run in {run.path} is damaged: its weights do not fit together. Train it anew."
        ) from error
    return generator
