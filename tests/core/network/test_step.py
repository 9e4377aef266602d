"""A batch shared among the cores: the same results as one core's alone, and Keras's own."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pytest

from core.config import TrainConfig
from core.network.layer import LSTM, on_tensorflow_cpu
from core.network.learner import build_learner
from core.network.model import build_model
from core.runtime.threads import count_threads, share_batch
from tests.children import run_python

VOCABULARY, WINDOW, UNITS = 7, 5, 6
Ids = npt.NDArray[np.int32]

pytestmark = [
    pytest.mark.slow,
    # Keras reads its variables in a way that NumPy 2 wants spelled otherwise.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.skipif(not on_tensorflow_cpu(), reason="only TensorFlow's CPU shares a batch"),
]


@pytest.mark.parametrize(("asked", "expected"), [("3", 3), ("0", 1), ("", 8), ("4,2", 8)])
def test_computing_takes_the_threads_that_it_is_given(
    asked: str, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child that must leave the bot a core does; without a wish that can be read, each core has a thread."""
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert count_threads() == expected


@pytest.mark.parametrize(
    ("threads", "batch", "parts"),
    [
        (2, 16, [8, 8]),
        (2, 18, [12, 6]),
        (2, 3, [3]),
        (2, 5, [4, 1]),
        (1, 16, [16]),
        (3, 16, [8, 8]),
        (3, 32, [12, 12, 8]),
        (64, 16, [4, 4, 4, 4]),
    ],
)
def test_cores_share_a_batch_in_fours(
    threads: int, batch: int, parts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every core but the last has the same number of texts, a multiple of four, and none has none."""
    monkeypatch.setenv("OMP_NUM_THREADS", str(threads))
    assert share_batch(batch) == parts


def make_ids(seed: int, batch: int) -> Ids:
    """Return ids, (batch, time)."""
    return np.random.default_rng(seed).integers(VOCABULARY, size=(batch, WINDOW)).astype(np.int32)


def outputs_and_gradients(layer: Any, inputs: Any) -> list[npt.NDArray[np.float32]]:
    """Return what a layer gives for `inputs`, and the gradients of a weighted sum of it by weights and inputs."""
    tf = pytest.importorskip("tensorflow")
    inputs = tf.convert_to_tensor(inputs)
    watched = [inputs] if inputs.dtype.is_floating else []
    with tf.GradientTape() as tape:
        tape.watch(watched)
        outputs = layer(inputs, training=True)
        total = tf.add_n(
            [
                tf.reduce_sum(
                    output * tf.cos(tf.reshape(tf.range(tf.size(output), dtype=tf.float32), output.shape))
                )
                for output in outputs
            ]
        )
    variables = [variable.value for variable in layer.trainable_variables]
    return [
        np.asarray(keras.ops.convert_to_numpy(array))
        for array in (*outputs, *tape.gradient(total, [*variables, *watched]))
    ]


@pytest.mark.parametrize("one_hot", [True, False])
@pytest.mark.parametrize("options", [{}, {"go_backwards": True}, {"stateful": True}])
def test_shared_layer_equals_keras(
    options: dict[str, Any],
    one_hot: bool,  # noqa: FBT001  # a parameter of the test
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three cores that share eleven texts give the outputs, states and gradients of Keras's layer to 1e-5."""
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    batch = 11
    ids = make_ids(1, batch)
    vectors = np.eye(VOCABULARY, dtype=np.float32)[ids]
    options = {"return_sequences": True, "return_state": True, **options}
    theirs = keras.layers.LSTM(UNITS, **options)
    ours = LSTM(UNITS, one_hot=VOCABULARY if one_hot else None, **options)
    for layer, inputs in ((theirs, vectors), (ours, ids if one_hot else vectors)):
        layer.build(inputs.shape)
        rng = np.random.default_rng(2)
        for variable in layer.trainable_variables:
            variable.assign(rng.normal(size=variable.shape))
    for _ in range(2):  # the second time from the state carried, or with other masks
        mine = outputs_and_gradients(ours, ids if one_hot else vectors)
        for array, other in zip(mine, outputs_and_gradients(theirs, vectors)[: len(mine)], strict=True):
            np.testing.assert_allclose(array, other, atol=1e-5)


@pytest.mark.parametrize(
    "settings",
    [
        {"layers": 2},
        {"clip_norm": 0.05},
        {"clip_norm": None},
        {"targets": "last", "layers": 2},
    ],
)
def test_shared_step_learns_what_one_core_learns(
    settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches of two sizes leave the same losses and weights whether cores share them or not, clipped or not."""
    config = TrainConfig(
        units=UNITS,
        window_length=WINDOW,
        stride=WINDOW,
        batch=12,
        dropout=0.0,
        learning_rate=0.01,
        **settings,
    )
    sizes = (12, 5, 12) if config.targets == "last" else (12, 12, 12)
    batches = [
        (
            make_ids(seed, size),
            make_ids(seed + 10, size)[:, -1] if config.targets == "last" else make_ids(9, size),
        )
        for seed, size in enumerate(sizes)
    ]
    results = []
    for threads in ("1", "3"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        model = build_model(config, vocabulary=VOCABULARY, batch=12)
        assert model.jit_compile == (threads == "1")
        learn = build_learner(model)
        losses = [learn(batch) for batch in batches]
        assert model.optimizer.global_clipnorm == config.clip_norm
        assert len(set(losses)) == len(losses)
        results.append([np.array(losses), *model.get_weights()])
    for array, other in zip(*results, strict=True):
        np.testing.assert_allclose(array, other, atol=1e-5)


def test_shared_step_drops_anew_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """With dropout two steps on one batch differ, and the same seed drops the same."""
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    config = TrainConfig(
        units=UNITS, window_length=WINDOW, stride=WINDOW, batch=8, dropout=0.5, learning_rate=1e-9
    )
    batch = make_ids(1, 8), make_ids(2, 8)
    runs = []
    for _ in range(2):
        learn = build_learner(build_model(config, vocabulary=VOCABULARY, batch=8))
        runs.append([learn(batch) for _ in range(3)])
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 3


def test_every_part_of_a_batch_has_a_thread(tmp_path: Path) -> None:
    """TensorFlow gets a thread for each part, and one for an operation; asked too late, it goes on as it is."""
    script = (
        "from core.network.learner import give_parts_their_cores\n"
        "import tensorflow as tf\n"
        "threads = tf.config.threading\n"
        "for batch in (3, 32):\n"
        "    give_parts_their_cores(batch)\n"
        "    print(threads.get_inter_op_parallelism_threads(), threads.get_intra_op_parallelism_threads())\n"
        "tf.zeros((1,)).numpy()\n"
        "give_parts_their_cores(8)\n"
        "print(threads.get_inter_op_parallelism_threads())\n"
    )
    done = run_python(["-c", script], cwd=tmp_path, OMP_NUM_THREADS="3", CUDA_VISIBLE_DEVICES="-1")
    assert done.stdout.splitlines() == ["0 0", "3 1", "3"], done.stderr
