"""Invented corpora of every kind that can be brought, of any size, for benchmarks of reading and training."""

import csv
import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from html import escape

import numpy as np
from openpyxl import Workbook

PEOPLE = ("MARTA", "OLD TOM", "KEEPER", "DR. WEISS", "ANNA", "BEN")
_WORDS = tuple(
    """
    the boat and harbour lamp we never left before tide you said it was only wind who moved a barrel sand dog listen my
    father tracker would have told its name what time is going back after wait don't like look of clouds could ask
    keeper light he hasn't spoken to anyone since march then has lot say fine somebody thirsty
    """.split()  # noqa: SIM905 -- a list of them is fifty lines
)
_FIRST = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
Line = tuple[str, str]  # who speaks, what is said


def lines(megabytes: float, *, seed: int = 0) -> Iterator[Line]:
    """Yield lines of six people, about `megabytes` of them (10**6 characters)."""
    rng = np.random.default_rng(seed)
    left = megabytes * 1e6
    while left > 0:
        lengths = rng.integers(1, 18, size=1_000)
        words = iter(rng.integers(len(_WORDS), size=int(lengths.sum())).tolist())
        speakers = rng.integers(len(PEOPLE), size=1_000).tolist()
        for length, speaker in zip(lengths.tolist(), speakers, strict=True):
            said = " ".join(_WORDS[next(words)] for _ in range(length))
            text = f"{said[0].upper()}{said[1:]}{'.?!'[length % 3]}"
            left -= len(text) + len(PEOPLE[speaker]) + 3
            yield PEOPLE[speaker], text
            if left <= 0:
                return


def _moment(number: int) -> dt.datetime:
    return _FIRST + dt.timedelta(minutes=7 * number)


def _cue(number: int, sign: str) -> str:
    hours, rest = divmod(3 * number, 3_600)
    return f"{hours:02}:{rest // 60:02}:{rest % 60:02}{sign}000 --> {hours:02}:{rest // 60:02}:{rest % 60:02}{sign}900"


def _text(said: Iterator[Line]) -> str:
    return "".join(f"{who}: {text}\n" for who, text in said)


def _table(said: Iterator[Line], delimiter: str = ",") -> str:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(["Season", "Episode", "Character", "Line"])
    writer.writerows(
        (1 + number // 50_000, 1 + number // 2_000, who, text) for number, (who, text) in enumerate(said)
    )
    return file.getvalue()


def _json_lines(said: Iterator[Line]) -> str:
    return "".join(
        json.dumps({"episode": 1 + number // 2_000, "speaker": who, "line": text}) + "\n"
        for number, (who, text) in enumerate(said)
    )


def _messages(said: Iterator[Line]) -> str:
    return json.dumps([{"author": who.title(), "content": text} for who, text in said])


def _discord_json(said: Iterator[Line]) -> str:
    messages = [
        {
            "id": str(number),
            "type": "Default",
            "timestamp": _moment(number).isoformat(),
            "content": text,
            "author": {"id": who, "name": who, "nickname": who.title(), "isBot": False},
            "mentions": [],
        }
        for number, (who, text) in enumerate(said)
    ]
    return json.dumps({"guild": {"name": "g"}, "channel": {"name": "harbour"}, "messages": messages})


def _discord_csv(said: Iterator[Line]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(["AuthorID", "Author", "Date", "Content", "Attachments", "Reactions"])
    writer.writerows(
        (9, who, _moment(number).isoformat(), text, "", "") for number, (who, text) in enumerate(said)
    )
    return file.getvalue()


def _discord_text(said: Iterator[Line]) -> str:
    head = f"{'=' * 62}\nGuild: Night Watch\nChannel: Text / harbour\n{'=' * 62}\n\n"
    return head + "".join(
        f"[{_moment(number):%d/%m/%Y %H:%M}] {who.lower()}\n{text}\n\n"
        for number, (who, text) in enumerate(said)
    )


def _discord_html(said: Iterator[Line]) -> str:
    return "<!DOCTYPE html><html><body><div class=chatlog>" + "".join(
        f'<div class="chatlog__message-group"><div class="chatlog__message"><span class="chatlog__author" '
        f'data-user-id="9">{who.title()}</span><span class="chatlog__timestamp" title="{_moment(number):%d.%m.%Y %H:%M}'
        f'">x</span><div class="chatlog__content"><span class="chatlog__markdown-preserve">{escape(text)}</span></div>'
        "</div></div>\n"
        for number, (who, text) in enumerate(said)
    )


def _whatsapp(said: Iterator[Line]) -> str:
    return "".join(
        f"{_moment(number):%d/%m/%Y, %H:%M} - {who.title()}: {text}\n"
        for number, (who, text) in enumerate(said)
    )


def _telegram_json(said: Iterator[Line]) -> str:
    messages = [
        {
            "id": number,
            "type": "message",
            "date": f"{_moment(number):%Y-%m-%dT%H:%M:%S}",
            "from": who.title(),
            "text": text,
        }
        for number, (who, text) in enumerate(said)
    ]
    return json.dumps({"name": "Boat", "type": "private_group", "messages": messages})


def _telegram_html(said: Iterator[Line]) -> str:
    return "<!DOCTYPE html><html><body><div class=history>" + "".join(
        f'<div class="message default clearfix"><div class="body"><div class="pull_right date details" '
        f'title="{_moment(number):%d.%m.%Y %H:%M:%S}">x</div><div class="from_name">{who.title()}</div>'
        f'<div class="text">{escape(text)}</div></div></div>\n'
        for number, (who, text) in enumerate(said)
    )


def _slack(said: Iterator[Line]) -> bytes:
    days: dict[str, list[dict[str, str]]] = {}
    for number, (who, text) in enumerate(said):
        message = {"type": "message", "user": f"U{PEOPLE.index(who):04}", "text": text, "ts": str(number)}
        # As many days as an archive may have files.
        days.setdefault(f"{_FIRST + dt.timedelta(days=number // 400):%Y-%m-%d}", []).append(message)
    users = [
        {"id": f"U{number:04}", "profile": {"real_name": who.title()}} for number, who in enumerate(PEOPLE)
    ]
    return pack(
        {
            "users.json": json.dumps(users),
            **{f"general/{day}.json": json.dumps(messages) for day, messages in days.items()},
        }
    )


def _irc(said: Iterator[Line]) -> str:
    return "".join(
        f"[{_moment(number):%Y-%m-%d %H:%M}] <{who.lower().replace(' ', '_')}> {text}\n"
        for number, (who, text) in enumerate(said)
    )


def _srt(said: Iterator[Line]) -> str:
    return "".join(
        f"{number + 1}\n{_cue(number, ',')}\n{who}: {text}\n\n" for number, (who, text) in enumerate(said)
    )


def _vtt(said: Iterator[Line]) -> str:
    cues = (f"{_cue(number, '.')}\n<v {who}>{text}\n\n" for number, (who, text) in enumerate(said))
    return "WEBVTT\n\n" + "".join(cues)


def _ass(said: Iterator[Line]) -> str:
    head = "[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, "
    head += "MarginV, Effect, Text\n"
    return head + "".join(
        f"Dialogue: 0,{number // 1200 % 10}:{number // 20 % 60:02}:{3 * number % 60:02}.00,9:59:59.00,Default,{who},"
        f"0,0,0,,{{\\i1}}{text}{{\\i0}}\n"
        for number, (who, text) in enumerate(said)
    )


def _ttml(said: Iterator[Line]) -> str:
    cues = (
        f'<p begin="{number}.0s" end="{number}.9s">{who}: {escape(text)}</p>\n'
        for number, (who, text) in enumerate(said)
    )
    return f'<?xml version="1.0"?>\n<tt xmlns="http://www.w3.org/ns/ttml"><body><div>\n{"".join(cues)}</div></body></tt>'


def _microdvd(said: Iterator[Line]) -> str:
    return "{1}{1}25\n" + "".join(
        f"{{{75 * number}}}{{{75 * number + 60}}}{who}: {text}\n" for number, (who, text) in enumerate(said)
    )


def _fountain(said: Iterator[Line]) -> str:
    return "".join(
        ("INT. HARBOUR - NIGHT\n\n" if number % 40 == 0 else "") + f"{who}\n{text}\n\n"
        for number, (who, text) in enumerate(said)
    )


def _final_draft(said: Iterator[Line]) -> str:
    paragraphs = (
        f'<Paragraph Type="Character"><Text>{who}</Text></Paragraph>\n<Paragraph Type="Dialogue"><Text>{text}</Text>'
        "</Paragraph>\n"
        for who, text in said
    )
    content = f"<Content>\n{''.join(paragraphs)}</Content>"
    return f'<?xml version="1.0"?>\n<FinalDraft DocumentType="Script">{content}</FinalDraft>'


def _play(said: Iterator[Line]) -> str:
    start, end = (f"*** {word} OF THE PROJECT GUTENBERG EBOOK THE HARBOUR ***" for word in ("START", "END"))
    body = "".join(
        (f"SCENE {number % 7 + 1}. The harbour.\n\n" if number % 60 == 0 else "") + f"{who}.\n{text}\n\n"
        for number, (who, text) in enumerate(said)
    )
    return f"Title: The Harbour\n\n{start}\n\nACT I\n\n{body}{end}\n\nlicence\n"


def _folio(said: Iterator[Line]) -> str:
    return "ACT I\n\n" + "".join(f"  {who.title().split()[-1][:4]}. {text}\n\n" for who, text in said)


def _html(said: Iterator[Line]) -> str:
    paragraphs = (f"<p><b>{who.title()}:</b> {escape(text)}</p>\n" for who, text in said)
    return f"<!DOCTYPE html><html><head><title>x</title></head><body>{''.join(paragraphs)}</body></html>"


def _markdown(said: Iterator[Line]) -> str:
    return "# Night Watch\n\n" + "".join(f"**{who.title()}:** {text}\n\n" for who, text in said)


def _word(said: Iterator[Line]) -> bytes:
    paragraphs = (f"<w:p><w:r><w:t>{who}: {escape(text)}</w:t></w:r></w:p>" for who, text in said)
    return pack(
        {
            "word/document.xml": f'<w:document xmlns:w="urn:w"><w:body>{"".join(paragraphs)}</w:body></w:document>'
        }
    )


def _excel(said: Iterator[Line]) -> bytes:
    book, data = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet("Lines")
    sheet.append(["Episode", "Speaker", "Line"])
    for number, (who, text) in enumerate(said):
        sheet.append([1 + number // 2_000, who, text])
    book.save(data)
    return data.getvalue()


def _epub(said: Iterator[Line]) -> bytes:
    paragraphs = [f"<p>{who}: {escape(text)}</p>\n" for who, text in said]
    pages = ["".join(paragraphs[first : first + 2_000]) for first in range(0, len(paragraphs), 2_000)]
    items = "".join(
        f'<item id="p{number}" href="p{number}.xhtml" media-type="application/xhtml+xml"/>'
        for number in range(len(pages))
    )
    spine = "".join(f'<itemref idref="p{number}"/>' for number in range(len(pages)))
    return pack(
        {
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>',
            "b.opf": f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>",
            **{f"p{number}.xhtml": f"<html><body>{page}</body></html>" for number, page in enumerate(pages)},
        }
    )


def pack(members: dict[str, str | bytes]) -> bytes:
    """Return a .zip of files."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def _pdf(said: Iterator[Line]) -> bytes:
    rows = [f"{who}: {text}" for who, text in said]
    objects = [b"", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"]
    kids = []
    for first in range(0, len(rows), _LINES_OF_PAGE):
        shown = "".join(f"({row}) Tj T*\n" for row in rows[first : first + _LINES_OF_PAGE])
        stream = f"BT /F1 8 Tf 10 TL 30 780 Td\n{shown}ET".encode()
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        kids.append(len(objects) + 1)
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {len(objects)} 0 R "
        objects.append(f"{page}/Resources << /Font << /F1 3 0 R >> >> >>".encode())
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    listed = " ".join(f"{kid} 0 R" for kid in kids)
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{listed}] >>".encode()
    data, places = bytearray(b"%PDF-1.4\n"), []
    for number, each in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    data += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(data)


_LINES_OF_PAGE = 70

# Each kind: the file's name, and how it is made.
KINDS: dict[str, tuple[str, Callable[[Iterator[Line]], str | bytes]]] = {
    "text": ("a.txt", _text),
    "CSV": ("a.csv", _table),
    "TSV": ("a.tsv", lambda said: _table(said, "\t")),
    "Excel": ("a.xlsx", _excel),
    "JSON lines": ("a.jsonl", _json_lines),
    "list of messages": ("m.json", _messages),
    "DiscordChatExporter JSON": ("d.json", _discord_json),
    "DiscordChatExporter CSV": ("d.csv", _discord_csv),
    "DiscordChatExporter HTML": ("d.html", _discord_html),
    "DiscordChatExporter text": ("d.txt", _discord_text),
    "WhatsApp": ("w.txt", _whatsapp),
    "Telegram JSON": ("t.json", _telegram_json),
    "Telegram HTML": ("t.html", _telegram_html),
    "Slack": ("s.zip", _slack),
    "IRC": ("i.log", _irc),
    "SubRip": ("a.srt", _srt),
    "WebVTT": ("a.vtt", _vtt),
    "SubStation Alpha": ("a.ass", _ass),
    "TTML": ("a.ttml", _ttml),
    "MicroDVD": ("a.sub", _microdvd),
    "Fountain": ("a.fountain", _fountain),
    "Final Draft": ("a.fdx", _final_draft),
    "play, names on lines of their own": ("p.txt", _play),
    "play, First Folio": ("f.txt", _folio),
    "HTML": ("a.html", _html),
    "Markdown": ("a.md", _markdown),
    "Word": ("a.docx", _word),
    "PDF": ("a.pdf", _pdf),
    "EPUB": ("a.epub", _epub),
}


def build(kind: str, megabytes: float, *, seed: int = 0) -> tuple[str, bytes]:
    """Return the name and the content of a file of a kind that holds about so many characters (10**6) of lines."""
    name, write = KINDS[kind]
    content = write(lines(megabytes, seed=seed))
    return name, content.encode() if isinstance(content, str) else content
