"""A network that reads context ids: in Keras, on the quick path and in NumPy the same; and growth that keeps it."""

from functools import cache

import keras
import numpy as np
import pytest

from core.config import END_OF_EPISODE, TrainConfig
from core.data.batches.segments import beside
from core.data.context import context_ids
from core.data.context_tables import GUESTS, STEPS, ContextTables
from core.data.vocabulary import Vocabulary
from core.evaluation.likelihood import nats_of
from core.network.layer import LSTM
from core.network.learner import build_learner
from core.network.matching import match_characters, match_outputs, match_rows
from core.network.model import build_model, reset_state
from core.network.weights import export_weights
from core.writing.generator import Generator, context_of
from core.writing.inference.readers import CarriedReader
from core.writing.takes.rows import Rows

pytestmark = [
    # Keras reads its variables in a way that NumPy 2 wants spelled otherwise.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

TABLES = ContextTables(("KIRA", "ODO"), ("DS9", "TNG"), ("Ops",))
TEXT = (
    "[Ops]\nKIRA: No.\nODO: Why?\nROM: a\n(He goes.)\n\n[Bridge]\nODO [OC]: So.\nKIRA: b\n" + END_OF_EPISODE
) * 2
KNOWN = Vocabulary.of(TEXT)
WINDOW = 11


@cache
def random_model(layers: int, batch: int = 1) -> keras.Model:
    """Return a network with a context whose weights are all random; it is compiled once for several tests."""
    config = TrainConfig(units=7, layers=layers, window_length=WINDOW, batch=batch, dropout=0.0)
    model = build_model(config, vocabulary=len(KNOWN), batch=batch, context=TABLES)
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(0, 0.7, weight.shape) for weight in model.get_weights()])
    return model


def inputs_of(text: str, label: str) -> np.ndarray:
    """Return the ids of a text with their context's rows."""
    return beside(KNOWN.encode(text), context_ids(text, TABLES, label), vocabulary=len(KNOWN))


def generator_of(model: keras.Model) -> Generator:
    """Return the model's weights as a generator."""
    weights = export_weights(model)
    return Generator(weights, targets="all", window_length=WINDOW, context=context_of(KNOWN, TABLES))


@pytest.mark.parametrize("label", ["DS9", "TNG", None])
@pytest.mark.parametrize("layers", [1, 2])
def test_generator_with_context_equals_keras(layers: int, label: str | None) -> None:
    """After every character the logits are Keras's for the ids that the text has in training, to 1e-5."""
    model = random_model(layers)
    generator = generator_of(model)
    text = TEXT[: len(TEXT) // WINDOW * WINDOW]
    reset_state(model)
    windows = inputs_of(text, label or "DS9").reshape(-1, 1, WINDOW, 1 + len(TABLES.sizes))
    theirs = np.concatenate([model.predict_on_batch(window)[0] for window in windows])
    reader = generator.reader(label=label)
    ours = []
    for character in KNOWN.encode(text).tolist():
        reader.read(character)
        ours.append(reader.logits.copy())
    np.testing.assert_allclose(np.stack(ours), theirs, atol=1e-5)


def test_nats_with_context_equal_the_reader() -> None:
    """Texts side by side have the nats that a reader gives, each with its label."""
    generator = generator_of(random_model(1))
    start = KNOWN.characters.index(END_OF_EPISODE)
    texts, labels = [TEXT[:90], TEXT[5:40]], ["TNG", "DS9"]
    found = nats_of(generator, [KNOWN.encode(text) for text in texts], start=start, labels=labels)
    for text, label, nats in zip(texts, labels, found, strict=True):
        reader = generator.reader(label=label)
        reader.read(start)
        for character, cost in zip(KNOWN.encode(text).tolist(), nats.tolist(), strict=True):
            logits = reader.logits.astype(np.float64)
            assert cost == pytest.approx(np.log(np.exp(logits).sum()) - logits[character], abs=1e-4)
            reader.read(character)


@pytest.mark.parametrize("batch", [1, 16])
def test_quick_path_learns_what_keras_learns(batch: int) -> None:
    """Outputs and gradients of the kernel are those of Keras's own layer reading vectors with several ones."""
    import tensorflow as tf  # noqa: PLC0415  # for its gradients

    rng = np.random.default_rng(3)
    text = [TEXT[start : start + WINDOW] for start in rng.integers(0, len(TEXT) - WINDOW, batch)]
    read = np.stack([inputs_of(part, "TNG") for part in text])
    features = len(KNOWN) + TABLES.rows
    ours = LSTM(7, one_hot=len(KNOWN), context=TABLES.rows, return_sequences=True)
    theirs = keras.layers.LSTM(7, return_sequences=True)
    vectors = np.eye(features, dtype=np.float32)[read].sum(axis=2)
    ours.build(read.shape)
    theirs.build(vectors.shape)
    weights = [rng.normal(0, 0.5, weight.shape) for weight in theirs.get_weights()]
    found = []
    for layer, inputs in ((ours, read), (theirs, vectors)):
        layer.set_weights(weights)
        with tf.GradientTape() as tape:
            outputs = layer(tf.convert_to_tensor(inputs))
            loss = tf.reduce_sum(tf.square(outputs) * np.arange(WINDOW, dtype=np.float32)[:, None])
        found.append([outputs, *tape.gradient(loss, [weight.value for weight in layer.trainable_weights])])
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-4)


def test_network_with_context_is_learnt() -> None:
    """A few steps on one batch lower its loss."""
    model = random_model(1, batch=8)
    read = np.stack([inputs_of(TEXT[start : start + WINDOW], "TNG") for start in range(8)])
    targets = np.stack([KNOWN.encode(TEXT[start + 1 : start + WINDOW + 1]) for start in range(8)]).astype(
        "int32"
    )
    learner = build_learner(model)
    losses = [learner((read, targets)) for _ in range(12)]
    assert losses[-1] < 0.9 * losses[0]


def test_takes_with_context_are_read_as_alone() -> None:
    """Rows that are read side by side, some leaving early, have a reader's logits and can give it their state."""
    generator = generator_of(random_model(1))
    begun = generator.reader(label="TNG")
    assert isinstance(begun, CarriedReader)
    begun.read_all(KNOWN.encode("\n[Ops]\nKIRA: No.\n"))
    texts = ["ODO: a\nKIRA", "ROM: b\n", "[Bridge]\nODO: So."]
    rows = Rows(generator, 3)
    rows.begin(begun, 3)
    places = [0, 1, 2]
    for step in range(max(map(len, texts))):
        for place in reversed(range(len(places))):
            if len(texts[places[place]]) == step:
                left = rows.leave(place)
                places[place] = places[-1]
                places.pop()
                assert left == len(places)
        rows.multiply()
        rows.read([KNOWN.characters.index(texts[index][step]) for index in places])
    rows.multiply()
    alone = generator.reader(label="TNG")
    alone.read_all(KNOWN.encode("\n[Ops]\nKIRA: No.\n" + texts[2]))
    np.testing.assert_allclose(rows.logits[0], alone.logits, atol=1e-4)
    rows.give_back(0, begun)
    for reader in (begun, alone):
        reader.read_all(KNOWN.encode("\nKIRA: b\n"))
    np.testing.assert_allclose(begun.logits, alone.logits, atol=1e-4)


def test_rows_of_a_context_go_by_name() -> None:
    """A network that starts from one with other speakers and labels takes the rows of those that both know."""
    other = ContextTables(("ODO", "DAX"), ("TNG",), ("Ops", "Bar"))
    rows = np.arange(TABLES.rows * 4.0).reshape(-1, 4)
    taken, bias = match_rows(rows, TABLES, other)
    old = dict(zip(TABLES.row_names(), rows, strict=True))
    new = dict(zip(other.row_names(), taken, strict=True))
    assert {name for name in new if name in old} >= {("speaker", "=ODO"), ("place", "other"), ("speaker", "")}
    for name in old.keys() & new.keys():
        np.testing.assert_array_equal(new[name], old[name])
    guests = np.mean([old["speaker", f"guest {number}"] for number in range(GUESTS)], axis=0)
    np.testing.assert_array_equal(new["speaker", "=DAX"], guests)
    np.testing.assert_array_equal(new["place", "=Bar"], old["place", "other"])
    assert not bias.any()


def test_context_that_is_gone_stays_in_the_bias() -> None:
    """Without a context, the gates still get what its absence meant: no speaker, no place, any label."""
    rows = np.arange(TABLES.rows * 4.0).reshape(-1, 4)
    taken, bias = match_rows(rows, TABLES, None)
    assert taken.shape == (0, 4)
    old = dict(zip(TABLES.row_names(), rows, strict=True))
    labels = np.mean([old["label", f"={label}"] for label in TABLES.labels], axis=0)
    nobody = old["speaker", ""] + old["before", ""] + old["before_that", ""]
    last = old["progress", str(len(STEPS))]
    np.testing.assert_array_equal(bias, nobody + labels + old["place", ""] + last)
    fresh, none = match_rows(np.empty((0, 4)), None, TABLES)
    assert fresh.shape == (TABLES.rows, 4)
    assert not fresh.any()
    assert not none.any()


def test_weights_go_by_character() -> None:
    """Known characters keep their rows and columns, a relative is read like the known one, others like all of them."""
    old, new = Vocabulary("\nab"), Vocabulary("\naz\xe1")
    rows = np.arange(6.0).reshape(3, 2)
    np.testing.assert_array_equal(
        match_characters(rows, old, new), [rows[0], rows[1], rows.mean(axis=0), rows[1]]
    )
    kernel, bias = match_outputs(rows.T, np.array([3.0, 1.0, 2.0]), old, new)
    np.testing.assert_array_equal(kernel.T, [rows[0], rows[1], rows.mean(axis=0), rows.mean(axis=0)])
    assert bias.tolist() == [3.0, 1.0, 1.0, 1.0]
