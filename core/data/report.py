"""What a corpus holds, before anything is trained on it."""

import math
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from core.config import TrainConfig
from core.data.corpus import Corpus, build_corpus, clean_scripts, hold_out, total_characters
from core.data.formats.archive import LOCAL, Limits
from core.data.screenplay import count_speakers, places_of
from core.data.sources.clean import write_clean
from core.data.sources.read import read_source
from core.data.sources.source import Source, described
from core.data.vocabulary import MOST_CHARACTERS, learnable_characters
from core.errors import CorpusError
from core.text import Text

LEAST_CHARACTERS = 2_500  # fewer teach a network nothing but themselves
_LEAST_WINDOWS = 40  # that the text has to fill
_SAMPLE_CHARACTERS = 400
_LONGEST_LINE = 2_000  # characters; a longer one is no line of a script
_LINES_ARE_LONG = 0.5  # share of the text in such lines from which on we say so
_SHOWN_SPEAKERS = 24
_SHOWN_LABELS = 12
# Bits per character on held-out text that trainings came to, by the characters of their texts (docs/training.md): two
# parts of a play, and Deep Space Nine in a quarter of an hour.
_MEASURED = ((20_000, 2.98), (100_000, 2.48), (4_950_000, 1.53))
_MEASURED_WARM = ((20_000, 2.13), (100_000, 1.94))  # begun with the weights of a run that knows the language


def describe(
    source: Source, config: TrainConfig, *, limits: Limits = LOCAL, keep: Path | None = None
) -> tuple[dict[str, Any], Corpus]:
    """Return the facts of the corpus that a training on `source` would see, what is odd about it, and the corpus.

    Of a corpus that is too small, `problem` says so. The clean text is written to `keep`, where that is given, for
    the training to read.

    Raises:
        CorpusError: it cannot be read, has no text after cleaning, or is no text in any language.
    """
    reading = read_source(source, cleaning=config.cleaning, limits=limits)
    reading = replace(reading, scripts=tuple(clean_scripts(reading.scripts, config.cleaning)))
    _check_characters("".join(script.text for script in reading.scripts), config)
    if keep is not None:
        write_clean(keep, reading, cleaning=config.cleaning)
    name = described(source, reading)
    corpus = build_corpus(
        reading,
        cleaning=config.cleaning,
        rare_count=config.rare_count,
        source=name,
    )
    characters = total_characters(corpus.episodes)
    train, held_out = hold_out(corpus, share=config.validation_share)
    labels = Counter(label for label in corpus.labels if label)
    facts = {
        "source": name,
        "format": reading.format,
        "encoding": reading.encoding,  # empty where the file says it itself
        "characters": characters,
        "episodes": len(corpus.episodes),
        "vocabulary": len(corpus.vocabulary),
        "held_out": total_characters(held_out),
        "labels": dict(labels.most_common(_SHOWN_LABELS)),
        "speakers": dict(count_speakers(corpus.episodes).most_common(_SHOWN_SPEAKERS))
        if all(script.form != "code" for script in reading.scripts)
        else {},
        "places": places_of(corpus.episodes, most=4),
        "left_out": [{"name": out.name, "why": out.why} for out in reading.left_out],
        "sample": _sample(max(corpus.episodes, key=len)),
        "notes": [*reading.notes, *_notes(corpus)],
        "problem": _problem(corpus, config, held_out),
        # How many predictions an epoch learns from, which is what a training's speed counts.
        "targets": total_characters(train) // (1 if config.targets == "all" else config.stride),
    }
    return facts, corpus


def estimate_bits(characters: int, *, warm: bool) -> float:
    """Return about how many bits per character of unseen text a network needs after a quarter of an hour.

    Between texts that were measured it follows the logarithm of their size; beyond them it is the nearest one's. A
    start with the weights of a run that helps (`warm`) is never worse than one without.
    """
    expected = []
    for measured in (_MEASURED, _MEASURED_WARM)[: 1 + warm]:
        sizes, bits = zip(*measured, strict=True)
        expected.append(float(np.interp(math.log(max(characters, 1)), np.log(sizes), bits)))
    return round(min(expected), 2)


def _problem(corpus: Corpus, config: TrainConfig, held_out: list[str]) -> str:
    """Return why nothing can be learnt from so little; empty if it can."""
    characters = total_characters(corpus.episodes)
    least = max(LEAST_CHARACTERS, _LEAST_WINDOWS * config.window_length)
    if characters < least:
        return Text(
            "That is {count:,} character after cleaning, too few to learn from; give at least {least:,}.",
            "That is {count:,} characters after cleaning, too few to learn from; give at least {least:,}.",
            count=characters,
            least=least,
        )
    if config.targets == "all" and total_characters(held_out) <= 2 * config.window_length:
        return Text(
            "Every tenth episode is held out to measure with, and those are {count:,} character, too few; join short "
            "episodes.",
            "Every tenth episode is held out to measure with, and those are {count:,} characters, too few; join short "
            "episodes.",
            count=total_characters(held_out),
        )
    return ""


def _check_characters(text: str, config: TrainConfig) -> None:
    """Look at which characters there are before a vocabulary is made of them.

    Raises:
        CorpusError: they are too many, or each too rare.
    """
    counts = Counter(text)
    learnable = len(learnable_characters(text, rare_count=config.rare_count))
    if learnable > MOST_CHARACTERS:
        raise CorpusError(
            "The text has {count:,} different characters, and at most {most:,} can be learnt; no script "
            "has so many, so look at what the file holds.",
            count=len(counts),
            most=MOST_CHARACTERS,
        )
    if counts.total() >= LEAST_CHARACTERS and not learnable:
        raise CorpusError(
            "Each of its {count:,} different characters is too rare to learn; give more text.",
            count=len(counts),
        )


def _notes(corpus: Corpus) -> list[Text]:
    notes = []
    if corpus.dropped:
        shown = " ".join(character for character in list(corpus.dropped)[:10] if character.isprintable())
        notes.append(
            Text(
                "{count:,} character is too rare to learn and is left out: {shown}",
                "{count:,} characters are too rare to learn and are left out: {shown}",
                count=len(corpus.dropped),
                shown=shown or "...",
            )
        )
    everything = total_characters(corpus.episodes)
    lines = [len(line) for text in corpus.episodes for line in text.split("\n")]
    if sum(length for length in lines if length > _LONGEST_LINE) > _LINES_ARE_LONG * everything:
        notes.append(
            Text(
                "Its longest line has {longest:,} characters: this is no script form, but can be learnt.",
                longest=max(lines),
            )
        )
    elif not count_speakers(corpus.episodes):
        notes.append(Text("No speakers were found (lines like NAME: text), so casts cannot be chosen."))
    if everything < 10 * LEAST_CHARACTERS:
        notes.append(Text("This is little text: the model will mostly repeat it."))
    return notes


def _sample(text: str) -> str:
    """Return whole lines from the middle of a text; all of a short one."""
    if len(text) <= _SAMPLE_CHARACTERS:
        return text
    start = text.find("\n", len(text) // 2) + 1
    part = text[start : start + _SAMPLE_CHARACTERS]
    return (part[: part.rfind("\n") + 1] or part).strip("\n")
