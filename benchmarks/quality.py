"""How good the writing is: runs against each other and against unseen human episodes, as a table and a plot.

`python -m benchmarks.quality --scripts FILE RUN...` writes scenes from the same unseen lines with every run and
temperature, raw and, where a run has word lists, with the usual directions, and measures them and the unseen episodes
with the same rulers.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from benchmarks.ruler import SPEAKER, Quality, Ruler
from core.data.corpus import Corpus, hold_out, read_corpus
from core.data.sources.source import Source
from core.errors import CoreError
from core.evaluation.score import score_texts
from core.run.store import Run
from core.writing.request import SceneRequest
from core.writing.writer import Writer

TEMPERATURES = (0.2, 0.35, 0.5, 0.65, 0.8, 1.0)
NOTES_TEMPERATURES = (0.01, 0.02, 0.03, 0.04, 0.05)
SCENE_LENGTH = 1000  # characters


def unseen_lines(episodes: Sequence[str], *, count: int, rng: np.random.Generator) -> list[str]:
    """Return lines with a speaker from unseen episodes, 20 to 80 characters long, to go on from."""
    lines = [
        line
        for text in episodes
        for line in text.split("\n")
        if SPEAKER.match(line) and 20 <= len(line) <= 80
    ]
    return [lines[index] for index in rng.integers(0, len(lines), count)]


def measure_run(
    run: Run,
    ruler: Ruler,
    lines: Sequence[str],
    *,
    directed: bool,
    temperatures: Sequence[float] | None = None,
    length: int = SCENE_LENGTH,
) -> Iterator[Quality]:
    """Yield what the run's scenes score at each temperature, one scene from each line, directed as usual or not."""
    writer = Writer(run)
    notes = run.config.temperature_scale == "probabilities"
    name = f"{run.name}, directed" if directed else run.name
    for temperature in temperatures or (NOTES_TEMPERATURES if notes else TEMPERATURES):
        scenes = [
            writer.write(
                SceneRequest(
                    prompt=line + "\n",
                    temperature=temperature,
                    length=length,
                    seed=seed,
                    directions=writer.usual if directed else None,
                )
            ).text.partition("\n")[2]  # what the model made of the line itself is no line of its own
            for seed, line in enumerate(lines)
        ]
        yield ruler.measure(name, temperature, scenes)


def draw(rows: Sequence[Quality], human: Quality) -> bytes:
    """Return a PNG of the words that are right against the temperature."""
    import io  # noqa: PLC0415

    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(8, 4.5), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for name in dict.fromkeys(row.name for row in rows):
        own = [row for row in rows if row.name == name]
        axes.plot(
            [row.temperature or 0.0 for row in own],
            [100 * row.words_right for row in own],
            marker="o",
            label=name,
        )
    axes.axhline(100 * human.words_right, color="#4b5563", linestyle="--", label="unseen human episodes")
    axes.set_xlabel("temperature")
    axes.set_ylabel("words that the corpus has, %")
    axes.grid(color="#e5e7eb")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def table(rows: Sequence[Quality], bits: dict[str, float]) -> str:
    """Return the scores as a Markdown table, in percent but for the bits."""
    lines = [
        "| text | temp | bits/char | words right | speakers right | form | brackets | repeated | loops | verbatim |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        temperature = "" if row.temperature is None else f"{row.temperature:g}"
        known = (
            f"{bits[row.name]:.3f}" if row.name in bits else ""
        )  # directions do not change what it has learnt
        shares = (
            row.words_right,
            row.speakers_right,
            row.lines_with_form,
            row.brackets_closed,
            row.repeated,
            row.looping,
            row.verbatim,
        )
        lines.append(
            f"| {row.name} | {temperature} | {known} | "
            + " | ".join(f"{100 * share:.1f}" for share in shares)
            + " |"
        )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Measure the runs that the command line names; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("runs", type=Path, nargs="+", help="run directories")
    parser.add_argument("--scripts", required=True, help="scripts of which every tenth episode is unseen")
    parser.add_argument("--series", default="DS9", help="series of a scripts JSON")
    parser.add_argument("--scenes", type=int, default=40, help="scenes for each run and temperature")
    parser.add_argument("--length", type=int, default=SCENE_LENGTH, help="characters of a scene")
    parser.add_argument(
        "--temps",
        type=float,
        nargs="+",
        help="temperatures (several from cold to hot on each run's own scale)",
    )
    parser.add_argument(
        "--directions", choices=("both", "on", "off"), default="both", help="write with, without, or both"
    )
    parser.add_argument("--json", type=Path, help="write the scores here as well")
    parser.add_argument("--plot", type=Path, help="write the plot of words against temperature here")
    options = parser.parse_args(arguments)
    try:
        corpus = read_corpus(Source(options.scripts, options.series), cleaning="script", rare_count=5)
        seen, unseen = hold_out(corpus, share=0.1)
        ruler = Ruler(seen)
        human = ruler.measure("unseen episodes", None, list(_pieces(unseen, options.length)))
        lines = unseen_lines(unseen, count=options.scenes, rng=np.random.default_rng(1993))
        rows: list[Quality] = []
        bits: dict[str, float] = {}
        for path in options.runs:
            run = Run.read(path)
            bits[run.name] = _bits(run, corpus, options)
            ways = {"on": [True], "off": [False], "both": [False, True]}[options.directions]
            for directed in ways:
                if directed and "aids" not in run.facts:
                    print(
                        f"{path} has no word lists; add them with `python -m core.training.results.index`.",
                        file=sys.stderr,
                    )
                    continue
                rows.extend(
                    measure_run(
                        run,
                        ruler,
                        lines,
                        directed=directed,
                        temperatures=options.temps,
                        length=options.length,
                    )
                )
    except CoreError as error:
        print(error, file=sys.stderr)
        return 2
    print(table([human, *rows], bits))
    if options.json:
        scores = {"bits_per_character": bits, "quality": [asdict(row) for row in (human, *rows)]}
        options.json.write_text(json.dumps(scores, indent=2) + "\n", encoding="utf-8")
    if options.plot:
        options.plot.write_bytes(draw(rows, human))
    return 0


def _bits(run: Run, corpus: Corpus, options: argparse.Namespace) -> float:
    """Return the bits per character of the unseen episodes, cleaned as the run's own corpus was."""
    if run.config.cleaning != "script":
        corpus = read_corpus(
            Source(options.scripts, options.series), cleaning=run.config.cleaning, rare_count=1
        )
    unseen = hold_out(corpus, share=0.1)[1]
    score = score_texts(unseen, name=run.name, generator=Writer(run).generator, vocabulary=run.vocabulary)
    return score.bits_per_character


def _pieces(texts: Sequence[str], length: int) -> Iterator[str]:
    """Yield human text in pieces as long as a scene."""
    for text in texts:
        for start in range(0, len(text) - length, length):
            yield text[text.find("\n", start) + 1 : start + length]


if __name__ == "__main__":
    sys.exit(main())
