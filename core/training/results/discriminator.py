"""What tells a finished network's lines from people's, learnt from scenes that it writes; added to its run."""

from collections.abc import Sequence
from dataclasses import replace

from core.evaluation.scenes.own import write_scenes
from core.run.discriminator import ScriptLine, script_lines, train_discriminator
from core.run.store import Run
from core.writing.constraints.index import CorpusIndex
from core.writing.constraints.index_files import add_index
from core.writing.writer import Writer

_TARGETS_A_LINE = 6_000  # learnt ones for each own line, so that no long writing follows a short training
_FEWEST, _MOST = 1_000, 8_000  # own lines; from fewer little is learnt
_ROUNDS = 2  # the second one writes with what the first one has found
_SCENES_AT_ONCE = 24
_FEWEST_LINES_A_SCENE = 4  # of a network that writes scenes of lines


def add_discriminator(run: Run, index: CorpusIndex, people: Sequence[str]) -> Run:
    """Return a complete run, with a discriminator where it learnt enough and chooses among takes at all.

    `people` are the texts that it learnt from, `index` its word lists. It writes scenes as members get them, of each
    of its shows in turn.

    Raises:
        DeviceError: the disk refuses.
        RunError: the run is damaged.
    """
    lines = script_lines(people)
    wanted = min(_MOST, len(lines), run.facts["result"]["targets"] // _TARGETS_A_LINE)
    if wanted < _FEWEST or Writer(run).usual_takes == 1:
        return run
    own: list[ScriptLine] = []
    seed = 0
    for number in range(1, _ROUNDS + 1):
        most = seed + wanted // _FEWEST_LINES_A_SCENE
        while len(own) < wanted * number // _ROUNDS and seed < most:
            scenes = write_scenes(
                run,
                temperature=None,
                count=_SCENES_AT_ONCE,
                seed=seed,
                takes=None,
                shows=run.tables.labels if run.tables else (),
            )
            own += script_lines(scenes)
            seed += _SCENES_AT_ONCE
        run = add_index(run, replace(index, discriminator=train_discriminator(lines, own, index.alphabet)))
    return run
