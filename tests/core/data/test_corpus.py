"""Reading scripts: every kind of source, and a sentence for every kind that is none."""

import json
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import END_OF_EPISODE, TrainConfig
from core.data.corpus import hold_out, is_held_out, learnt_episodes, read_corpus
from core.data.formats.reading import Script
from core.data.sources.read import read_source
from core.data.sources.source import Source
from core.data.vocabulary import Vocabulary
from core.errors import CorpusError
from tests.children import ROOT

SHARED = ROOT.parent / "shared" / "data" / "star_trek_scripts.json"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the real scripts are not on this machine")
TABLE = {
    "DS9": {"episode 0": "KIRA: No.", "episode 1": "ODO: Yes.", "episode 2": "QUARK: So?"},
    "TNG": {"episode 0": "DATA: Indeed."},
}


def write(folder: Path, content: object, name: str = "scripts.json") -> Path:
    """Write a JSON file, text, or bytes into `folder`."""
    path = folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def read_scripts(source: Source) -> list[Script]:
    """Return the scripts of a source as they stand."""
    return list(read_source(source, cleaning="notes").scripts)


def read(path: Path, **which: object) -> list[str]:
    """Return the raw texts of a source."""
    return [script.text for script in read_scripts(Source(str(path), **which))]  # type: ignore[arg-type]  # by name


def test_corpus_reads_a_series_of_a_table(tmp_path: Path) -> None:
    """A scripts JSON gives the episodes of the series asked for, without another's gaps."""
    path = write(tmp_path, TABLE)
    assert read(path) == ["KIRA: No.", "ODO: Yes.", "QUARK: So?"]
    assert read(path, series="TNG") == ["DATA: Indeed."]
    assert read(path, series="TNG, DS9")[:2] == ["DATA: Indeed.", "KIRA: No."]
    assert len(read(path, series="all")) == 4


@pytest.mark.parametrize(
    ("table", "series"),
    [
        ({"2020": {"1": "A: b.", "2": "C: d."}}, "2020"),
        ({"DS9": {"2020-01-01": "A: b.", "2021-01-01": "C: d."}}, "DS9"),
        ({"date": {"modified": "A: b.", "10": "C: d."}}, "date"),
        ({"DS9": ["A: b.", None, "C: d."]}, "DS9"),
        (["A: b.", "C: d."], "DS9"),
    ],
)
def test_corpus_reads_tables_of_any_names(table: object, series: str, tmp_path: Path) -> None:
    """Names like numbers or dates, missing episodes and a plain list of texts are read as they stand."""
    assert read(write(tmp_path, table), series=series) == ["A: b.", "C: d."]


def test_corpus_reads_the_range_asked_for(tmp_path: Path) -> None:
    """Episodes are chosen by position, the last one included."""
    assert read(write(tmp_path, TABLE), episodes=range(1, 3)) == ["ODO: Yes.", "QUARK: So?"]


@pytest.mark.parametrize(
    "data",
    [
        "Grüße, Жук, 日".encode(),
        "Grüße, Жук, 日".encode("utf-8-sig"),
        "Grüße, Жук, 日".encode("utf-16"),
    ],
)
def test_corpus_reads_unicode_files(data: bytes, tmp_path: Path) -> None:
    """A text in UTF-8, with or without its mark, or in UTF-16 with it, is read; a JSON likewise."""
    assert read(write(tmp_path, data, "a.txt")) == ["Grüße, Жук, 日"]
    encoding = {b"\xff\xfe": "utf-16", b"\xef\xbb": "utf-8-sig"}.get(data[:2], "utf-8")
    assert read(write(tmp_path, json.dumps(TABLE).encode(encoding)))[0] == "KIRA: No."


def test_corpus_reads_a_folder(tmp_path: Path) -> None:
    """A folder gives its files, those in folders below too, in natural order, and no rubbish."""
    (tmp_path / "b").mkdir()
    write(tmp_path / "b", "ODO: Yes.", "ep10.TXT")
    write(tmp_path / "b", "ODO: No.", "ep2.txt")
    write(tmp_path, "KIRA: No.", "a.txt")
    write(tmp_path, "not this", "README.txt")
    write(tmp_path, b"\0\5\26\7\0\2", "._a.txt")
    assert read(tmp_path) == ["KIRA: No.", "ODO: No.", "ODO: Yes."]


NO_EPISODES = "is JSON without any episodes"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("KIRA: not JSON", "cannot be read as JSON, line 1, column 1"),
        ('{"DS9": {"a": "cut', "is cut short"),
        ("", "is empty"),
        ("[" * 50_000, "nested too deeply|cut short"),
        ("5", "holds a number alone"),
        ('"a text"', "holds a text alone"),
        ('{"DS9": 5}', "holds a number at 'DS9'"),
        ("{}", NO_EPISODES),
        ("[]", NO_EPISODES),
        ("null", NO_EPISODES),
        ('{"DS9": {}}', NO_EPISODES),
        ('{"DS9": {"a": 5}}', "holds something other than texts in series 'DS9'"),
        ('{"DS9": {"a": ["b"]}}', "holds something other than texts"),
        ('{"DS9": {"a": {"b": "c"}}}', "holds something other than texts"),
        ('[{"a": "b"}]', "no column holds lines of text. It has the columns 'a'"),
        ("[[1, 2]]", "is a JSON list that holds a list"),
        ('{"TNG": {"a": null, "b": " \\n "}}', "holds no text after cleaning"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is a picture"),
        (b"PK\x03\x04\x00\x00", "is a damaged .zip archive"),
    ],
)
def test_corpus_says_what_is_wrong_with_a_table(content: str | bytes, sentence: str, tmp_path: Path) -> None:
    """Anything but a table of texts is refused with a sentence that names the file."""
    path = write(tmp_path, content)
    with pytest.raises(CorpusError, match=sentence) as caught:
        read_corpus(Source(str(path)), cleaning="script", rare_count=1)
    assert "scripts.json" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.txt", "", "is empty"),
        ("a.txt", " \n\n\t", "is empty"),
        ("a.txt", "\u200b\u200b", "holds no text after cleaning"),
        ("a.txt", b"\x00\x01\x02", "is a binary file"),
    ],
)
def test_corpus_says_what_is_wrong_with_a_text(
    name: str, content: str | bytes, sentence: str, tmp_path: Path
) -> None:
    """An empty or binary file is refused with a sentence."""
    path = write(tmp_path, content, name)
    with pytest.raises(CorpusError, match=sentence):
        read_corpus(Source(str(path)), cleaning="script", rare_count=1)


@pytest.mark.parametrize("codec", ["latin-1", "cp1252", "utf-16-le", "utf-16-be"])
def test_corpus_guesses_the_encoding(codec: str, tmp_path: Path) -> None:
    """A text without a mark is read in the encoding in which its letters make sense."""
    path = write(tmp_path, "KIRA: Grüße aus Köln, schöne Straße.\r\nODO: Où ça ?".encode(codec), "a.txt")
    assert read(path) == ["KIRA: Grüße aus Köln, schöne Straße.\nODO: Où ça ?"]


@pytest.mark.parametrize("name", ["none.json", "none.txt", "none", "none/none.txt", "x" * 300])
def test_corpus_says_where_nothing_is(name: str, tmp_path: Path) -> None:
    """A file that is not there is named."""
    with pytest.raises(CorpusError, match=r"There is no file|cannot be read"):
        read_scripts(Source(str(tmp_path / name)))


def test_corpus_says_where_a_folder_has_no_texts(tmp_path: Path) -> None:
    """A folder without files is refused with what to put there."""
    with pytest.raises(CorpusError, match=r"has no text to learn from\. Put scripts, chats or tables there"):
        read_scripts(Source(str(tmp_path)))


@pytest.mark.parametrize("episodes", [range(3, 4), range(2, 9), range(70, 80)])
def test_corpus_says_how_many_episodes_there_are(episodes: range, tmp_path: Path) -> None:
    """A range beyond the end is refused with the range that there is."""
    with pytest.raises(CorpusError, match=r"has 0 to 2\. Choose with --episodes"):
        read_scripts(Source(str(write(tmp_path, TABLE)), episodes=episodes))


def test_corpus_drops_and_counts_rare_symbols(tmp_path: Path) -> None:
    """A symbol or a foreign letter too rare to learn goes, and the report has its count."""
    path = write(tmp_path, "KIRA: aaaaa eeeee\n" * 90 + "KIRA: é ☃ 日\n\n☃\n\nKIRA: e", "a.txt")
    corpus = read_corpus(Source(str(path)), cleaning="script", rare_count=3)
    assert corpus.dropped == {"☃": 2, "日": 1}
    assert corpus.episodes[0].endswith("\nKIRA: é\n\nKIRA: e")
    assert END_OF_EPISODE in corpus.vocabulary.characters


def test_corpus_keeps_rare_letters_of_a_small_text(tmp_path: Path) -> None:
    """A letter of the language stays where it stands, however rare, in words of any case."""
    text = "KIRA: the zebra is quick, MESSENGER.\nODO: Größe = ja > nein\n"
    path = write(tmp_path, text, "a.txt")
    corpus = read_corpus(Source(str(path)), cleaning="script", rare_count=5)
    assert corpus.episodes == (text.strip(),)
    assert corpus.dropped == {}


def test_corpus_keeps_or_drops_joined_emoji_whole(tmp_path: Path) -> None:
    """An emoji of several characters stays with its joiners, or goes as one."""
    text = "ann: hi \U0001f468\u200d\U0001f469\u200d\U0001f467\n" * 6 + "ann: hi \U0001f468\u200d\U0001f680\n"
    corpus = read_corpus(Source(str(write(tmp_path, text, "a.txt"))), cleaning="script", rare_count=5)
    lines = corpus.episodes[0].split("\n")
    assert lines[0] == "ann: hi \U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert lines[-1] == "ann: hi"


def test_corpus_takes_half_a_surrogate_pair(tmp_path: Path) -> None:
    """A JSON text with half a pair, which is no character, is read without it."""
    path = write(tmp_path, '{"DS9": {"a": "KIRA: \\ud83d No."}}')
    for cleaning in ("script", "notes"):
        corpus = read_corpus(Source(str(path)), cleaning=cleaning, rare_count=1)
        assert corpus.episodes[0].replace("  ", " ") == "KIRA: No."


def test_corpus_takes_a_vocabulary_that_is_given(tmp_path: Path) -> None:
    """Scripts for a run that goes on from another are spelled in its characters."""
    path = write(tmp_path, "KIRA: Café!", "a.txt")
    known = Vocabulary.of(END_OF_EPISODE + "KIRA: Cafe")
    corpus = read_corpus(Source(str(path)), cleaning="script", rare_count=1, vocabulary=known)
    assert (corpus.episodes, corpus.dropped) == (("KIRA: Cafe",), {"!": 1, "é": 1})


def test_corpus_fingerprint_follows_the_text(tmp_path: Path) -> None:
    """The same episodes have the same fingerprint wherever they lie; another character changes it."""
    texts = ["KIRA: No.", "KIRA: No.", "KIRA: Now."]
    prints = [
        read_corpus(
            Source(str(write(tmp_path, text, f"{index}.txt"))), cleaning="script", rare_count=1
        ).fingerprint
        for index, text in enumerate(texts)
    ]
    assert prints[0] == prints[1] != prints[2]


@given(st.integers(1, 60), st.sampled_from([0.05, 0.1, 0.2, 0.3, 0.5]))
def test_hold_out_keeps_every_character(count: int, share: float) -> None:
    """Training and held-out text together are the whole corpus, and neither side is empty."""
    episodes = tuple(f"episode {number}\nKIRA: No.\nODO: Yes.\n" * 3 for number in range(count))
    vocabulary = Vocabulary.of("".join(episodes))
    from core.data.corpus import Corpus  # noqa: PLC0415  # used here alone

    corpus = Corpus(episodes, tuple(range(count)), episodes, vocabulary, END_OF_EPISODE, {}, "", "")
    train, held = hold_out(corpus, share=share)
    assert sorted("".join(train + held)) == sorted("".join(episodes))
    assert "".join(train)
    assert "".join(held)


def test_hold_out_goes_by_position() -> None:
    """The last of every ten episodes is held out at a share of a tenth."""
    assert [position for position in range(35) if is_held_out(position, share=0.1)] == [9, 19, 29]


def test_learnt_episodes_leave_out_what_is_held_out(tmp_path: Path) -> None:
    """Where episodes are held out the others are learnt; where the tail is, whole lines up to where it begins."""
    texts = {f"episode {number}": f"KIRA: No.\nODO: Yes, {number}.\n" * 2 for number in range(10)}
    corpus = read_corpus(Source(str(write(tmp_path, {"DS9": texts}))), cleaning="script", rare_count=1)
    assert learnt_episodes(corpus, TrainConfig()) == list(corpus.episodes[:9])
    tail = TrainConfig(validation_share=0.84, cleaning="notes", targets="last")
    assert learnt_episodes(corpus, tail) == [corpus.episodes[0], "KIRA: No.\nODO: Yes, 1.\n"]


@needs_shared
@pytest.mark.slow
def test_corpus_of_the_notes_has_their_numbers() -> None:
    """The lecture's episodes give 1,573,095 characters, 79 of them different, in 314,615 windows of 20 every 5."""
    corpus = read_corpus(Source(str(SHARED), episodes=range(20, 70)), cleaning="notes", rare_count=1)
    assert len(corpus.text) == 1_573_095
    assert len(corpus.vocabulary) == 79
    assert len(range(0, len(corpus.text) - 20, 5)) == 314_615


@needs_shared
@pytest.mark.slow
def test_corpus_of_every_series_has_no_page_furniture() -> None:
    """No episode of the six series keeps a header or a footer, and each keeps a script."""
    corpus = read_corpus(Source(str(SHARED), series="all"), cleaning="script", rare_count=1)
    assert len(set(corpus.labels)) == 6
    assert not [
        name
        for name, text in zip(corpus.names, corpus.episodes, strict=True)
        if "Airdate" in text or "episode listing" in text or "Transcripts -" in text or len(text) < 5000
    ]


def test_series_of_a_table_are_labels(tmp_path: Path) -> None:
    """Every series is the label of its texts, whose positions are numbered from zero."""
    scripts = read_scripts(Source(str(write(tmp_path, TABLE)), "all"))
    found = [(script.label, script.position) for script in scripts]
    assert found == [("DS9", 0), ("DS9", 1), ("DS9", 2), ("TNG", 0)]
    corpus = read_corpus(Source(str(write(tmp_path, TABLE)), "all"), cleaning="script", rare_count=1)
    assert corpus.labels == ("DS9", "DS9", "DS9", "TNG")


def test_nulls_and_other_series_move_nothing(tmp_path: Path) -> None:
    """An episode keeps its position, so what is held out stays, whatever is missing or beside it."""
    texts: dict[str, str | None] = {f"episode {number}": f"KIRA: No, {number}." for number in range(12)}
    whole = read_scripts(Source(str(write(tmp_path, {"TEA": texts}, "whole.json"))))
    texts["episode 3"] = None
    holed = read_scripts(Source(str(write(tmp_path, {"RAIN": {"a": "ODO: Yes."}, "TEA": texts})), "TEA"))
    assert [script for script in whole if script.name != "TEA, episode 3"] == holed
    (second,) = read_scripts(Source(str(write(tmp_path, {"TEA": texts})), "TEA", range(4, 5)))
    assert second.text == "KIRA: No, 4."


def test_many_series_take_no_more_memory_than_their_text(tmp_path: Path) -> None:
    """A table of thousands of series of one episode is no table of thousands of columns."""
    path = write(tmp_path, {f"S{number}": {f"E{number}": "ODO: No."} for number in range(3_000)})
    tracemalloc.start()
    try:
        assert len(read(path, series="all")) == 3_000
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 30_000_000  # bytes; a number for each pair would take 72 million
