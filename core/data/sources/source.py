"""`Source`: where scripts are, and which of them are meant."""

from dataclasses import dataclass, replace
from pathlib import Path

from core.data.formats.reading import Reading, Script
from core.data.sources.clean import CLEAN
from core.data.sources.download import NOTES_ADDRESS, is_address, show_address
from core.errors import CorpusError

NOTES_SERIES = "DS9"  # the lecture notes', where nobody names another


@dataclass(frozen=True)
class Source:
    """Where scripts are and which of them are meant."""

    scripts: str = NOTES_ADDRESS  # a path or an address
    series: str = ""  # labels with commas between them, or "all"; empty for DS9 where there is one, else all
    episodes: range | None = None  # positions in a series, first 0; None for all

    def __str__(self) -> str:
        """Return the source as a model card says it."""
        name = show_address(self.scripts) if is_address(self.scripts) else Path(self.scripts).name
        name = name.removesuffix(CLEAN)
        which = (
            "" if self.episodes is None else f", episodes {self.episodes.start} to {self.episodes.stop - 1}"
        )
        series = f", series {self.series}" if self.series and Path(name).suffix.lower() == ".json" else ""
        return f"{name}{series}{which}"


def described(source: Source, reading: Reading) -> str:
    """Return the source as a model card says it, with the series that were read where none was named."""
    labels = list(dict.fromkeys(script.label for script in reading.scripts))
    if source.series or labels != [NOTES_SERIES]:
        return str(source)
    return str(replace(source, series=NOTES_SERIES))


def choose(scripts: tuple[Script, ...], source: Source, name: str, *, is_table: bool) -> list[Script]:
    """Return the scripts that `source` asks for, by their labels and positions."""
    series: dict[str, list[Script]] = {}
    for script in scripts:
        series.setdefault(script.label, []).append(script)
    wanted = list(series)
    if source.series and source.series != "all":
        asked = [label.strip() for label in source.series.split(",")]
        for label in asked:
            if label not in series and any(series):
                raise CorpusError(
                    f"{name} has no series {label!r}. It has: {', '.join(list(series)[:12])}. Choose with --series."
                )
        wanted = asked if any(series) else wanted
    elif not source.series and is_table and NOTES_SERIES in series:
        wanted = [NOTES_SERIES]
    return [script for label in wanted for script in _choose_episodes(series[label], source)]


def _choose_episodes(scripts: list[Script], source: Source) -> list[Script]:
    wanted = source.episodes
    if wanted is None:
        return scripts
    last = max(script.position for script in scripts)
    if not 0 <= wanted.start < wanted.stop <= last + 1:
        raise CorpusError(
            f"Episodes {wanted.start} to {wanted.stop - 1} are not all there: {show_address(source.scripts)} has 0 to "
            f"{last}. Choose with --episodes."
        )
    return [script for script in scripts if script.position in wanted]
