"""Writing a character with our generator against asking Keras for it, on the same weights."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.measure import Child, Options, Row, Spread, judge, take_turns, time_calls
from benchmarks.networks import VOCABULARY, random_generator, random_weights
from core.config import TrainConfig
from core.writing.sampling import Sampler, softmax

_Ask = Callable[[npt.NDArray[np.float32]], Any]  # one-hot window (1, length, vocabulary) -> probabilities
_Read = Callable[[int], npt.NDArray[np.float32]]  # the next id -> the probabilities after it, (vocabulary,)

_KINDS = {
    "notes": "the notes' network, LSTM(128), window 20",
    "carried": "LSTM(512), every position learnt, window 64",
}
_PRESETS = {"notes": "notes", "carried": "default"}
_WAYS = {
    "predict": "a loop of `model.predict`",
    "predict_on_batch": "a loop of `predict_on_batch`",
    "call": "a loop of `model(x, training=False)`",
    "stateful_predict": "`model.predict` on a stateful model, one character a call",
    "stateful_predict_on_batch": "`predict_on_batch` on that stateful model",
}


def rows(options: Options) -> Iterator[Row]:
    """Yield how many times quicker our generator is than each way of asking Keras."""
    for kind, name in _KINDS.items():
        characters = 2 if options.quick else 25
        children = [
            Child("generation:keras_turns", kind=kind, characters=characters),
            # On all cores, like Keras; so many that a turn outlasts a moment of the machine.
            Child("generation:our_turns", kind=kind, characters=160 * characters),
        ]
        samples = take_turns(children, rounds=options.rounds(9))
        ours = samples.pop("ours")
        yield judge(
            f"a character of {name}, ours",
            Spread.of([1e6 * seconds for seconds in ours]),
            "{:.0f} us",
        )
        for way, seconds in samples.items():
            least = 1000.0 if way == "predict" else 0.0
            speedup = Spread.of_ratio(seconds, ours)
            yield judge(f"{name}: ours over {_WAYS[way]}", speedup, "{:,.0f} times", least=least)


def our_turns(kind: str, characters: int) -> Iterator[dict[str, float]]:
    """Yield the seconds that a character takes our generator."""
    config = TrainConfig.from_preset(_PRESETS[kind])
    generator = random_generator(config)
    reader = generator.reader()
    reader.read_all(_opening(config))
    stream = generator.stream(_sampler(config), reader=reader)
    time_calls(lambda: next(stream), characters)
    while True:
        yield {"ours": time_calls(lambda: next(stream), characters)}


def keras_turns(kind: str, characters: int) -> Iterator[dict[str, float]]:
    """Yield the seconds that a character takes Keras in each way; first check that all give our probabilities."""
    config = TrainConfig.from_preset(_PRESETS[kind])
    reader = random_generator(config).reader()
    reader.read_all(_opening(config))
    ways = _keras_ways(config)
    for way, read in ways.items():
        difference = np.abs(read(int(_opening(config)[-1])) - softmax(reader.logits)).max()
        if difference > 1e-5:
            raise ValueError(f"{way} gives other probabilities than our generator, by {difference}.")
    while True:
        yield {way: time_calls(_loop(read, _sampler(config)), characters) for way, read in ways.items()}


def _opening(config: TrainConfig) -> npt.NDArray[np.int64]:
    """Return ids that fill a window."""
    return np.random.default_rng(7).integers(VOCABULARY, size=config.window_length)


def _sampler(config: TrainConfig) -> Sampler:
    return Sampler(
        vocabulary=VOCABULARY,
        temperature=config.default_temperature,
        rng=np.random.default_rng(7),
        scale=config.temperature_scale,
    )


def _loop(read: _Read, sampler: Sampler) -> Callable[[], None]:
    """Return a call that draws a character and has Keras read it."""
    probabilities = read(0)

    def step() -> None:
        nonlocal probabilities
        probabilities = read(sampler.draw(np.log(probabilities)))

    return step


def _keras_ways(config: TrainConfig) -> dict[str, _Read]:
    """Return each way's function from a character, after all of the opening but its last, to the probabilities.

    A network with a target at every position reads the text so far, cut to the training window; the kindest
    treatment Keras can get is a second, stateful network that reads one character.
    """
    import keras  # noqa: PLC0415  # only this child needs it

    text = _opening(config)
    weights = random_weights(units=config.units, layers=1)
    names = ("kernel", "recurrent_kernel", "bias")
    values = [
        *(weights[f"lstm_1/{name}"] for name in names),
        weights["characters/kernel"],
        weights["characters/bias"],
    ]

    def build(length: int, *, stateful: bool) -> Any:  # noqa: ANN401  # keras has no type information
        model = keras.Sequential(
            [
                keras.Input(batch_shape=(1, length, VOCABULARY)),
                keras.layers.LSTM(config.units, stateful=stateful),
                keras.layers.Dense(VOCABULARY, activation="softmax"),
            ]
        )
        model.set_weights(values)
        return model

    model = build(config.window_length, stateful=False)
    windows: dict[str, _Ask] = {
        "predict": partial(model.predict, verbose=0),
        "predict_on_batch": model.predict_on_batch,
        "call": partial(model, training=False),
    }
    ways = {way: _window_reader(ask, text) for way, ask in windows.items()}
    if config.targets == "all":
        for way, method in (
            ("stateful_predict", "predict"),
            ("stateful_predict_on_batch", "predict_on_batch"),
        ):
            stateful = build(1, stateful=True)
            options = {"verbose": 0} if method == "predict" else {}
            ways[way] = _single_reader(partial(getattr(stateful, method), **options), text)
    return ways


def _one_hot(ids: npt.ArrayLike) -> npt.NDArray[np.float32]:
    return np.asarray(np.eye(VOCABULARY, dtype=np.float32)[np.asarray(ids)], np.float32)


def _window_reader(ask: _Ask, text: npt.NDArray[np.int64]) -> _Read:
    window = _one_hot(np.roll(text, 1))[None]  # (1, window_length, vocabulary)

    def read(character: int) -> npt.NDArray[np.float32]:
        window[:, :-1] = window[:, 1:]
        window[:, -1] = _one_hot(character)
        return np.asarray(ask(window), np.float32)[0]  # type: ignore[no-any-return]  # numpy's stubs on 3.11

    return read


def _single_reader(ask: _Ask, text: npt.NDArray[np.int64]) -> _Read:
    for character in text[:-1]:
        ask(_one_hot([[character]]))
    return lambda character: np.asarray(ask(_one_hot([[character]])))[0]
