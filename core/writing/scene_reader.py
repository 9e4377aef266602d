"""A scene read from part to part: each character once, however many parts are written after one another."""

import threading
from collections.abc import Callable, Sequence

from core.config import END_OF_EPISODE
from core.data.vocabulary import Vocabulary
from core.writing.constraints.build import ConstrainedWriting, direct
from core.writing.constraints.index import CorpusIndex
from core.writing.constraints.word_lists.lexicon import ShowLists
from core.writing.directions import Directions
from core.writing.episode import Episode
from core.writing.generator import Generator
from core.writing.inference.readers import CachedReader, Reader

MOST_KEPT = 120_000  # characters, of which each takes about 100 bytes
_READ_AT_ONCE = 2048  # characters between two looks at whether the reading is still wanted


class SceneReader:
    """What a network has read of one scene; gives readers that stand there, and to the bit as if they had read it.

    Writing leaves another state than reading does, in the last bits: several takes are computed side by side. So the
    text that a part has added is read once more before the next part, and only that.
    """

    def __init__(
        self, generator: Generator, vocabulary: Vocabulary, *, end: int | None, line_break: int
    ) -> None:
        """Read nothing yet; `end` is the id of the end of an episode, if there is one."""
        self._generator = generator
        self._vocabulary = vocabulary
        self._end = end
        self._line_break = line_break
        self._base: Reader | None = None
        self._start: tuple[str | None, bool] = (None, False)  # the label, and whether a line is quoted
        self._text = ""
        # What was asked of directions, the lists that they know, and what they have read.
        self._directed: tuple[tuple[Directions | None, ShowLists | None], ConstrainedWriting, str] | None = (
            None
        )

    @property
    def characters(self) -> int:
        """How much it has read."""
        return len(self._text)

    def has_read(self, scene: Episode) -> bool:
        """Tell whether it stands where `scene` goes on."""
        return self._text == scene.prompt + scene.earlier

    def leads_to(self, scene: Episode, generator: Generator) -> bool:
        """Tell whether a scene of this network, with the part that was written last, begins with what it has read."""
        if generator is not self._generator or self._start != (scene.request.show, bool(scene.prompt)):
            return False
        text = scene.prompt + scene.earlier + scene.text
        return text.startswith(self._text) or text + END_OF_EPISODE == self._text

    def open(self, scene: Episode, cancelled: Callable[[], bool] | None = None) -> Reader:
        """Return a reader that has read a scene so far, from an episode's start, or a line's if it is quoted.

        Once `cancelled`, which is asked now and then, returns true, the reading stops where it is, which may be
        before the scene's end.
        """
        label, text = scene.request.show, scene.prompt + scene.earlier
        start = label, bool(scene.prompt)
        if self._base is None or start != self._start or not text.startswith(self._text):
            self._base, self._start, self._text = self._begin(label, is_quoted=bool(scene.prompt)), start, ""
        base = self._base
        while len(self._text) < len(text):
            more = text[len(self._text) : len(self._text) + _READ_AT_ONCE]
            base.read_all(self._vocabulary.encode(more))
            self._text += more
            if cancelled is not None and cancelled():
                break
        reader = self._generator.reader(temperature=scene.temperature, label=label)
        if isinstance(base, CachedReader) and not isinstance(reader, CachedReader):
            base = base.reader  # at a temperature of 0 there is no cache
        reader.stand_at(base)
        return reader

    def direct(
        self, scene: Episode, *, speakers: Sequence[str], index: CorpusIndex | None, lists: ShowLists | None
    ) -> ConstrainedWriting:
        """Return the directions of a scene's request, which have read it so far and go on by themselves.

        The arguments are those of `core.writing.constraints.build.direct`.
        """
        text, asked = scene.prompt + scene.earlier, (scene.directions, lists)
        known, directed, read = self._directed or (None, None, "")
        if directed is None or known != asked or not text.startswith(read):
            directions = scene.directions or Directions()
            directed = direct(
                directions, speakers=speakers, vocabulary=self._vocabulary, index=index, lists=lists
            )
            read = ""
        directed.constraints.read_all(self._vocabulary.encode(text[len(read) :]))
        self._directed = asked, directed, text
        return directed.fork()

    def drop_directions(self) -> None:
        """Forget what directions have read, which takes more memory than reading it again takes time."""
        self._directed = None

    def _begin(self, label: str | None, *, is_quoted: bool) -> Reader:
        reader = self._generator.reader(label=label)
        if self._generator.targets == "last":
            # A network of the notes' kind has only ever seen full windows.
            opening = [self._line_break] * self._generator.window_length
        else:
            opening = [self._line_break if is_quoted or self._end is None else self._end]
        reader.read_all(opening)
        return reader


class KeptReaders:
    """What was read of the scenes that were gone on with last, for whoever goes on with them next; for many threads.

    They are a saving of time alone: a scene is the same to the bit without them.
    """

    def __init__(self, *, most_characters: int = MOST_KEPT) -> None:
        """Keep readers that have read so many characters together."""
        self._most_characters = most_characters
        self._kept: list[SceneReader] = []  # the one that was used last comes last
        self._lock = threading.Lock()

    def take(self, scene: Episode, generator: Generator) -> SceneReader | None:
        """Return the reader that has read most of a scene, which is nobody else's then; None if there is none."""
        with self._lock:
            fitting = [kept for kept in self._kept if kept.leads_to(scene, generator)]
            if not fitting:
                return None
            found = max(fitting, key=lambda kept: kept.characters)
            self._kept.remove(found)
            return found

    def keep(self, reader: SceneReader) -> None:
        """Keep a reader, and give up the oldest ones where there are too many."""
        reader.drop_directions()
        with self._lock:
            self._kept.append(reader)
            while sum(kept.characters for kept in self._kept) > self._most_characters:
                del self._kept[0]

    def clear(self) -> None:
        """Keep none."""
        with self._lock:
            self._kept.clear()
