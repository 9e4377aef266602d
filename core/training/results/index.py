"""What directs a run, added from the episodes it learnt from: `python -m core.training.results.index RUN`.

These are its word lists, and what tells its lines from people's. Held-out episodes stay out, so that whatever stands
in the word lists is what the network was trained on.
"""

import argparse
import sys
from pathlib import Path

from core.config import TrainConfig
from core.data.corpus import Corpus, hold_out_labels, learnt_episodes, read_corpus
from core.data.sources.source import Source
from core.errors import CoreError, CorpusError
from core.run.cast import describe_cast
from core.run.store import Run
from core.training.results.discriminator import add_discriminator
from core.writing.constraints.index import CorpusIndex, build_index
from core.writing.constraints.index_files import add_index


def index_corpus(corpus: Corpus, config: TrainConfig) -> CorpusIndex:
    """Return the word lists of what a training under `config` learns from."""
    labels = hold_out_labels(corpus, share=config.validation_share)[0] if config.targets == "all" else ()
    return build_index(learnt_episodes(corpus, config), corpus.vocabulary, labels=labels)


def main(arguments: list[str] | None = None) -> int:
    """Add word lists to the run that the command line names; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m core.training.results.index", description=__doc__)
    parser.add_argument("run", type=Path, help="run directory")
    parser.add_argument(
        "--scripts", required=True, help="the corpus: a JSON table, a text, a folder or an address"
    )
    parser.add_argument("--series", default="", help="as for train.py")
    options = parser.parse_args(arguments)
    try:
        run = Run.read(options.run)
        corpus = read_corpus(
            Source(options.scripts, options.series),
            cleaning=run.config.cleaning,
            rare_count=run.config.rare_count,
            vocabulary=run.vocabulary,
        )
        if corpus.fingerprint != run.facts["data"]["fingerprint"]:
            raise CorpusError(
                f"{run.path} was trained on other scripts ({run.facts['data']['source']}); name those with --scripts."
            )
        index = index_corpus(corpus, run.config)
        run = add_index(run, index, cast=describe_cast(corpus.episodes, corpus.labels))
        run = add_discriminator(run, index, learnt_episodes(corpus, run.config))
    except CoreError as error:
        print(error, file=sys.stderr)
        return 2
    size = sum((run.path / name).stat().st_size for name in run.facts["aids"])
    print(f"{run.path} can now be directed: {size / 1e6:.1f} MB of words and hashes.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
