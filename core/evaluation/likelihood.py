"""How probable a text is under a network: nats for each of its characters, several texts at once."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import numpy.typing as npt

from core.data.vocabulary import Ids
from core.runtime.threads import count_threads
from core.writing.generator import Generator
from core.writing.inference.cells import Floats, parts
from core.writing.inference.readers import States

_PIECE = 8192  # characters; longer texts are scored in pieces side by side
_WARM_UP = 512  # characters read before a piece, whose state then no longer shows where the piece began
_ROWS = 32  # pieces, or windows by the hundred, that advance in one matrix product
_KEPT_ROWS = 16  # pieces whose logits are kept at a time: 130,000 times the vocabulary's size


def nats_of(
    generator: Generator,
    texts: Sequence[Ids],
    *,
    start: int,
    labels: Sequence[str] | None = None,
    temperature: float = 1.0,
    advance: Callable[[int], None] = lambda _characters: None,
) -> list[Floats]:
    """Return for each text the negative logarithm of each id's probability after those before it, in nats.

    They are the network's own, without the cache model. Every text begins after the id `start`, and has its label
    where there are `labels`. A carried state reads long texts in pieces side by side, each after 512 characters that
    come before it. Probabilities are those at `temperature`, which logits are
    divided by. `advance` hears of the characters that are done, now and then.
    """
    if temperature != 1 and generator.targets == "last":
        raise ValueError(f"a run of windows is scored at temperature 1, not {temperature}")
    if generator.targets == "last":
        return [_nats_of_windows(generator, ids, start) for ids in texts]
    pieces = _cut(generator, texts, start, labels)
    scores = [np.empty(len(ids), dtype=np.float32) for ids in texts]
    pieces.sort(key=lambda piece: len(piece[2]))
    groups = [pieces[group : group + _ROWS] for group in range(0, len(pieces), _ROWS)]
    # A thread a group rather than a product: those would wait for each other at every character.
    with ThreadPoolExecutor(count_threads()) as threads:
        found = threads.map(
            partial(_nats_of_rows, generator, temperature), [[ids for _, _, ids in rows] for rows in groups]
        )
        for rows, nats_of_rows in zip(groups, found, strict=True):
            for (index, first, _), nats in zip(rows, nats_of_rows, strict=True):
                wanted = min(_PIECE, len(texts[index]) - first)
                scores[index][first : first + wanted] = nats[len(nats) - wanted :]
                advance(wanted)
    return scores


def nats_with_cache(
    generator: Generator,
    texts: Sequence[Ids],
    *,
    start: int,
    labels: Sequence[str] | None = None,
    advance: Callable[[int], None] = lambda _characters: None,
) -> tuple[list[Floats], list[Floats]]:
    """Return for each text what `nats_of` does, and the same with the cache of the text before each character.

    Raises:
        ValueError: the generator has no cache model.
    """
    if generator.caches is None:
        raise ValueError("there is no cache model")
    alone, mended = ([np.empty(len(ids), dtype=np.float32) for ids in texts] for _ in range(2))
    cache = generator.caches.begin()
    for index, first, logits in _logits_of(generator, texts, start, labels):
        if not first:
            cache = generator.caches.begin()
        here = slice(first, first + len(logits))
        targets = texts[index][here].astype(np.intp)
        alone[index][here] = _nats(logits, targets)
        for row, character in zip(logits, targets.tolist(), strict=True):
            cache.mend(row)
            cache.read(character)
        mended[index][here] = _nats(logits, targets)
        advance(len(logits))
    return alone, mended


def _logits_of(
    generator: Generator, texts: Sequence[Ids], start: int, labels: Sequence[str] | None
) -> Iterator[tuple[int, int, Floats]]:
    """Yield (text, first character, logits of it and those that follow), in the texts' order."""
    if generator.targets == "last":
        for index, ids in enumerate(texts):
            for first, logits in _logits_of_windows(generator, ids, start):
                yield index, first, logits
        return
    pieces = _cut(generator, texts, start, labels)
    groups = [pieces[group : group + _KEPT_ROWS] for group in range(0, len(pieces), _KEPT_ROWS)]
    with ThreadPoolExecutor(1) as ahead:  # reads the next group while the last one is used
        wanted = [
            ahead.submit(_logits_of_rows, generator, [ids for _, _, ids in rows]) for rows in groups[:1]
        ]
        for group, rows in enumerate(groups):
            found = wanted.pop().result()
            if group + 1 < len(groups):
                following = [ids for _, _, ids in groups[group + 1]]
                wanted.append(ahead.submit(_logits_of_rows, generator, following))
            for (index, first, read), logits in zip(rows, found, strict=True):
                known = logits[: len(read) - 1]
                yield index, first, known[-min(_PIECE, len(texts[index]) - first) :]


def _cut(
    generator: Generator, texts: Sequence[Ids], start: int, labels: Sequence[str] | None
) -> list[tuple[int, int, npt.NDArray[np.int32]]]:
    """Return (text, first character, ids with their context) of each piece, after what is read before it."""
    known = [None] * len(texts) if labels is None else labels
    read = [_with_context(generator, ids, start, label) for ids, label in zip(texts, known, strict=True)]
    return [
        (
            index,
            first,
            read[index][max(0, first - _WARM_UP + 1) if first > _WARM_UP else 0 : first + _PIECE + 1],
        )
        for index, ids in enumerate(texts)
        for first in range(0, len(ids), _PIECE)
    ]


def _with_context(generator: Generator, ids: Ids, start: int, label: str | None) -> npt.NDArray[np.int32]:
    """Return `start` and a text's ids, (1 + ids, 1 + features): each with its context's rows, if there are any."""
    every = np.concatenate(([start], ids)).astype(np.int32)[:, None]
    if generator.context is None:
        return every
    text = "".join(map(generator.context.characters.__getitem__, every[:, 0].tolist()))
    return np.concatenate((every, generator.context.rows(text, label)), axis=1)


def _nats_of_rows(
    generator: Generator, temperature: float, rows: list[npt.NDArray[np.int32]]
) -> list[Floats]:
    """Return the nats of each id of each row but its first; beside an id stand its context's rows."""
    nats = np.empty((len(rows), max(map(len, rows)) - 1), dtype=np.float32)
    for step, (logits, following) in enumerate(_read_rows(generator, rows)):
        nats[:, step] = _nats(logits if temperature == 1 else logits / np.float32(temperature), following)
    return [row[: len(values) - 1] for row, values in zip(nats, rows, strict=True)]


def _logits_of_rows(generator: Generator, rows: list[npt.NDArray[np.int32]]) -> Floats:
    """Return the logits of each id of each row but its first, (rows, longest - 1, vocabulary)."""
    kept = np.empty((len(rows), max(map(len, rows)) - 1, generator.vocabulary), dtype=np.float32)
    for step, (logits, _) in enumerate(_read_rows(generator, rows)):
        kept[:, step] = logits
    return kept


def _read_rows(
    generator: Generator, rows: list[npt.NDArray[np.int32]]
) -> Iterator[tuple[Floats, npt.NDArray[np.intp]]]:
    """Yield the logits of each id of all rows but the first, (rows, vocabulary), and those ids, (rows,)."""
    length = max(len(row) for row in rows)
    read = np.zeros((len(rows), length, rows[0].shape[1]), dtype=np.intp)
    for row, values in zip(read, rows, strict=True):
        row[: len(values)] = values
    ids, context = read[..., 0], read[..., 1:]
    changes = np.ones((len(rows), length), dtype=bool)
    changes[:, 1:] = (context[:, 1:] != context[:, :-1]).any(axis=-1)
    summed = np.zeros((len(rows), 4 * generator.layers[0].units), dtype=np.float32)
    added = parts(summed)
    states = States(generator, len(rows))
    for step in range(length - 1):
        if context.shape[-1]:
            (new,) = np.nonzero(changes[:, step])
            summed[new] = generator.context_rows[context[new, step]].sum(axis=1)
            states.advance(generator.look_up[:, ids[:, step]] + added)
        else:
            states.advance(generator.look_up[:, ids[:, step]])
        yield states.logits(), ids[:, step + 1]


def _nats_of_windows(generator: Generator, ids: Ids, start: int) -> Floats:
    """Return the nats of each id after its window, the first windows filled up with `start`."""
    nats = [
        _nats(logits, ids[first : first + len(logits)].astype(np.intp))
        for first, logits in _logits_of_windows(generator, ids, start)
    ]
    return np.concatenate(nats) if nats else np.empty(0, dtype=np.float32)


def _logits_of_windows(generator: Generator, ids: Ids, start: int) -> Iterator[tuple[int, Floats]]:
    """Yield (first, logits of that id and those that follow), each after its window."""
    if not len(ids):
        return
    padded = np.concatenate((np.full(generator.window_length, start), ids)).astype(np.intp)
    windows = np.lib.stride_tricks.sliding_window_view(padded[:-1], generator.window_length)
    rows = _ROWS * 32
    for first in range(0, len(ids), rows):
        chosen = windows[first : first + rows]
        states = States(generator, len(chosen))
        for step in range(generator.window_length):
            states.advance(generator.look_up[:, chosen[:, step]])
        yield first, states.logits()


def _nats(logits: Floats, targets: npt.NDArray[np.intp]) -> Floats:
    """Return the negative logarithm of each target's probability, (rows,)."""
    highest = logits.max(axis=1, keepdims=True)
    totals = np.log(np.exp(logits - highest).sum(axis=1)) + highest[:, 0]
    return np.asarray(totals - logits[np.arange(len(targets)), targets])
