"""Texts, plural forms and numbers in a reader's language."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.errors import say
from bot.discord.language.language import Language, language_of, language_of_environment, read_language
from bot.storage.text import dump_text, load_text
from core.data.corpus import read_corpus
from core.data.sources.source import Source
from core.errors import CoreError
from core.text import Text, read_text
from tests.hostile_text import HOSTILE


@pytest.mark.parametrize(
    ("locale", "one", "many", "half"),
    [
        ("en-US", "1 epoch", "2,000 epochs", "2.5 epochs"),
        ("de", "1 Epoche", "2.000 Epochen", "2,5 Epochen"),
        ("fr", "1 époque", "2\u202f000 époques", "2,5 époques"),
        ("es-419", "1 época", "2.000 épocas", "2,5 épocas"),
        ("pt-BR", "1 época", "2.000 épocas", "2,5 épocas"),
        ("ja", "1エポック", "2,000エポック", "2.5エポック"),
        ("tlh", "1 epoch", "2,000 epochs", "2.5 epochs"),
    ],
)
def test_counts_have_their_plural_and_signs(locale: str, one: str, many: str, half: str) -> None:
    """A count takes its language's plural form, and its number the language's signs; an unknown language is English."""
    language = language_of(locale)
    said = [
        language.say(Text("{count:,g} epoch", "{count:,g} epochs", count=count)) for count in (1, 2_000, 2.5)
    ]
    assert said == [one, many, half]


def test_sentence_of_a_text_names_the_option_of_discord(tmp_path: Path) -> None:
    """What the command line calls --scripts is the option corpus on Discord, in a sentence that is one."""
    empty = tmp_path / "a.txt"
    empty.write_text("\u200b", encoding="utf-8")
    with pytest.raises(CoreError) as caught:
        read_corpus(Source(str(empty)), cleaning="script", rare_count=1)
    assert say(caught.value, read_language("en")).endswith(
        "a.txt holds no text after cleaning; choose another text with corpus."
    )


def test_none_is_singular_in_french_alone() -> None:
    """Nought is one in French and Portuguese, and many elsewhere."""
    none = Text("{count:,g} epoch", "{count:,g} epochs", count=0)
    assert [read_language(code).say(none) for code in ("en", "de", "fr", "pt_BR")] == [
        "0 epochs",
        "0 Epochen",
        "0 époque",
        "0 época",
    ]


def test_texts_inside_texts_are_translated() -> None:
    """A text among a text's values, and each of joined texts, is said in the same language."""
    text = Text("After {epochs} it writes", epochs=Text("{count:,g} epoch", "{count:,g} epochs", count=3))
    both = Text.joined((text, "", "QUARK"), "; ")
    assert str(both) == "After 3 epochs it writes; QUARK"
    assert read_language("de").say(both) == "Nach 3 Epochen schreibt es; QUARK"


@given(HOSTILE, st.sampled_from(["en", "de", "ja"]))
def test_stored_texts_are_said_as_fresh_ones(wild: str, code: str) -> None:
    """What was stored with hostile values, or is itself hostile, says the same later; nothing of a value is a place."""
    text = Text("{name} was deleted.", name=wild)
    language = read_language(code)
    stored = load_text(dump_text(text))
    assert stored == text
    assert language.say(stored) == language.say(text)
    assert wild in language.say(text)
    assert language.say(read_text(wild)) == wild
    assert load_text(dump_text(wild)) == wild


def test_errors_carry_their_text() -> None:
    """An error is an English sentence in a log, and says itself in any language; braces without values are braces."""
    error = CoreError("{name} was deleted.", name="{x}")
    assert str(error) == "{x} was deleted."
    assert read_language("de").say(error.text) == "{x} wurde gelöscht."
    assert str(CoreError("a {b} c")) == "a {b} c"


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_AT.UTF-8"}, "de"),
        ({"LANG": "de_DE", "LC_ALL": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "pt_BR"}, "pt_BR"),
        ({"LANG": "es_MX.UTF-8@x"}, "es"),
    ],
)
def test_environment_chooses_the_consoles_language(environ: dict[str, str], code: str) -> None:
    """The console reads POSIX's variables, the most particular first."""
    assert language_of_environment(environ).code == code


def test_english_needs_no_catalogue() -> None:
    """English is the language of the source."""
    assert Language().say(Text("{count:,} scene", "{count:,} scenes", count=1_000)) == "1,000 scenes"
