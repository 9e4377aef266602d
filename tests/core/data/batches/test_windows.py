"""Windows: what the docstrings say, for any length, stride and batch."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.data.batches.windows import LastWindows, StreamWindows


def text_of(length: int) -> "np.ndarray[tuple[int], np.dtype[np.uint16]]":
    """Return the ids 0, 1, 2, ... of a text, so that a window shows where it comes from."""
    return np.arange(length, dtype=np.uint16)


def test_last_windows_are_those_of_the_notes() -> None:
    """Windows of 3 every 2 in `abcdefg` are `abc -> d` and `cde -> f`."""
    windows = LastWindows(text_of(7), window_length=3, stride=2)
    assert windows.inputs.tolist() == [[0, 1, 2], [2, 3, 4]]
    assert windows.targets.tolist() == [3, 5]
    assert len(windows) == 2


@given(st.integers(0, 80), st.integers(1, 12), st.integers(1, 9))
def test_last_windows_are_counted_as_the_notes_count(length: int, window_length: int, stride: int) -> None:
    """There are as many as `range(0, length - window_length, stride)` has numbers, each followed by its target."""
    windows = LastWindows(text_of(length), window_length=window_length, stride=stride)
    starts = list(range(0, length - window_length, stride))
    assert len(windows) == len(starts)
    assert windows.targets.tolist() == [start + window_length for start in starts]


@given(st.integers(20, 80), st.integers(1, 12), st.integers(1, 9), st.integers(1, 7))
def test_last_windows_are_visited_once(length: int, window_length: int, stride: int, batch: int) -> None:
    """Shuffled batches hold every window once, each with its own target."""
    windows = LastWindows(text_of(length), window_length=window_length, stride=stride)
    batches = list(windows.batches(batch, rng=np.random.default_rng(1)))
    inputs = np.concatenate([inputs for inputs, _ in batches])
    targets = np.concatenate([targets for _, targets in batches])
    assert sorted(inputs[:, 0].tolist()) == list(range(0, length - window_length, stride))
    np.testing.assert_array_equal(inputs[:, -1] + 1, targets)
    assert {len(inputs) for inputs, _ in batches[:-1]} <= {batch}


def test_stream_windows_go_on_from_batch_to_batch() -> None:
    """Ids 0 to 8 in a batch of 2, windows of 2, are laid out as the docstring shows."""
    batches = list(StreamWindows(text_of(9), batch=2, window_length=2).batches())
    assert [(inputs.tolist(), targets.tolist()) for inputs, targets in batches] == [
        ([[0, 1], [4, 5]], [[1, 2], [5, 6]]),
        ([[2, 3], [6, 7]], [[3, 4], [7, 8]]),
    ]


@given(st.integers(50, 400), st.integers(1, 6), st.integers(1, 8))
def test_stream_windows_keep_each_stream_whole(length: int, batch: int, window_length: int) -> None:
    """Each row's windows follow one another, and each target follows its input."""
    windows = StreamWindows(text_of(length), batch=batch, window_length=window_length)
    batches = list(windows.batches())
    assert len(batches) == windows.steps()
    rows = np.concatenate([inputs for inputs, _ in batches], axis=1) if batches else np.zeros((batch, 0))
    np.testing.assert_array_equal(np.diff(rows, axis=1), 1)
    for inputs, targets in batches:
        np.testing.assert_array_equal(inputs + 1, targets)


def test_windows_are_views() -> None:
    """The windows of a text take no memory of their own."""
    ids = text_of(1000)
    windows = LastWindows(ids, window_length=50, stride=1)
    assert np.shares_memory(windows.inputs, ids)
    assert np.shares_memory(windows.targets, ids)
