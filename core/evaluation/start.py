"""With which weights a training begins: those of a run where they help with the text, else random ones."""

import math
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from core.config import AUTO, END_OF_EPISODE, OURS, RANDOM, TrainConfig
from core.data.corpus import Corpus, hold_out
from core.errors import RunError
from core.evaluation.likelihood import nats_of
from core.run.layout import SHIPPED
from core.run.store import Run
from core.text import Text
from core.writing.generator import Generator

_MOST_UNKNOWN = 0.1  # share of a text's characters that a run may lack
_STRETCHES, _STRETCH = 24, 400  # held-out stretches that runs are tried on, and their characters
_MOST_COUNTED = 1_000_000  # characters whose pairs are counted
_PASSES = 4  # over a text, of a training that begins with a run
_PRIOR = 8.0  # pairs that the frequency of single characters counts as


@dataclass(frozen=True)
class TrainingStart:
    """The run whose weights a training begins with, None for random ones, and a sentence that says why."""

    run: Run | None
    why: Text

    @property
    def most_epochs(self) -> float:
        """Passes over a text after which a training has nothing more to gain (docs/training.md).

        A network that knows the language soon learns the text by heart. From random weights no number serves every
        text: there the held-out part tells.
        """
        return math.inf if self.run is None else _PASSES


def choose_start(
    start: str | Path,
    corpus: Corpus,
    config: TrainConfig,
    *,
    given: Collection[str] = (),
    own: Path | None = None,
) -> TrainingStart:
    """Return how a training on `corpus` begins, as `start` says: auto, none, shipped, or the path of a run.

    With auto it begins with the weights of the shipped run, or of `own`, whichever predicts held-out text better, if
    that is better than the frequencies of the text's pairs of characters predict it. Only the preset `default` does so;
    `given` are the settings that may not follow a run's.

    Raises:
        RunError: the run that is named is not there, or damaged.
    """
    if start == RANDOM:
        return TrainingStart(None, Text("Random weights, as was asked."))
    if start != AUTO:
        run = Run.read(SHIPPED if start == OURS else Path(start))
        return TrainingStart(run, Text("The weights of {name}, as was asked.", name=run.name))
    if config.preset != "default" or config.targets != "all":
        return TrainingStart(None, Text("Random weights, as this preset has it."))
    stretches = _stretches(hold_out(corpus, share=config.validation_share)[1])
    tried = [
        _try(path, config, given, stretches) for path in dict.fromkeys((SHIPPED, own)) if path is not None
    ]
    best = min(tried, key=lambda trial: trial.bits)
    if best.run is None:
        return TrainingStart(None, Text("Random weights: {problem}.", problem=best.problem))
    pairs = pair_bits(hold_out(corpus, share=config.validation_share)[0], stretches)
    measured = {"name": best.run.name, "bits": best.bits, "pairs": pairs}
    if best.bits >= pairs:
        why = Text(
            "Random weights: {name} predicts this text at {bits:.2f} bits per character, its own pairs of characters "
            "at {pairs:.2f}.",
            **measured,
        )
        return TrainingStart(None, why)
    why = Text(
        "The weights of {name}, which predicts this text at {bits:.2f} bits per character, its own pairs of "
        "characters at {pairs:.2f}.",
        **measured,
    )
    return TrainingStart(best.run, why)


@dataclass(frozen=True)
class _Candidate:
    """A run, if a training can begin with it, and how well it predicts a text as it is; else what is in the way."""

    run: Run | None
    bits: float = math.inf  # per character
    problem: str = ""


def _try(path: Path, config: TrainConfig, given: Collection[str], texts: list[str]) -> _Candidate:
    try:
        run = Run.read(path)
        weights = run.weights()
    except RunError:
        return _Candidate(None, problem=Text("there is no model here to begin with"))
    units, layers = run.config.units, run.config.layers
    if run.config.targets != config.targets or run.config.cleaning != config.cleaning:
        return _Candidate(None, problem=Text("{name} was trained in another way", name=run.name))
    if ("units" in given and config.units < units) or ("layers" in given and config.layers != layers):
        return _Candidate(
            None,
            problem=Text("{name} has {layers} x {units} units", name=run.name, layers=layers, units=units),
        )
    spelt = [run.vocabulary.spell(text) for text in texts]
    unknown = sum(
        text.count(character)
        for text, spelling in zip(texts, spelt, strict=True)
        for character in {*spelling.mapped, *spelling.dropped}
    )
    characters = sum(map(len, texts))
    if unknown > _MOST_UNKNOWN * characters:
        return _Candidate(
            None,
            problem=Text(
                "{name} does not know {share:.0f} % of its characters",
                name=run.name,
                share=100 * unknown / characters,
            ),
        )
    generator = Generator.of(run.config, weights, run.vocabulary, run.tables)
    ids = [run.vocabulary.encode(spelling.text) for spelling in spelt]
    start = max(0, run.vocabulary.characters.find(END_OF_EPISODE))
    nats = sum(float(row.sum(dtype="float64")) for row in nats_of(generator, ids, start=start))
    # What it does not know it would have to guess among all it knows.
    return _Candidate(run, (nats / math.log(2) + unknown * math.log2(len(run.vocabulary))) / characters)


def pair_bits(learnt: list[str], texts: list[str]) -> float:
    """Return the bits per character of `texts` under the frequencies of pairs of characters in `learnt`.

    A pair that is rare leans on the frequency of its second character (Dirichlet smoothing).
    """
    text = END_OF_EPISODE.join(learnt)[:_MOST_COUNTED]
    single, pairs = Counter(text), Counter(pairwise(text))
    kinds, bits, count = len(single) + 1, 0.0, 0
    for held_out in texts:
        for before, character in pairwise(END_OF_EPISODE + held_out):
            alone = (single[character] + 1) / (len(text) + kinds)
            both = (pairs[before, character] + _PRIOR * alone) / (single[before] + _PRIOR)
            bits -= math.log2(both)
            count += 1
    return bits / count


def _stretches(texts: list[str]) -> list[str]:
    """Return parts of `texts`, evenly spread over them, each from the start of a line where there is one."""
    whole = "\n".join(texts)
    step = max(_STRETCH, len(whole) // _STRETCHES)
    begins = {whole.rfind("\n", 0, start + 1) + 1 for start in range(0, len(whole), step)}
    return [part for begin in sorted(begins) if (part := whole[begin : begin + _STRETCH])]
