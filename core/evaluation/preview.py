"""What a training would learn from and begin with: `python -m core.evaluation.preview [--upload FILE ...]` prints JSON.

The bot asks this of a child process: reading scripts needs pandas, and an upload is better read elsewhere.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from core.config import AUTO, NOTES_EPISODES, PRESETS, RANDOM, TrainConfig, parse_episodes
from core.data.formats.archive import LOCAL, Limits
from core.data.report import describe, estimate_bits
from core.data.sources.clean import CLEAN
from core.data.sources.source import NOTES_SERIES, Source
from core.data.sources.upload import unpack_uploads
from core.errors import CoreError, CorpusError
from core.evaluation.start import choose_start
from core.text import as_json
from core.wording import count


def preview(
    source: Source,
    config: TrainConfig,
    *,
    start: str = AUTO,
    given: Collection[str] = (),
    own: Path | None = None,
    limits: Limits = LOCAL,
    keep: Path | None = None,
) -> dict[str, Any]:
    """Return the facts of the corpus that a training on `source` would see, and how that training would begin.

    The arguments are those of `describe` and `choose_start`.

    Raises:
        CoreError: as they do.
    """
    facts, corpus = describe(source, config, limits=limits, keep=keep)
    chosen = choose_start(RANDOM if facts["problem"] else start, corpus, config, given=given, own=own)
    if chosen.run is not None:
        config = config.begun_with(chosen.run.config, given=given)
    return {
        **facts,
        "start": {"run": RANDOM if chosen.run is None else str(chosen.run.path), "why": chosen.why},
        "most_epochs": None if chosen.run is None else chosen.most_epochs,
        "units": config.units * config.layers,
        "estimate": estimate_bits(facts["characters"], warm=chosen.run is not None),
    }


def print_report(facts: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of a report for a terminal."""
    yield f"{facts['source']}: {facts['format']}, encoding {facts['encoding'] or 'as the file says'}"
    yield (
        f"{facts['characters']:,} characters in {count(facts['episodes'], 'episode')}, "
        f"vocabulary of {facts['vocabulary']:,} characters; {facts['held_out']:,} characters held out"
    )
    for title, found in (("Series", facts["labels"]), ("Speakers", facts["speakers"])):
        if found:
            yield f"{title}: " + ", ".join(f"{name} ({count:,})" for name, count in found.items())
    if facts["places"]:
        yield f"Places: {', '.join(facts['places'])}"
    for out in facts["left_out"]:
        yield f"Left out: {out['name']} - {out['why']}"
    for note in (*facts["notes"], *filter(None, [facts["problem"]])):
        yield f"Note: {note}"
    yield f"Begins with: {facts['start']['why']}"
    expected = f"about {facts['estimate']:.1f} bits per character on text that it has not seen"
    yield f"Expected: {expected}, as other texts of this size."
    yield "A sample as the network will read it:"
    yield from (f"    {line}" for line in facts["sample"].split("\n"))


def main(arguments: list[str] | None = None) -> int:
    """Print the preview, or `{"error": sentence}` and return 2."""
    parser = argparse.ArgumentParser(prog="python -m core.evaluation.preview", description=__doc__)
    parser.add_argument("--scripts", help="as for train.py")
    parser.add_argument(
        "--upload", type=Path, action="append", help="uploaded files, instead of scripts that are here"
    )
    parser.add_argument("--name", action="append", help="what its sender calls each")
    parser.add_argument("--into", type=Path, default=Path("corpus"), help="folder for its checked texts")
    parser.add_argument("--series", help="as for train.py (of an upload: all)")
    parser.add_argument("--episodes", type=parse_episodes, help="as for train.py")
    parser.add_argument("--start", default=AUTO, help="as for train.py")
    parser.add_argument("--own", type=Path, help="run that a training may begin with beside the shipped one")
    parser.add_argument("--preset", choices=sorted(PRESETS), default="default")
    options = parser.parse_args(arguments)
    try:
        config = TrainConfig.from_preset(options.preset)
        series = options.series or ("all" if options.upload else "")
        scripts = options.scripts or ""
        if options.upload is not None:
            names = options.name or [path.name for path in options.upload]
            scripts = str(unpack_uploads(options.upload, names=names, folder=options.into))
        # As train.py has it: the lecture's own episodes, unless the scripts are no such table.
        lecture = (
            options.preset == "notes"
            and series in ("", NOTES_SERIES)
            and (scripts or ".json").endswith(".json")
        )
        episodes = options.episodes or (NOTES_EPISODES if lecture else None)
        source = Source(series=series, episodes=episodes, **({"scripts": scripts} if scripts else {}))
        # Of a text in part, a first stage may want the rest, as it came.
        whole = options.upload is not None and series == "all" and episodes is None
        keep = Path(f"{scripts}{CLEAN}") if whole else None
        limits = Limits() if options.upload else LOCAL
        facts = preview(source, config, start=options.start, own=options.own, limits=limits, keep=keep)
        if facts["problem"]:
            raise CorpusError(facts["problem"])  # told as those of the functions above are
        if keep is not None:
            delete = shutil.rmtree if Path(scripts).is_dir() else Path.unlink
            delete(Path(scripts))
        document = {
            **facts,
            "source": facts["source"].to_json(),
            "notes": [note.to_json() for note in facts["notes"]],
            "left_out": [
                {"name": as_json(out["name"]), "why": as_json(out["why"])} for out in facts["left_out"]
            ],
            "start": {**facts["start"], "why": facts["start"]["why"].to_json()},
            "scripts": str(keep or scripts),
            "series": series,
            "chosen": f"{episodes.start}-{episodes.stop - 1}" if episodes else "",
        }
        status = 0
    except CoreError as error:
        document, status = {"error": error.text.to_json()}, 2
    sys.stdout.write(json.dumps(document) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
