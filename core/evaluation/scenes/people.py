"""People's scripts to measure beside a run's: the text that is measured, and the text that says what is common."""

from dataclasses import dataclass
from pathlib import Path

from core.data.corpus import clean_scripts, is_held_out
from core.data.formats.reading import Script
from core.data.sources.read import read_source
from core.data.sources.source import Source
from core.errors import CorpusError
from core.run.store import Run


@dataclass(frozen=True)
class People:
    """Clean episodes of one series in a run's characters, and of the others for who their speakers are."""

    series: str
    measured: list[str]  # what stands beside the run's scenes
    reference: list[
        str
    ]  # what says which words, lines and voices are usual; not what is measured, where there is more
    every: dict[str, list[str]]  # all series of the file


def read_people(run: Run, path: Path, *, series: str, held_out: bool) -> People:
    """Return the scripts in `path`; with `held_out`, the episodes that trainings hold out are measured alone.

    Without it all are measured, and every second episode is the reference.

    Raises:
        CorpusError: the file cannot be read, lacks the series, or holds too little.
    """
    found: dict[str, list[Script]] = {}
    for script in read_source(Source(str(path), "all"), cleaning=run.config.cleaning).scripts:
        found.setdefault(script.label, []).append(script)
    if series not in found and "" not in found:
        raise CorpusError(
            f"{path.name} has no series {series!r}. It has: {', '.join(found)}. Choose with --series."
        )
    series = series if series in found else ""
    cleaned = {name: clean_scripts(scripts, run.config.cleaning) for name, scripts in found.items()}
    own = cleaned[series]
    if held_out:
        measured = [
            script for script in own if is_held_out(script.position, share=run.config.validation_share)
        ]
        reference = [script for script in own if script not in measured]
    else:
        measured, reference = own, own[::2]
    if not measured or not reference:
        raise CorpusError(
            f"{path.name} has too few episodes to measure; name one with more, or leave out --held-out."
        )
    every = {name: [script.text for script in scripts] for name, scripts in cleaned.items()}
    return People(series, _spell(run, measured), _spell(run, reference), every)


def _spell(run: Run, scripts: list[Script]) -> list[str]:
    return [run.vocabulary.spell(script.text).text for script in scripts]
