"""Whether a new run is accepted: it writes, and better than the old: `python -m core.evaluation.acceptance NEW`.

Prints one line of JSON. It is a child process's work: the held-out text is read with pandas and scored for a while.
"""

import argparse
import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.config import parse_episodes
from core.data.corpus import hold_out, hold_out_labels, learnt_episodes, read_corpus
from core.data.sources.source import Source
from core.data.words import Alphabet
from core.errors import CoreError, TrialError
from core.evaluation.beginnings import read_beginnings
from core.evaluation.runaways import check_scenes, try_scenes
from core.evaluation.score import score_texts
from core.run.store import Run
from core.text import Text
from core.wording import describe_epochs
from core.writing.generator import Generator
from core.writing.request import SceneRequest
from core.writing.writer import Writer

SEED = 7
SAMPLE_CHARACTERS = 300
_SCORED_CHARACTERS = 60_000  # of the held-out text: seconds, not minutes, on one core
_MOST_LOST = 0.02  # share of beginnings; sound runs have none
# How much more bits a character a run may cost than its training found: of little text, all is not read alike.
_MOST_TIMES, _MOST_WORSE = 1.25, 0.5
_MOST_UNKNOWN = 0.1  # share of characters that a run may lack for its score to say something


def check_run(run: Run) -> str:
    """Make sure that a run may be put to use; return what it wrote for that without directions.

    Raises:
        TrialError: its weights are no numbers, it is no better than chance, it writes nothing, or its scenes run away.
    """
    if not all(bool(np.isfinite(array).all()) for array in run.weights().values()):
        raise TrialError("The new model's weights are not all numbers; train it anew.")
    chance = math.log2(len(run.vocabulary))
    if not run.bits_per_character < chance:
        raise TrialError(
            "The new model is no better than chance: {bits:.2f} bits per character, "
            "where guessing blindly costs {chance:.2f}. Give it more text or more time.",
            bits=run.bits_per_character,
            chance=chance,
        )
    if not Writer(run).write(SceneRequest(seed=SEED, length=SAMPLE_CHARACTERS)).text.strip():
        raise TrialError("The new model writes nothing; give it more text or more time.")
    scenes = try_scenes(run, seed=SEED)
    check_scenes(scenes)
    return scenes.undirected


def own_words(written: str, learnt: list[str], alphabet: Alphabet) -> float | None:
    """Return the share of the words in `written` that stand in the texts learnt from; None without any words."""
    words = alphabet.tokens(written)
    known = {word for text in learnt for word in alphabet.tokens(text)}
    return sum(word in known for word in words) / len(words) if words else None


def write_side_by_side(new: Run, old: Run | None) -> dict[str, str]:
    """Return the line that both go on from, and what each writes with the same seed."""
    line = next((f"{name}:" for name in new.facts["cast"]["speakers"]), "")
    both = {"new": new} if old is None else {"new": new, "old": old}
    texts = {}
    for name, run in both.items():
        # A model in another alphabet begins by itself: it cannot spell the name.
        is_known = any(character.isalnum() for character in run.vocabulary.spell(line).text)
        request = SceneRequest(prompt=line if is_known else "", seed=SEED, length=SAMPLE_CHARACTERS)
        texts[name] = Writer(run).write(request).script
    return {"line": line, **texts}


def compare(new: Run, old: Run | None, source: Source, *, written: str = "") -> dict[str, Any]:
    """Return bits per character of both on what the new one's training held out; without the old where it is lost.

    It also says which share of the words that the new one has `written` stand in the text that it learnt from.

    Raises:
        CorpusError: the text cannot be read, or is another than the new run was trained on.
    """
    corpus = read_corpus(
        source,
        cleaning=new.config.cleaning,
        rare_count=new.config.rare_count,
        vocabulary=new.vocabulary,
    )
    share = new.config.validation_share
    if new.config.targets == "last":
        held_out, labels = [corpus.text[int((1 - share) * len(corpus.text)) :]], [""]
    else:
        held_out, labels = hold_out(corpus, share=share)[1], hold_out_labels(corpus, share=share)[1]
    texts = list(_first(held_out, _SCORED_CHARACTERS))
    labels = labels[: len(texts)]
    result: dict[str, Any] = {
        "own_words": own_words(written, learnt_episodes(corpus, new.config), Alphabet(new.vocabulary))
    }
    for name, run in (("new", new), ("old", old)):
        if run is None:
            continue
        generator = Generator.of(run.config, run.weights(), run.vocabulary, run.tables)
        score = score_texts(texts, name=name, generator=generator, vocabulary=run.vocabulary, labels=labels)
        result[f"{name}_bits"] = score.bits_per_character
        result["characters" if name == "new" else "old_characters"] = score.characters
        if score.unknown > _MOST_UNKNOWN * sum(map(len, texts)):
            del result[f"{name}_bits"]
            result[f"{name}_unknown"] = score.unknown / sum(map(len, texts))
        if name == "new" and run.config.targets == "all":
            beginnings = read_beginnings(generator, run.vocabulary, texts, labels=labels)
            result["beginnings"] = None if beginnings is None else beginnings.to_dict()
    if "new_bits" in result and "old_bits" in result:
        result["better"] = result["new_bits"] <= result["old_bits"]  # absent where they cannot be compared
    return result


def check_beginnings(comparison: Mapping[str, Any]) -> None:
    """Refuse a run that loses itself where texts begin, though its figure may look healthy.

    Raises:
        TrialError: with the share of beginnings that cost it more than blind guessing.
    """
    beginnings = comparison.get("beginnings")
    if beginnings and beginnings["share_over_8"] >= _MOST_LOST:
        raise TrialError(
            "The new model loses itself when a text begins: {percent:.0f} % of {stretches} "
            "beginnings cost it more than blind guessing. Train it again, for longer or with more "
            "text.",
            percent=100 * beginnings["share_over_8"],
            stretches=beginnings["stretches"],
        )


def check_figure(run: Run, comparison: Mapping[str, Any]) -> None:
    """Refuse a run that is far worse on the text that was held out than its training found.

    Raises:
        TrialError: with both figures.
    """
    most = run.bits_per_character * _MOST_TIMES + _MOST_WORSE
    if comparison.get("new_bits", 0.0) > most:
        raise TrialError(
            "The new model's weights are not those that its training judged: they cost {found:.2f} bits per "
            "character, and did cost {bits:.2f}. Train it again.",
            found=comparison["new_bits"],
            bits=run.bits_per_character,
        )


def _first(texts: list[str], characters: int) -> list[str]:
    """Return the texts up to that many characters in all, at least a part of one."""
    kept: list[str] = []
    for text in texts:
        if characters <= 0:
            break
        kept.append(text[:characters])
        characters -= len(text)
    return kept


def main(arguments: list[str] | None = None) -> int:
    """Print the verdict, or `{"error": sentence}` and return 2."""
    parser = argparse.ArgumentParser(prog="python -m core.evaluation.acceptance", description=__doc__)
    parser.add_argument("new", type=Path, help="run directory of the new model")
    parser.add_argument("--old", type=Path, help="run directory of the one to compare with")
    parser.add_argument("--scripts", help="what the new one was trained on, as for train.py")
    parser.add_argument("--series", default="", help="as for train.py")
    parser.add_argument("--episodes", type=parse_episodes, help="as for train.py")
    parser.add_argument("--blind", action="store_true", help="do not look at any text")
    options = parser.parse_args(arguments)
    done: Text | None = None
    try:
        new = Run.read(options.new)
        done = _describe_return(new)
        written = check_run(new)
        old = _read_old(options.old)
        document: dict[str, Any] = {
            "bits": new.bits_per_character,
            "samples": write_side_by_side(new, old),
        }
        if not options.blind:
            try:
                source = Source(
                    series=options.series,
                    episodes=options.episodes,
                    **({"scripts": options.scripts} if options.scripts else {}),
                )
                document["comparison"] = compare(new, old, source, written=written)
            except CoreError as error:
                document["comparison"] = {"problem": str(error)}
            check_beginnings(document["comparison"])
            check_figure(new, document["comparison"])
        status = 0
    except CoreError as error:
        document, status = {"error": Text.joined(filter(None, (error.text, done))).to_json()}, 2
    sys.stdout.write(json.dumps(document) + "\n")
    return status


def _describe_return(run: Run) -> Text | None:
    """Return what its training did about weights that failed, as a further sentence; None where none did."""
    returned = run.facts["result"].get("returned")
    if not returned:
        return None
    return Text(
        "Its training had gone back to its last sound weights once already, after {epochs}.",
        epochs=describe_epochs(returned),
    )


def _read_old(path: Path | None) -> Run | None:
    """Return the old run; a damaged one is no reason against the new."""
    try:
        return None if path is None else Run.read(path)
    except CoreError:
        return None


if __name__ == "__main__":
    sys.exit(main())
