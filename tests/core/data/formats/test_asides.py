"""Lines that nobody speaks: headings, directions and what is printed around a script."""

import pytest

from core.data.formats.detect import read_file
from core.data.formats.scripts.episodes import split_episodes
from core.data.formats.scripts.lines import find_speakers

SAID = "ADA: The kettle is on.\nBO: Then pour.\n" * 6


def read(content: str, name: str = "a.txt") -> str:
    """Return the filled lines of a file in the common form."""
    scripts, _, _ = find_speakers(read_file(content.encode(), name).scripts)
    return "\n".join(line for script in scripts for line in script.text.split("\n") if line)


@pytest.mark.parametrize(
    ("line", "aside"),
    [
        ("[Ada walks in.]", "(Ada walks in.)"),
        ("[The kitchen]", "[The kitchen]"),
        ("[Enter Ada]", "(Enter Ada)"),
        ("ACT ONE", "[ACT ONE]"),
        ("Scene 2", "[Scene 2]"),
        ("induction.", "induction."),
    ],
)
def test_line_between_speeches_is_a_direction_or_a_place(line: str, aside: str) -> None:
    """Who acts shows a direction, and a word for a part of a play a heading; the rest of a broken line neither."""
    assert read(f"{line}\n{SAID}" * 2).split("\n")[0] == aside


@pytest.mark.parametrize(
    ("begins", "name"),
    [("ADA--", "ADA"), ("ADA [_rising_] ", "ADA: (rising)"), ("ADA, à part.—", "ADA: (à part)")],
)
def test_name_is_told_by_dashes_and_by_what_is_done(begins: str, name: str) -> None:
    """A name in capitals may have two dashes after it, or how it is said in italics or after a comma."""
    play = f"{begins}The kettle is on.\n\nBO.—Then pour.\n\nADA.—No.\n\nBO.—So?\n\n" * 4
    assert read(play).startswith(f"{name}: The kettle" if ":" not in name else f"{name} The kettle")


def test_lines_alone_in_a_folio_are_directions() -> None:
    """The First Folio's directions are paragraphs of a line, whatever words they begin with."""
    folio = (
        "  Ada. The kettle\nIt is warm.\n\nDrummes. The King drinkes.\n\n  Bo. Then pour\nPeace. No.\n\n" * 4
    )
    assert "\n(Drummes. The King drinkes.)\nBo: Then pour Peace. No.\n" in read(folio)


def test_screenplay_as_it_was_printed_is_its_scenes() -> None:
    """Numbers of scenes and pages, marks of revisions and the title page are no part of a screenplay."""
    speech = f"{' ' * 36}ADA\n{' ' * 24}The kettle is on.       *\n\n{' ' * 36}BO\n{' ' * 24}Then pour.\n\n{' ' * 60}3.\n\n"
    page = f"{' ' * 30}TEA\n\n{' ' * 28}by Nobody\n\n          FADE IN:\n\n1    INT. HALL - DAY                1\n\n"
    assert read(page + speech * 2) == "[INT. HALL - DAY]\n" + "\n".join(
        ["ADA: The kettle is on.\nBO: Then pour."] * 2
    )


def test_rules_around_headings_of_episodes_go() -> None:
    """A heading between two rules leaves neither in an episode."""
    text = "".join(f"====\nEpisode {n}\n====\n{SAID}\n" for n in (1, 2))
    parts = split_episodes(read_file(text.encode(), "a.txt").scripts)
    assert [part.text.strip("\n") for part in parts] == [SAID.strip("\n")] * 2


def test_boxes_of_a_wiki_are_no_lines() -> None:
    """A table that leads to other pages is none of lines, and a margin counts from the first line on."""
    box = '<table class="navbox"><tr><td>Season 1: <a>Tea</a></td></tr></table>'
    lines = "".join(f"<p><b>{line.replace(':', ':</b>')}</p>" for line in SAID.splitlines())
    assert read(f"<html><body>{box}{lines}</body></html>", "a.html") == SAID.strip()
    names = "".join(
        f"{' ' * 20}{who}\n    {said}\n\n"
        for who, _, said in (line.partition(": ") for line in SAID.splitlines())
    )
    assert read(f"<html><body><pre>\n{names}</pre></body></html>", "a.html") == SAID.strip()
