"""Bits per character of texts under a run, with its cache of the text so far and without."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.config import END_OF_EPISODE
from core.data.vocabulary import Vocabulary
from core.errors import CorpusError
from core.evaluation.likelihood import nats_of
from core.run.store import Run
from core.writing.cache_model import cached_nats
from core.writing.cells import Floats
from core.writing.generator import Generator


@dataclass(frozen=True)
class Score:
    """What predicting some text cost."""

    name: str
    characters: int
    bits: float
    bits_alone: float  # had the network been by itself, without a cache of the text so far
    unknown: int  # characters that the run does not know: mapped or dropped, so not predicted as they stood

    @property
    def bits_per_character(self) -> float:
        """Bits for each character that was predicted."""
        return self.bits / self.characters

    @property
    def bits_per_character_alone(self) -> float:
        """The same of the network by itself."""
        return self.bits_alone / self.characters


def score_texts(
    texts: list[str],
    *,
    name: str,
    generator: Generator,
    vocabulary: Vocabulary,
    labels: list[str] | None = None,
) -> Score:
    """Return the score of `texts`, each read from the start of an episode; its end counts where the run knows it.

    Raises:
        CorpusError: nothing in them can be predicted.
    """
    end = vocabulary.characters.find(END_OF_EPISODE)
    closing = END_OF_EPISODE if end >= 0 and len(texts) > 1 else ""
    spellings = [vocabulary.spell(text.replace(END_OF_EPISODE, "")) for text in texts]
    ids = [vocabulary.encode(spelling.text + closing) for spelling in spellings]
    unknown = sum(
        text.count(character)
        for text, spelling in zip(texts, spellings, strict=True)
        for character in {*spelling.mapped, *spelling.dropped}
    )
    start = end if end >= 0 else max(0, vocabulary.characters.find("\n"))
    alone = nats_of(generator, ids, start=start, labels=labels)
    characters = sum(map(len, ids))
    if not characters:
        raise CorpusError(f"{name} has no characters that the run knows; name a text in its language.")
    nats = list(map(cached_nats, ids, alone)) if generator.cache_model else alone
    return Score(name=name, characters=characters, bits=_bits(nats), bits_alone=_bits(alone), unknown=unknown)


def _bits(nats: Sequence[Floats]) -> float:
    return sum(float(row.sum(dtype="float64")) for row in nats) / math.log(2)


def score_file(run: Run, generator: Generator, path: Path, *, series: str, held_out: bool) -> Iterator[Score]:
    """Yield the score of a text file as it stands, or of each series of a scripts JSON, cleaned as the run's corpus.

    Raises:
        CorpusError: the file cannot be read, or lacks the series.
    """
    if held_out and run.config.targets == "last":
        raise CorpusError(
            f"The run in {run.path} held out the end of its text and no whole episodes; score it without --held-out."
        )
    from core.data.corpus import clean_scripts, is_held_out, read_series, read_text  # noqa: PLC0415  # pandas, for this alone

    if path.suffix.lower() != ".json":
        if not path.is_file():
            raise CorpusError(f"There is no file {path}; name a text or a scripts JSON.")
        yield score_texts([read_text(path)], name=str(path), generator=generator, vocabulary=run.vocabulary)
        return
    for name, scripts in read_series(path, series).items():
        texts = [
            script.text
            for script in clean_scripts(scripts, run.config.cleaning)
            if not held_out or is_held_out(script.position, share=run.config.validation_share)
        ]
        if texts:
            yield score_texts(
                texts,
                name=f"{path} {name}".strip(),
                generator=generator,
                vocabulary=run.vocabulary,
                labels=[name] * len(texts),
            )
