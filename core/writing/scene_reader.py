"""A scene read from part to part: each character once, however many parts are written after one another."""

from collections.abc import Callable

from core.data.vocabulary import Vocabulary
from core.writing.episode import Episode
from core.writing.generator import Generator
from core.writing.inference.readers import CachedReader, Reader

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

    def open(self, scene: Episode, cancelled: Callable[[], bool] | None = None) -> Reader:
        """Return a reader that has read a scene so far, from an episode's start, or a line's if it is quoted.

        Once `cancelled`, which is asked now and then, returns true, the reading stops where it is.
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
                break  # and so does the writing, at its next look
        reader = self._generator.reader(temperature=scene.temperature, label=label)
        if isinstance(base, CachedReader) and not isinstance(reader, CachedReader):
            base = base.reader  # at a temperature of 0 there is no cache
        reader.stand_at(base)
        return reader

    def _begin(self, label: str | None, *, is_quoted: bool) -> Reader:
        reader = self._generator.reader(label=label)
        if self._generator.targets == "last":
            # A network of the notes' kind has only ever seen full windows.
            opening = [self._line_break] * self._generator.window_length
        else:
            opening = [self._line_break if is_quoted or self._end is None else self._end]
        reader.read_all(opening)
        return reader
