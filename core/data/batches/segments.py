"""Streams that begin as writing does: a text is cut where lines and scenes start, and read from nothing there.

A network that only ever read on, with the state carried, may lose itself when it begins empty, as every scene does.
So each row of a batch reads one segment after another, and forgets in between.
"""

import heapq
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from core.config import END_OF_EPISODE
from core.data.batches.windows import Batch
from core.data.context import rows_of
from core.data.context_tables import ContextTables
from core.data.vocabulary import Ids, Vocabulary

_WINDOWS = 32  # of a segment, on average
_SEGMENTS = 4  # in a row of a short corpus, at least, on average
_TO_HEADING = 0.5  # share of the segments that go on to the next scene heading, so that one begins there
_FURTHER = 16  # windows; no segment goes on further for a heading
_START = re.compile(r"\n(?:\[[^\]\n]+\]$)?|\x03", re.MULTILINE)

Segment = tuple[int, int]  # where it starts in the chain, and its windows


class SegmentStreams:
    """Texts in segments of whole windows, and the batches in which each row reads some of them one after another."""

    def __init__(
        self,
        texts: Sequence[str],
        labels: Sequence[str],
        *,
        vocabulary: Vocabulary,
        tables: ContextTables | None,
        batch: int,
        window_length: int,
    ) -> None:
        self._chain = END_OF_EPISODE + "".join(text + END_OF_EPISODE for text in texts)
        self._ends = np.cumsum(
            [0, *(len(text) + 1 for text in texts)]
        )  # where the chain's ends of episodes are
        self._labels = [*labels, *labels[-1:]]
        self._vocabulary, self._tables = vocabulary, tables
        self._batch, self._window_length = batch, window_length
        starts, headings = [], []
        for match in _START.finditer(self._chain):
            starts.append(match.start())
            if len(match[0]) > 1:
                headings.append(match.start())
        self._starts = np.array(starts)  # characters before which a line ends
        self._headings = np.array(headings, dtype=np.int64)

    def __len__(self) -> int:
        """Return the number of characters, the ends of episodes among them."""
        return len(self._chain)

    def cut(self, rng: np.random.Generator) -> list[Segment]:
        """Return segments that cover all targets, in the order of the text, of random lengths.

        Each begins at the line break before a line, or the end of an episode before an episode, at or before the
        place where the one before ended; only the last of all begins where it must to end with the text.
        """
        length, last = self._window_length, len(self._chain) - 1
        mean = max(1.0, min(_WINDOWS, last / length / self._batch / _SEGMENTS))
        segments: list[Segment] = []
        start = 0
        while start < last:
            windows = int(rng.geometric(1 / mean))
            if rng.random() < _TO_HEADING:
                windows = self._to_heading(start, windows)
            # No further than the text's end, and so a little into the next.
            rest = int(self._ends[np.searchsorted(self._ends, start, side="right")]) - start
            windows = min(windows, -(-rest // length))
            if start + windows * length > last:
                windows = (last - start) // length
                if not windows:
                    segments.append((last - length, 1))
                    break
            segments.append((start, windows))
            start = self._next_start(start, start + windows * length)
        return segments

    def plan(self, rng: np.random.Generator) -> list[list[Segment]]:
        """Return the segments of each row of the batches of an epoch; all rows have the same number of windows."""
        segments = self.cut(rng)
        rows: list[list[Segment]] = [[] for _ in range(self._batch)]
        fill = [(0, row) for row in range(self._batch)]
        for index in np.argsort([-windows for _, windows in segments], kind="stable").tolist():
            windows, row = heapq.heappop(fill)
            rows[row].append(segments[index])
            heapq.heappush(fill, (windows + segments[index][1], row))
        longest = max(windows for windows, _ in fill)
        for windows, row in fill:
            # What the longest row has more, this one reads twice.
            missing = longest - windows
            while missing:
                start, some = segments[rng.integers(len(segments))]
                rows[row].append((start, min(some, missing)))
                missing -= min(some, missing)
        for queue in rows:
            rng.shuffle(queue)
        return rows

    def batches(self, rows: list[list[Segment]]) -> Iterator[Batch]:
        """Yield (inputs, targets, begins) of each step: begins, (batch,), is true where a row begins a new segment."""
        for windows in zip(*map(self._read, rows), strict=True):
            inputs, targets, begins = zip(*windows, strict=True)
            yield np.stack(inputs), np.stack(targets), np.array(begins)

    def _read(
        self, queue: list[Segment]
    ) -> Iterator[tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], bool]]:
        """Yield each window of a row."""
        length = self._window_length
        for start, windows in queue:
            end = start + windows * length
            ids = self._vocabulary.encode(self._chain[start : end + 1]).astype(np.int32)
            inputs = self._with_context(ids[:-1], start, end)
            for first in range(0, windows * length, length):
                yield inputs[first : first + length], ids[first + 1 : first + length + 1], not first

    def _with_context(self, ids: npt.NDArray[np.int32], start: int, end: int) -> npt.NDArray[np.int32]:
        """Return the ids with the rows of their context, as a text that begins at `start` has it."""
        if self._tables is None:
            return ids
        first, last = np.searchsorted(self._ends, (start, end - 1), side="right") - 1
        cuts = [start, *self._ends[first + 1 : last + 1].tolist(), end]
        texts = [self._chain[a:b] for a, b in pairwise(cuts)]
        rows = rows_of(texts, self._tables, self._labels[first : last + 1])
        return beside(ids, rows, vocabulary=len(self._vocabulary))

    def _to_heading(self, start: int, windows: int) -> int:
        """Return as many windows as reach the first heading after `windows` of them, if it is not far."""
        length = self._window_length
        index = np.searchsorted(self._headings, start + windows * length)
        if index == len(self._headings):
            return windows
        wanted = -(-(int(self._headings[index]) - start) // length)
        return wanted if wanted <= windows + _FURTHER else windows

    def _next_start(self, start: int, end: int) -> int:
        """Return where the segment after one from `start` to `end` begins."""
        if end >= len(self._chain) - 1:
            return end
        for places, reach in (
            (self._ends, end - start),
            (self._headings, self._window_length),
            (self._starts, end - start),
        ):
            index = int(np.searchsorted(places, end, side="right")) - 1
            if index >= 0 and places[index] > max(start, end - reach):
                return int(places[index])
        return end


def beside(
    ids: npt.NDArray[np.int32] | Ids, rows: npt.NDArray[np.uint16], *, vocabulary: int
) -> npt.NDArray[np.int32]:
    """Return (characters, 1 + features): each id, and the rows of its context after the vocabulary's."""
    both = np.empty((len(ids), 1 + rows.shape[1]), dtype=np.int32)
    both[:, 0] = ids
    both[:, 1:] = rows
    both[:, 1:] += vocabulary
    return both
