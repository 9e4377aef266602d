"""Reading scripts from a JSON table, a text, a folder or an address into clean episodes; pandas lives here alone."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from core.cleaning import clean_notes, clean_script
from core.config import END_OF_EPISODE, Cleaning
from core.download import NOTES_ADDRESS, fetch, is_address
from core.errors import CorpusError
from core.vocabulary import Vocabulary, common_characters

_ENCODINGS = ("utf-8-sig", "utf-16")  # utf-16 only with its byte-order mark
_CLEAN = {"notes": clean_notes, "script": clean_script}


@dataclass(frozen=True)
class Source:
    """Where scripts are and which of them are meant."""

    scripts: str = NOTES_ADDRESS  # a path or an address
    series: str = "DS9"  # a column of a JSON table; other sources have one series
    episodes: range | None = None  # positions, first 0; None for all

    def __str__(self) -> str:
        """Return the source as a model card says it."""
        name = self.scripts if is_address(self.scripts) else Path(self.scripts).name
        which = (
            "" if self.episodes is None else f", episodes {self.episodes.start} to {self.episodes.stop - 1}"
        )
        series = f", series {self.series}" if Path(name).suffix.lower() == ".json" else ""
        return f"{name}{series}{which}"


@dataclass(frozen=True)
class Corpus:
    """Clean episodes in the vocabulary's characters."""

    names: tuple[str, ...]  # one an episode
    episodes: tuple[str, ...]
    vocabulary: Vocabulary
    separator: str  # between episodes: a blank line (notes) or the end-of-episode character
    dropped: dict[str, int]  # character too rare to learn -> how often it stood there
    fingerprint: str  # SHA-256 of the clean episodes
    source: str

    @property
    def text(self) -> str:
        """All episodes with the separator between them."""
        return self.separator.join(self.episodes)


def read_corpus(source: Source, *, cleaning: Cleaning, rare_count: int) -> Corpus:
    """Return the clean episodes of `source`.

    Raises:
        CorpusError: nothing there, not text, of another shape, an unknown series or episode, or empty.
    """
    episodes = clean_episodes(read_scripts(source), cleaning)
    if not episodes:
        raise CorpusError(
            f"{source} holds no text after cleaning; name scripts that have some with --scripts."
        )
    everything = "".join(episodes.values())
    if cleaning == "notes":
        vocabulary, separator, dropped = Vocabulary.of("\n\n" + everything), "\n\n", {}
    else:
        known = common_characters(everything + "\n" * rare_count, rare_count=rare_count)
        counts = Counter(everything)
        dropped = {
            character: counts[character] for character in sorted(counts) if character not in known.characters
        }
        if dropped:
            episodes = {name: known.spell(text).text for name, text in episodes.items()}
        vocabulary, separator = Vocabulary.of(known.characters + END_OF_EPISODE), END_OF_EPISODE
    digest = hashlib.sha256("\0".join(episodes.values()).encode()).hexdigest()
    return Corpus(
        names=tuple(episodes),
        episodes=tuple(episodes.values()),
        vocabulary=vocabulary,
        separator=separator,
        dropped=dropped,
        fingerprint=digest,
        source=str(source),
    )


def read_scripts(source: Source) -> dict[str, str]:
    """Return the raw text of each episode of `source` by its name, in order.

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
            scripts = {str(item.relative_to(path)): read_text(item) for item in files}
        elif path.suffix.lower() == ".json":
            scripts = next(iter(read_series(path, source.series).values()))
        else:
            scripts = {path.name: read_text(path)}
    except FileNotFoundError as error:
        raise CorpusError(f"There is no file {path}; name one that exists with --scripts.") from error
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror}.") from error
    return _choose(scripts, source)


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


def read_series(path: Path, series: str | None = None) -> dict[str, dict[str, str]]:
    """Return each series of a scripts JSON (only `series`, if named) as episode name to raw text.

    The file is an object of series, each an object of episodes; a plain list of texts is a series without a name.

    Raises:
        CorpusError: not JSON, another shape, or no such series.
    """
    read_text(path)  # says what is wrong with a binary file or its encoding
    try:
        table = pd.read_json(path, convert_dates=False, dtype=False)
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise CorpusError(
            f"{path} is not JSON in the shape {{series: {{episode: text}}}} or a list of texts; check the file."
        ) from error
    if list(table.columns) == [0]:
        return {"": _texts(table[0], path)}
    if series is not None and series not in table.columns:
        names = ", ".join(str(name) for name in list(table.columns)[:12])
        raise CorpusError(f"{path.name} has no series {series!r}. It has: {names}. Choose with --series.")
    return {str(name): _texts(table[name], path) for name in ([series] if series else table.columns)}


def clean_episodes(scripts: dict[str, str], cleaning: Cleaning) -> dict[str, str]:
    """Return the clean text of each episode that has any."""
    cleaned = {name: _CLEAN[cleaning](text) for name, text in scripts.items()}
    return {name: text for name, text in cleaned.items() if text.strip()}


def _texts(column: "pd.Series[Any]", path: Path) -> dict[str, str]:
    texts = column.dropna()
    if not all(isinstance(text, str) for text in texts):
        raise CorpusError(
            f"{path.name} holds something other than texts in series {str(column.name)!r}; it must map each episode "
            "to its text."
        )
    return {str(name): text for name, text in texts.items()}


def _choose(scripts: dict[str, str], source: Source) -> dict[str, str]:
    """Return the episodes that `source` asks for, by their position."""
    if source.episodes is None:
        return scripts
    names = list(scripts)
    if not 0 <= source.episodes.start < source.episodes.stop <= len(names):
        raise CorpusError(
            f"Episodes {source.episodes.start} to {source.episodes.stop - 1} are not all there: {source.scripts} has "
            f"0 to {len(names) - 1}. Choose with --episodes."
        )
    return {names[index]: scripts[names[index]] for index in source.episodes}


def hold_out(corpus: Corpus, *, share: float) -> tuple[list[str], list[str]]:
    """Return (episodes to train on, episodes to validate on): every tenth for a share of 0.1.

    The rule depends on nothing but an episode's position, so that every training holds out the same ones. A
    corpus with fewer episodes than that gives the last lines of each to validation instead.
    """
    every = max(2, round(1 / share))
    if len(corpus.episodes) >= every:
        held = {index for index in range(len(corpus.episodes)) if index % every == every - 1}
        return (
            [text for index, text in enumerate(corpus.episodes) if index not in held],
            [text for index, text in enumerate(corpus.episodes) if index in held],
        )
    cuts = [_last_line_start(text, share) for text in corpus.episodes]
    pairs = list(zip(corpus.episodes, cuts, strict=True))
    return [text[:cut] for text, cut in pairs], [text[cut:] for text, cut in pairs]


def _last_line_start(text: str, share: float) -> int:
    """Return where the line begins that reaches into the last `share` of `text`; a cut inside it if it is endless."""
    wanted = int(len(text) * (1 - share))
    start = text.rfind("\n", int(len(text) * (1 - 2 * share)), wanted) + 1
    return start or wanted


def total_characters(texts: Iterable[str]) -> int:
    """Return how many characters `texts` have together."""
    return sum(len(text) for text in texts)
