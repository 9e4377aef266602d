"""A step of our generator against the bare matrix-vector products that it stands for, on one thread."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.measure import Child, Options, Row, Spread, judge, take_turns, time_calls
from benchmarks.networks import random_generator, write_random_run
from core.config import TrainConfig
from core.run.layout import SHIPPED
from core.run.store import Run
from core.writing.generator import Generator
from core.writing.inference.cells import parts
from core.writing.request import SceneRequest
from core.writing.sampling import Sampler
from core.writing.writer import Writer

_CARRIED = [(units, layers) for units in (256, 512, 1024) for layers in (1, 2)]


def rows(options: Options) -> Iterator[Row]:
    """Yield each kind of network's step over its bare products, and the time of an episode."""
    names = {
        f"LSTM({units}), {layers} layer{'s'[: layers - 1]}": (units, layers) for units, layers in _CARRIED
    }
    child = Child("step:turns", threads=1, one_core=True, networks=names, calls=5 if options.quick else 400)
    samples = take_turns([child], rounds=options.rounds(9))
    for name in (*names, *[_CACHED] * SHIPPED.is_dir(), _NOTES):
        steps, bare = samples[f"{name} step"], samples[f"{name} bare"]
        row = judge(
            f"a character over its bare matrix-vector products, {name}",
            Spread.of_ratio(steps, bare),
            "{:.2f} times",
            most=1.6,
        )
        yield row.noting(microseconds=1e6 * min(steps), bare_microseconds=1e6 * min(bare))
    together = Spread.of_ratio(samples[f"{_NOTES} step"], samples[f"{_NOTES} together"])
    yield judge(
        f"{_NOTES}: a character over the one product that ours makes of them", together, "{:.2f} times"
    )
    which = "the shipped model" if SHIPPED.is_dir() else "a model of the shipped one's size"
    child = Child("step:episodes", threads=1, one_core=True, length=20 if options.quick else 500)
    milliseconds = take_turns([child], rounds=options.rounds(9))["milliseconds"]
    yield judge(
        f"an episode of 500 characters, {which}, one core, warm",
        Spread.of(milliseconds),
        "{:.0f} ms",
        most=100,
    )


_NOTES = "LSTM(128), sliding window of 20"
_CACHED = "the shipped model, its cache included"


def turns(networks: dict[str, tuple[int, int]], calls: int) -> Iterator[dict[str, float]]:
    """Yield the seconds of a character (read and drawn) and of its bare products, for every network."""
    configs = {
        name: TrainConfig.from_preset("default", units=units, layers=layers)
        for name, (units, layers) in networks.items()
    }
    configs[_NOTES] = TrainConfig.from_preset("notes")
    generators = {name: random_generator(config) for name, config in configs.items()}
    if SHIPPED.is_dir():
        run = Run.read(SHIPPED)
        configs[_CACHED], generators[_CACHED] = run.config, Writer(run).generator
    calls_of: dict[str, Callable[[], object]] = {}
    for name, config in configs.items():
        generator = generators[name]
        calls_of[f"{name} bare"] = _bare_products(generator)
        calls_of[f"{name} step"] = _step(generator, config)
    window = configs[_NOTES].window_length
    calls_of[f"{_NOTES} bare"] = _bare_products(generators[_NOTES], positions=window - 1)
    calls_of[f"{_NOTES} together"] = _bare_products(generators[_NOTES], rows=window)
    while True:
        yield {name: time_calls(call, calls) for name, call in calls_of.items()}


def episodes(length: int) -> Iterator[dict[str, float]]:
    """Yield the milliseconds that 500 characters take, from a writer that has written before."""
    with tempfile.TemporaryDirectory() as folder:
        shipped = SHIPPED.is_dir()
        run = Run.read(SHIPPED) if shipped else write_random_run(Path(folder) / "run", TrainConfig())
        writer = Writer(run)
        seed = 0
        while True:
            seed += 1
            episode = writer.write(SceneRequest(length=length, seed=seed))
            yield {"milliseconds": 1000 * episode.seconds * 500 / len(episode.text)}


def _step(generator: Generator, config: TrainConfig) -> Callable[[], int]:
    reader = generator.reader(temperature=config.default_temperature)
    reader.read_all([0] * (config.window_length if config.targets == "last" else 1))
    sampler = Sampler(
        vocabulary=generator.vocabulary,
        temperature=config.default_temperature,
        rng=np.random.default_rng(7),
        scale=config.temperature_scale,
    )
    return generator.stream(sampler, reader=reader).__next__


def _bare_products(generator: Generator, *, positions: int = 1, rows: int = 1) -> Callable[[], None]:
    """Return a call that does a step's matrix products on the generator's own matrices, and nothing else.

    A window that is read from a state of zeros has a product at each of its `positions` after the first. Ours reads
    `rows` windows, each a character, at once, by a part of the matrix at a time.
    """
    matrices = []
    for number, layer in enumerate(generator.layers):
        recurrent = np.array(layer.recurrent_kernel, order="K")
        matrices += [layer.kernel, recurrent] if number else [recurrent]
    pairs = positions * [(np.ones((rows, len(matrix)), np.float32), matrix) for matrix in matrices]
    if rows > 1:
        pairs = [(left, parts(matrix)) for left, matrix in pairs]
    pairs.append((np.ones((1, len(generator.output_kernel)), np.float32), generator.output_kernel))
    products = [
        (np.dot if matrix.ndim == 2 else np.matmul, left, matrix, left @ matrix) for left, matrix in pairs
    ]

    def multiply() -> None:
        for product_of, left, matrix, product in products:
            product_of(left, matrix, out=product)

    return multiply
