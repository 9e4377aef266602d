"""`Writer`: a run, loaded, that writes the same script for the same request."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from core.config import END_OF_EPISODE
from core.data.prompt import UNSPELLED, spell_prompt
from core.data.vocabulary import Spelling
from core.errors import PromptError
from core.run.cast import Casts
from core.run.store import Run
from core.writing.constraints.build import check_directions
from core.writing.constraints.index_files import read_index
from core.writing.constraints.place import open_under
from core.writing.constraints.word_lists.lexicon import ShowLists
from core.writing.constraints.word_lists.run_filter import Originality
from core.writing.directions import Directions
from core.writing.episode import Episode, describe_spelling
from core.writing.generator import open_generator
from core.writing.inference.readers import Reader
from core.writing.request import SceneRequest
from core.writing.sampling import Sampler
from core.writing.scene_reader import SceneReader
from core.writing.takes.build import stream_takes

_CANCEL_EVERY = 64  # characters between two looks at whether the writing is still wanted
_USUAL_TAKES = 6


class Writer:
    """A run, loaded: writes episodes, any number of them at once from different threads.

    Raises:
        RunError: the run's weights or word lists are missing or damaged.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.generator = open_generator(run)
        self.casts = Casts(run.facts["cast"], run.tables.labels if run.tables else ())
        self.index = read_index(run)
        # A run of the notes' kind has no end-of-episode character; a blank line stands between its episodes.
        known = run.vocabulary.characters
        self._end = known.index(END_OF_EPISODE) if END_OF_EPISODE in known else None
        self._line_break = known.index("\n") if "\n" in known else 0

    def spell(self, line: str) -> Spelling:
        """Return a quoted line in the characters that the model knows; one that has ended in a line break keeps one."""
        return spell_prompt(line, self.run.vocabulary)

    def speakers(self, show: str | None = None) -> list[str]:
        """Return who speaks in the corpus, those of the show first, the most talkative first."""
        return self.casts.speakers(show)

    def places(self, show: str | None = None) -> list[str]:
        """Return the scene headings of the corpus, those of the show first, the most frequent first."""
        return self.casts.places(show)

    @property
    def usual(self) -> Directions:
        """The directions of a scene of which nothing is asked: all that make it readable and that the run can keep."""
        has_index = self.index is not None
        return Directions(spelling=has_index, form=has_index)

    @property
    def usual_takes(self) -> int:
        """The takes of a line of which nothing is asked; several where the network knows who speaks."""
        return _USUAL_TAKES if self._keeps_rules else 1

    @property
    def _keeps_rules(self) -> bool:
        return self.generator.context is not None and self.index is not None

    def originality(self, text: str) -> Originality | None:
        """Return how much of `text` stands word for word in the corpus, or None if the run cannot tell."""
        return None if self.index is None else self.index.runs.measure(self.index.alphabet.tokens(text))

    def reading(self) -> SceneReader:
        """Return what spares a scene's parts reading it again: hand it to `write` and to each `go_on`."""
        return SceneReader(self.generator, self.run.vocabulary, end=self._end, line_break=self._line_break)

    def write(
        self,
        request: SceneRequest,
        *,
        cancelled: Callable[[], bool] | None = None,
        reading: SceneReader | None = None,
    ) -> Episode:
        """Return a scene that goes on from the request's prompt, or begins if that is empty.

        Once `cancelled`, which is asked now and then, returns true, the writing stops.

        Raises:
            PromptError: what is asked cannot be done with this run, or nothing is left of the prompt.
        """
        spelling = self.spell(request.prompt)
        if request.prompt and not spelling.text.strip():
            raise PromptError(UNSPELLED)
        settled = self._settle(replace(request, prompt=spelling.text))
        prompt, directions = settled.prompt, settled.directions
        if directions and directions.place is not None:
            prompt = open_under(directions.place, prompt, vocabulary=self.run.vocabulary)
        scene = Episode(
            fingerprint=self.run.fingerprint,
            prompt=prompt,
            earlier="",
            text="",
            request=settled,
            ended=False,
            notice=describe_spelling(spelling, request.directions, directions),
            seconds=0.0,
        )
        return self._write(scene, cancelled, reading)

    def go_on(
        self,
        episode: Episode,
        request: SceneRequest,
        *,
        cancelled: Callable[[], bool] | None = None,
        reading: SceneReader | None = None,
    ) -> Episode:
        """Return `episode` continued from its exact end; the text so far becomes `earlier`.

        Where the request has no directions, those of the episode hold on; its show does always.

        Raises:
            PromptError: what is asked cannot be done with this run.
        """
        mark = END_OF_EPISODE if episode.ended and self._end is not None else ""
        asked = replace(
            request,
            prompt="",
            directions=request.directions or episode.directions,
            show=episode.request.show,
        )
        scene = replace(
            episode,
            earlier=episode.earlier + episode.text + mark,
            text="",
            request=self._settle(asked),
            notice="",
            before=(*episode.before, episode.request),
        )
        return self._write(scene, cancelled, reading)

    def _settle(self, request: SceneRequest) -> SceneRequest:
        """Return the request with this run's own temperature and names in it, if the run can do what is asked."""
        temperature, directions = request.temperature, request.directions
        if directions is not None:
            directions = check_directions(
                directions,
                line=request.prompt,
                speakers=self.speakers(),
                places=self.places(),
                vocabulary=self.run.vocabulary,
                index=self.index,
            )
        default = self.run.config.default_temperature
        return replace(
            request,
            temperature=default if temperature is None else float(temperature),
            # A window of the notes' kind slides for one text at a time.
            takes=request.takes if self.generator.targets == "all" else 1,
            directions=directions,
            show=None if request.show is None else self.casts.find(request.show),
        )

    def _write(
        self, scene: Episode, cancelled: Callable[[], bool] | None, reading: SceneReader | None
    ) -> Episode:
        """Return `scene` with the text that its request adds."""
        started = time.perf_counter()
        request = scene.request
        reading = reading or self.reading()
        reader = reading.open(scene, cancelled)
        if not reading.has_read(scene):
            return scene  # it is no longer wanted
        longest = request.length if request.directions is None or not request.directions.ending else None
        written: list[int] = []
        ended = False
        for character in self._stream(scene, reader, reading, cancelled):
            if character == self._end:
                ended = True
                break
            written.append(character)
            if len(written) == longest or (
                cancelled is not None and len(written) % _CANCEL_EVERY == 0 and cancelled()
            ):
                break
        return replace(
            scene,
            text=self.run.vocabulary.decode(written),
            ended=ended,
            seconds=time.perf_counter() - started,
        )

    def _stream(
        self, scene: Episode, reader: Reader, reading: SceneReader, cancelled: Callable[[], bool] | None
    ) -> Iterator[int]:
        """Return the ids that follow what `reader` has read, as the scene's request asks."""
        request = scene.request
        directed = None
        if request.directions is not None:
            lists = self._lists(scene, request.directions)
            directed = reading.direct(scene, speakers=self.speakers(), index=self.index, lists=lists)
        # Where the network knows who speaks, the rules of a scene hold for one take as well.
        if request.takes > 1 or self._keeps_rules:
            return stream_takes(
                request,
                reader,
                generator=self.generator,
                vocabulary=self.run.vocabulary,
                index=self.index,
                speakers=self.speakers(),
                strangers=self.casts.strangers(request.show),
                scale=self.run.config.temperature_scale,
                temperature=scene.temperature,
                directed=directed,
                before=scene.prompt + scene.earlier,
                end=self._end,
                cancelled=cancelled,
            )
        sampler = Sampler(
            vocabulary=self.generator.vocabulary,
            temperature=scene.temperature,
            rng=np.random.default_rng(request.seed),
            scale=self.run.config.temperature_scale,
        )
        if directed is None:
            return self.generator.stream(sampler, reader=reader, forbidden_first=self._end)
        return directed.stream(sampler, reader=reader, length=request.length, forbidden_first=self._end)

    def _lists(self, scene: Episode, directions: Directions) -> ShowLists | None:
        """Return the words and places that a scene may have, and the names that it has already."""
        if self.index is None:
            return None
        show, cast = self.casts.written(scene.request.show), (name.title() for name in directions.cast)
        places = self.casts.own_places(show) if self._keeps_rules else ()
        return self.index.lists_by_show.of(
            show, places=places, said="\n".join((scene.prompt + scene.earlier, *cast))
        )
