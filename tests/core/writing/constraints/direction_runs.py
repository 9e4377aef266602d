"""Runs for the tests of directions: networks of random weights over small corpora, and what to look for in a scene."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.config import END_OF_EPISODE, TrainConfig
from core.data.screenplay import places_of, speakers_of
from core.data.vocabulary import Vocabulary
from core.run.store import Run, write_run
from core.writing.constraints.index import build_index
from core.writing.constraints.index_files import add_index
from core.writing.writer import Writer

UNITS = 12
Floats = npt.NDArray[np.float64]

SCRIPT = [
    """[Quark's]

QUARK: You can't be serious! A whole bar of latinum?
ODO [OC]: I am. Open the door, Quark.
(Rom runs out with a well-made tray.)
QUARK: (sighs) Fine. It's open... Twenty-four bars, then.
KIRA: Major Kira to Ops. Stardate 47 is here.

[Ops]

KIRA [on viewscreen]: The station isn't ready. Why not?
ODO: Because nobody came.""",
    """[Ops]

KIRA: Shut it down - now!
ODO: As you wish, Major.
(The lights go out [all of them] at once.)
QUARK: Not again.
KIRA (quietly): Yes.
QUARK: Odo, my friend, you're late. So late!""",
] * 3
PROSE = ["It was late. The ship went out, and nobody came.\nThe sea was calm.\nNobody said a word."] * 3
GREEK = ["ΝΙΚΗ: Καλημέρα σε όλους.\nΠΑΝΟΣ: Τι λες; Δεν είναι αργά.\n(Φεύγει.)\nΝΙΚΗ: Ναι, πάμε!"] * 3
CHINESE = ["王: 你好, 今天天气很好。\n李: 是的! 我们走吧。\n(他们走了)\n王: 好。我们去哪里?"] * 3


def build_writer(folder: Path, episodes: list[str], *, index: bool = True, **changes: Any) -> Writer:
    """Return a writer over a network of random weights that prefers the corpus's frequent characters."""
    text = END_OF_EPISODE.join(episodes) + END_OF_EPISODE
    vocabulary = Vocabulary.of(text)
    config = TrainConfig.from_preset("default", units=UNITS, **changes)
    random = np.random.default_rng(5)
    counts = Counter(text)
    frequent = np.log([counts[character] for character in vocabulary.characters])
    weights = {
        "lstm_1/kernel": random.normal(size=(len(vocabulary), 4 * UNITS)),
        "lstm_1/recurrent_kernel": random.normal(size=(UNITS, 4 * UNITS)),
        "lstm_1/bias": random.normal(size=4 * UNITS),
        "characters/kernel": random.normal(size=(UNITS, len(vocabulary))) * 3,
        "characters/bias": frequent,
    }
    return _write(folder, episodes, config, weights, index=index)


def build_stubborn_writer(folder: Path, episodes: list[str], *, favourite: str) -> Writer:
    """Return a writer over a network that always wants `favourite` most, and the others in one random order."""
    vocabulary = Vocabulary.of(END_OF_EPISODE.join(episodes) + END_OF_EPISODE)
    bias = np.random.default_rng(ord(favourite)).normal(size=len(vocabulary))
    bias[vocabulary.characters.index(favourite)] = 30
    weights = {
        "lstm_1/kernel": np.zeros((len(vocabulary), 4 * UNITS)),
        "lstm_1/recurrent_kernel": np.zeros((UNITS, 4 * UNITS)),
        "lstm_1/bias": np.zeros(4 * UNITS),
        "characters/kernel": np.zeros((UNITS, len(vocabulary))),
        "characters/bias": bias,
    }
    return _write(folder, episodes, TrainConfig.from_preset("default", units=UNITS), weights, index=True)


def _write(
    folder: Path, episodes: list[str], config: TrainConfig, weights: dict[str, Floats], *, index: bool
) -> Writer:
    vocabulary = Vocabulary.of(END_OF_EPISODE.join(episodes) + END_OF_EPISODE)
    facts = {
        "created": "2026-01-01T00:00:00+00:00",
        "data": {"source": "a test", "fingerprint": "0" * 64},
        "result": {"bits_per_character": 2.0},
        "cast": {"speakers": speakers_of(episodes), "places": places_of(episodes)},
    }
    folder.mkdir()
    write_run(
        folder,
        name=folder.name,
        config=config,
        vocabulary=vocabulary,
        weights={name: array.astype(np.float32) for name, array in weights.items()},
        facts=facts,
    )
    run = Run.read(folder)
    return Writer(add_index(run, build_index(episodes, vocabulary)) if index else run)


def heads_off(script: str, names: tuple[str, ...]) -> str:
    """Return a script without the names before the colons."""
    for name in sorted(names, key=len, reverse=True):
        script = re.sub(rf"^{re.escape(name)}(?=[:\s])", "", script, flags=re.MULTILINE)
    return script


def strange_words(writer: Writer, text: str) -> list[str]:
    """Return the words of `text` that the corpus has not."""
    assert writer.index is not None
    return [word for word in writer.index.alphabet.words(text) if word not in set(writer.index.words.words)]


def repeated_run(words: list[str], length: int, times: int, within: int) -> list[str]:
    """Return the first run of `length` words that stands more than `times` times within so many words, or none."""
    seen: dict[tuple[str, ...], list[int]] = {}
    for first in range(len(words) - length + 1):
        run = tuple(words[first : first + length])
        starts = seen.setdefault(run, [])
        if len(starts) >= times and first - starts[-times] <= within:
            return list(run)
        starts.append(first)
    return []
