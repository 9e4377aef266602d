"""The NumPy generator: Keras's own numbers for both kinds of run, and the same text however it is read."""

from functools import cache
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pytest

from benchmarks.networks import random_weights
from core.config import Targets, TrainConfig
from core.data.vocabulary import Ids
from core.evaluation.likelihood import nats_of
from core.network.model import build_model, reset_state
from core.writing.generator import Generator
from core.writing.sampling import Sampler, softmax

VOCABULARY, WINDOW = 9, 6
Floats = npt.NDArray[np.float32]

pytestmark = [
    pytest.mark.slow,
    # Keras reads its variables in a way that NumPy 2 wants spelled otherwise.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def make_ids(length: int, seed: int = 1) -> Ids:
    """Return random ids, (length,)."""
    return np.random.default_rng(seed).integers(0, VOCABULARY, size=length).astype(np.uint16)


@cache
def make_pair(targets: Targets, layers: int) -> tuple[Any, Generator]:
    """Return a Keras network with large random weights, and the generator of the same weights; nobody changes them."""
    config = TrainConfig(
        targets=targets, layers=layers, units=7, window_length=WINDOW, batch=1, cache_model="none"
    )
    model = build_model(config, vocabulary=VOCABULARY, batch=1)
    rng = np.random.default_rng(layers)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(size=variable.shape).astype(np.float32))
    weights = {
        f"{layer.name}/{weight.name}": keras.ops.convert_to_numpy(weight.value)
        for layer in model.layers
        for weight in layer.trainable_weights
    }
    return model, Generator.of(config, weights)


def read(generator: Generator, ids: Ids) -> list[Floats]:
    """Return the logits after each id."""
    reader = generator.reader()
    logits = []
    for character in ids.tolist():
        reader.read(character)
        logits.append(reader.logits.copy())
    return logits


@pytest.mark.parametrize("layers", [1, 2])
def test_generator_equals_keras_with_a_carried_state(layers: int) -> None:
    """After every character of four windows the logits are those of a stateful Keras network, to 1e-5."""
    model, generator = make_pair("all", layers)
    ids = make_ids(4 * WINDOW)
    reset_state(model)
    theirs = [model.predict_on_batch(window[None].astype(np.int32))[0] for window in ids.reshape(4, WINDOW)]
    np.testing.assert_allclose(np.stack(read(generator, ids)), np.concatenate(theirs), atol=1e-5)


@pytest.mark.parametrize("layers", [1, 2])
def test_generator_equals_keras_with_a_sliding_window(layers: int) -> None:
    """After every character the probabilities are those of Keras for the last window, read from zeros, to 1e-5."""
    model, generator = make_pair("last", layers)
    ids = make_ids(5 * WINDOW)
    windows = np.lib.stride_tricks.sliding_window_view(ids, WINDOW).astype(np.int32)
    ours = softmax(np.stack(read(generator, ids)[WINDOW - 1 :]))
    np.testing.assert_allclose(ours, model.predict(windows, verbose=0), atol=1e-5)


@pytest.mark.parametrize("length", [1, WINDOW - 1, WINDOW, WINDOW + 1, 3 * WINDOW + 2])
@pytest.mark.parametrize("targets", ["all", "last"])
def test_generator_equals_keras_after_a_prompt_of_any_length(targets: Targets, length: int) -> None:
    """A prompt shorter or longer than the window leaves the logits that Keras has for it, to 1e-5."""
    model, generator = make_pair(targets, 1)
    ids = make_ids(length, seed=length)
    reader = generator.reader()
    reader.read_all(ids)
    if targets == "all":
        layers = [keras.layers.LSTM(7, return_sequences=True), keras.layers.Dense(VOCABULARY)]
        text = ids
    else:
        layers = [keras.layers.LSTM(7), keras.layers.Dense(VOCABULARY)]
        text = ids[-WINDOW:]  # a prompt shorter than the window is read from zeros
    free = keras.Sequential([keras.Input((None, VOCABULARY)), *layers])
    free.set_weights(model.get_weights()[:5])
    theirs = free.predict(np.eye(VOCABULARY, dtype=np.float32)[text][None], verbose=0)
    np.testing.assert_allclose(reader.logits, theirs.reshape(-1, VOCABULARY)[-1], atol=1e-5)


@pytest.mark.parametrize("targets", ["all", "last"])
def test_generator_streams_what_it_reads(targets: Targets) -> None:
    """The ids that are streamed are those of drawing after each id and reading it."""
    _, generator = make_pair(targets, 1)

    def sampler() -> Sampler:
        return Sampler(vocabulary=VOCABULARY, temperature=1, rng=np.random.default_rng(2))

    reader, draw = generator.reader(), sampler()
    reader.read_all([1, 2, 3])
    expected = []
    for _ in range(80):
        expected.append(draw.draw(reader.logits))
        reader.read(expected[-1])
    other = generator.reader()
    other.read_all([1, 2, 3])
    ids = generator.stream(sampler(), reader=other)
    assert [next(ids) for _ in range(80)] == expected


def test_generator_forbids_the_first_id_alone() -> None:
    """An id that may not come first can come later."""
    weights = random_weights(units=7, layers=1, vocabulary=VOCABULARY)
    weights["characters/bias"][4] = 50  # now always the likeliest
    generator = Generator(weights, targets="all", window_length=WINDOW)
    sampler = Sampler(vocabulary=VOCABULARY, temperature=0, rng=np.random.default_rng(2))
    ids = generator.stream(sampler, reader=generator.reader(), forbidden_first=4)
    first, second = next(ids), next(ids)
    assert first != 4
    assert second == 4


@pytest.mark.parametrize("targets", ["all", "last"])
def test_generator_serves_several_scenes(targets: Targets) -> None:
    """Two readers of one generator do not disturb each other."""
    _, generator = make_pair(targets, 2)
    ids = make_ids(20)
    alone = read(generator, ids)
    one, other = generator.reader(), generator.reader()
    for step, character in enumerate(ids.tolist()):
        one.read(character)
        other.read((character + 1) % VOCABULARY)
        np.testing.assert_array_equal(one.logits, alone[step])


@pytest.mark.parametrize("layers", [1, 2])
def test_nats_equal_the_losses_of_keras(layers: int) -> None:
    """A text's nats are Keras's cross-entropies for the same characters, to 1e-5."""
    model, generator = make_pair("all", layers)
    ids = make_ids(3 * WINDOW, seed=4)
    inputs = np.concatenate(([2], ids[:-1])).reshape(3, 1, WINDOW).astype(np.int32)
    reset_state(model)
    logits = np.concatenate([model.predict_on_batch(window)[0] for window in inputs])
    expected = keras.losses.sparse_categorical_crossentropy(
        ids.astype(np.int32), keras.ops.convert_to_tensor(logits), from_logits=True
    )
    (nats,) = nats_of(generator, [ids], start=2)
    np.testing.assert_allclose(nats, np.asarray(expected), atol=1e-5)


def test_nats_of_windows_equal_the_losses_of_keras() -> None:
    """With a sliding window too, the first windows filled up with the start."""
    model, generator = make_pair("last", 1)
    ids = make_ids(15, seed=4)
    padded = np.concatenate(([2] * WINDOW, ids))
    windows = np.lib.stride_tricks.sliding_window_view(padded[:-1], WINDOW).astype(np.int32)
    shares = model.predict(windows, verbose=0)[np.arange(15), ids]
    (nats,) = nats_of(generator, [ids], start=2)
    np.testing.assert_allclose(nats, -np.log(shares), atol=1e-4)


@pytest.mark.parametrize("targets", ["all", "last"])
def test_nats_take_texts_of_any_length(targets: Targets) -> None:
    """Texts side by side, empty ones among them, have the nats that each has alone."""
    _, generator = make_pair(targets, 1)
    texts = [make_ids(length, seed=length) for length in (5, 0, 17, 1, 40)]
    together = nats_of(generator, texts, start=0)
    assert [len(nats) for nats in together] == [5, 0, 17, 1, 40]
    for nats, text in zip(together, texts, strict=True):
        np.testing.assert_allclose(nats, nats_of(generator, [text], start=0)[0], atol=1e-5)
