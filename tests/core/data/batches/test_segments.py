"""Streams of segments: they begin where writing begins, leave nothing out, and are the same for the same seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import END_OF_EPISODE
from core.data.batches.segments import SegmentStreams
from core.data.context import context_ids
from core.data.context_tables import ContextTables
from core.data.vocabulary import Vocabulary
from tests.conftest import tiny_episodes

TEXTS = tiny_episodes(9)
LABELS = ["DS9"] * 5 + ["TNG"] * 4
KNOWN = Vocabulary.of("".join(TEXTS) + END_OF_EPISODE)
TABLES = ContextTables.of(TEXTS, LABELS)
LENGTH = 16


def streams_of(texts: list[str], *, batch: int = 4, tables: ContextTables | None = None) -> SegmentStreams:
    """Return the streams of `texts`."""
    known = Vocabulary.of("".join(texts) + END_OF_EPISODE)
    labels = (LABELS * len(texts))[: len(texts)]
    return SegmentStreams(texts, labels, vocabulary=known, tables=tables, batch=batch, window_length=LENGTH)


@given(
    st.lists(st.text("ab\n[] :", max_size=90), min_size=1, max_size=8).filter(
        lambda texts: sum(map(len, texts)) > LENGTH
    ),
    st.integers(0, 99),
)
def test_segments_cover_all_targets_and_begin_at_line_starts(texts: list[str], seed: int) -> None:
    """For any texts: no target is left out, and segments begin at line breaks or ends of episodes.

    A line that is longer than a segment is cut, and the last segment of all ends with the text.
    """
    streams = streams_of(texts)
    chain = END_OF_EPISODE + "".join(text + END_OF_EPISODE for text in texts)
    segments = streams.cut(np.random.default_rng(seed))
    reached = 0
    for start, windows in segments:
        end = start + windows * LENGTH
        assert windows >= 1
        assert 0 <= start <= reached
        assert end < len(chain)
        is_cut = start == reached and not any(
            sign in "\n\x03" for sign in chain[start - LENGTH + 1 : start + 1]
        )
        assert chain[start] in "\n\x03" or is_cut or end == len(chain) - 1
        reached = max(reached, end)
    assert reached == len(chain) - 1


def test_little_is_read_twice() -> None:
    """Lines and scenes that begin a segment cost less than a window each."""
    texts = tiny_episodes(30)
    segments = streams_of(texts).cut(np.random.default_rng(1))
    read = LENGTH * sum(windows for _, windows in segments)
    assert read < sum(map(len, texts)) + 31 + 40 * len(segments)


def test_many_segments_begin_with_a_scene() -> None:
    """A good share of the segments begins before a heading."""
    texts = ["\n".join(tiny_episodes(12))]
    chain = END_OF_EPISODE + texts[0]
    starts = [
        start
        for seed in range(20)
        for start, _ in streams_of(texts, batch=1).cut(np.random.default_rng(seed))
    ]
    share = np.mean([chain.startswith("\n[", start) for start in starts])
    assert share > 0.08  # of the lines, 0.03 are headings


@pytest.mark.parametrize("batch", [1, 4, 7])
def test_rows_have_the_same_number_of_windows(batch: int) -> None:
    """All rows of a plan are equally long, and every segment is in it."""
    streams = streams_of(TEXTS, batch=batch)
    rows = streams.plan(np.random.default_rng(3))
    assert len({sum(windows for _, windows in row) for row in rows}) == 1
    starts = {start for row in rows for start, _ in row}
    assert {start for start, _ in streams.cut(np.random.default_rng(3))} <= starts


def test_batches_hold_the_text_and_its_context_from_where_a_segment_begins() -> None:
    """Targets are the next characters; the context is that of a text which begins where the segment does."""
    streams = streams_of(TEXTS, tables=TABLES)
    rows = streams.plan(np.random.default_rng(5))
    chain = END_OF_EPISODE + "".join(text + END_OF_EPISODE for text in TEXTS)
    batches = list(streams.batches(rows))
    for number, row in enumerate(rows):
        step = 0
        for start, windows in row:
            read = np.concatenate([batches[step + window][0][number] for window in range(windows)])
            targets = np.concatenate([batches[step + window][1][number] for window in range(windows)])
            begins = [bool(batches[step + window][2][number]) for window in range(windows)]
            assert begins == [True] + [False] * (windows - 1)
            assert KNOWN.decode(read[:, 0]) == chain[start : start + windows * LENGTH]
            assert KNOWN.decode(targets) == chain[start + 1 : start + windows * LENGTH + 1]
            own = chain[start : start + windows * LENGTH].find(END_OF_EPISODE, 1)
            end = windows * LENGTH if own < 0 else own
            index = chain.count(END_OF_EPISODE, 0, start + 1) - 1
            rows_of_context = context_ids(chain[start : start + end], TABLES, LABELS[min(index, 8)])
            np.testing.assert_array_equal(read[:end, 1:] - len(KNOWN), rows_of_context)
            step += windows


def test_same_seed_gives_the_same_batches() -> None:
    """A plan follows from its random numbers alone."""
    one, other = (streams_of(TEXTS).plan(np.random.default_rng(8)) for _ in range(2))
    assert one == other
    assert one != streams_of(TEXTS).plan(np.random.default_rng(9))
