"""Clean episodes in a vocabulary's characters, and which of them are held out."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.config import END_OF_EPISODE, Cleaning, TrainConfig
from core.data.cleaning import clean_notes, clean_script, regular_spacing
from core.data.formats.reading import Reading, Script
from core.data.sources.read import read_source
from core.data.sources.source import Source, described
from core.data.vocabulary import Vocabulary, learnable_characters
from core.errors import CorpusError

_GAP = re.compile(r"^([^\s:\[(][^:\n]{0,30}) :(?=\s)", re.MULTILINE)  # where a sign of a name went
_MOST_VALIDATED = 700_000  # characters; more would only take longer to read


@dataclass(frozen=True)
class Corpus:
    """Clean episodes in the vocabulary's characters."""

    names: tuple[str, ...]  # one an episode
    positions: tuple[int, ...]  # of each episode in its series, the first one 0
    episodes: tuple[str, ...]
    vocabulary: Vocabulary
    separator: str  # between episodes: a blank line (notes) or the end-of-episode character
    dropped: dict[str, int]  # character too rare to learn -> how often it stood there
    fingerprint: str  # SHA-256 of the clean episodes
    source: str
    labels: tuple[str, ...] = ()  # of each episode: its series; empty for none

    @property
    def text(self) -> str:
        """All episodes with the separator between them."""
        return self.separator.join(self.episodes)


def read_corpus(
    source: Source, *, cleaning: Cleaning, rare_count: int, vocabulary: Vocabulary | None = None
) -> Corpus:
    """Return the clean episodes of `source`, in `vocabulary` if one is given, else in that of their own characters.

    Raises:
        CorpusError: nothing there, not text, of another shape, an unknown series or episode, or empty.
    """
    reading = read_source(source, cleaning=cleaning)
    return build_corpus(
        reading,
        cleaning=cleaning,
        rare_count=rare_count,
        vocabulary=vocabulary,
        source=described(source, reading),
    )


def build_corpus(
    reading: Reading,
    *,
    cleaning: Cleaning,
    rare_count: int,
    source: str,
    vocabulary: Vocabulary | None = None,
) -> Corpus:
    """Return the corpus of what was read already, as `read_corpus` does.

    Raises:
        CorpusError: nothing is left of it, or its characters are too many.
    """
    scripts = clean_scripts(reading.scripts, cleaning)
    if not scripts:
        raise CorpusError(
            "{source} holds no text after cleaning; choose another text with --scripts.",
            source=source,
        )
    everything = "".join(script.text for script in scripts)
    separator = "\n\n" if cleaning == "notes" else END_OF_EPISODE
    if vocabulary is not None:
        known = vocabulary
    elif cleaning == "notes":
        known = Vocabulary.of(separator + everything)
    else:
        known = Vocabulary.of(learnable_characters(everything, rare_count=rare_count) + separator + "\n")
    dropped = {
        character: count
        for character, count in sorted(Counter(everything).items())
        if character not in known.characters
    }
    if dropped:
        scripts = [replace(script, text=_spell(script, known, cleaning)) for script in scripts]
    episodes = tuple(script.text for script in scripts)
    return Corpus(
        names=tuple(script.name for script in scripts),
        positions=tuple(script.position for script in scripts),
        episodes=episodes,
        vocabulary=known,
        separator=separator,
        dropped=dropped,
        fingerprint=hashlib.sha256("\0".join(episodes).encode()).hexdigest(),
        source=source,
        labels=tuple(script.label for script in scripts),
    )


def clean_scripts(scripts: Iterable[Script], cleaning: Cleaning) -> list[Script]:
    """Return the scripts with clean text, those that have any."""
    cleaned = (
        script if script.is_clean else replace(script, text=_clean(script, cleaning), is_clean=True)
        for script in scripts
    )
    return [script for script in cleaned if script.text.strip()]


def _clean(script: Script, cleaning: Cleaning) -> str:
    return clean_notes(script.text) if cleaning == "notes" else clean_script(script.text, form=script.form)


def _spell(script: Script, known: Vocabulary, cleaning: Cleaning) -> str:
    """Return a text in known characters, its spacing regular also where some are gone."""
    text = known.spell(script.text).text
    if cleaning == "notes" or script.form == "code":
        return text
    spaced = regular_spacing(text)
    return spaced if " :" in script.text else _GAP.sub(r"\1:", spaced)


def is_held_out(position: int, *, share: float) -> bool:
    """Return whether the episode at `position` of its series is held out: the last of every ten for a share of 0.1."""
    every = max(2, round(1 / share))
    return position % every == every - 1


def hold_out(corpus: Corpus, *, share: float) -> tuple[list[str], list[str]]:
    """Return (episodes to train on, episodes to validate on).

    The rule depends on nothing but an episode's position in its series, so that every training holds out the same
    ones. Where that leaves one side empty, the last lines of each episode are held out instead.
    """
    held = [is_held_out(position, share=share) for position in corpus.positions]
    if any(held) and not all(held):
        pairs = list(zip(held, corpus.episodes, strict=True))
        return [text for out, text in pairs if not out], [text for out, text in pairs if out]
    cuts = [(text, _last_line_start(text, share)) for text in corpus.episodes]
    return [text[:cut] for text, cut in cuts], [text[cut:] for text, cut in cuts]


def hold_out_labels(corpus: Corpus, *, share: float) -> tuple[list[str], list[str]]:
    """Return the labels of the texts that `hold_out` returns."""
    labels = corpus.labels or ("",) * len(corpus.episodes)
    held = [is_held_out(position, share=share) for position in corpus.positions]
    if any(held) and not all(held):
        pairs = list(zip(held, labels, strict=True))
        return [label for out, label in pairs if not out], [label for out, label in pairs if out]
    return list(labels), list(labels)


def validation_texts(corpus: Corpus, *, share: float) -> tuple[list[str], list[str]]:
    """Return the held-out texts that a training is judged by, and their labels; of very many an even choice."""
    texts, labels = hold_out(corpus, share=share)[1], hold_out_labels(corpus, share=share)[1]
    step = max(1, total_characters(texts) // _MOST_VALIDATED)
    return texts[::step], labels[::step]


def learnt_episodes(corpus: Corpus, config: TrainConfig) -> list[str]:
    """Return what a training under `config` learns from, whole lines of it where the tail of a text is held out."""
    if config.targets == "all":
        return hold_out(corpus, share=config.validation_share)[0]
    left = int((1 - config.validation_share) * len(corpus.text))
    learnt: list[str] = []
    for text in corpus.episodes:
        if left < len(text):
            learnt.append(text[: text.rfind("\n", 0, left) + 1])
            break
        learnt.append(text)
        left -= len(text) + len(corpus.separator)
    return [text for text in learnt if text]


def _last_line_start(text: str, share: float) -> int:
    """Return where the line begins that reaches into the last `share` of `text`; a cut inside it if it is endless."""
    wanted = int(len(text) * (1 - share))
    start = text.rfind("\n", int(len(text) * (1 - 2 * share)), wanted) + 1
    return start or wanted


def total_characters(texts: Iterable[str]) -> int:
    """Return how many characters `texts` have together."""
    return sum(len(text) for text in texts)
