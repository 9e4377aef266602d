"""Context ids: what they say, and that a text read whole and read character by character has the same."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from core.config import END_OF_EPISODE
from core.data.context import ContextReader, context_ids
from core.data.context_tables import ContextTables

TABLES = ContextTables(("KIRA", "ODO", "DAX"), ("DS9", "TNG"), ("Ops", "Promenade"))
PIECES = (
    *(
        "KIRA: ",
        "ODO: ",
        "DAX [OC]: ",
        "QUARK: ",
        "ROM:",
        "NOG:\n",
        "A:B",
        "LETA (a: b): ",
        "MORN [x: y] (z): ",
    ),
    *(
        "[Ops]\n",
        "[Promenade]\n",
        "[Bridge]",
        "[]",
        "[a] [b]\n",
        "\n",
        "\n\n",
        ":",
        " ",
        "(He goes.)",
        "no",
        "É: ",
    ),
    *(END_OF_EPISODE, "\x85", "\x1c", "x" * 210, "[" + "y" * 200 + "]\n", "[" + "y" * 201 + "]\n"),
)


def read_stepwise(text: str, label: str = "TNG") -> list[tuple[int, ...]]:
    """Return the rows of every position, read one character after another."""
    reader = ContextReader(TABLES, label)
    return [reader.read(character) for character in text]


def ids_at(text: str, position: int = -1) -> dict[str, int]:
    """Return each feature's id at a position."""
    rows = context_ids(text, TABLES, "TNG")[position].tolist()
    return {feature: row - start for (feature, start), row in zip(TABLES.starts.items(), rows, strict=True)}


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)))
@example("KIRA:" + END_OF_EPISODE + "ODO: x")
def test_whole_text_and_single_characters_have_the_same_context(text: str) -> None:
    """For any text, the ids of all positions at once are those of reading character by character."""
    expected = np.array(read_stepwise(text), dtype=np.uint16).reshape(len(text), len(TABLES.sizes))
    np.testing.assert_array_equal(context_ids(text, TABLES, "TNG"), expected)


@given(st.lists(st.sampled_from(PIECES)).map("".join), st.text())
def test_context_follows_from_the_text_so_far(text: str, later: str) -> None:
    """What comes later changes nothing of the ids before it."""
    whole = context_ids(text + later, TABLES)
    np.testing.assert_array_equal(whole[: len(text)], context_ids(text, TABLES))


def test_speaker_is_known_after_the_colon() -> None:
    """The name that is being written is not yet the speaker's; the space after its colon is."""
    text = "KIRA: No.\nODO: Yes."
    assert [ids_at(text, position)["speaker"] for position in (4, 5, 9, 13, 14)] == [0, 1, 1, 1, 2]
    assert ids_at(text)["before"] == 1


def test_company_is_in_order_of_who_spoke_last() -> None:
    """Who speaks moves to the front; others keep their order; tags are no part of a name."""
    text = "KIRA: a\nODO: b\nDAX [OC]: c\nODO: d"
    assert [ids_at(text)[feature] for feature in ("speaker", "before", "before_that")] == [2, 3, 1]


def test_guests_alternate() -> None:
    """Speakers without an id of their own get the guests' ids in the order in which they come."""
    text = "ROM: a\nNOG: b\nROM: c"
    assert (ids_at(text)["speaker"], ids_at(text)["before"]) == (4, 5)


def test_heading_begins_anew() -> None:
    """A heading empties the company, names the place and begins the count of lines; so does an episode's end."""
    text = "[Ops]\nKIRA: a\nODO: b\n"
    assert ids_at(text) == {
        "speaker": 2,
        "before": 1,
        "before_that": 0,
        "label": 2,
        "place": 1,
        "progress": 2,
    }
    begun = {"speaker": 0, "before": 0, "before_that": 0, "label": 2, "place": 3, "progress": 0}
    assert ids_at(text + "[Bridge]\n") == begun
    assert ids_at(text + END_OF_EPISODE) == {**begun, "place": 0}


def test_features_without_anything_are_left_out() -> None:
    """A corpus without speakers, places and labels has no context at all."""
    tables = ContextTables.of(["no name\nand no place\n" * 9], [""])
    assert tables.rows == 0
    assert context_ids("abc", tables).shape == (3, 0)
    assert list(ContextTables.of(["KIRA: a\n" * 9], ["DS9"]).sizes) == [
        "speaker",
        "before",
        "before_that",
        "label",
    ]


def test_tables_survive_a_file() -> None:
    """Tables that were written down are read back; a run that has none gives none."""
    assert ContextTables.from_dict(TABLES.to_dict()) == TABLES
    assert ContextTables.from_dict(None) is None
    assert len(set(TABLES.row_names())) == len(TABLES.row_names()) == TABLES.rows
