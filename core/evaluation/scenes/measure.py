"""All measures of a run and of people's script, a column of figures for each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.evaluation.beginnings import read_beginnings
from core.evaluation.scenes.given import line_starts, network_returns, people_return, written_returns
from core.evaluation.scenes.judge import cut_pieces, judge_accuracy
from core.evaluation.scenes.measures.coherence import CoherenceMeasure
from core.evaluation.scenes.measures.company import measure_company
from core.evaluation.scenes.measures.foreigners import foreign_speakers, measure_foreigners
from core.evaluation.scenes.measures.leaving import measure_leaving
from core.evaluation.scenes.measures.lengths import measure_lengths
from core.evaluation.scenes.measures.subjects import Commonness, measure_subjects
from core.evaluation.scenes.measures.voices import Voices
from core.evaluation.scenes.own import keep_scenes, write_scenes
from core.evaluation.scenes.people import People
from core.evaluation.scenes.script import Scene, read_scenes
from core.evaluation.score import score_texts
from core.run.store import Run
from core.writing.writer import Writer

TEMPERATURES = (0.5, 0.65, 0.8)  # beside the run's default
_SCORED = 30_000  # characters of people's script; `python -m core.evaluate` reads all
GIVEN = (1.0, 0.5)  # temperatures at which the network continues people's script
_TIMES = 5  # that scenes go on from each place of people's script, at the first of these

Column = dict[str, Any]
Teller = Callable[[str], None]


@dataclass(frozen=True)
class Standard:
    """What texts are measured against: common words, subjects, voices, other series' speakers, people's pieces."""

    commonness: Commonness
    coherence: CoherenceMeasure
    voices: Voices
    foreign: frozenset[str]
    pieces: list[str]

    @classmethod
    def of(cls, people: People) -> "Standard":
        """Return the standard that people's script sets."""
        scenes = read_scenes(people.reference)
        return cls(
            Commonness.of(people.reference, scenes),
            CoherenceMeasure(people.reference),
            Voices(scenes),
            foreign_speakers(people.series, people.every),
            cut_pieces(people.measured),
        )

    def measure(self, texts: Sequence[str]) -> Column:
        """Return every figure that texts alone give, but the judge's."""
        scenes: list[Scene] = read_scenes(texts)
        return {
            **measure_company(scenes),
            **measure_subjects(scenes, self.commonness),
            **self.coherence.measure(scenes),
            **measure_lengths(texts, scenes),
            "voices_known": self.voices.known(scenes),
            **measure_leaving(scenes),
            **measure_foreigners(texts, self.foreign),
        }


def temperatures_of(run: Run) -> tuple[float, ...]:
    """Return the temperatures at which scenes are measured, the run's default among them."""
    return tuple(sorted({*TEMPERATURES, run.config.default_temperature}))


def measure_all(
    run: Run,
    people: People,
    *,
    temperatures: Sequence[float],
    scenes: int,
    seed: int,
    takes: int | None,
    told: Teller,
    keep: Path | None = None,
) -> dict[str, Column]:
    """Return the columns `people` and each temperature's, and `network`: what the run makes of people's script.

    Takes of None are the run's usual ones. `told` hears what is done at the moment; scenes are kept in the folder
    `keep` if there is one.
    """
    told("people's script")
    standard = Standard.of(people)
    columns: dict[str, Column] = {"people": standard.measure(people.measured)}
    columns["people"]["judge"] = judge_accuracy(
        cut_pieces(people.measured[0::2]), cut_pieces(people.measured[1::2])
    )
    columns["network"] = _read_people(run, people, told)
    columns["people"]["given_two_before"] = columns["network"].pop("people_two_before")
    for temperature in temperatures:
        name = f"{temperature:g}"
        texts = write_scenes(
            run,
            temperature=temperature,
            count=scenes,
            seed=seed,
            takes=takes,
            told=lambda done, name=name: told(f"scenes at {name}: {done} of {scenes}"),  # type: ignore[misc]  # a bound default
        )
        if keep is not None:
            keep_scenes(keep, name, texts)
        told(f"measures at {name}")
        columns[name] = standard.measure(texts)
        columns[name]["judge"] = judge_accuracy(standard.pieces, cut_pieces(texts))
    return columns


def _read_people(run: Run, people: People, told: Teller) -> Column:
    """Return what the network makes of people's script: bits, and whom it lets speak."""
    told("bits of people's script")
    writer = Writer(run)
    score = score_texts(
        _first(people.measured), name=people.series, generator=writer.generator, vocabulary=run.vocabulary
    )
    column: Column = {"bits": score.bits_per_character, "bits_alone": score.bits_per_character_alone}
    starts = line_starts(people.measured)
    column["people_two_before"] = people_return(starts)
    if run.config.targets == "last":
        return column
    beginnings = read_beginnings(writer.generator, run.vocabulary, people.measured)
    if beginnings is not None:
        column |= {"bits_beginnings": beginnings.bits, "beginnings_over_8": beginnings.share_over_8}
    names = sorted({start.speaker for start in starts})
    for temperature in GIVEN:
        told(f"whom the network lets speak at {temperature:g}")
        returns = network_returns(
            writer.generator, run.vocabulary, starts, names=names, temperature=temperature
        )
        if returns is not None:
            (column[f"given_two_before_{temperature:g}"], column[f"given_speech_{temperature:g}"]) = returns
    told(f"whom scenes let speak at {GIVEN[0]:g}")
    written = written_returns(writer, starts, temperature=GIVEN[0], times=_TIMES)
    if written is not None:
        column["given_two_before_written"], column["given_speech_written"] = written
    return column


def _first(texts: Sequence[str]) -> list[str]:
    """Return the texts up to `_SCORED` characters in all."""
    kept: list[str] = []
    left = _SCORED
    for text in texts:
        if left > 0:
            kept.append(text[:left])
        left -= len(text)
    return kept
