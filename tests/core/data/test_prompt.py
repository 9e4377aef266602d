"""Prompts: what a model reads of a line with letters that it has never seen."""

import pytest

from core.data.prompt import spell_prompt
from core.data.vocabulary import Vocabulary
from core.errors import PromptError
from core.writing.request import SceneRequest
from core.writing.writer import Writer
from tests.core.writing.constraints.direction_runs import SCRIPT, build_writer


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Writer:
    """Return a writer of English scripts."""
    return build_writer(tmp_path_factory.mktemp("prompts") / "run", SCRIPT)


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("漢字: 何か", ""),
        ("Привет: yes, why?", "yes, why?"),
        ("漢字 [OC]: yes", "yes"),
        ("QUARK: 漢字漢字", "QUARK: "),
        ("QUARK [漢]: (漢) Hi 漢, no 漢.", "QUARK: Hi, no."),
        ("漢字\nQUARK: Hi", "QUARK: Hi"),
        ("QUARK: Hi\n漢: 字", "QUARK: Hi\n"),
        ("ANN: 漢\n", ""),
        ("[漢]\n\nQUARK: Hi", "QUARK: Hi"),
        ("(漢 leaves)", "(leaves)"),
        ('QUARK: "漢" he said', "QUARK: he said"),
        ("Привет, 漢 world!", "world!"),
        ("👨\u200d👩\u200d👧: hi", "hi"),
        ("漢字!", ""),
        ("Zoë: 漢 so?", "Zoe: so?"),
        ("QUARK: So :) (now) -- ?!", "QUARK: So :) (now) -- ?!"),
        ("...", "..."),
    ],
)
def test_unknown_letters_leave_nothing_behind(line: str, read: str) -> None:
    """No colon without its name, no empty brackets and no lone signs stay where letters were left out."""
    known = "".join(sorted({*"\n !\"'(),-.:;?[]abcdefghijklmnopqrstuvwxyz", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ"}))
    assert spell_prompt(line, Vocabulary(known)).text == read


@pytest.mark.parametrize("line", ["漢字: 何か", "漢字!", "(漢字)", "???: 漢"])
def test_line_of_unknown_letters_is_refused(writer: Writer, line: str) -> None:
    """A line of which no letter is left begins no scene, and the sentence says what to do."""
    with pytest.raises(PromptError, match="quote a line in letters that it has"):
        writer.write(SceneRequest(prompt=line, length=40, seed=1, directions=writer.usual))
