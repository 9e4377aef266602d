"""How a training begins: its corpus, its settings, and the run whose weights it takes."""

from dataclasses import dataclass

from core.config import TrainConfig
from core.data.corpus import Corpus, read_corpus
from core.evaluation.start import TrainingStart, choose_start
from core.training.plan import TrainingPlan


@dataclass(frozen=True)
class Beginning:
    """What a training begins with."""

    corpus: Corpus
    config: TrainConfig  # the plan's, as the start has it
    start: TrainingStart


def begin(plan: TrainingPlan) -> Beginning:
    """Read the corpus of a training and settle what it begins with.

    Raises:
        CoreError: the texts cannot be read, or the run to begin with.
    """
    config = plan.config
    corpus = read_corpus(plan.source, cleaning=config.cleaning, rare_count=config.rare_count)
    start = choose_start(plan.start, corpus, config, given=plan.given)
    if start.run is not None:
        config = config.begun_with(start.run.config, given=plan.given)
    return Beginning(corpus, config, start)
