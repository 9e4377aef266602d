"""Rules of a scene as a whole, asked where a line begins."""

import pytest

from core.writing.takes.rules import FIRST_PLACE_LASTS, LEAST_UNDER_HEADING, PLACE_LASTS, SceneRules

RULES = SceneRules(names=["QUARK", "ODO", "O'BRIEN", "KIRA"], headings=True)
SCENE = "[Quark's]\n\nQUARK: Welcome.\nODO: Quark.\n"


@pytest.mark.parametrize(
    ("directions", "gone"),
    [
        ("(Quark leaves.)\n", {"QUARK"}),
        ("(Odo and Kira exit.)\nQUARK: Alone at last.\n", {"ODO", "KIRA"}),
        ("(O'Brien walks out.)\n(O'Brien comes back with a tool.)\n", set()),
        ("(Quark leaves.)\n\n[Ops]\n\nKIRA: So?\n", set()),
        ("(They leave.)\n", set()),
        ("QUARK: (leaves) No.\nODO: Kira leaves at noon.\n", set()),
        ("(The leaves of the tree are Odo's.)\n", set()),
    ],
)
def test_rules_know_who_has_left(directions: str, gone: set[str]) -> None:
    """A direction takes its people out of the scene and brings them back; a heading begins anew."""
    assert RULES.absent(SCENE + directions) == gone


def test_rules_let_nobody_speak_who_has_left_but_on_the_comm() -> None:
    """Who has left may be heard with a tag, others at any time."""
    before = SCENE + "(Quark leaves.)\n"
    assert not RULES.permit("QUARK: ", before)
    assert RULES.permit("QUARK [OC]: ", before)
    assert RULES.permit("ODO: ", before)
    assert RULES.permit("(", before)


def test_rules_keep_a_place_for_a_while() -> None:
    """A heading may come once the place is old enough, later after a change than at the beginning."""
    young = SCENE + "ODO: No.\n" * ((FIRST_PLACE_LASTS - len(SCENE)) // 9)
    old = young + "ODO: No.\n" * 2
    assert not RULES.permit("\n[", young)
    assert RULES.permit("\n[", old)
    changed = old + "\n[Ops]\n\n"
    assert not RULES.permit("\n[", changed + "ODO: No.\n" * 40)
    assert RULES.permit("\n[", changed + "ODO: No.\n" * (PLACE_LASTS // 9))


def test_rules_begin_no_place_at_the_end_of_a_scene() -> None:
    """A heading needs room for a line or two under it."""
    old = SCENE + "ODO: No.\n" * (FIRST_PLACE_LASTS // 9)
    assert RULES.permit("\n[", old, left=LEAST_UNDER_HEADING)
    assert not RULES.permit("\n[", old, left=LEAST_UNDER_HEADING - 1)


def test_rules_ask_for_a_heading_at_the_opening_where_scenes_have_them() -> None:
    """Only a script from nothing has to open with a heading, and only where headings are the corpus's way."""
    assert RULES.opens_with("") == "["
    assert RULES.permit("[", "")
    assert RULES.opens_with("QUARK: ") == ""
    assert SceneRules(names=[], headings=False).opens_with("") == ""


def test_rules_keep_out_who_belongs_to_another_show_unless_they_speak_already() -> None:
    """A stranger does not come in by himself; one who was quoted may go on."""
    rules = SceneRules(names=("ODO", "HOLMES"), headings=True, strangers=frozenset({"HOLMES"}))
    assert rules.permit("ODO: ", "[Ops]\n")
    assert not rules.permit("\nHOLMES: ", "[Ops]\nODO: No.\n")
    assert not rules.permit("HOLMES [OC]: ", "[Ops]\nODO: No, HOLMES.\n")
    assert rules.permit("HOLMES: ", "HOLMES: Watson!\nODO: No.\n")


def test_nobody_speaks_twice_in_a_row_where_people_take_turns() -> None:
    """Only a corpus that takes turns forbids it, and what is done between two lines of somebody's allows it."""
    rules = SceneRules(names=["QUARK", "ODO"], headings=True, turns=True)
    assert not rules.permit("ODO: ", "[Ops]\n\nQUARK: No.\nODO: Yes.\n")
    assert rules.permit("QUARK: ", "[Ops]\n\nQUARK: No.\nODO: Yes.\n")
    assert rules.permit("ODO: ", "[Ops]\n\nODO: Yes.\n(He waits.)\n")
    assert rules.permit("ODO: ", "ODO: Yes.\n[Ops]\n\n")
    assert RULES.permit("ODO: ", "[Ops]\n\nQUARK: No.\nODO: Yes.\n")
