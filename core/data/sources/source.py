"""`Source`: where scripts are, and which of them are meant."""

from dataclasses import dataclass, replace
from pathlib import Path

from core.data.formats.reading import Reading, Script
from core.data.sources.clean import CLEAN
from core.data.sources.download import NOTES_ADDRESS, is_address, show_address
from core.errors import CorpusError
from core.text import Text

NOTES_SERIES = "DS9"  # the lecture notes', where nobody names another


@dataclass(frozen=True)
class Source:
    """Where scripts are and which of them are meant."""

    scripts: str = NOTES_ADDRESS  # a path or an address
    series: str = ""  # labels with commas between them, or "all"; empty for DS9 where there is one, else all
    episodes: range | None = None  # positions in a series, first 0; None for all

    def describe(self) -> Text:
        """Return the source as a model card says it."""
        name = show_address(self.scripts) if is_address(self.scripts) else Path(self.scripts).name
        parts = [name.removesuffix(CLEAN)]
        if self.series and Path(parts[0]).suffix.lower() == ".json":
            parts.append(Text("series {series}", series=self.series))
        if self.episodes is not None:
            first, last = self.episodes.start, self.episodes.stop - 1
            parts.append(Text("episodes {first} to {last}", first=first, last=last))
        return Text.joined(parts, ", ")


def described(source: Source, reading: Reading) -> Text:
    """Return the source as a model card says it, with the series that were read where none was named."""
    labels = list(dict.fromkeys(script.label for script in reading.scripts))
    if source.series or labels != [NOTES_SERIES]:
        return source.describe()
    return replace(source, series=NOTES_SERIES).describe()


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
                    "{name} has no series {label!r}. It has: {labels}. Choose with --series.",
                    name=name,
                    label=label,
                    labels=", ".join(list(series)[:12]),
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
            "Episodes {first} to {last} are not all there: {name} has 0 to {most}. Choose with --episodes.",
            first=wanted.start,
            last=wanted.stop - 1,
            name=show_address(source.scripts),
            most=last,
        )
    return [script for script in scripts if script.position in wanted]
