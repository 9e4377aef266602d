"""What a training would learn from, as one line of JSON: `python -m core.data.report [--upload FILE]`.

The bot asks this of a child process: reading scripts needs pandas, and an upload is better read elsewhere.
"""

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from core.config import NOTES_EPISODES, PRESETS, TrainConfig, parse_episodes
from core.data.corpus import (
    Corpus,
    Source,
    clean_scripts,
    hold_out,
    read_corpus,
    read_scripts,
    total_characters,
)
from core.data.screenplay import places_of, speakers_of
from core.data.upload import unpack_upload
from core.data.vocabulary import MOST_CHARACTERS
from core.errors import CoreError, CorpusError

LEAST_CHARACTERS = 2_500  # fewer teach a network nothing but themselves
_LEAST_WINDOWS = 40  # that the text has to fill
_SAMPLE_CHARACTERS = 400
_LONGEST_LINE = 2_000  # characters; a longer one is no line of a script
_LINES_ARE_LONG = 0.5  # share of the text in such lines from which on we say so


def preview(source: Source, config: TrainConfig) -> dict[str, Any]:
    """Return the facts of the corpus that a training on `source` would see, and what is odd about it.

    Raises:
        CorpusError: it cannot be read, or is too small to learn from, or no text in any language.
    """
    characters = _count(source, config)
    least = max(LEAST_CHARACTERS, _LEAST_WINDOWS * config.window_length)
    if 0 < characters < least:
        raise CorpusError(
            f"That is {characters:,} characters after cleaning, too few to learn from; give at least {least:,}."
        )
    corpus = read_corpus(source, cleaning=config.cleaning, rare_count=config.rare_count)
    characters = total_characters(corpus.episodes)
    train, held_out = hold_out(corpus, share=config.validation_share)
    if config.targets == "all" and total_characters(held_out) <= 2 * config.window_length:
        raise CorpusError(
            f"Every tenth episode is held out to measure with, and those are {total_characters(held_out):,} "
            "characters, too few; join short episodes."
        )
    return {
        "source": corpus.source,
        "characters": characters,
        "episodes": len(corpus.episodes),
        "vocabulary": len(corpus.vocabulary),
        "held_out": total_characters(held_out),
        "speakers": speakers_of(corpus.episodes, most=8),
        "places": places_of(corpus.episodes, most=4),
        "sample": _sample(max(train, key=len)),
        "notes": list(_notes(corpus)),
        "targets": _targets(total_characters(train), config),
    }


def _count(source: Source, config: TrainConfig) -> int:
    """Return how many clean characters there are, having looked at which before a vocabulary is made of them."""
    scripts = clean_scripts(read_scripts(source), config.cleaning)
    counts = Counter("".join(script.text for script in scripts))
    learnable = sum(count >= config.rare_count for count in counts.values())
    if learnable > MOST_CHARACTERS:
        raise CorpusError(
            f"The text has {len(counts):,} different characters, and at most {MOST_CHARACTERS:,} can be learnt; "
            "no script has so many, so look at what the file holds."
        )
    if sum(counts.values()) >= LEAST_CHARACTERS and not learnable:
        raise CorpusError(
            f"Each of its {len(counts):,} different characters is too rare to learn; give more text."
        )
    return sum(counts.values())


def _notes(corpus: Corpus) -> list[str]:
    notes = []
    if corpus.dropped:
        shown = " ".join(character for character in list(corpus.dropped)[:10] if character.isprintable())
        notes.append(
            f"{len(corpus.dropped):,} characters are too rare to learn and are left out: {shown}".rstrip(": ")
        )
    everything = total_characters(corpus.episodes)
    lines = [len(line) for text in corpus.episodes for line in text.split("\n")]
    if sum(length for length in lines if length > _LONGEST_LINE) > _LINES_ARE_LONG * everything:
        notes.append(
            f"Its longest line has {max(lines):,} characters: this is no script form, but can be learnt."
        )
    elif not speakers_of(corpus.episodes, most=1):
        notes.append("No speakers were found (lines like NAME: text), so casts cannot be chosen.")
    if everything < 10 * LEAST_CHARACTERS:
        notes.append("This is little text: the model will mostly repeat it.")
    return notes


def _targets(characters: int, config: TrainConfig) -> int:
    """Return how many predictions an epoch learns from, which is what a training's speed counts."""
    return characters if config.targets == "all" else characters // config.stride


def _sample(text: str) -> str:
    """Return whole lines from the middle of a text."""
    start = text.find("\n", len(text) // 2) + 1
    return text[start : start + _SAMPLE_CHARACTERS]


def main(arguments: list[str] | None = None) -> int:
    """Print the preview, or `{"error": sentence}` and return 2."""
    parser = argparse.ArgumentParser(prog="python -m core.data.report", description=__doc__)
    parser.add_argument("--scripts", help="as for train.py")
    parser.add_argument("--upload", type=Path, help="an uploaded file, instead of scripts that are here")
    parser.add_argument("--name", default="scripts.txt", help="what its sender calls it")
    parser.add_argument("--into", type=Path, default=Path("corpus"), help="folder for its checked texts")
    parser.add_argument("--series", help="as for train.py (of an upload: all)")
    parser.add_argument("--episodes", type=parse_episodes, help="as for train.py")
    parser.add_argument("--preset", choices=sorted(PRESETS), default="default")
    options = parser.parse_args(arguments)
    try:
        config = TrainConfig.from_preset(options.preset)
        if options.upload is not None:
            scripts: str | None = str(unpack_upload(options.upload, name=options.name, folder=options.into))
        else:
            scripts = options.scripts
        series = options.series or ("all" if options.upload else "DS9")
        # As train.py has it: the lecture's own episodes, unless the scripts are no such table.
        lecture = options.preset == "notes" and series == "DS9" and str(scripts or ".json").endswith(".json")
        episodes = options.episodes or (NOTES_EPISODES if lecture else None)
        source = Source(series=series, episodes=episodes, **({"scripts": scripts} if scripts else {}))
        chosen = f"{episodes.start}-{episodes.stop - 1}" if episodes else ""
        document = {**preview(source, config), "scripts": scripts or "", "series": series, "chosen": chosen}
        status = 0
    except CoreError as error:
        # The sentences name options as the command line does.
        document, status = {"error": re.sub(r"(?<!\S)--([a-z]+)", r"\1", str(error))}, 2
    sys.stdout.write(json.dumps(document) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
