"""The `notes` preset against the lecture's own steps, written out on a small corpus."""

import keras
import numpy as np
import pandas as pd
import pytest

from core.config import END_OF_EPISODE, NOTES_EPISODES, TrainConfig
from core.data.cleaning import clean_notes
from core.data.corpus import Corpus
from core.data.vocabulary import Vocabulary
from core.network.model import build_model
from core.training.dataset import WindowDataset
from core.writing.sampling import Sampler, distribution
from tests.conftest import tiny_episodes

pytestmark = [
    pytest.mark.slow,
    # Keras reads its variables in a way that NumPy 2 wants spelled otherwise.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

HEADER = "\n\n\n\n\n\nThe Deep Space Nine Transcripts -"
PAGES = [
    f"{HEADER} Number {number}\n\nStardate: 1\xa0{{}}"
    + "\n" * 7
    + text
    + " caf\xe9 \xe0 la"
    + "\n" * 7
    + "<Back"
    for number, text in enumerate(tiny_episodes(3))
]
CONFIG = TrainConfig.from_preset("notes")


def lecture_text() -> str:
    """Return the corpus as the lecture cleans it, step by step."""
    scripts = pd.DataFrame({"DS9": PAGES})
    episodes = []
    for raw in scripts["DS9"]:
        without_header = raw.replace(HEADER, "")
        episodes.append(without_header.split("\n\n\n\n\n\n\n")[-2])
    text = "\n\n".join(episodes)
    for character in ["\xa0", "\xe0", "\xe9", "}", "{"]:
        text = text.replace(character, "")
    return text


def our_corpus() -> Corpus:
    """Return the same pages as our preset reads them."""
    episodes = tuple(clean_notes(page) for page in PAGES)
    vocabulary = Vocabulary.of("\n\n" + "".join(episodes))
    return Corpus(("a", "b", "c"), (0, 1, 2), episodes, vocabulary, "\n\n", {}, "", "")


def test_notes_text_is_the_lectures() -> None:
    """Header, footer and unwanted characters go as in the lecture, and a blank line joins the episodes."""
    assert our_corpus().text == lecture_text()
    assert END_OF_EPISODE not in our_corpus().vocabulary.characters


def test_notes_numbers_are_the_lectures() -> None:
    """Window, stride, share, cells, batch and epochs are the lecture's numbers."""
    assert (CONFIG.window_length, CONFIG.stride, CONFIG.units, CONFIG.batch) == (20, 5, 128, 128)
    assert (CONFIG.validation_share, CONFIG.epochs, CONFIG.learning_rate) == (0.3, 200, 1e-3)
    assert (CONFIG.layers, CONFIG.dropout, CONFIG.schedule, CONFIG.clip_norm) == (1, 0.0, "constant", None)
    assert range(20, 69 + 1) == NOTES_EPISODES


def lecture_windows() -> tuple[np.ndarray, np.ndarray, int]:
    """Return the lecture's one-hot doubles, its targets, and how many of them train."""
    text = lecture_text()
    characters = sorted(set(text))
    index = {character: number for number, character in enumerate(characters)}
    lines, following = [], []
    for start in range(0, len(text) - 20, 5):
        lines.append(text[start : start + 20])
        following.append(text[start + 20])
    vectors = np.zeros((len(lines), 20, len(characters)))
    targets = np.zeros(len(lines))
    for row, line in enumerate(lines):
        for column, character in enumerate(line):
            vectors[row, column, index[character]] = 1
        targets[row] = index[following[row]]
    return vectors, targets, int(0.7 * len(lines))


def test_notes_windows_are_the_lectures() -> None:
    """The one-hot doubles, the targets and the 70 % that train are the same, number for number."""
    vectors, targets, train = lecture_windows()
    course = WindowDataset(our_corpus(), CONFIG)
    assert (course.windows, course.training_characters) == (len(vectors), train)
    windows = course._windows
    np.testing.assert_array_equal(np.eye(vectors.shape[2])[windows.inputs], vectors)
    np.testing.assert_array_equal(windows.targets, targets)


def test_notes_network_has_the_lectures_losses() -> None:
    """From the same initial weights, LSTM(128) and a softmax layer lose the same to 1e-5, before and in training."""
    vectors, targets, train = lecture_windows()
    size = vectors.shape[2]
    theirs = keras.Sequential(
        [
            keras.Input((20, size)),
            keras.layers.LSTM(128),
            keras.layers.Dense(size),
            keras.layers.Activation("softmax"),
        ]
    )
    theirs.compile(loss=keras.losses.SparseCategoricalCrossentropy(), optimizer=keras.optimizers.Adam())
    ours = build_model(CONFIG, vocabulary=size, batch=128)
    theirs.set_weights(ours.get_weights())
    course = WindowDataset(our_corpus(), CONFIG)
    expected = theirs.evaluate(vectors[train:], targets[train:], verbose=0)
    assert course.validate(ours).loss == pytest.approx(expected, abs=1e-5)
    ids = course._windows.inputs[:128].astype(np.int32)
    for _ in range(3):
        ours.reset_metrics()
        theirs.reset_metrics()
        loss = float(ours.train_on_batch(ids, targets[:128].astype(np.int32)))
        assert loss == pytest.approx(float(theirs.train_on_batch(vectors[:128], targets[:128])), abs=1e-5)


@pytest.mark.parametrize("temperature", [0.01, 0.02, 0.03, 0.04, 0.05, 1.0])
def test_notes_sampling_is_the_lectures(temperature: float) -> None:
    """The lecture's `sample` formula gives the same probabilities to 1e-9, and our draws follow them."""
    rng = np.random.default_rng(3)
    predictions = rng.dirichlet(np.full(5, 8.0))
    powers = np.exp(predictions / temperature)
    shares = powers / np.sum(powers)
    logits = np.log(predictions)
    ours = distribution(logits, temperature=temperature, scale=CONFIG.temperature_scale)
    np.testing.assert_allclose(ours, shares, atol=1e-9)
    sampler = Sampler(vocabulary=5, temperature=temperature, rng=rng, scale=CONFIG.temperature_scale)
    counts = np.bincount([sampler.draw(logits) for _ in range(20_000)], minlength=5)
    wanted = 20_000 * shares
    kept = wanted > 5  # the chi-square distribution fits no rarer outcomes
    assert (((counts - wanted) ** 2 / wanted)[kept]).sum() < 20.5  # its 99.9 % point at 5 degrees of freedom
