"""Plays and transcripts of many editions: who speaks, found by where on a page lines begin and by how."""

import pytest

from core.data.formats.detect import read_file
from core.data.formats.scripts.lines import find_speakers

SPEECHES = (
    ("ADA", "The kettle is on. It is warm."),
    ("OLD BO", "Then pour: I shall drink."),
    ("ADA", "Peace. Who knocks?"),
    ("OLD BO", "Stop: no more."),
    ("FIRST LORD", "Stop: it is late."),
)


def read(content: str, name: str = "a.txt") -> str:
    """Return a file in the common form."""
    scripts, _, _ = find_speakers(read_file(content.encode(), name).scripts)
    return "\n".join(script.text for script in scripts).strip()


def lines(pattern: str, between: str = "\n", times: int = 3) -> str:
    """Return speeches in a form."""
    return between.join(pattern.format(who, said) for who, said in SPEECHES * times)


@pytest.mark.parametrize(
    ("pattern", "between"),
    [
        ("{}> {}", "\n"), ("{} | {}", "\n"), ("{} = {}", "\n"), ("**{}** {}", "\n"), ("({}) {}", "\n"), ("{}; {}", "\n"),
        ("{} (00:01:12): {}", "\n"), ("{} [01:12] {}", "\n"), ("{}, softly: {}", "\n"), ("[{}]\n{}", "\n\n"),
        ("{}\n{}", "\n\n"), ("{}.\n\n{}", "\n\n"), ("     {}. {}", "\n\n"), ("  {}, _going:_\n  {}", "\n\n"),
    ],
)  # fmt: skip
def test_form_of_a_line_says_who_speaks(pattern: str, between: str) -> None:
    """Whatever sign, time or place sets a name apart from its speech, the name stands before a colon."""
    found = [line for line in read(lines(pattern, between)).split("\n") if line]
    assert found == [f"{who}: {said}" for who, said in SPEECHES * 3]


def test_lines_inside_a_speech_are_no_names() -> None:
    """Where paragraphs begin with names, a line of the speech that begins like one goes on with it."""
    play = "Ada. The kettle\nI shall. It is warm,\nand so: am I.\n\nBo. Then pour.\nI shall. No.\n\n" * 4
    text = "Ada: The kettle I shall. It is warm, and so: am I.\n\nBo: Then pour. I shall. No."
    assert read(play) == "\n\n".join([text] * 4)


def test_lines_that_are_indented_less_go_on_with_a_speech() -> None:
    """The First Folio indents the lines with names, and nothing else."""
    play = "  Ada. The kettle: on.\nI shall. It is warm.\n  Bo. Then pour\nPeace. No.\n" * 4
    assert read(play) == "\n".join(
        ["Ada: The kettle: on. I shall. It is warm.\nBo: Then pour Peace. No."] * 4
    )


def test_line_where_names_stand_does_not_go_on_with_a_speech() -> None:
    """The First Folio's witches are numbers, which are no names; what they say is not said by whoever spoke before."""
    play = "  Ada. The kettle.\nIt is warm.\n  1. Where the place?\n  Bo. Then pour.\n  Ada. No.\n" * 4
    assert read(play).startswith("Ada: The kettle. It is warm.\n  1. Where the place?\nBo: Then pour.")


def test_name_is_spelled_as_it_is_mostly() -> None:
    """A name in small letters is that in capitals, where those are the rule."""
    play = "ADA. The kettle.\n\nBO. Pour.\n\nAda (rising). It is warm.\n\nBO. No.\n\n" * 3
    assert read(play).count("ADA: ") == 6


def test_sounds_in_round_brackets_are_no_speakers() -> None:
    """`[MAN] No.` names who speaks, `(SIGHS) No.` a sound."""
    assert read("[MAN] Tea?\n(SIGHS) No.\n[BO] Yes.\n(SIGHS) Tea.\n" * 3).startswith(
        "MAN: Tea?\n(SIGHS) No.\nBO: Yes."
    )


def test_common_words_in_subtitles_are_no_speakers() -> None:
    """`Stop:` begins a line and names nobody, however often."""
    cues = "\n".join(
        f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\n{said}\n" for n, (_, said) in enumerate(SPEECHES * 4)
    )
    assert "Stop - no more." in read(cues, "a.srt")
    assert "Stop:" not in read(cues, "a.srt")


PLAY = "ACT I\n\nSCENE I. A hall.\n\n" + lines("{}.\n{}", "\n\n")
FRONT = "TEA\n\nby Nobody\n\nContents\n\nACT I\nScene I. A hall.\n\n{}\n\nADA, a cook\nBO, a thief\n\n\n"


@pytest.mark.parametrize(
    "characters", ["Dramatis Personæ", "PERSONS IN THE PLAY", "Personnages", "CHARACTERS"]
)
def test_contents_and_characters_are_no_part_of_a_play(characters: str) -> None:
    """A play begins with its first act, and what stands before is named as left out."""
    scripts, _, went = find_speakers(read_file((FRONT.format(characters) + PLAY).encode(), "a.txt").scripts)
    assert scripts[0].text.startswith("[ACT I]\n\n[SCENE I. A hall.]\n\nADA: The kettle")
    assert [out.name for out in went] == ["contents and characters"]


def test_notes_of_transcribers_are_no_part_of_a_play() -> None:
    """Illustrations, footnotes and their numbers, page numbers, and what was corrected go."""
    notes = "\n\n[Illustration: A cup]\n\n{12}\n\n[Pg 13]\n\n{13}\n\n[Footnote 3: So the\nquarto.]\n\n"
    play = PLAY.replace("warm.", "warm.[3]") + notes + PLAY + "\n\nTranscriber's Note:\n\nPage 3: kettel."
    text = read(play)
    for gone in ("Illustration", "{12}", "Pg", "quarto", "[3]", "kettel"):
        assert gone not in text


def test_facts_about_a_script_are_no_speakers() -> None:
    """Who wrote a page's transcript, and when it was shown, is left out; a heading with a colon is one."""
    page = "".join(
        f"<p>{line}</p>"
        for line in (
            "Written by: Ada",
            "Original Airdate: 16 Jan",
            "EPISODE 1: TEA",
            *lines("{}: {}").split("\n"),
        )
    )
    assert read(f"<html><body>{page}</body></html>", "a.html").startswith("[EPISODE 1: TEA]\n\nADA: The")


def test_place_before_a_colon_is_a_heading() -> None:
    """`Scene: The hall.` says where somebody speaks."""
    assert read("Scene: The hall.\n\n" + lines("{}: {}", "\n\n")).startswith("[The hall.]\n\nADA: The")


@pytest.mark.parametrize("moment", ["Today at 9:03 PM", "01/05/2024 9:03 PM", "9:03"])
def test_day_and_time_beside_a_name_go(moment: str) -> None:
    """What is copied out of Discord names who speaks beside a moment."""
    assert read(lines("{} — MOMENT\n{}").replace("MOMENT", moment)).startswith("ADA: The kettle is on.")


def test_gutenberg_frame_of_a_page_goes() -> None:
    """A book of Project Gutenberg in HTML has the frame of its text."""
    frame = "<p>*** {} OF THE PROJECT GUTENBERG EBOOK TEA ***</p>"
    play = "".join(f"<p>{who}.<br>{said}</p>" for who, said in SPEECHES * 3)
    page = f"<html><body>{frame.format('START')}{play}{frame.format('END')}<p>licence</p></body></html>"
    assert "licence" not in read(page, "a.html")


def test_scenes_of_a_screenplay_have_no_numbers() -> None:
    """A number on both sides of a heading goes, and two tags after a name too."""
    scene = "12   INT. HALL - NIGHT    12\n\n          ADA (O.S.) (CONT'D)\n     Tea.\n\n          BO\n     No.\n\n"
    text = read(scene * 3, "a.txt")
    assert "[INT. HALL - NIGHT]" in text
    assert "ADA: Tea." in text
    assert "CONT" not in text


def test_speech_goes_on_after_a_direction() -> None:
    """What stands after a direction is said by who spoke before; what stands after everybody went is not."""
    play = (
        "ADA.\nThe kettle is on.\n\n[Enter BO,\nwith a cup.]\n\nIt is warm.\n\nBO.\nPour.\n\n[Exeunt.]\n\nA bell.\n\n"
        * 4
    )
    one = "ADA: The kettle is on.\n\n(Enter BO, with a cup.)\n\nADA: It is warm.\n\nBO: Pour.\n\n(Exeunt.)\n\nA bell."
    assert read(play) == "\n\n".join([one] * 4)
    indented = "  Ada. The kettle\nis on\n\nEnter Bo.\n\nIt is warm\n  Bo. Pour\n" * 4
    assert read(indented).startswith(
        "Ada: The kettle is on\n\n(Enter Bo.)\n\nAda: It is warm\nBo: Pour\nAda: "
    )


def test_phrase_before_a_colon_inside_a_speech_is_no_speaker() -> None:
    """Stanzas are said by who speaks, and a verse with a colon, or a name without its full stop, confuses nobody."""
    play = "ADA.\nThe kettle.\n\nO come apace:\nit is warm.\n\nBO\nPour.\n\nBO.\nNow.\n\n[Exit.]\n\n" * 4
    assert read(play).startswith(
        "ADA: The kettle.\n\nADA: O come apace: it is warm.\n\nBO: Pour.\n\nBO: Now."
    )


def test_numbers_tell_one_of_several_apart() -> None:
    """`1 LORD.` is a name; where a page has numbers alone, they are of those who entered together."""
    block = "1 LORD.\nTea?\n\n2 LORD.\nNo.\n\nADA.\nPour.\n\n" * 4
    assert read(block).startswith("1.LORD: Tea?\n\n2.LORD: No.\n\nADA: Pour.")
    folio = (
        "Enter three Witches.\n\n  1. Where the place?\n  2 Vpon a heath\n  Ada. A drum\nBo is here.\n  Bo. Pour it\n"
        * 4
    )
    assert read(folio).startswith(
        "(Enter three Witches.)\n\n1.Witch: Where the place?\n2.Witch: Vpon a heath\nAda: A"
    )


def test_list_of_characters_ends_with_the_first_act() -> None:
    """Characters that stand as names do, over many lines, are no speeches."""
    characters = "DRAMATIS PERSONAE\n\n" + "ADA, a cook\nBO\nCY      two thieves.\n\nDI\n\n" * 5
    assert read(f"TEA\n\n{characters}SCENE: A hall\n\nINDUCTION\n\n" + lines("{}.\n{}", "\n\n")).startswith(
        "[INDUCTION]\n\nADA: The kettle is on."
    )


def test_bold_lines_of_markdown_are_names() -> None:
    """Names in bold above their speech are speakers, also those in small letters and those who speak once."""
    speeches = (
        "**ADA**  \nThe kettle  \nis on.\n\n_Enter Fool, with  \na cup_\n\n**Fool**  \nPour\\-now.\n\n" * 3
    )
    text = (
        "[ACT I]\n\n"
        + "ADA: The kettle is on.\n\n(Enter Fool, with a cup)\n\nFool: Pour-now.\n\n" * 3
        + "Both: No."
    )
    assert read(f"## ACT I\n\n{speeches}**Both**  \nNo.\n", "a.md") == text


def test_verse_with_names_on_few_indented_lines_has_speakers() -> None:
    """Long speeches leave few lines with names, whose indent tells them."""
    speech = "".join(f"and the kettle is on by {n},\n" for n in range(7))
    play = f"  Bish.Cant. My good\n{speech}\n  To. Pour it\n{speech}\n" * 6
    assert read(play).startswith("Bish.Cant: My good and the kettle")
    assert "\nTo: Pour it and" in read(play)


def test_paragraph_in_italics_is_a_direction() -> None:
    """Project Gutenberg marks directions so; emphasis inside a speech is none."""
    play = (
        "_Ada comes in\nwith a cup._\n\n"
        + lines("{}. {}", "\n\n", 1)
        + "\n\nADA. _No._ I _shall_.\n\n"
        + lines("{}. {}", "\n\n")
    )
    assert read(play).startswith("(Ada comes in with a cup.)\n\nADA: The kettle")
    assert "ADA: No. I shall." in read(play)


def test_names_in_bold_on_a_page_are_speakers_in_small_letters_too() -> None:
    """Pages set names in bold above their speech."""
    speech = "<a name=s><b>{}</b></a><blockquote><a>{}</a><br><a>It is late: go.</a><br></blockquote>"
    page = "".join(speech.format(who, said) for who, said in (("ADA", "Tea?"), ("First Lord", "No."))) * 3
    text = read(f"<html><body><h3>ACT I</h3>{page}</body></html>", "a.html")
    assert text.startswith("[ACT I]\n\nADA: Tea? It is late: go.\n\nFirst Lord: No. It is late: go.\n\nADA: ")


def test_sentence_in_square_brackets_is_a_direction() -> None:
    """`[Ada walks into it.]` is what somebody does, `[The hall]` and `[SCENE 2. A hall.]` are places."""
    page = "[The hall]\n[Ada walks into it.]\n[SCENE 2. A hall.]\n" + lines("{}: {}")
    assert read(page).startswith("[The hall]\n(Ada walks into it.)\n[SCENE 2. A hall.]\nADA: The")
