"""Files of every kind that people bring: what is read of each, in the common form, and what is left out."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from core.config import TrainConfig
from core.data.formats.documents.html import html_text
from core.data.formats.html_parser import PageReader, feed
from core.data.report import describe
from core.data.sources.source import Source
from core.errors import CorpusError

ADA, BO = "Ada: The kettle is on.", "Bo: Then pour."


def pack(members: dict[str, str]) -> bytes:
    """Return an archive."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def discord(*messages: dict[str, object]) -> str:
    """Return an export of DiscordChatExporter."""
    return json.dumps({"guild": {"name": "g"}, "channel": {"name": "tea"}, "messages": messages})


def said(text: str, name: str = "Ada", day: str = "2024-01-05", **more: object) -> dict[str, object]:
    """Return one message of such an export."""
    author = {"id": "9", "name": name.lower(), "nickname": name, "isBot": more.pop("bot", False)}
    return {
        "id": "1",
        "type": "Default",
        "timestamp": f"{day}T21:03:00+00:00",
        "content": text,
        "author": author,
        **more,
    }


def document(*paragraphs: str) -> bytes:
    """Return a Word document."""
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    return pack({"word/document.xml": f'<w:document xmlns:w="urn:w"><w:body>{body}</w:body></w:document>'})


def book(*pages: str) -> bytes:
    """Return an EPUB."""
    items = "".join(
        f'<item id="p{n}" href="p{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(len(pages))
    )
    refs = "".join(f'<itemref idref="p{n}"/>' for n in range(len(pages)))
    return pack({
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="o/b.opf"/></rootfiles></container>',
        "o/b.opf": f"<package><manifest>{items}</manifest><spine>{refs}</spine></package>",
        **{f"o/p{n}.xhtml": f"<html><body>{page}</body></html>" for n, page in enumerate(pages)},
    })  # fmt: skip


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    """Return an Excel workbook."""
    book, data = Workbook(write_only=True), io.BytesIO()
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(data)
    return data.getvalue()


def pdf(encryption: bytes = b"") -> bytes:
    """Return a PDF of one empty page."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>",
        *([encryption] if encryption else []),
    ]
    data = b"%PDF-1.6\n"
    places = []
    for number, each in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    more = b"/Encrypt 4 0 R /ID [<00><00>] " if encryption else b""
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer << /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1,
        more,
        len(data),
    )
    return data + head + table + tail


SCENE = "INT. KITCHEN - NIGHT\n\nADA\n(softly)\nThe kettle is on.\n\nBO (V.O.)\nThen pour.\n\nCUT TO:\n\n"
FDX = (
    '<FinalDraft DocumentType="Script"><Content><Paragraph Type="Scene Heading"><Text>INT. HALL</Text></Paragraph>'
    '<Paragraph Type="Character"><Text>ADA (V.O.)</Text></Paragraph><Paragraph Type="Dialogue"><Text>Tea.</Text>'
    "</Paragraph></Content></FinalDraft>"
)
SRT = "1\n00:00:00,000 --> 00:00:01,900\n<i>The kettle is on.</i>\n\n2\n00:00:02,000 --> 00:00:03,900\n- Then\npour.\n\n"
FRAME = "The Project Gutenberg eBook of Tea\n\nTitle: Tea\n\n*** START OF THE PROJECT GUTENBERG EBOOK TEA ***\n\n{}\n\n*** END OF THE PROJECT GUTENBERG EBOOK TEA ***\n\nlicence"
TELEGRAM = {"name": "Tea", "type": "private_group", "messages": [
    {"type": "message", "date": "2024-01-05T21:03:00", "from": "Ada", "text": "The kettle is on."},
    {"type": "service", "date": "2024-01-05T21:03:00", "actor": "Ada", "text": ""},
    {"type": "message", "date": "2024-01-05T21:04:00", "from": "Bo", "text": ["Then ", {"type": "bold", "text": "pour."}]},
]}  # fmt: skip
SLACK = [{"type": "message", "user": "U01", "text": "The kettle is on.", "ts": "1", "user_profile": {"display_name": "Ada"}},
         {"type": "message", "subtype": "channel_join", "user": "U02", "text": "joined", "ts": "2"},
         {"type": "message", "user": "U02", "text": "Then pour.", "ts": "3", "user_profile": {"display_name": "Bo"}}]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "format_", "text"),
    [
        ("a.csv", 'Season,Episode,Character,Line\n1,1,Ada,"The kettle\nis on."\n1,1,Bo,Then pour.\n', "CSV", f"{ADA}\n{BO}"),
        ("a.txt", "Character\tLine\nAda\tThe kettle is on.\nBo\tThen pour.\nBo\tNow.\n", "TSV", f"{ADA}\n{BO}\nBo: Now."),
        ("a.jsonl", '{"speaker": "Ada", "line": "The kettle is on."}\n{"speaker": "Bo", "line": "Then pour."}\n', "JSON lines", f"{ADA}\n{BO}"),
        ("a.json", '[{"author": "Ada", "content": "The kettle is on."}, {"author": "Bo", "content": "Then pour."}]', "JSON list", f"{ADA}\n{BO}"),
        ("a.json", discord(said("The kettle is on. <:kek:123456789012345678> https://a.b/c"), said("beep", "Robot", bot=True), said("Then pour.", "Bo"), said("", "Bo")), "DiscordChatExporter", f"Ada: The kettle is on. :kek:\n{BO}"),
        ("a.json", json.dumps(TELEGRAM), "Telegram", f"{ADA}\n{BO}"),
        ("a.json", json.dumps(SLACK), "Slack", f"{ADA}\n{BO}"),
        ("a.txt", "1/5/24, 9:03\u202fPM - Ada: The kettle\nis on.\n1/5/24, 9:03\u202fPM - Ada joined\n1/5/24, 9:04\u202fPM - Bo: Then pour.\n", "WhatsApp", f"{ADA}\n{BO}"),
        ("a.txt", "[05.01.24, 21:03:12] Ada: The kettle is on.\n[05.01.24, 21:04:02] Bo: \u200eimage omitted\n[05.01.24, 21:04:09] Bo: Then pour.\n", "WhatsApp", f"{ADA}\n{BO}"),
        ("a.log", "[21:03] <Ada> The kettle is on.\n=== x is now known as y\n[21:04] <Bo> Then pour.\n", "IRC", f"{ADA}\n{BO}"),
        ("a.txt", "[05.01.24, 21:03:12] Tea: \u200eNachrichten sind verschlüsselt.\n[05.01.24, 21:03:12] Ada: The kettle is on.\n[05.01.24, 21:04:09] Bo: Then pour.\n", "WhatsApp", f"{ADA}\n{BO}"),
        ("a.txt", "2024/01/05 21:03 - Ada: The kettle is on.\n2024/01/05 21:03 - Ada: <メディアは含まれていません>\n2024/01/05 21:04 - Bo: Then pour.\n", "WhatsApp", f"{ADA}\n{BO}"),
        ("a.log", "**** BEGIN LOGGING AT Fri Jan  5 21:00:00 2024\n\nJan 05 21:02:11 *\tNow talking on #tea\nJan 05 21:03:11 <Ada>\tThe kettle is on.\nJan 05 21:04:11 <Bo>\tThen pour.\nJan 05 21:04:11 *\tAda has quit (bye)\n", "IRC", f"{ADA}\n{BO}"),
        ("a.txt", "=" * 62 + "\nGuild: S\nChannel: Text / tea\n" + "=" * 62 + "\n\n[05/01/2024 9:00 PM] Ada\nThe kettle is on.\n\n[05/01/2024 9:01 PM] Bo\nThen pour.\n", "DiscordChatExporter text", f"{ADA}\n{BO}"),
        ("a.txt", SRT, "subtitles", "The kettle is on.\nThen pour."),
        ("a.vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\n<v Ada>The kettle is on.\n\n00:01.000 --> 00:02.000\n<v Bo>Then pour.\n", "subtitles", f"{ADA}\n{BO}"),
        ("a.txt", "Title: Tea\nAuthor: Nobody\n\n" + SCENE * 2, "Fountain", "\n\n".join(["[INT. KITCHEN - NIGHT]\n\nADA: (softly) The kettle is on.\n\nBO: Then pour."] * 2)),
        ("a.fountain", "INT. HALL - DAY\n\nGUARD #1\nTea?\n\n12 CONTINUED:\n\nGUARD #2 ^\nTea.\n\n", "Fountain", "[INT. HALL - DAY]\n\nGUARD #1: Tea?\n\nGUARD #2: Tea."),
        ("a.fdx", '<?xml version="1.0"?>' + FDX, "Final Draft", "[INT. HALL]\n\nADA: Tea."),
        ("a.txt", FRAME.format("ACT I\n\nADA.\nThe kettle\nis on.\n\nBO.\nThen pour.\n\nADA.\nNow."), "on lines of their own", "[ACT I]\n\nADA: The kettle is on.\n\nBO: Then pour.\n\nADA: Now."),
        ("a.txt", "ADA:\nThe kettle is on.\n\nBO:\nThen pour.\n\n", "on lines of their own", "ADA: The kettle is on.\n\nBO: Then pour."),
        ("a.txt", "Ada. The kettle is on.\n\nBo. [Rising.] Pour.\n\nAda. No.\n\nBo. Yes.\n", "NAME.", "Ada: The kettle is on.\n\nBo: (Rising.) Pour.\n\nAda: No.\n\nBo: Yes."),
        ("a.txt", "小明：水开了。\n老师：那就倒茶。\n" * 2, "NAME:", "\n".join(["小明: 水开了。\n老师: 那就倒茶。"] * 2)),
        ("a.txt", "ada : hi <@42>\nbo_99 : yo\nada : so?\nbo_99 : hm\n", "NAME:", "ada: hi\nbo_99: yo\nada: so?\nbo_99: hm"),
        ("a.md", "### Scene 1\n\n*The kitchen.*\n\n**Ada:** The kettle is on.\n\n**Bo:** Then pour.\n", "Markdown", f"[Scene 1]\n\n(The kitchen.)\n\n{ADA}\n\n{BO}"),
        ("a.html", "<html><head><title>x</title></head><body><h2>Hall</h2><p><b>Ada:</b> The kettle<br>is on.<script>x()</script></p></body></html>", "HTML", "[Hall]\n\nAda: The kettle\nis on."),
        ("a.html", "<html><body><dl><dt>Ada</dt><dd>The kettle is on.</dd><dt>Bo</dt><dd>Then pour.</dd></dl></body></html>", "HTML", f"{ADA}\n\n{BO}"),
        ("a.html", '<html><body><div><span class="speaker">Ada</span><span>The kettle is on.</span><span class="time">0:01</span></div><p class="character">BO</p><p>Pour.</p></body></html>', "HTML", f"{ADA}\n\nBO: Pour."),
        ("a.html", "<html><body><table><tr><th>Time</th><th>Speaker</th><th>Line</th></tr>" + "<tr><td>0:01</td><td>Ada</td><td>The kettle is on.</td></tr><tr><td>0:02</td><td>Bo</td><td>Then pour.</td></tr>" * 2 + "</table></body></html>", "HTML", f"{ADA}\n{BO}\n{ADA}\n{BO}"),
        ("a.docx", document("Ada: The kettle is on.", "Bo: Then pour."), "Word", f"{ADA}\n{BO}"),
        ("a.docx", pack({"word/document.xml": '<w:document xmlns:w="urn:w"><w:body><w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Hall One</w:t></w:r></w:p><w:tbl>' + "".join(f"<w:tr>{''.join(f'<w:tc><w:p><w:r><w:t>{cell}</w:t></w:r></w:p></w:tc>' for cell in row)}</w:tr>" for row in [("0:01", "Ada", "The kettle is on."), ("0:02", "Bo", "Then pour.")] * 2) + "</w:tbl></w:body></w:document>"}), "Word", f"[Hall One]\n{ADA}\n{BO}\n{ADA}\n{BO}"),
        ("a.txt", "[Ada] The kettle is on.\n[Bo] Then pour.\n" * 2, "NAME:", f"{ADA}\n{BO}\n{ADA}\n{BO}"),
        ("a.txt", "Ada  0:01\nThe kettle is on.\n\nBo  0:02\nThen pour.\n\n", "on lines of their own", f"{ADA}\n\n{BO}"),
        ("a.txt", "ACT I\n\nSCENE I. A hall.\n\nEnter Ada.\n\nHam. The kettle.\n\n1.Clo. Pour.\n\nHam. _Now._\n\n1.Clo. No.\n", "NAME.", "[ACT I]\n\n[SCENE I. A hall.]\n\n(Enter Ada.)\n\nHam: The kettle.\n\n1.Clo: Pour.\n\nHam: Now.\n\n1.Clo: No."),
        ("a.txt", "Actus Primus. Scoena Prima.\n\nFran. The kettle.\n\nBar. Pour.\n\n" * 2 + "Fran. Now.\n\nBar. No.\n\nFra. Bar ha's my cup: good night.\n", "NAME.", "[Actus Primus. Scoena Prima.]\n\nFran: The kettle.\n\nBar: Pour.\n\n" * 2 + "Fran: Now.\n\nBar: No.\n\nFra: Bar ha's my cup: good night."),
        ("a.txt", "1. Ada: The kettle is on.\n2. Bo: Then pour.\n3. Ada: The kettle is on.\n4. Bo: Then pour.\n", "NAME:", f"{ADA}\n{BO}\n{ADA}\n{BO}"),
        ("a.html", "<html><body><pre><b>   ADA\n</b>   The kettle is on.\n\n<b>   BO\n</b>   Then pour.\n</pre></body></html>", "HTML", "ADA: The kettle is on.\n\nBO: Then pour."),
        ("a.csv", "id,question,answer\n1,Is the kettle on?,Then pour.\n2,Is it on now?,Pour it now.\n", "CSV", "Question: Is the kettle on?\nAnswer: Then pour.\nQuestion: Is it on now?\nAnswer: Pour it now."),
        ("a.txt", "ADA [rising] The kettle is on.\n\nBO.--Pour.\n\nADA, _aside_.--Now?\n\nBO. Yes.\n", "NAME.", "ADA: (rising) The kettle is on.\n\nBO: Pour.\n\nADA: (aside) Now?\n\nBO: Yes."),
        ("a.txt", "SCENE I\tA hall.\nAda\tThe kettle is on.\nBo\tThen pour.\nAda\tNow.\nBo\tYes, now.\n", "TSV", f"[SCENE I. A hall.]\n{ADA}\n{BO}\nAda: Now.\nBo: Yes, now."),
        ("a.csv", '"AuthorID","Author","Date","Content","Attachments","Reactions"\n"1","Ada","2024-01-05T21:03:00","The kettle is on.","",""\n"1","Ada","2024-01-05T21:03:00","Joined the server.","",""\n"2","Bo","2024-01-05T21:04:00","Then pour.","",""\n"3","Cy","2024-01-05T21:04:00","https://a.b","",""\n"4","Di","2024-01-05T21:04:00","","",""\n"5","Dyno#3861","2024-01-05T21:04:00","Level up!","",""\n', "DiscordChatExporter CSV", f"{ADA}\n{BO}"),
        ("a.log", "--- Log opened Fri Jan 05 21:00:00 2024\n21:03 <@Ada> \x0304The kettle\x03 is on.\n21:04 < Bo> Then pour.\n", "IRC", f"{ADA}\n{BO}"),
        ("a.txt", "2024. 1. 5. 오후 9:03, Ada : The kettle is on.\n2024. 1. 5. 오후 9:04, Bo : Then pour.\n2024. 1. 5. 오후 9:04, Bo : 삭제된 메시지입니다.\n", "WhatsApp", f"{ADA}\n{BO}"),
        ("a.vtt", "WEBVTT\n\ntea-1\n00:00.000 --> 00:01.000\n<v Ada>The<00:00:00.500><c> kettle</c> is on.\n\ntea-2\n00:01.000 --> 00:02.000\n<v Bo>Then pour.\n", "subtitles", f"{ADA}\n{BO}"),
        ("a.ass", "[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\nDialogue: 0,0:00:01.00,0:00:02.00,Default,Ada,0,0,0,,{\\i1}The kettle{\\i0}\\Nis on.\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\p1}m 0 0 l 9 9{\\p0}\nDialogue: 0,0:00:02.00,0:00:03.00,Default,Bo,0,0,0,,Then pour.\n", "SubStation", f"{ADA}\n{BO}"),
        ("a.xlsx", workbook({"Lines": [["Tea, all of it"], [], ["No", "Who", "What is said"], [1, "Ada", "The kettle is on."], [2, "Bo", "Then pour."], [3, "Ada", "Now."], [4, "Bo", "Yes, now."]], "About": [["These are the lines of Tea, the whole of it."]]}), "Excel", f"{ADA}\n{BO}\nAda: Now.\nBo: Yes, now."),
        ("a.epub", book("<p>cover</p>", f"<p>{ADA}</p>" * 20), "EPUB", "\n\n".join([ADA] * 20)),
    ],
)  # fmt: skip
def test_file_is_read_in_the_common_form(
    tmp_path: Path, name: str, content: str | bytes, format_: str, text: str
) -> None:
    """Whatever a file is called, its lines name who speaks, and no time, id, mark, frame or system message is left."""
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    facts, _ = describe(Source(str(path)), TrainConfig())
    assert format_ in facts["format"]
    assert "without speakers" not in facts["format"]
    assert facts["sample"] == text[:400] or facts["sample"] in text
    assert facts["characters"] == len(text)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.pdf", b"%PDF-1.5\n1 0 obj", "is a damaged PDF"),
        ("a.pdf", pdf(), "is a PDF of 1 page without text, probably scanned"),
        ("a.pdf", pdf(b"<< /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >>" % (b"41" * 32, b"42" * 32)), "is an encrypted PDF"),
        ("a.srt", b"1\n00:00:01,000 --> 00:00\nNo.\n\n2\n--> 00:00:02\n", "has damaged subtitles"),
        ("a.txt", b"1/5/24, 9:03 PM - Ada: <Media omitted>\n" * 9, "of 9 messages, and none has text"),
        ("a.xlsx", workbook({"A": [["x"] * 1_001] * 3}), "and at most 1,000 are read"),
        ("a.csv", b"Speaker,Line\n", "is a table without rows"),
        ("a.csv", b"x,y\n1,2\n3,4\n5,6\n", "no column holds lines of text"),
        ("a.csv", b"a," * 200_000 + b"\n", "and at most 1,000 are read"),
        ("a.json", b'{"guild": {"name": "g"}, "mess', "is cut short"),
        ("a.json", discord(said(""), said("")).encode(), "of 2 messages, and none has text"),
        ("a.fdx", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aa">]><FinalDraft>&a;</FinalDraft>', "defines entities"),
        ("a.docx", pack({"word/document.xml": "<w:document"}), "is a damaged Word document"),
        ("a.docx", document(), "without any text"),
        ("a.xlsx", pack({"xl/workbook.xml": "<x/>"}), "is a damaged Excel workbook"),
        ("a.zip", pack({"b.zip": "PK"}), "holds another archive, 'b.zip'"),
    ],
)  # fmt: skip
def test_file_that_cannot_be_read_says_what_it_is(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    """A file that holds nothing to learn from is named, with what was found."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=sentence) as refused:
        describe(Source(str(path)), TrainConfig())
    assert name in str(refused.value)


def test_cues_of_one_word_are_no_names(tmp_path: Path) -> None:
    """Subtitles whose cues are often a word stay a line each, and what rolls up is read once."""
    cues = ["No.", "Ha.", "The kettle is on.", "No.", "Ha.", "No.", "Then pour."]
    path = tmp_path / "a.srt"
    times = [f"00:00:{number:02},000 --> 00:00:{number:02},900" for number in range(len(cues))]
    path.write_text(
        "".join(
            f"{number}\n{time}\n{cues[number - 1]}\n{cue}\n\n" if number else f"0\n{time}\n{cue}\n\n"
            for number, (time, cue) in enumerate(zip(times, cues, strict=True))
        ),
        encoding="utf-8",
    )
    assert describe(Source(str(path)), TrainConfig())[0]["sample"] == "\n".join(cues)


def test_sample_ends_with_a_whole_line(tmp_path: Path) -> None:
    """The part of a text that a report shows breaks no line off."""
    path = tmp_path / "a.txt"
    path.write_text(
        "\n".join(f"ADA: The kettle number {number} is on." for number in range(200)), encoding="utf-8"
    )
    sample = describe(Source(str(path)), TrainConfig())[0]["sample"]
    assert len(sample) > 300
    assert all(line.endswith(" is on.") for line in sample.split("\n"))


def test_table_of_a_play_goes_on_with_the_speech_above(tmp_path: Path) -> None:
    """Where most rows name nobody, they are verses of the speech above, and no directions."""
    path = tmp_path / "play.tsv"
    rows = "Ada\tThe kettle is on,\n\tand has been on for hours,\n\tfor nobody would pour.\n\t[Exit]\nBo\tThen pour.\n"
    path.write_text(rows * 20, encoding="utf-8")
    text = "Ada: The kettle is on, and has been on for hours, for nobody would pour.\n(Exit)\nBo: Then pour."
    assert text in describe(Source(str(path)), TrainConfig())[0]["sample"]


@pytest.mark.parametrize("opened", ["<div>", "<b>", "<dt>", "<table>", "<pre>"])
def test_page_that_closes_nothing_is_read_to_its_end(opened: str) -> None:
    """Elements that are opened and never closed do not pile up, and no text after them is lost."""
    page = "<body>" + opened * 20_000 + "<p>ODO: No.</p>" + "</i>" * 20_000 + "<p>KIRA: Yes.</p>"
    depths: list[int] = []

    class Reader(PageReader):
        """Counts what is open."""

        def start(self, tag: str, attributes: dict[str, str]) -> None:
            depths.append(depths[-1] + 1 if depths else 1)

        def end(self, tag: str) -> None:
            depths.append(depths[-1] - 1)

    feed(Reader(), page)
    assert max(depths) < 10_000
    assert "ODO: No." in html_text(page)
    assert "KIRA: Yes." in html_text(page)
