"""What directions cost: the time of a character with all of them, loading them, and the bits of the filter."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil

from benchmarks.measure import Child, Options, Row, Spread, judge, measure_once, take_turns
from benchmarks.networks import invent_episodes, write_random_run
from core.config import TrainConfig
from core.data.vocabulary import Vocabulary
from core.run.layout import RUNS, SHIPPED, WORDS
from core.run.store import Run
from core.writing.constraints.index import build_index
from core.writing.constraints.index_files import add_index, read_index
from core.writing.directions import Directions
from core.writing.request import SceneRequest
from core.writing.writer import Writer

_TEMPERATURES = (0.2, 0.5, 0.8, 1.1)
_MEGABYTES = 5.0  # of made-up scripts, where nothing is shipped: as many as the shipped model has read


def rows(options: Options) -> Iterator[Row]:
    """Yield the time of directed writing over raw, at several temperatures; loading; and the filter's rate."""
    megabytes = 0.2 if options.quick else _MEGABYTES
    shipped = SHIPPED.is_dir() and "aids" in Run.read(SHIPPED).facts
    which = "the shipped model" if shipped else "a model of the shipped one's size, made-up words"
    with tempfile.TemporaryDirectory() as folder:
        path = SHIPPED if shipped else _write_made_up_run(Path(folder) / "run", megabytes=megabytes)
        length = 30 if options.quick else 500
        child = Child("directions:turns", threads=1, one_core=True, path=str(path), length=length)
        samples = take_turns([child], rounds=options.rounds(9))
        for temperature in _TEMPERATURES:
            for name in ("usual", "all"):
                ratio = Spread.of_ratio(samples[f"{name} {temperature}"], samples[f"raw {temperature}"])
                what = f"writing with {name} directions over without, temp {temperature:g}, {which}"
                yield judge(what, ratio, "{:.2f} times", most=2)
        loaded = [
            measure_once(Child("directions:load", threads=1, path=str(path)))
            for _ in range(options.rounds(5))
        ]
        yield judge(
            "loading the word lists", Spread.of([each["seconds"] for each in loaded]), "{:.3f} s", most=0.3
        )
        yield judge(
            "memory of the word lists",
            Spread.of([each["megabytes"] for each in loaded]),
            "{:.0f} MB",
            most=40,
        )
        size = sum((path / name).stat().st_size for name in (WORDS, RUNS)) / 1e6
        filled = measure_once(
            Child("directions:rate", path=str(path), runs=20_000 if options.quick else 2_000_000)
        )
        yield Row("size of the word lists' files", f"{size:.2f} MB")
        yield judge(
            "runs of words that the filter takes wrongly", Spread.of([1 / filled["rate"]]), "one in {:.0f}"
        )
        bits = filled["bits"] / np.log2(1 / filled["rate"])
        yield judge(
            "bits of the filter a run, for each bit of its false positives", Spread.of([bits]), "{:.2f}"
        )


def turns(path: str, length: int) -> Iterator[dict[str, float]]:
    """Yield the seconds of a character, raw, with the usual and with all directions, at each temperature."""
    writer = Writer(Run.read(Path(path)))
    speakers, places = writer.speakers()[:3], writer.places()
    everything = Directions(cast=tuple(speakers), place=places[0] if places else None, originality=8)
    ways = {"raw": None, "usual": writer.usual, "all": everything}
    seed = 0
    while True:
        seed += 1
        seconds = {}
        for temperature in _TEMPERATURES:
            for name, directions in ways.items():
                written = [
                    writer.write(
                        SceneRequest(
                            temperature=temperature,
                            length=length,
                            seed=3 * seed + part,
                            directions=directions,
                        )
                    )
                    for part in range(3)
                ]
                total = sum(len(episode.text) for episode in written)
                seconds[f"{name} {temperature}"] = sum(episode.seconds for episode in written) / max(1, total)
        yield seconds


def load(path: str) -> Iterator[dict[str, float]]:
    """Yield the seconds and MB that a writer's word lists add, with all they make on their first use."""
    run = Run.read(Path(path))
    weights = run.weights()  # so that what reads arrays is loaded before
    before, started = _resident(), time.perf_counter()
    index = read_index(run)
    if index is None:
        raise ValueError(path)
    hashes = index.hashes
    seconds = time.perf_counter() - started
    megabytes = _resident() - before
    yield {"seconds": seconds, "megabytes": megabytes, "words": len(hashes.words), "weights": len(weights)}


def rate(path: str, runs: int) -> Iterator[dict[str, float]]:
    """Yield the share of made-up runs that the filter takes for the corpus's, and its bits a run."""
    index = read_index(Run.read(Path(path)))
    if index is None:
        raise ValueError(path)
    flags = np.unpackbits(index.runs.bits)
    # A filter of m bits of which a share f is set by k probes holds about -m ln(1 - f) / k runs.
    stored = -len(flags) * np.log(1 - flags.mean()) / 8
    hashes = np.random.default_rng(7).integers(0, 2**64, runs, dtype=np.uint64)
    yield {"rate": float(index.runs.contains(hashes).mean()), "bits": len(flags) / stored}


def _write_made_up_run(path: Path, *, megabytes: float) -> Path:
    """Write a run with random weights and the word lists of a made-up corpus."""
    episodes = invent_episodes(megabytes=megabytes)
    vocabulary = Vocabulary.of("\x03" + "".join(episodes))
    run = write_random_run(path, TrainConfig(), vocabulary=vocabulary)
    add_index(run, build_index(episodes, vocabulary))
    return path


def _resident() -> float:
    """Return the memory that this process has, in MB."""
    return float(psutil.Process().memory_info().rss / 1e6)
