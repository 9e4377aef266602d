"""Every text that people read can be said in every language, as its message asks."""

import ast
import re
import string

import pytest

from bot.discord.language.catalogue import Entry
from bot.discord.language.language import CATALOGUES, LANGUAGES, read_language
from bot.discord.limits import CHOICE_CHARACTERS
from bot.scenes.ui.form import build_form
from tests.bot.discord.language.__main__ import PLURALS, USUAL_PLURAL, read_catalogue, write_catalogue
from tests.bot.discord.language.messages import PROJECT, find_messages
from tests.bot.storage.test_database import EPISODE

CODES = sorted(set(LANGUAGES.values()))
# "Application Commands" and "Component Reference".
DESCRIPTION_CHARACTERS, MENU_CHARACTERS, BUTTON_CHARACTERS, LABEL_CHARACTERS = 100, 32, 80, 45

WORD = re.compile(r"[A-Za-z]{4,}")  # and no unit
SAME = {
    "de": {"Code", "Details", "Gateway", "Name", "Plan", "Training", "Wild"},
    "es": {"Plan", "software"},
    "fr": {"*(silence)*", "Code", "Minutes", "Plan", "Script", "Versions", "licence", "{count:,g} minute",
           "{count:,} message", "{count:,} page"},
    "pt_BR": {"Gateway", "shard {shard}: {delay:.0f} ms", "software", "{used:.0f} MB, {threads} threads"},
}  # fmt: skip


def test_texts_are_written_so_that_they_can_be_translated() -> None:
    """No text for people is put together before it is known in which language it is read."""
    assert find_messages().faults == ()


@pytest.mark.parametrize("code", CODES)
def test_catalogues_say_everything(code: str) -> None:
    """A catalogue has each message of the source and no other, each translated.

    `python -m tests.bot.discord.language` brings it up to date, but for the translations.
    """
    found = read_catalogue(CATALOGUES / f"{code}.po")
    assert set(found) - {("", "")} == {(each.message, each.plural) for each in find_messages().messages}
    forms = 1 if code == "ja" else 2
    empty = [
        entry.message
        for entry in found.values()
        if entry.message and sum(map(bool, entry.translations.values())) != (forms if entry.plural else 1)
    ]
    assert empty == []
    assert PLURALS.get(code, USUAL_PLURAL) in found["", ""].translations[0]


@pytest.mark.parametrize("code", CODES)
def test_translations_have_their_places_for_values(code: str) -> None:
    """A translation fills in the same values in the same form; a plural of one word may leave its count out."""
    for entry in read_catalogue(CATALOGUES / f"{code}.po").values():
        for said in entry.translations.values() if entry.message else ():
            assert _places(said) <= _places(entry.plural or entry.message), (entry.message, said)
            assert _places(entry.message) - _places(said) <= {("count", "", "")}, (entry.message, said)


@pytest.mark.parametrize("code", CODES)
def test_translations_are_no_english(code: str) -> None:
    """A translation that is the English message is a word of both languages."""
    same = {
        entry.message
        for entry in read_catalogue(CATALOGUES / f"{code}.po").values()
        if entry.message in entry.translations.values() and WORD.search(re.sub(r"\{.*?\}", "", entry.message))
    }
    assert same == SAME.get(code, set())


@pytest.mark.parametrize("code", CODES)
def test_catalogues_are_as_the_tool_writes_them(code: str) -> None:
    """Two people who add texts change different lines: entries stand in the order of their letters."""
    path = CATALOGUES / f"{code}.po"
    assert path.read_text(encoding="utf-8") == write_catalogue(code, read_catalogue(path))


@pytest.mark.parametrize("code", CODES)
def test_translations_fit_discord(code: str) -> None:
    """Descriptions, the menu, buttons and labels of forms are as short as Discord wants them."""
    found = read_catalogue(CATALOGUES / f"{code}.po")
    for message, most in _limits():
        assert 0 < len(found.get((message, ""), Entry(translations={0: message})).translations[0]) <= most


@pytest.mark.parametrize("code", CODES)
def test_forms_fit_discord(code: str) -> None:
    """A form's title, labels, descriptions and choices are as short as Discord wants them."""
    form = build_form(EPISODE, shows=["TNG", "DS9"], language=read_language(code), is_covered=False).to_dict()
    assert len(form["title"]) <= LABEL_CHARACTERS
    for label in form["components"]:
        assert len(label["label"]) <= LABEL_CHARACTERS
        assert len(label["description"]) <= DESCRIPTION_CHARACTERS
        assert all(
            len(option["label"]) <= CHOICE_CHARACTERS for option in label["component"].get("options", [])
        )


def _places(message: str) -> set[tuple[str, str, str]]:
    return {
        (name, spec or "", conversion or "")
        for _, name, spec, conversion in string.Formatter().parse(message)
        if name is not None
    }


def _limits() -> list[tuple[str, int]]:
    """Return the messages that Discord holds to a length."""
    limits = [("Continue as an episode", MENU_CHARACTERS)]
    for path in (PROJECT / "bot").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            words = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
            if call.func.id == "translated" and words and isinstance(words[0], str):
                limits.append((words[0], DESCRIPTION_CHARACTERS))
            elif call.func.id == "Text" and words and path.name == "buttons.py":
                limits.append((str(words[0]), BUTTON_CHARACTERS))
    return limits
