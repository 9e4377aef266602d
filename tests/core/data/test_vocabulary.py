"""The vocabulary: a round trip for any text, and the nearest spelling of what it lacks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.vocabulary import Vocabulary
from core.errors import CorpusError

# Also halves of surrogate pairs, which a scripts JSON may hold.
TEXTS = st.text(st.characters(), max_size=60)
ASCII = Vocabulary.of("\n !'-.:?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


@given(TEXTS.filter(bool))
def test_vocabulary_brings_any_text_back(text: str) -> None:
    """Encoding and decoding is a round trip for every text in its own vocabulary."""
    vocabulary = Vocabulary.of(text)
    assert vocabulary.decode(vocabulary.encode(text)) == text


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "\U0001f600x", "\x00\x03"])
def test_vocabulary_brings_odd_characters_back(text: str) -> None:
    """Half a surrogate pair, an emoji and control characters are characters like any other."""
    vocabulary = Vocabulary.of(text)
    assert vocabulary.decode(vocabulary.encode(text)) == text


@given(TEXTS, TEXTS.filter(bool))
def test_spelling_is_always_known(text: str, corpus: str) -> None:
    """What `spell` returns can be encoded, whatever was asked for."""
    vocabulary = Vocabulary.of(corpus)
    spelling = vocabulary.spell(text)
    assert vocabulary.decode(vocabulary.encode(spelling.text)) == spelling.text
    assert set(spelling.mapped).isdisjoint(vocabulary.characters)
    assert set(spelling.dropped).isdisjoint(vocabulary.characters)


@given(TEXTS)
def test_spelling_leaves_known_text_alone(text: str) -> None:
    """A text whose characters are known is spelled as it is, and nothing is said."""
    spelling = Vocabulary.of(text + "x").spell(text)
    assert (spelling.text, spelling.notice) == (text, "")


@pytest.mark.parametrize(
    ("text", "spelled", "notice"),
    [
        ("Café", "Cafe", "The model cannot spell everything: é became e."),
        ("ﬁne", "fine", "The model cannot spell everything: ﬁ became fi."),
        ("a\u3000b", "a b", "The model cannot spell everything: U+3000 became U+0020."),
        ("日", "", "The model cannot spell everything: 日 left out."),
        ("é\x1b[", "e", "The model cannot spell everything: é became e; U+001B, [ left out."),
    ],
)
def test_spelling_takes_the_nearest(text: str, spelled: str, notice: str) -> None:
    """An unknown character becomes a known relative, or is left out, and both are said."""
    spelling = ASCII.spell(text)
    assert (spelling.text, spelling.notice) == (spelled, notice)


def test_spelling_changes_case_where_it_must() -> None:
    """With capitals alone known, small letters become those, accents off."""
    assert Vocabulary.of("ABCE").spell("abcé").text == "ABCE"


def test_vocabulary_refuses_what_it_lacks() -> None:
    """Encoding an unknown character is a programmer's mistake and names it."""
    with pytest.raises(ValueError, match="unknown characters"):
        Vocabulary("ab").encode("abc")


@pytest.mark.parametrize("characters", ["", "ba", "aa"])
def test_vocabulary_refuses_disorder(characters: str) -> None:
    """Characters that are not distinct and in order are refused."""
    with pytest.raises(ValueError, match="distinct and in order"):
        Vocabulary(characters)


def test_vocabulary_refuses_nothing_and_too_much() -> None:
    """An empty corpus, or one with more characters than can be learnt, is refused with a sentence."""
    with pytest.raises(CorpusError, match="there is no text to learn from"):
        Vocabulary.of("")
    with pytest.raises(CorpusError, match="9,000 different characters"):
        Vocabulary.of("".join(map(chr, range(9000))))
