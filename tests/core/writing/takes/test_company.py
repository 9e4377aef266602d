"""Who is in a scene, and whom a line may address."""

from core.run.discriminator import DIRECTION
from core.writing.takes.company import Company, names_of

SCENE = "[Quark's]\n\nKIRA: Odo?\n[Ops]\n\nQUARK: Where were you?\n(Odo comes in with O'Brien.)\nROM: Brother!\nQUARK: "
NAMES = names_of(
    ["QUARK", "ROM", "O'BRIEN", "KIRA", "ODO", "COMPUTER"], words=["Kira", "brother", "computer", "where"]
)


def test_company_is_who_spoke_or_came_since_the_heading() -> None:
    """Those of another scene are not there; the line that is open has its speaker, and what was said before it."""
    company = Company.of(SCENE)
    assert (company.speaker, company.previous) == ("QUARK", "Brother!")
    assert company.others == ("ROM",)
    assert {"rom", "odo", "o'brien"} <= company.present
    assert "kira" not in company.present
    assert Company.of("[Ops]\n\n(").speaker == DIRECTION
    assert Company.of("") == Company()


def test_names_are_those_that_are_no_words() -> None:
    """A computer is spoken of as a thing; names are what stands in scripts with a capital alone."""
    assert {"quark", "rom", "o'brien", "kira", "odo"} == NAMES


def test_who_is_not_there_is_not_addressed() -> None:
    """To speak to the absent or to oneself is noticed; to speak of them, or to a computer, is not."""
    company = Company.of(SCENE)
    for text in ("Come here, Kira.", "Kira, come here.", "Thank you, Quark!", "Yes,Kira"):
        assert company.misses(text, names=NAMES), text
    for text in ("Come here, Rom.", "Odo?", "I saw Kira today.", "Computer, lights.", "No, O'Brien."):
        assert not company.misses(text, names=NAMES), text
    assert not Company.of("KIRA: ").misses("Odo?", names=NAMES)


def test_names_are_said_as_lines_have_them() -> None:
    """Speakers in capitals are spoken to in small letters, others as they are written."""
    assert Company.of("O'BRIEN: No.\nbob smith: Yes?\nKIRA: ").spoken_names() == {"O'Brien", "bob", "smith"}
