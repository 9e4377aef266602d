"""Subtitles, tables, JSON, documents and encodings beyond the common ones."""

import json
import zipfile
from io import BytesIO

import pytest

from core.data.formats.detect import read_file
from core.data.formats.encoding import decode
from core.data.formats.scripts.episodes import split_episodes
from core.data.formats.scripts.lines import find_speakers

SAID = [("Ada", "The kettle is on."), ("Bo", "Then pour."), ("Ada", "Is it warm?"), ("Bo", "It is not.")]
ALL = "\n".join(f"{who}: {said}" for who, said in SAID)


def read(content: str | bytes, name: str) -> str:
    """Return the filled lines of a file in the common form, an empty one between episodes."""
    reading = read_file(content.encode() if isinstance(content, str) else content, name)
    scripts, _, _ = find_speakers(reading.scripts)
    return "\n\n".join("\n".join(filter(None, script.text.split("\n"))) for script in scripts)


CUES = "The kettle is on.\nThen pour. Now."


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.sub", "{1}{1}23.976\n{10}{20}The kettle is on.\n{30}{40}{y:i}Then pour.|Now.\n{50}{60}\n"),
        ("a.sub", "[INFORMATION]\n[TITLE]x\n\n00:00:01.00,00:00:02.00\nThe kettle is on.\n\n00:00:03.00,00:00:04.00\nThen pour.[br]Now.\n"),
        ("a.txt", "[10][20]The kettle is on.\n[30][40]/Then pour.|Now.\n"),
        ("a.txt", "00:00:01:The kettle is on.\n00:00:03:Then pour.|Now.\n"),
        ("a.sbv", "0:00:01.000,0:00:02.000\nThe kettle is on.\n\n0:00:03.000,0:00:04.000\nThen pour.\nNow.\n"),
        ("a.lrc", "[ti:Tea]\n[00:01.00]The kettle is on.\n[00:03.00]Then pour. Now.\n"),
        ("a.xml", '<?xml version="1.0"?><tt:tt xmlns:tt="x"><head><title>x</title></head><tt:p begin="1s">The <tt:span>kettle</tt:span> is on.</tt:p><tt:p begin="3s">Then pour.<tt:br/>Now.</tt:p></tt:tt>'),
        ("a.xml", '<transcript><text start="1">The kettle is on.</text><text start="3">Then pour. Now.</text></transcript>'),
    ],
)  # fmt: skip
def test_subtitles_of_every_kind_are_their_cues(name: str, content: str) -> None:
    """A cue is a line, without its time, and a file's facts are none."""
    assert read(content, name) == CUES


def test_signs_of_a_cue_are_written_out() -> None:
    """`&amp;` is a sign."""
    assert (
        read("WEBVTT\n\n00:01.000 --> 00:02.000\nTea &amp; <i>cake</i> &lt;3\n", "a.vtt") == "Tea & cake <3"
    )


def test_irc_with_seconds_is_no_lyrics() -> None:
    """`[19:05:00] <ada>` is a log."""
    assert read("[19:05:00] <Ada> Tea?\n[19:05:09] <Bo> No.\n", "a.log") == "Ada: Tea?\nBo: No."


@pytest.mark.parametrize(
    "document",
    [
        {"columns": ["speaker", "line"], "index": [0], "data": SAID},
        {"speaker": {str(n): who for n, (who, _) in enumerate(SAID)}, "line": {str(n): said for n, (_, said) in enumerate(SAID)}},
        {"speaker": [who for who, _ in SAID], "line": [said for _, said in SAID]},
        {"ep1": SAID},
        SAID,
        {"season1": {"ep1": [{"name": who, "line": said} for who, said in SAID]}},
        {"episodes": [{"title": "Tea", "scenes": [{"lines": [{"character": who, "text": said} for who, said in SAID]}]}]},
    ],
)  # fmt: skip
def test_json_holds_lines_wherever_they_lie(document: object) -> None:
    """Columns, pairs, seasons and scenes come to the same lines."""
    assert read(json.dumps(document), "a.json") == ALL


def test_json_scenes_have_headings_and_episodes_their_order() -> None:
    """The place of a scene stands above it; an episode is one whatever scenes it has."""
    line = [{"character": "Ada", "text": "Tea?"}, {"character": "Bo", "text": "No."}]
    scenes = [{"location": place, "lines": line} for place in ("HALL", "ROAD")]
    document = {"episodes": [{"number": number, "scenes": scenes} for number in (1, 2)]}
    one = "[HALL]\nAda: Tea?\nBo: No.\n[ROAD]\nAda: Tea?\nBo: No."
    assert read(json.dumps(document), "a.json") == f"{one}\n\n{one}"


def test_json_lists_of_many_lines_are_episodes() -> None:
    """A list of lines is an episode, and a list of whole texts still one for each."""
    lines = [f"{who}: {said}" for who, said in SAID * 3]
    assert read(json.dumps({"ep10": lines, "ep2": lines[:8]}), "a.json").split("\n\n")[0] == f"{ALL}\n{ALL}"
    assert len(read_file(json.dumps({"TEA": lines[:2], "RAIN": lines[:1]}).encode(), "a.json").scripts) == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", '"character" "dialogue"\n' + "".join(f'"{n}" "{who}" "{said}"\n' for n, (who, said) in enumerate(SAID))),
        ("a.tsv", "".join(f"s01e01\t{who}\t{said}\n" for who, said in SAID)),
        ("a.csv", "Line ID,Chapter ID,Dialogue ID,name,text\n" + "".join(f"{n},1,{n},{who},{said}\n" for n, (who, said) in enumerate(SAID * 5))),
    ],
)  # fmt: skip
def test_table_of_any_make_has_speakers_and_episodes(name: str, content: str) -> None:
    """Numbered rows, codes of episodes and ids of lines are told from who speaks."""
    assert read(content, name).startswith(ALL)
    assert len(read_file(content.encode(), name).scripts) == 1


@pytest.mark.parametrize("head", ["Sezon;Odcinek;Postać;Kwestia\n", ""])
def test_numbers_that_stay_the_same_are_episodes(head: str) -> None:
    """In a language that nobody foresaw, and without names of columns, episodes are told and in their order."""
    rows = "".join(f"1;{n};{who};{said} {n}\n" for n in (10, 2) for who, said in SAID)
    first = "\n".join(f"{who}: {said} 2" for who, said in SAID)
    assert read(head + rows, "a.csv").startswith(f"{first}\n\nAda:")


def test_titles_of_episodes_keep_their_order() -> None:
    """Titles are no numbers to sort by; `NA` is no text, and `Scene Directions` nobody."""
    rows = "title,character,line\n" + "".join(
        f"{title},{who},{said}\n"
        for title in ("Tea", "Rain")
        for who, said in [("Scene Directions", "[Scene: A hall.]"), ("Ada", "NA"), *SAID]
    )
    assert read(rows, "a.csv") == f"[Scene: A hall.]\n{ALL}\n\n[Scene: A hall.]\n{ALL}"


def test_description_of_a_scene_is_no_speaker() -> None:
    """A row that describes what is seen is a direction."""
    rows = "character,text\nAda,Tea?\nScene Description,A ship drifts.\nBo,No.\n"
    assert read(rows, "a.csv") == "Ada: Tea?\n(A ship drifts.)\nBo: No."


@pytest.mark.parametrize(
    "codec", ["utf-16-le", "utf-16-be", "iso2022_jp", "gb18030", "shift_jis", "cp1251", "koi8-r"]
)
def test_encoding_without_a_mark_is_guessed(codec: str) -> None:
    """Wide characters of any script are told without a mark, and so are the codes of one script."""
    russian = "АННА: Где мой зонт?\nПЁТР: Я его не видел, честное слово.\n" * 20
    text = (
        "花子：傘はどこですか。\n先生：見ませんでした、ごめんなさい。\n" * 20
        if "jis" in codec or "jp" in codec
        else russian
    )
    text = "小明：我的伞在哪里？\n老师：我没有看到。\n" * 20 if codec == "gb18030" else text
    assert decode(text.encode(codec), "a.txt")[0] == text


def test_quoted_lines_and_headings_name_speakers_in_markdown() -> None:
    """`> Ada: Tea?` is a line of Ada's, and so is what stands under `### Ada`."""
    assert read("\n".join(f"> {who}: {said}" for who, said in SAID), "a.txt") == ALL
    assert read("\n\n".join(f"### {who}\n\n{said}" for who, said in SAID * 2), "a.md") == f"{ALL}\n{ALL}"


def word(body: str) -> bytes:
    """Return a Word document."""
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(
            "word/document.xml", f'<w:document xmlns:w="urn:w"><w:body>{body}</w:body></w:document>'
        )
    return data.getvalue()


STYLED = "".join(
    f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'
    for style, text in (("Character", "{0}"), ("Dialogue", "{1}"))
)


@pytest.mark.parametrize(
    "paragraphs",
    [
        STYLED,
        "<w:p><w:r><w:t>{0}</w:t></w:r><w:r><w:tab/><w:t>{1}</w:t></w:r></w:p>",
        "<w:p><w:r><w:t>0:0:1.0 --&gt; 0:0:2.900</w:t><w:br/><w:t>{0}</w:t><w:br/><w:t>{1}</w:t></w:r></w:p>",
    ],
)
def test_styles_tabs_and_times_of_a_word_document(paragraphs: str) -> None:
    """Who speaks is told by a style, by a tab, or by a time above."""
    body = "".join(paragraphs.format(who, said) for who, said in SAID * 2)
    assert read(word(body), "a.docx") == f"{ALL}\n{ALL}"


def columns(*rows: tuple[str, str]) -> bytes:
    """Return a PDF of one page with rows of two columns, written row by row."""
    shown = "".join(
        f"BT /F1 9 Tf {left} {700 - 12 * number} Td ({text}) Tj ET\n"
        for number, row in enumerate(rows)
        for left, text in zip((50, 320), row, strict=True)
    )
    font = "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Courier >> >> >>"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources {font} >>",
        f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream",
    ]
    body = "".join(f"{number} 0 obj\n{each}\nendobj\n" for number, each in enumerate(objects, 1))
    return f"%PDF-1.4\n{body}trailer << /Size 5 /Root 1 0 R >>\n%%EOF".encode()


def test_columns_of_a_page_are_read_one_after_the_other() -> None:
    """The left column comes first, in whatever order a page was written."""
    lines = [f"{who}: {said}" for who, said in SAID * 3]
    assert read(columns(*zip(lines[:6], lines[6:], strict=True)), "a.pdf") == "\n".join(lines)


def test_dialogues_of_the_cornell_corpus_are_films_in_their_order() -> None:
    """The last line of a film comes first in that file, its cells stand between `+++$+++`."""
    rows = [
        f"L{n} +++$+++ u0 +++$+++ m0 +++$+++ {who} +++$+++ {said}\n" for n, (who, said) in enumerate(SAID)
    ]
    assert read("".join(reversed(rows)), "a.txt") == ALL


def test_title_above_a_table_is_no_row() -> None:
    """What stands above the names of the columns says what a table is."""
    rows = "".join(f"{who},{said}\n" for who, said in SAID)
    assert read(f"All lines of Tea\nExported 2024-01-05,\n\nSpeaker,Line\n{rows}", "a.csv") == ALL


def test_headings_of_episodes_part_a_text() -> None:
    """A text with several headings of episodes has as many, and a list of contents none."""
    contents = "Episode 1: Tea\nEpisode 2: Rain\n\n"
    text = contents + "".join(f"=== Episode {n}: Tea ===\n\n{ALL}\n\n" for n in (1, 2, 10))
    parts = split_episodes(read_file(text.encode(), "a.txt").scripts)
    assert [(part.name, part.position) for part in parts] == [
        ("Episode 1: Tea", 0),
        ("Episode 2: Tea", 1),
        ("Episode 10: Tea", 2),
    ]
    assert parts[2].text.strip() == ALL


def test_number_of_the_only_page_is_no_line() -> None:
    """`Page 1 of 1` stands at the edge of a page that no other shows to be one of many."""
    page = columns(("Tea - Page 1 of 1", ""), *((f"{who}: {said}", "") for who, said in SAID))
    assert read(page, "a.pdf") == ALL


def test_plays_of_shakespeare_as_a_table_are_speeches() -> None:
    """The verses of a speech are one line, acts are headings, and a row without a verse's number is a direction."""
    rows = (
        'Dataline,Play,PlayerLinenumber,ActSceneLine,Player,PlayerLine\n1,Tea,,,,ACT I\n2,Tea,,,,"Enter ADA, a cook"\n'
        "3,Tea,1,1.1.1,ADA,The kettle is on\n4,Tea,1,1.1.2,ADA,and warm.\n5,Tea,1,,ADA,Exit\n6,Tea,1,1.1.3,BO,Pour.\n"
        "7,Tea,2,1.1.4,ADA,No.\n"
    )
    text = "[ACT I]\n(Enter ADA, a cook)\nADA: The kettle is on and warm.\n(Exit)\nBO: Pour.\nADA: No."
    assert read(rows, "a.csv") == text
