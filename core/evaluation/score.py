"""Bits per character of texts under a run, with its cache of the text so far and without."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.config import END_OF_EPISODE
from core.data.vocabulary import Vocabulary
from core.errors import CorpusError
from core.evaluation.beginnings import Beginnings, read_beginnings
from core.evaluation.likelihood import nats_of, nats_with_cache
from core.run.store import Run
from core.writing.generator import Generator
from core.writing.inference.cells import Floats

_MOST_UNKNOWN = 0.05  # share of a text's characters, up to which a score of the others tells something


@dataclass(frozen=True)
class Score:
    """What predicting some text cost."""

    name: str
    characters: int
    bits: float
    bits_alone: float  # had the network been by itself, without a cache of the text so far
    unknown: int  # characters that the run does not know: mapped or dropped, so not predicted as they stood
    beginnings: Beginnings | None = (
        None  # the same text where it begins, read from nothing; None where not asked for
    )

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
    advance: Callable[[int], None] = lambda _characters: None,
) -> Score:
    """Return the score of `texts`, each read from the start of an episode; its end counts where the run knows it.

    `advance` hears of the characters that the network has read, now and then.

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
    characters = sum(map(len, ids))
    if not characters:
        raise CorpusError(
            "{name} has no characters that the run knows; name a text in its language.", name=name
        )
    if generator.caches is None:
        nats = alone = nats_of(generator, ids, start=start, labels=labels, advance=advance)
    else:
        alone, nats = nats_with_cache(generator, ids, start=start, labels=labels, advance=advance)
    return Score(name=name, characters=characters, bits=_bits(nats), bits_alone=_bits(alone), unknown=unknown)


def _bits(nats: Sequence[Floats]) -> float:
    return sum(float(row.sum(dtype="float64")) for row in nats) / math.log(2)


def score_file(
    run: Run,
    generator: Generator,
    path: Path,
    *,
    series: str,
    held_out: bool,
    advance: Callable[[int], None] = lambda _characters: None,
) -> Iterator[Score]:
    """Yield the score of a plain text as it stands, or of each series of another source, cleaned as the run's corpus.

    Raises:
        CorpusError: the file cannot be read, lacks the series, or is in another alphabet than the run's.
    """
    if held_out and run.config.targets == "last":
        raise CorpusError(
            f"The run in {run.path} held out the end of its text and no whole episodes; score it without --held-out."
        )
    from core.data.corpus import clean_scripts, is_held_out  # noqa: PLC0415  # pandas, for this alone
    from core.data.formats.detect import PLAIN  # noqa: PLC0415  # likewise
    from core.data.sources.read import read_source  # noqa: PLC0415  # likewise
    from core.data.sources.source import Source  # noqa: PLC0415  # likewise

    source = Source(str(path), series)
    reading = read_source(source, cleaning="notes")
    is_plain = reading.format == PLAIN
    if not is_plain:
        reading = read_source(source, cleaning=run.config.cleaning)
    scripts = reading.scripts if is_plain else clean_scripts(reading.scripts, run.config.cleaning)
    texts: dict[str, list[str]] = {}
    for script in scripts:
        if is_plain or not held_out or is_held_out(script.position, share=run.config.validation_share):
            texts.setdefault(script.label, []).append(script.text)
    for label, found in texts.items():
        name = f"{path} {label}".strip()
        score = score_texts(
            found,
            name=name,
            generator=generator,
            vocabulary=run.vocabulary,
            labels=None if is_plain else [label] * len(found),
            advance=advance,
        )
        share = score.unknown / sum(map(len, found))
        if share > _MOST_UNKNOWN:
            raise CorpusError(
                f"{name}: {100 * share:.0f} % of its characters are unknown to the run, so that a figure of the others "
                "would say nothing; name a text in the alphabet that it was trained on."
            )
        yield _with_beginnings(
            score, found, generator, run.vocabulary, labels=None if is_plain else [label] * len(found)
        )


def _with_beginnings(
    score: Score, texts: list[str], generator: Generator, vocabulary: Vocabulary, *, labels: list[str] | None
) -> Score:
    """Return the score with what the beginnings of lines cost; a run of windows always begins from nothing."""
    if generator.targets == "last":
        return score
    return replace(score, beginnings=read_beginnings(generator, vocabulary, texts, labels=labels))
