"""Learning: targets a second against the notes' own way, Keras's layer and torch's, and the memory it takes."""

import contextlib
import math
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from benchmarks.child import peak_memory
from benchmarks.measure import Child, Options, Row, Spread, judge, measure_once, take_turns
from benchmarks.networks import VOCABULARY, write_scripts

if TYPE_CHECKING:
    from core.data.context_tables import ContextTables

# Units, batch, window; the first with the budgets of the design.
_SHAPES = [(512, 16, 64), (512, 32, 64), (256, 32, 64), (128, 128, 20)]
_MEGABYTES = 5.0  # of text, about as much as all episodes of Deep Space Nine
_NOTES_WINDOWS = 20_000
_CONTEXT = 0.95  # of the speed, with context ids
_CHANGES = 1 / 55  # of a script's characters; at these its context changes
_BUDGETS = {"keras": 4.0, "torch": 0.9}


def rows(options: Options) -> Iterator[Row]:
    """Yield the rows of speed and of memory."""
    yield from _rows_over_notes(options)
    for shape in _SHAPES[:1] if options.quick else _SHAPES:
        yield from _rows_of_layer(options, *shape)
    yield from _rows_of_memory(options)


def _rows_over_notes(options: Options) -> Iterator[Row]:
    windows = 500 if options.quick else _NOTES_WINDOWS
    seconds = 0.0 if options.quick else 1.5
    samples = take_turns(
        [
            Child("training:notes_turns", windows=windows),
            Child(
                "training:layer_turns", layer="ours", units=128, batch=128, window_length=64, seconds=seconds
            ),
        ],
        rounds=options.rounds(3),
    )
    ours, notes = samples["ours"], samples["notes"]
    yield judge("LSTM(128), targets learnt a second, the notes' way", Spread.of(notes), "{:,.0f}")
    yield judge(
        "LSTM(128), targets learnt a second, ours (every position a target)", Spread.of(ours), "{:,.0f}"
    )
    yield judge(
        "LSTM(128), targets learnt a second, ours over the notes'",
        Spread.of_ratio(ours, notes),
        "{:.0f} times",
        least=20,
    )
    bytes_a_window = 1e6 * samples["notes_megabytes"][-1] / windows
    whole = bytes_a_window * 314_615 / 1e9
    yield Row(
        "memory of the notes' one-hot arrays for their 314,615 windows, scaled up",
        f"{whole:.1f} GB",
        values={"gigabytes": whole, "windows_measured": windows},
    )


def _rows_of_layer(options: Options, units: int, batch: int, window_length: int) -> Iterator[Row]:
    shape: dict[str, Any] = {"units": units, "batch": batch, "window_length": window_length}
    seconds = 0.0 if options.quick else 1.5
    is_first = (units, batch, window_length) == _SHAPES[0]
    layers = ("ours", "keras", "context") if is_first else ("ours", "keras")
    children = [Child("training:layer_turns", layer=layer, seconds=seconds, **shape) for layer in layers]
    if options.torch_python is not None:
        children.append(
            Child(
                "torch_training:turns",
                python=options.torch_python,
                threads=2,
                seconds=seconds,
                vocabulary=VOCABULARY,
                **shape,
            )
        )
    samples = take_turns(children, rounds=options.rounds(4))
    name = f"LSTM({units}), batch {batch}, window {window_length}"
    yield judge(f"{name}: characters learnt a second, ours", Spread.of(samples["ours"]), "{:,.0f}")
    if is_first:
        yield judge(
            f"{name}: with context ids over without",
            Spread.of_ratio(samples["context"], samples["ours"]),
            "{:.3f} times",
            least=_CONTEXT,
        )
    for other, words in (("keras", "keras.layers.LSTM"), ("torch", "torch.nn.LSTM")):
        least = _BUDGETS[other] if is_first else 0.0
        if other in samples:
            ratio = Spread.of_ratio(samples["ours"], samples[other])
            row = judge(f"{name}: ours over `{words}`", ratio, "{:.2f} times", least=least)
            yield row.noting(characters_a_second=Spread.of(samples[other]).median)
        elif least:
            yield Row(f"{name}: ours over `{words}`", "not installed", f"at least {least:.2f} times")


def _rows_of_memory(options: Options) -> Iterator[Row]:
    megabytes = 0.05 if options.quick else _MEGABYTES
    bare = measure_once(Child("training:empty_memory"))["megabytes"]
    ours = measure_once(Child("training:our_memory", megabytes=megabytes, units=512))["megabytes"]
    yield judge("memory of Keras on TensorFlow with an empty model", Spread.of([bare]), "{:.0f} MB")
    row = judge(
        f"training's memory over that, {_MEGABYTES:.0f} MB of text, LSTM(512)",
        Spread.of([ours - bare]),
        "{:.0f} MB",
        most=300,
    )
    yield row.noting(megabytes=ours)


def notes_turns(windows: int) -> Iterator[dict[str, float]]:
    """Yield the targets that the notes' code learns in a second: doubles, all at once, `fit`."""
    import keras  # noqa: PLC0415  # only this child needs it

    window_length = 20
    before = peak_memory()
    ids = np.random.default_rng(7).integers(VOCABULARY, size=windows + window_length)
    inputs = np.zeros((windows, window_length, VOCABULARY))
    for window in range(windows):
        inputs[window, np.arange(window_length), ids[window : window + window_length]] = 1
    targets = ids[window_length:]
    megabytes = peak_memory() - before
    model = keras.Sequential(
        [
            keras.Input((window_length, VOCABULARY)),
            keras.layers.LSTM(128),
            keras.layers.Dense(VOCABULARY, activation="softmax"),
        ]
    )
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(inputs[:256], targets[:256], batch_size=128, verbose=0)
    while True:
        started = time.perf_counter()
        model.fit(inputs, targets, batch_size=128, verbose=0)
        yield {"notes": windows / (time.perf_counter() - started), "notes_megabytes": megabytes}


def layer_turns(
    layer: str, units: int, batch: int, window_length: int, seconds: float
) -> Iterator[dict[str, float]]:
    """Yield the characters learnt in a second by our network, by it with a context, or with Keras's layer."""
    from core.config import TrainConfig  # noqa: PLC0415  # only these children need Keras
    from core.data.context_tables import ContextTables  # noqa: PLC0415
    from core.network.learner import build_learner, give_parts_their_cores  # noqa: PLC0415
    from core.network.model import build_model  # noqa: PLC0415
    from core.runtime.memory import keep_large_blocks  # noqa: PLC0415

    # Without dropout, as the networks that it is compared with.
    config = TrainConfig(
        units=units, batch=batch, window_length=window_length, stride=window_length, dropout=0.0
    )
    ids = np.random.default_rng(7).integers(VOCABULARY, size=(batch, window_length + 1)).astype(np.int32)
    inputs, targets = ids[:, :-1], ids[:, 1:]
    learner: Callable[[], float]
    if layer in ("ours", "context"):  # as our training does it
        give_parts_their_cores(batch)
        tables = None
        if layer == "context":
            tables = ContextTables(*(tuple(map(str, range(count))) for count in (200, 6, 100)))
            inputs = _with_context(inputs, tables)
        model = build_model(config, vocabulary=VOCABULARY, batch=batch, context=tables)
        learner = partial(build_learner(model), (inputs, targets))
        learner()
        keep_large_blocks()
    else:
        model = _build_with_keras_layer(config, vocabulary=VOCABULARY, batch=batch)
        learner = partial(model.train_on_batch, inputs, targets)

    def learn() -> None:
        if not math.isfinite(float(learner())):
            raise ValueError("The loss is no longer a number.")

    learn()
    while True:
        yield {layer: batch * window_length * calls_a_second(learn, seconds)}


def _with_context(ids: npt.NDArray[np.int32], tables: "ContextTables") -> npt.NDArray[np.int32]:
    """Return ids, (batch, time), with rows of a context that changes as often as a script's."""
    rng = np.random.default_rng(8)
    batch, steps = ids.shape
    changes = np.cumsum(rng.random((batch, steps)) < _CHANGES, axis=1, dtype=np.intp)
    starts, sizes = list(tables.starts.values()), list(tables.sizes.values())
    rows = rng.integers(sizes, size=(batch, steps, len(sizes))) + starts + VOCABULARY
    context = np.take_along_axis(rows, changes[..., None], axis=1)
    return np.concatenate((ids[..., None], context), axis=2).astype(np.int32)


def calls_a_second(call: Callable[[], object], seconds: float) -> float:
    """Return how often `call` can be made in a second, tried for about `seconds`."""
    started = time.perf_counter()
    calls = 0
    while calls < 2 or time.perf_counter() - started < seconds:
        call()
        calls += 1
    return calls / (time.perf_counter() - started)


def _build_with_keras_layer(config: Any, *, vocabulary: int, batch: int) -> Any:  # noqa: ANN401  # keras has no types
    """Return the network of `core.network.model` with Keras's own layer and Keras's own choice about XLA."""
    import keras  # noqa: PLC0415  # only this child needs it

    inputs = keras.Input((config.window_length,), batch_size=batch, dtype="int32")
    vectors = keras.layers.Lambda(lambda ids: keras.ops.one_hot(ids, vocabulary))(inputs)
    hidden = keras.layers.LSTM(config.units, return_sequences=True, stateful=True)(vectors)
    model = keras.Model(inputs, keras.layers.Dense(vocabulary)(hidden))
    model.compile(
        optimizer=keras.optimizers.Adam(config.learning_rate, global_clipnorm=config.clip_norm),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return model


def empty_memory() -> Iterator[dict[str, float]]:
    """Yield the memory of a process that has imported Keras and built an empty model."""
    import keras  # noqa: PLC0415  # only this child needs it

    keras.Sequential([keras.Input((1,))])
    yield {"megabytes": peak_memory()}


def our_memory(megabytes: float, units: int, steps: int = 20) -> Iterator[dict[str, float]]:
    """Yield the memory that a training has taken after `steps` batches, and the seconds to the first of them."""
    from core.config import TrainConfig  # noqa: PLC0415  # only this child needs Keras
    from core.data.sources.source import Source  # noqa: PLC0415
    from core.training.plan import TrainingPlan, TrainingStopped  # noqa: PLC0415
    from core.training.train import train  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_scripts(folder / "scripts", megabytes=megabytes)
        asked: list[float] = []  # when the training asked whether to go on: after each batch
        written = peak_memory()

        def stopped() -> bool:
            asked.append(time.perf_counter())
            return len(asked) >= steps

        job = TrainingPlan(Source(scripts=str(folder / "scripts")), TrainConfig(units=units), folder / "run")
        started = time.perf_counter()
        with contextlib.suppress(TrainingStopped):
            train(job, stopped=stopped)
        yield {"megabytes": peak_memory(), "seconds": asked[0] - started, "written": written}
