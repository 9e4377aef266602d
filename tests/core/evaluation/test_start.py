"""With which weights a training begins, tried with the shipped run and texts of several kinds."""

import dataclasses
from pathlib import Path

import pytest

from core.config import TrainConfig
from core.data.corpus import Corpus, read_corpus
from core.data.sources.source import Source
from core.errors import RunError
from core.evaluation.start import choose_start, pair_bits
from core.run.layout import SHIPPED
from core.run.store import Run

ENGLISH = (
    "ANN: I did not think that you would come back so soon.",
    "BEN: The road was shorter than I remembered.",
    "ANN: Then sit down and tell us what you have seen.",
    "(He takes off his hat.)",
    "BEN: There is nobody left in the village, and the well is dry.",
    "ANN: Nobody? What about the old man at the mill?",
)
RUSSIAN = (
    "АННА: Я не думала, что ты вернёшься так скоро.",
    "БОРИС: Дорога оказалась короче, чем я помнил.",
    "АННА: Тогда садись и расскажи, что ты видел.",
)
LATIN = (
    "MARCUS: Quousque tandem abutere patientia nostra, quamdiu etiam furor iste tuus nos eludet?",
    "TULLIA: Nihilne te nocturnum praesidium Palati, nihil urbis vigiliae, nihil timor populi moverunt?",
    "MARCUS: Patere tua consilia non sentis, constrictam iam horum omnium scientia teneri non vides?",
)


def corpus_of(folder: Path, lines: tuple[str, ...], *, times: int = 60) -> Corpus:
    """Return a corpus of lines, each time in another order."""
    text = "\n".join(lines[(step * step + step // 7) % len(lines)] for step in range(times))
    path = folder / "text.txt"
    path.write_text(text, encoding="utf-8")
    return read_corpus(Source(str(path)), cleaning="script", rare_count=5)


def varied(folder: Path, lines: tuple[str, ...]) -> Corpus:
    """Return a corpus whose held-out lines differ from those that are learnt."""
    corpus = corpus_of(folder, lines[:-1])
    return dataclasses.replace(
        corpus, episodes=(*corpus.episodes * 9, lines[-1] * 9), positions=tuple(range(10))
    )


def test_training_begins_with_the_shipped_run_where_it_helps(tmp_path: Path) -> None:
    """English begins with the shipped weights, and the sentence compares them with the text's own pairs."""
    start = choose_start("auto", varied(tmp_path, ENGLISH), TrainConfig())
    assert start.run is not None
    assert start.run.path == SHIPPED
    assert start.why.startswith(f"The weights of {start.run.name}, which predicts this text at ")
    assert start.most_epochs == 4


@pytest.mark.parametrize(
    ("lines", "why"), [(RUSSIAN, "does not know"), (LATIN, "predicts this text at")], ids=["russian", "latin"]
)
def test_training_begins_with_random_weights_where_the_shipped_ones_harm(
    lines: tuple[str, ...], why: str, tmp_path: Path
) -> None:
    """Another alphabet or another language gets random weights, and the reason."""
    start = choose_start("auto", corpus_of(tmp_path, lines), TrainConfig())
    assert start.run is None
    assert start.why.startswith("Random weights: ")
    assert why in start.why
    assert start.most_epochs == float("inf")


def test_training_begins_as_asked(tmp_path: Path) -> None:
    """None, shipped and a path are taken at their word; what cannot hold the shipped network gets random weights."""
    corpus = corpus_of(tmp_path, ENGLISH)
    assert choose_start("none", corpus, TrainConfig()).run is None
    for start in ("shipped", SHIPPED, str(SHIPPED)):
        run = choose_start(start, corpus, TrainConfig()).run
        assert run is not None
        assert run.path == SHIPPED
    small = choose_start("auto", corpus, TrainConfig(units=16), given={"units"})
    assert "x 16 units" not in small.why
    assert small.run is None
    assert choose_start("auto", corpus, TrainConfig.from_preset("best")).run is None
    assert choose_start("auto", corpus, TrainConfig.from_preset("notes")).run is None
    with pytest.raises(RunError, match="There is no run in"):
        choose_start(tmp_path / "gone", corpus, TrainConfig())


def test_server_own_run_is_tried_beside_the_shipped_one(tiny_run: Run, tiny_scripts: Path) -> None:
    """A run that has learnt this very text is begun with, and a damaged one is passed over."""
    corpus = read_corpus(Source(str(tiny_scripts)), cleaning="script", rare_count=5)
    own = choose_start("auto", corpus, TrainConfig(), own=tiny_run.path)
    assert own.run is not None
    assert own.run.path in {tiny_run.path, SHIPPED}
    assert choose_start("auto", corpus, TrainConfig(), own=tiny_run.path.parent / "gone").run is not None


def test_settings_follow_the_run_begun_with() -> None:
    """The network is as large as the run's, and the rate is lower; settings that were given stay."""
    base = TrainConfig(units=700, layers=2)
    config = TrainConfig().begun_with(base, given=())
    assert (config.units, config.layers, config.learning_rate, config.dropout) == (700, 2, 4e-3, 0.2)
    kept = TrainConfig(units=800, dropout=0.0).begun_with(base, given={"units", "dropout"})
    assert (kept.units, kept.layers, kept.dropout) == (800, 2, 0.0)
    best = TrainConfig.from_preset("best")
    assert best.begun_with(base, given=()).learning_rate == best.learning_rate


def test_pairs_cost_what_they_must() -> None:
    """Pairs that always follow each other cost next to nothing, and what was never seen costs a lot."""
    assert pair_bits(["ab" * 500], ["ab" * 50]) < 0.3
    assert pair_bits(["ab" * 500], ["xy" * 50]) > 8
