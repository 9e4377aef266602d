"""How time and memory grow with the corpus, the network and the length of an episode."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.child import peak_memory
from benchmarks.measure import Child, Options, Row, measure_once, take_turns, time_calls
from benchmarks.networks import random_generator, write_random_run
from core.config import TrainConfig
from core.writing.request import SceneRequest
from core.writing.sampling import Sampler
from core.writing.writer import Writer

_MEGABYTES = (1.0, 2.0, 4.0)
_UNITS = (128, 256, 512, 1024)
_LENGTHS = (500, 1000, 2000, 4000)


def rows(options: Options) -> Iterator[Row]:
    """Yield a row for each thing that grows, with its values in the order of the sizes."""
    yield from _rows_of_corpus(options)
    yield from _rows_of_units(options)
    yield from _rows_of_length(options)


def _rows_of_corpus(options: Options) -> Iterator[Row]:
    sizes = (0.05,) if options.quick else _MEGABYTES
    bare = measure_once(Child("training:empty_memory"))["megabytes"]
    measured = [measure_once(Child("training:our_memory", megabytes=size, units=128)) for size in sizes]
    name = f"a corpus of {_list(sizes, '{:g}')} MB, LSTM(128)"
    yield _row(
        f"{name}: memory over the bare framework's",
        [one["megabytes"] - bare for one in measured],
        "{:.0f}",
        "MB",
    )
    yield _row(
        f"{name}: from the scripts to the first batch learnt",
        [one["seconds"] for one in measured],
        "{:.1f}",
        "s",
    )


def _rows_of_units(options: Options) -> Iterator[Row]:
    sizes = _UNITS[:1] if options.quick else _UNITS
    seconds = 0.0 if options.quick else 1.5
    name = f"LSTM of {_list(sizes, '{:d}')} units"
    learnt, memory = [], []
    for units in sizes:
        child = Child("growth:training_turns", units=units, seconds=seconds)
        samples = take_turns([child], rounds=options.rounds(2))
        learnt.append(max(samples["ours"]))
        memory.append(max(samples["megabytes"]))
    yield _row(f"{name}: characters learnt a second", learnt, "{:,.0f}")
    yield _row(f"{name}: memory of a training process", memory, "{:.0f}", "MB")
    child = Child(
        "growth:writing_turns", threads=1, one_core=True, sizes=sizes, calls=5 if options.quick else 300
    )
    samples = take_turns([child], rounds=options.rounds(5))
    yield _row(f"{name}: a character written", [min(samples[str(units)]) for units in sizes], "{:.0f}", "us")


def _rows_of_length(options: Options) -> Iterator[Row]:
    lengths = (20,) if options.quick else _LENGTHS
    for preset, name in (("default", "LSTM(512)"), ("notes", "the notes' network")):
        child = Child("growth:episode_turns", threads=1, one_core=True, preset=preset, lengths=lengths)
        samples = take_turns([child], rounds=options.rounds(3))
        what = f"an episode of {_list(lengths, '{:,d}')} characters, {name}"
        yield _row(what, [min(samples[str(length)]) for length in lengths], "{:.0f}", "ms")
        grown = max(samples["megabytes"])
        yield Row(f"{what}: memory that it adds", f"{grown:.1f} MB", values={"megabytes": grown})


def training_turns(units: int, seconds: float) -> Iterator[dict[str, float]]:
    """Yield the speed of a training, batch 16 and window 64, and the memory of its process."""
    from benchmarks.training import layer_turns  # noqa: PLC0415  # only this child needs Keras

    for figures in layer_turns("ours", units=units, batch=16, window_length=64, seconds=seconds):
        yield {**figures, "megabytes": peak_memory()}


def writing_turns(sizes: list[int], calls: int) -> Iterator[dict[str, float]]:
    """Yield the microseconds that a character takes by units."""
    config = TrainConfig()
    generators = {units: random_generator(config.with_changes(units=units)) for units in sizes}
    streams = {}
    for units, generator in generators.items():
        sampler = Sampler(vocabulary=generator.vocabulary, temperature=0.5, rng=np.random.default_rng(7))
        streams[units] = generator.stream(sampler, reader=generator.reader())
    while True:
        yield {str(units): 1e6 * time_calls(stream.__next__, calls) for units, stream in streams.items()}


def episode_turns(preset: str, lengths: list[int]) -> Iterator[dict[str, float]]:
    """Yield the milliseconds that an episode takes by length, and the memory that the episodes have added."""
    with tempfile.TemporaryDirectory() as folder:
        writer = Writer(write_random_run(Path(folder) / "run", TrainConfig.from_preset(preset)))
    writer.write(SceneRequest(length=10, seed=1))
    before = peak_memory()
    while True:
        figures = {}
        for length in lengths:
            started = time.perf_counter()
            writer.write(SceneRequest(length=length, seed=1))
            figures[str(length)] = 1000 * (time.perf_counter() - started)
        yield {**figures, "megabytes": peak_memory() - before}


def _list(values: tuple[float, ...] | list[float], pattern: str) -> str:
    return " / ".join(pattern.format(value) for value in values)


def _row(what: str, values: list[float], pattern: str, unit: str = "") -> Row:
    return Row(what, f"{_list(values, pattern)} {unit}".rstrip(), values={"by_size": values})
