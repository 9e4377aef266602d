"""The measures of scenes, each on a few lines whose figures can be counted by hand, and all on a small run."""

import json
from pathlib import Path

import pytest

from core.evaluation.scenes.__main__ import main
from core.evaluation.scenes.given import line_starts, people_return
from core.evaluation.scenes.judge import cut_pieces, judge_accuracy
from core.evaluation.scenes.measures.coherence import CoherenceMeasure
from core.evaluation.scenes.measures.company import measure_company
from core.evaluation.scenes.measures.foreigners import foreign_speakers, measure_foreigners
from core.evaluation.scenes.measures.leaving import measure_leaving
from core.evaluation.scenes.measures.lengths import measure_lengths
from core.evaluation.scenes.measures.subjects import Commonness, measure_subjects
from core.evaluation.scenes.measures.voices import Voices
from core.evaluation.scenes.script import read_scenes
from core.run.store import Run
from tests.core.run.two_subjects import build_episodes

_TALK = "\n".join(
    ["[Ops]", "", *(f"{'KIRA' if i % 2 else 'ODO'}: Line number {i} about it all." for i in range(12))]
)


def test_scenes_begin_at_headings() -> None:
    """A heading opens a scene, a direction has no speaker, and a tag says that somebody is heard only."""
    scenes = read_scenes(["KIRA: No.\n\n[Ops]\n\n(Odo enters.)\nODO [OC]: Yes?\nSo it is."])
    assert [(scene.place, scene.speakers) for scene in scenes] == [("", ["KIRA"]), ("Ops", ["ODO"])]
    assert scenes[1].spoken[0].said == "Yes?"
    assert scenes[1].spoken[0].is_heard_only


def test_company_counts_who_speaks_again() -> None:
    """In talk between two, two speak in ten lines and each line is of the one of two lines before."""
    figures = measure_company(read_scenes([_TALK]))
    assert figures["speakers_in_ten_lines"] == 2
    assert figures["two_lines_before"] == 1
    assert figures["within_last_four"] == 1


def test_questions_are_answered_by_somebody_else() -> None:
    """A question counts as answered where another speaker speaks next."""
    figures = measure_company(read_scenes(["ODO: Why?\nKIRA: So.\nODO: When?\nODO: Now.\nKIRA: Who?"]))
    assert figures["questions_answered"] == 0.5


def test_a_subject_carries_where_a_rare_word_comes_back() -> None:
    """Of two lines of five words or more that others precede, one has the rare word of the line before."""
    corpus = [
        "ODO: " + " ".join(f"{a}{b}{c}" for a in "abcdefgh" for b in "aeiou" for c in "klmnprstvz") + "\n"
    ]
    commonness = Commonness.of(corpus * 2, read_scenes(corpus * 2))
    said = [
        "ODO: The wormhole opens far too often.",
        "KIRA: That wormhole is what they want.",
        "ODO: I do not see the point.",
    ]
    figures = measure_subjects(read_scenes(["\n".join(said)]), commonness)
    assert figures["subject_carried"] == 0.5


def test_lines_that_keep_to_their_scenes_subject_are_measured() -> None:
    """Scenes that keep to a subject are nearer to themselves than to others; scenes of mixed lines are not."""
    texts = build_episodes(150)
    measure = CoherenceMeasure(texts).measure
    lines = [line for text in texts for line in text.split("\n") if line.startswith("ODO")]
    mixed = ["\n".join(lines[start::150]) for start in range(0, 150, 7)]
    kept = measure(read_scenes(texts))["subject_kept"]
    mixed_up = measure(read_scenes(mixed))["subject_kept"]
    assert kept is not None
    assert mixed_up is not None
    assert kept > 0.3
    assert abs(mixed_up) < 0.15


def test_stock_lines_are_those_that_the_corpus_repeats() -> None:
    """A line that stands three times in the corpus is stock, whatever its punctuation."""
    corpus = ["ODO: Yes, sir.\nKIRA: Yes sir!\nODO: Yes sir.\nKIRA: No."]
    figures = measure_subjects(
        read_scenes(["ODO: Yes, sir?\nKIRA: No."]), Commonness.of(corpus, read_scenes(corpus))
    )
    assert figures["stock_lines"] == 0.5


def test_those_who_leave_may_return_or_call() -> None:
    """Who leaves and then speaks counts, unless a direction brings them back or they are heard only."""
    text = "[Ops]\nKIRA: I go.\nODO: And I.\nDAX: Me too.\n(Kira leaves.)\n(Odo leaves.)\n(Dax exits.)\n"
    text += "KIRA: Still here.\nODO [OC]: I am away.\n(Dax returns.)\nDAX: Back."
    figures = measure_leaving(read_scenes([text]))
    assert figures["leavings"] == 3
    assert figures["speaks_after_leaving"] == pytest.approx(1 / 3)


def test_places_are_counted_in_500_characters() -> None:
    """A heading in 250 characters is two in 500."""
    text = "[Ops]\nKIRA: " + "a" * (250 - len("[Ops] KIRA: "))
    figures = measure_lengths([text], read_scenes([text]))
    assert figures["places_per_500"] == 2
    assert figures["spoken_line_length"] == 250 - len("[Ops] ")


def test_foreigners_are_speakers_of_another_series_alone() -> None:
    """A guest who was in both series is no foreigner; the other's captain is."""
    texts = {"DS9": ["ODO: So.\nQ: Ha."], "TNG": ["PICARD: Engage.\nQ: Ha.\n" * 30]}
    foreign = foreign_speakers("DS9", texts)
    assert foreign == {"PICARD"}
    figures = measure_foreigners(["ODO: So.\nPICARD: No.", "ODO: So.\nQ: Ha."], foreign)
    assert figures == {"other_series": 0.5, "other_series_names": ["PICARD"]}


def test_line_starts_have_two_lines_of_their_scene_before_them() -> None:
    """A heading begins anew, and the text before a line ends where the line begins."""
    starts = line_starts(["A: One.\nB: Two.\nA: Three.\n[Ops]\nC: Four.\nD: Five.\nD: Six."])
    assert sorted((start.speaker, start.two_before) for start in starts) == [("A", "A"), ("D", "C")]
    assert {start.before[-8:] for start in starts} == {"B: Two.\n", ": Five.\n"}
    assert people_return(starts) == 0.5


def test_a_judge_tells_what_differs_and_nothing_else() -> None:
    """Two kinds of text are told apart; two halves of one kind are not."""

    def lines(words: str, seed: int) -> str:
        return "".join(f"{words[(i * i + seed) % len(words) :]} {i * 7919 % 1000}\n" for i in range(900))

    people, own = (
        cut_pieces([lines("so it was said by some", 1)]),
        cut_pieces([lines("thus spake nobody at all", 2)]),
    )
    assert judge_accuracy(people, own) == 1
    accuracy = judge_accuracy(people[::2], people[1::2])
    assert accuracy is not None
    assert 0.2 < accuracy < 0.8


def test_voices_are_known_by_their_words() -> None:
    """Speakers who use words of their own are told by them."""
    text = "\n".join(
        line
        for i in range(60)
        for line in (f"ODO: The law says {i} times no.", f"QUARK: My profit was {i} bars today.")
    )
    voices = Voices(read_scenes([text]))
    assert (
        voices.known(
            read_scenes(["ODO: So the law is the law.\nQUARK: Think of the profit today, my friend."])
        )
        == 1
    )
    assert voices.known(read_scenes(["ODO: My profit today is in bars."])) == 0


@pytest.mark.slow
def test_the_command_measures_a_run_beside_people(
    tiny_run: Run, tiny_scripts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line of JSON has people's column and one a temperature, and the same command gives the same figures."""
    arguments = [str(tiny_run.path), str(tiny_scripts), "--scenes", "2", "--json"]
    assert main(arguments) == 0
    (line,) = capsys.readouterr().out.splitlines()
    columns = json.loads(line)
    assert set(columns) == {"run", "people", "network", "0.5", "0.65", "0.8"}
    assert 0 <= columns["network"]["given_two_before_1"] <= columns["network"]["given_speech_1"] <= 1
    assert (
        0 <= columns["network"]["given_two_before_written"] <= columns["network"]["given_speech_written"] <= 1
    )
    assert columns["people"]["two_lines_before"] is not None
    assert main(arguments) == 0
    assert capsys.readouterr().out.splitlines() == [line]


@pytest.mark.slow
def test_the_command_prints_a_table(
    tiny_run: Run, tiny_scripts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --json a Markdown table is printed, and --keep leaves the scenes to read."""
    arguments = [
        str(tiny_run.path),
        str(tiny_scripts),
        "--held-out",
        "--scenes",
        "1",
        "--keep",
        str(tmp_path),
    ]
    assert main(arguments) == 0
    assert "| different speakers in ten lines of a scene |" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.5.txt", "0.65.txt", "0.8.txt"]
