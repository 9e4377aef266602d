"""Reading scripts from a JSON table, a text, a folder or an address into clean episodes; pandas lives here alone."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from core.config import END_OF_EPISODE, Cleaning, TrainConfig
from core.data.cleaning import clean_notes, clean_script
from core.data.download import NOTES_ADDRESS, fetch, is_address, show_address
from core.data.vocabulary import Vocabulary, common_characters
from core.errors import CorpusError

_MOST_VALIDATED = 700_000  # characters; more would only take longer to read
_ENCODINGS = ("utf-8-sig", "utf-16")  # utf-16 only with its byte-order mark
_CLEAN = {"notes": clean_notes, "script": clean_script}


@dataclass(frozen=True)
class Source:
    """Where scripts are and which of them are meant."""

    scripts: str = NOTES_ADDRESS  # a path or an address
    series: str = "DS9"  # columns of a JSON table, with commas between them, or "all"; a text has one series
    episodes: range | None = None  # positions, first 0; None for all

    def __str__(self) -> str:
        """Return the source as a model card says it."""
        name = show_address(self.scripts) if is_address(self.scripts) else Path(self.scripts).name
        which = (
            "" if self.episodes is None else f", episodes {self.episodes.start} to {self.episodes.stop - 1}"
        )
        series = f", series {self.series}" if Path(name).suffix.lower() == ".json" else ""
        return f"{name}{series}{which}"


@dataclass(frozen=True)
class Script:
    """One episode's text."""

    name: str
    position: int  # in its series, the first one 0
    text: str
    label: str = ""  # its series


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
    scripts = clean_scripts(read_scripts(source), cleaning)
    if not scripts:
        raise CorpusError(
            f"{source} holds no text after cleaning; name scripts that have some with --scripts."
        )
    everything = "".join(script.text for script in scripts)
    separator = "\n\n" if cleaning == "notes" else END_OF_EPISODE
    if vocabulary is not None:
        known = vocabulary
    elif cleaning == "notes":
        known = Vocabulary.of(separator + everything)
    else:
        common = common_characters(everything + "\n" * rare_count, rare_count=rare_count)
        known = Vocabulary.of(common.characters + separator)
    dropped = {
        character: count
        for character, count in sorted(Counter(everything).items())
        if character not in known.characters
    }
    episodes = tuple(known.spell(script.text).text if dropped else script.text for script in scripts)
    return Corpus(
        names=tuple(script.name for script in scripts),
        positions=tuple(script.position for script in scripts),
        episodes=episodes,
        vocabulary=known,
        separator=separator,
        dropped=dropped,
        fingerprint=hashlib.sha256("\0".join(episodes).encode()).hexdigest(),
        source=str(source),
        labels=tuple(script.label for script in scripts),
    )


def clean_scripts(scripts: list[Script], cleaning: Cleaning) -> list[Script]:
    """Return the scripts with clean text, those that have any."""
    cleaned = [replace(script, text=_CLEAN[cleaning](script.text)) for script in scripts]
    return [script for script in cleaned if script.text.strip()]


def read_scripts(source: Source) -> list[Script]:
    """Return the raw episodes of `source`, in order.

    Raises:
        CorpusError: as `read_corpus`.
    """
    path = fetch(source.scripts) if is_address(source.scripts) else Path(source.scripts)
    try:
        if path.is_dir():
            files = sorted(item for item in path.rglob("*.txt") if item.is_file())
            if not files:
                raise CorpusError(
                    f"The folder {path} has no .txt file; put scripts there, one episode a file."
                )
            named = [(str(item.relative_to(path)), read_text(item)) for item in files]
            every = [[Script(name, position, text) for position, (name, text) in enumerate(named)]]
        elif path.suffix.lower() == ".json":
            every = list(read_series(path, source.series).values())
        else:
            every = [[Script(path.name, 0, read_text(path))]]
    except FileNotFoundError as error:
        raise CorpusError(f"There is no file {path}; name one that exists with --scripts.") from error
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror}.") from error
    return [script for scripts in every for script in _choose(scripts, source)]


def read_text(path: Path) -> str:
    """Return the text of a file in UTF-8, or in UTF-16 with its mark.

    Raises:
        CorpusError: the file is binary or in another encoding.
    """
    data = path.read_bytes()
    encoding = _ENCODINGS[1] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else _ENCODINGS[0]
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"{path} is not UTF-8 text (byte {error.start:,}); save it as UTF-8 and try again."
        ) from error
    if "\0" in text:
        raise CorpusError(f"{path} is a binary file and not a text; name a .txt or .json file.")
    return text


def read_series(path: Path, series: str = "all") -> dict[str, list[Script]]:
    """Return the raw episodes of each series of a scripts JSON: all, or those named with commas between them.

    The file is an object of series, each an object of episodes; a plain list of texts is a series without a name.

    Raises:
        CorpusError: not JSON, another shape, or no such series.
    """
    text = read_text(path)
    try:
        # No conversions: a series or an episode may be named like a number or a date.
        table = pd.read_json(StringIO(text), dtype=False, convert_axes=False)
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise CorpusError(
            f"{path} is not JSON in the shape {{series: {{episode: text}}}} or a list of texts; check the file."
        ) from error
    if table.empty:
        raise CorpusError(f"{path} is JSON without any episodes; name scripts that have some with --scripts.")
    columns: dict[str, Any] = {str(name): name for name in table.columns}
    if list(columns.values()) == [0]:
        return {"": [replace(script, label="") for script in _texts(table[0], path)]}
    wanted = list(columns) if series == "all" else [name.strip() for name in series.split(",")]
    for name in wanted:
        if name not in columns:
            raise CorpusError(
                f"{path.name} has no series {name!r}. It has: {', '.join(list(columns)[:12])}. Choose with --series."
            )
    return {name: _texts(table[columns[name]], path) for name in wanted}


def _texts(column: "pd.Series[Any]", path: Path) -> list[Script]:
    texts = column.dropna()
    if not all(isinstance(text, str) for text in texts):
        raise CorpusError(
            f"{path.name} holds something other than texts in series {str(column.name)!r}; it must map each episode "
            "to its text."
        )
    named = [(f"{column.name}, {name}", str(text)) for name, text in texts.items()]
    return [Script(name, position, text, str(column.name)) for position, (name, text) in enumerate(named)]


def _choose(scripts: list[Script], source: Source) -> list[Script]:
    """Return the episodes that `source` asks for, by their position."""
    wanted = source.episodes
    if wanted is None:
        return scripts
    if not 0 <= wanted.start < wanted.stop <= len(scripts):
        raise CorpusError(
            f"Episodes {wanted.start} to {wanted.stop - 1} are not all there: {show_address(source.scripts)} has 0 to "
            f"{len(scripts) - 1}. Choose with --episodes."
        )
    return scripts[wanted.start : wanted.stop]


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
