"""Corpora in other languages and alphabets: previewed, trained on, written in their own letters, and accepted."""

import json
from pathlib import Path

import pytest

from core.config import TrainConfig
from core.evaluation.acceptance import main as try_out
from core.evaluation.preview import main as preview
from core.run.store import Run
from core.writing.request import SceneRequest
from core.writing.writer import Writer
from tests.conftest import train_once, write_once

LINES = {
    "german": (
        "KIRA: Schöne Grüße!",
        "ODO: Das weiß ich nicht.",
        "QUARK: Übermorgen, natürlich.",
        "(Ärger an der Tür.)",
    ),
    "russian": (
        "КИРА: Привет, как дела?",
        "ОДО: Я ничего не знаю.",
        "КВАРК: Это стоит дорого!",
        "(Дверь закрывается.)",
    ),
    "japanese": (
        "キラ：おはようございます。",
        "オドー：何も知りません。",
        "クワーク：高いですよ！",
        "（ドアが閉まる。）",
    ),
}
ALPHABETS = {
    "german": "äöüßÄÖÜ",
    "russian": "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "japanese": "キラオドーいますでりせん",
}
CONFIG = TrainConfig(units=24, window_length=16, batch=8, epochs=5)


@pytest.fixture(scope="module")
def trained(shared_folder: Path) -> Path:
    """Return a folder with a corpus and a run of each language."""
    for language, lines in LINES.items():
        episodes = [
            "\n".join(lines[(number * step + step * step) % len(lines)] for step in range(1, 60))
            for number in range(1, 12)
        ]
        corpus = write_once(shared_folder / f"{language}.json", episodes)
        train_once(corpus, CONFIG, out=shared_folder / language)
    return shared_folder


@pytest.mark.slow
@pytest.mark.parametrize("language", LINES)
def test_language_is_learnt_and_written(
    trained: Path, language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A corpus in another alphabet is accepted, learnt beyond chance, and its letters come out again."""
    corpus = str(trained / f"{language}.json")
    assert preview(["--upload", corpus, "--name", f"{language}.json", "--into", str(tmp_path / "into")]) == 0
    assert json.loads(capsys.readouterr().out)["episodes"] == 11
    written = Writer(Run.read(trained / language)).write(SceneRequest(length=300, seed=1)).text
    assert set(written) & set(ALPHABETS[language])
    assert try_out([str(trained / language), "--scripts", corpus, "--series", "all"]) == 0
    verdict = json.loads(capsys.readouterr().out)
    assert verdict["comparison"]["new_bits"] == pytest.approx(verdict["bits"], rel=0.25)


@pytest.mark.slow
def test_trial_compares_only_what_can_be_compared(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A model that cannot spell the held-out text gets no score for it, but both write side by side."""
    arguments = [str(trained / "japanese"), "--old", str(trained / "russian")]
    assert try_out([*arguments, "--scripts", str(trained / "japanese.json")]) == 0
    verdict = json.loads(capsys.readouterr().out)
    assert "old_bits" not in verdict["comparison"]
    assert verdict["comparison"]["old_unknown"] > 0.5
    assert verdict["samples"]["old"] != verdict["samples"]["new"]
