"""The LSTM layer: Keras's own weights, outputs and gradients, on the quick way and wherever it falls back."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pytest

from core.network.layer import LSTM
from tests.children import run_python

BATCH, TIME, FEATURES, UNITS = 3, 7, 5, 4
Floats = npt.NDArray[np.float32]

pytestmark = [
    pytest.mark.slow,
    # Keras reads its variables in a way that NumPy 2 wants spelled otherwise.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def make_vectors(seed: int = 1) -> Floats:
    """Return float input, (batch, time, features)."""
    return np.random.default_rng(seed).normal(size=(BATCH, TIME, FEATURES)).astype(np.float32)


def make_ids(seed: int = 1) -> npt.NDArray[np.int32]:
    """Return ids, (batch, time)."""
    return np.random.default_rng(seed).integers(0, FEATURES, size=(BATCH, TIME)).astype(np.int32)


def make_pair(**options: Any) -> tuple[LSTM, Any]:
    """Return our layer and Keras's with the same random weights."""
    ours, theirs = LSTM(UNITS, **options), keras.layers.LSTM(UNITS, **options)
    ours.build((BATCH, TIME, FEATURES))
    theirs.build((BATCH, TIME, FEATURES))
    rng = np.random.default_rng(3)
    weights = [rng.normal(size=weight.shape).astype(np.float32) for weight in theirs.get_weights()[:3]]
    for layer in (ours, theirs):
        for variable, value in zip(layer.trainable_weights, weights, strict=False):
            variable.assign(value)
    return ours, theirs


def arrays(outputs: Any) -> list[Floats]:
    """Return a layer's output, or each of its outputs, as arrays."""
    every = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    return [np.asarray(keras.ops.convert_to_numpy(output)) for output in every]


def assert_same(ours: Any, theirs: Any) -> None:
    """Assert that all outputs agree to 1e-5."""
    for mine, other in zip(arrays(ours), arrays(theirs), strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-5)


def gradients(layer: Any, inputs: Any, **call: Any) -> list[Floats]:
    """Return the gradients of a weighted sum of all outputs, by the weights and (for floats) the input."""
    tf = pytest.importorskip("tensorflow")
    tensor = tf.convert_to_tensor(inputs)
    watched = [tensor] if tensor.dtype.is_floating else []
    with tf.GradientTape() as tape:
        tape.watch(watched)
        outputs = layer(tensor, **call)
        every = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        total = sum(
            tf.reduce_sum(
                output * tf.cos(tf.reshape(tf.range(tf.size(output), dtype=tf.float32), output.shape))
            )
            for output in every
        )
    variables = [variable.value for variable in layer.trainable_variables]
    return [
        np.asarray(tf.convert_to_tensor(gradient))
        for gradient in tape.gradient(total, [*variables, *watched])
    ]


@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("go_backwards", [False, True])
@pytest.mark.parametrize("return_state", [False, True])
@pytest.mark.parametrize("return_sequences", [False, True])
def test_lstm_equals_keras_forwards_and_backwards(
    return_sequences: bool,  # noqa: FBT001  # a parameter of the test
    return_state: bool,  # noqa: FBT001
    go_backwards: bool,  # noqa: FBT001
    use_bias: bool,  # noqa: FBT001
) -> None:
    """Outputs and gradients equal Keras's to 1e-5, with any of its options."""
    options = {
        "return_sequences": return_sequences,
        "return_state": return_state,
        "go_backwards": go_backwards,
        "use_bias": use_bias,
    }
    ours, theirs = make_pair(**options)
    vectors = make_vectors()
    assert_same(ours(vectors), theirs(vectors))
    assert_same(gradients(ours, vectors), gradients(theirs, vectors))


def test_lstm_of_ids_equals_keras_of_one_hot_vectors() -> None:
    """Ids with `one_hot` give the outputs and gradients of Keras's layer on one-hot vectors."""
    _, theirs = make_pair(return_sequences=True)
    ours = LSTM(UNITS, one_hot=FEATURES, return_sequences=True)
    ours.build((BATCH, TIME))
    ours.set_weights(theirs.get_weights())
    ids = make_ids()
    vectors = np.eye(FEATURES, dtype=np.float32)[ids]
    assert_same(ours(ids), theirs(vectors))
    assert_same(gradients(ours, ids), gradients(theirs, vectors)[:3])


def test_lstm_takes_an_initial_state() -> None:
    """A state that is given is the one from which the text goes on, also for the gradients."""
    ours, theirs = make_pair(return_sequences=True, return_state=True)
    rng = np.random.default_rng(5)
    state = [
        keras.ops.convert_to_tensor(rng.normal(size=(BATCH, UNITS)).astype(np.float32)) for _ in range(2)
    ]
    vectors = make_vectors()
    assert_same(ours(vectors, initial_state=state), theirs(vectors, initial_state=state))
    assert_same(
        gradients(ours, vectors, initial_state=state), gradients(theirs, vectors, initial_state=state)
    )


def test_lstm_carries_its_state_over_batches() -> None:
    """A stateful layer goes on from batch to batch as Keras's does, and starts anew after a reset."""
    options = {"return_sequences": True, "stateful": True}
    ours, theirs = (
        keras.Sequential([keras.Input(batch_shape=(BATCH, TIME, FEATURES)), kind(UNITS, **options)])
        for kind in (LSTM, keras.layers.LSTM)
    )
    ours.set_weights(theirs.get_weights())
    batches = [make_vectors(seed) for seed in (1, 2, 3)]
    first = arrays(ours(batches[0]))[0]
    assert_same(first, theirs(batches[0]))
    for batch in batches[1:]:
        assert_same(ours(batch), theirs(batch))
    assert np.abs(arrays(ours(batches[0]))[0] - first).max() > 1e-3
    ours.layers[0].reset_state()
    assert_same(ours(batches[0]), first)


@pytest.mark.parametrize("jit_compile", [True, False])
@pytest.mark.parametrize("stateful", [True, False])
def test_lstm_trains_as_keras_does(
    stateful: bool,  # noqa: FBT001  # a parameter of the test
    jit_compile: bool,  # noqa: FBT001
) -> None:
    """A few steps of a network of two layers leave the same losses and weights as with Keras's layer."""
    ids, targets = make_ids(1), make_ids(2)
    results = []
    for ours in (True, False):
        keras.utils.set_random_seed(11)
        inputs = keras.Input((TIME,), batch_size=BATCH, dtype="int32")
        options: dict[str, Any] = {
            "return_sequences": True,
            "stateful": stateful,
            "seed": 5,
        }
        if ours:
            hidden = LSTM(UNITS, one_hot=FEATURES, **options)(inputs)
            hidden = LSTM(UNITS, **options)(hidden)
        else:
            hidden = keras.ops.one_hot(inputs, FEATURES)
            for _ in range(2):
                layer = keras.layers.LSTM(UNITS, **options)
                layer.supports_jit = True
                hidden = layer(hidden)
        model = keras.Model(inputs, keras.layers.Dense(FEATURES, activation="softmax")(hidden))
        model.compile(
            keras.optimizers.Adam(0.01, global_clipnorm=0.5),  # it squares what comes: repeats must be summed
            keras.losses.SparseCategoricalCrossentropy(),
            jit_compile=jit_compile and ours,
        )
        losses = [float(model.train_on_batch(ids, targets)) for _ in range(3)]
        results.append([np.array(losses), *model.get_weights()])
    assert_same(*results)


def test_lstm_heeds_masks() -> None:
    """With a mask Keras's own code runs, so masked steps change nothing."""
    ours, theirs = make_pair(return_sequences=True)
    vectors = make_vectors()
    mask = keras.ops.convert_to_tensor(np.arange(TIME)[None, :] < np.array([[7], [4], [1]]))
    assert_same(ours(vectors, mask=mask), theirs(vectors, mask=mask))


@pytest.mark.parametrize("options", [{"dropout": 0.5}, {"recurrent_dropout": 0.5}])
def test_lstm_heeds_dropout(options: dict[str, float]) -> None:
    """Dropout inside the cell is Keras's: the same seed drops the same, and nothing outside training."""
    ours, theirs = make_pair(return_sequences=True, seed=9, **options)
    vectors = make_vectors()
    assert_same(ours(vectors, training=False), theirs(vectors, training=False))
    for _ in range(2):  # the second time with other masks
        assert_same(gradients(ours, vectors, training=True), gradients(theirs, vectors, training=True))
    assert_same(ours(vectors, training=True), theirs(vectors, training=True))


@pytest.mark.parametrize(
    "options", [{"activation": "relu"}, {"recurrent_activation": "hard_sigmoid"}, {"unroll": True}]
)
def test_lstm_heeds_other_cells(options: dict[str, Any]) -> None:
    """Another activation, or an unrolled loop, gives what Keras gives."""
    ours, theirs = make_pair(return_sequences=True, **options)
    assert_same(ours(make_vectors()), theirs(make_vectors()))


def test_lstm_heeds_mixed_precision() -> None:
    """In half precision Keras's own code runs, and computes in halves."""
    ours, theirs = make_pair(return_sequences=True, dtype="mixed_bfloat16")
    mine, other = ours(make_vectors()), theirs(make_vectors())
    assert keras.backend.standardize_dtype(mine.dtype) == "bfloat16"
    assert_same(keras.ops.cast(mine, "float32"), keras.ops.cast(other, "float32"))


def test_lstm_reads_texts_of_any_length() -> None:
    """A network whose time is not fixed gives the same outputs, compiled or not."""
    ours, theirs = make_pair(return_sequences=True)
    inputs = keras.Input((None, FEATURES))
    models = [keras.Model(inputs, layer(inputs)) for layer in (ours, theirs)]
    for length in (1, 2, TIME):
        vectors = make_vectors()[:, :length]
        assert_same(*(model.predict(vectors, verbose=0) for model in models))


def test_lstm_survives_its_configuration() -> None:
    """A layer made from another's configuration has the same options."""
    layer = LSTM(UNITS, one_hot=FEATURES, return_sequences=True, stateful=True, go_backwards=True)
    again = LSTM.from_config(json.loads(json.dumps(layer.get_config())))
    assert again.get_config() == layer.get_config()
    assert again.one_hot == FEATURES


def test_lstm_survives_a_keras_file(tmp_path: Path) -> None:
    """A network saved to a .keras file and loaded again gives the same outputs."""
    inputs = keras.Input((TIME,), dtype="int32")
    model = keras.Model(inputs, LSTM(UNITS, one_hot=FEATURES, return_sequences=True)(inputs))
    model.save(tmp_path / "network.keras")
    again = keras.models.load_model(tmp_path / "network.keras")
    assert_same(again(make_ids()), model(make_ids()))


def test_lstm_loads_into_keras_weights() -> None:
    """The weights stand in Keras's order and shapes, so either layer takes the other's."""
    ours, theirs = make_pair()
    assert [weight.shape for weight in ours.get_weights()] == [
        weight.shape for weight in theirs.get_weights()
    ]
    assert [weight.name for weight in ours.weights] == [weight.name for weight in theirs.weights]


_FORWARD = """
import keras, numpy as np
from core.network.layer import LSTM
rng = np.random.default_rng(1)
ids = rng.integers(0, 5, (3, 7)).astype("int32")
theirs = keras.layers.LSTM(4, return_sequences=True)
theirs.build((3, 7, 5))
ours = LSTM(4, one_hot=5, return_sequences=True)
ours.build((3, 7))
ours.set_weights(theirs.get_weights())
one, other = ours(ids), theirs(np.eye(5, dtype="float32")[ids])
np.testing.assert_allclose(keras.ops.convert_to_numpy(one), keras.ops.convert_to_numpy(other), atol=1e-5)
print(keras.backend.backend())
"""


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_lstm_equals_keras_on_other_backends(backend: str, tmp_path: Path) -> None:
    """On JAX and PyTorch the layer's outputs equal Keras's to 1e-5."""
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    done = run_python(["-c", _FORWARD], cwd=tmp_path, KERAS_BACKEND=backend)
    assert done.stdout.split() == [backend], done.stderr
