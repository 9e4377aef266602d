"""Chats as apps export them: who wrote what, and nothing that an app or a bot wrote."""

import json
from pathlib import Path

import pytest

from core.data.formats.chats.messages import clean_message
from core.data.formats.detect import read_file
from core.data.sources.read import read_source
from core.data.sources.source import Source


def read(content: str, name: str = "a.txt") -> str:
    """Return the lines of all episodes of a file."""
    return "\n".join(script.text for script in read_file(content.encode(), name).scripts)


@pytest.mark.parametrize(
    "text",
    [
        "Verpasster Sprachanruf", "Appel vocal manqué", "Llamada perdida", "Chamada de voz perdida", "Videochiamata persa",
        "Gemiste spraakoproep", "Пропущенный аудиозвонок", "音声通話に不在着信", "U hebt dit bericht verwijderd",
        "Hai eliminato questo messaggio", "Ta wiadomość została usunięta", "Bu mesaj silindi", "Kontaktkarte ausgelassen",
        "Detta meddelande raderades", "הודעה זו נמחקה", "Reacted 😂 to your message", "Joey님이 나갔습니다.", "사진 3장",
        "IMG-20240129-WA0003.jpg (bestand bijgevoegd)", "POLL:\nTea?\nOPTION: Yes (2 votes)", "\u200eGIF retiré",
    ],
)  # fmt: skip
def test_what_an_app_wrote_is_no_message(text: str) -> None:
    """Deleted messages, missed calls, pictures and polls are nothing, in many languages."""
    assert clean_message(text) == ""


@pytest.mark.parametrize(
    "text", ["Pour. <Diese Nachricht wurde bearbeitet.>", "IMG-20240129-WA0003.jpg (file attached)\nPour."]
)
def test_what_an_app_added_to_a_message_goes(text: str) -> None:
    """A note that a message was changed, and the name of its picture, are no part of it."""
    assert clean_message(text) == "Pour."


@pytest.mark.parametrize(
    "stamp",
    [
        "5.1.2024 klo 21.03 - ", "2024-01-05 21 h 03 - ", "5.01.24 г., 21:03 ч. - ", "21:03, 5/1/2024 - ", "5/1/24, 9:03 μ.μ. - ",
        "2024/1/5 晚上9:03 - ", "٥\u200f/١\u200f/٢٠٢٤، ٩:٠٣ م - ", "[2024/1/5 晚上9:03:12] ", "[9:03 PM]", "Jan 05, 2024, 09:03 PM - ",
    ],
)  # fmt: skip
def test_stamp_of_any_locale_is_no_text(stamp: str) -> None:
    """Words and signs between a day and its time, beside the time, or of another script do not hide who wrote."""
    assert read(f"{stamp}Ada: Tea?\n{stamp}Bo: No.\n" * 2) == "\n".join(["Ada: Tea?\nBo: No."] * 2)


@pytest.mark.parametrize("line", ["* ada (~u@host) has joined #tea", "[21:05] * ada (~u@host) Quit (bye)"])
def test_who_came_to_irc_did_nothing(line: str) -> None:
    """An address in brackets shows that mIRC tells who joins or leaves."""
    assert read(f"[21:03] <ada> Tea?\n{line}\n[21:06] <bo> No.\n", "a.log") == "ada: Tea?\nbo: No."


def test_names_of_a_computer_s_line_are_told_without_tabs() -> None:
    """A name has the words that always come together where nothing but spaces separate it."""
    chat = "2024.01.05 Friday\n21:03 Carl O. Tea?\n21:04 Ada No.\n21:05 Carl O. Pour.\n21:06 Ada [Sticker]\n21:07 Carl O. So?\n"
    assert read(chat) == "Carl O.: Tea?\nAda: No.\nCarl O.: Pour.\nCarl O.: So?"


def test_discord_package_is_what_one_person_wrote(tmp_path: Path) -> None:
    """Channels have their names, the author theirs, and lists of the package are left out."""
    files = {
        "Account/user.json": {"id": "1", "username": "ada_1", "global_name": "Ada"},
        "Messages/index.json": {"123456789012345678": "tea in Club"},
        "Messages/c123456789012345678/channel.json": {
            "id": "123456789012345678",
            "type": "GUILD_TEXT",
            "name": "tea",
        },
        "Messages/c123456789012345678/messages.json": [
            {"ID": 2, "Timestamp": "2024-01-05 21:04:00", "Contents": "Pour.", "Attachments": ""},
            {"ID": 1, "Timestamp": "2024-01-05 21:03:00", "Contents": "Tea?", "Attachments": ""},
        ],
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    reading = read_source(Source(str(tmp_path)))
    assert [(script.label, script.text) for script in reading.scripts] == [
        ("tea in Club", "Ada: Tea?\nAda: Pour.")
    ]
    assert len(reading.left_out) == 3


def test_facebook_s_letters_are_letters() -> None:
    """Facebook escapes the bytes of a letter, and writes what happened in somebody's name."""
    said = [{"sender_name": "Zo\u00c3\u00ab", "timestamp_ms": 1704488500000, "content": text} for text in
            ("Caf\u00c3\u00a9?", "Zo\u00c3\u00ab named the group Tea.", "Pour.")]  # fmt: skip
    assert read(json.dumps({"messages": said}), "a.json") == "Zoë: Café?\nZoë: Pour."


def test_whatsapp_subject_with_a_colon_is_no_speaker() -> None:
    """A system message whose quotation has a colon is nobody's."""
    chat = '1/5/24, 9:03 PM - Ada: Tea?\n1/5/24, 9:04 PM - Ada changed the subject to "Tea: now"\n'
    assert read(chat) == "Ada: Tea?"


def test_discord_text_goes_on_with_the_next_message() -> None:
    """What stands under an embed or a forwarded message, also after a blank line, is not what the author wrote."""
    part = "[05/01/2024 9:00 PM] ada\nTea?\n\n{Embed}\nA page\n\nits text\n\n[05/01/2024 9:01 PM] bo\n\n"
    head = f"{'=' * 62}\nGuild: S\nChannel: Text / tea\n{'=' * 62}\n\n"
    assert (
        read(f"{head}{part}{{Forwarded Message}}\nNo.\n\n[05/01/2024 9:02 PM] bo\nPour.\n")
        == "ada: Tea?\nbo: Pour."
    )


def test_messages_of_discord_itself_are_in_order_and_by_people() -> None:
    """A list as Discord's interface gives it, the newest first, is read from the oldest on, under shown names."""
    author = {"id": "1", "username": "ada_1", "global_name": "Ada"}
    messages = [
        {
            "id": "3",
            "author": {"username": "b", "bot": True},
            "content": "beep",
            "timestamp": "2024-01-05T21:05:00",
        },
        {"id": "2", "author": author, "content": "Pour.", "timestamp": "2024-01-05T21:04:00"},
        {"id": "1", "author": author, "content": "Tea?", "timestamp": "2024-01-05T21:03:00", "type": 0},
    ]
    assert read(json.dumps(messages), "a.json") == "Ada: Tea?\nAda: Pour."


def test_forwarded_messages_and_commands_are_not_learnt() -> None:
    """What somebody else wrote, or what was written to a bot, is nobody's line."""
    messages = [
        {"type": "message", "date": "2024-01-05T21:03:00", "from": "Ada", "text": "Tea?"},
        {"type": "message", "date": "2024-01-05T21:03:00", "from": "Ada", "text": "News", "forwarded_from": "Paper"},
        {"type": "message", "date": "2024-01-05T21:03:00", "from": "Ada", "text": [{"type": "bot_command", "text": "/go"}]},
    ]  # fmt: skip
    assert read(json.dumps({"name": "Tea", "messages": messages}), "a.json") == "Ada: Tea?"
    page = (
        '<div class="page_header"><div class="text bold">Tea</div></div><div class="message default">'
        '<div class="date" title="05.01.2024 21:03:00">x</div><div class="from_name">Ada</div><div class="text">Tea?'
        '</div></div><div class="message default joined"><div class="forwarded body"><div class="from_name">Paper '
        '<span class="date" title="01.01.2024 10:00:00">x</span></div><div class="text">News</div></div></div>'
    )
    reading = read_file(f"<html><body>{page}</body></html>".encode(), "messages.html")
    assert [(script.name, script.text) for script in reading.scripts] == [("Tea 2024-01", "Ada: Tea?")]


def test_slack_bots_go_and_messages_left_out_are_counted_together(tmp_path: Path) -> None:
    """Whoever is a bot by Slack's list says nothing, and what many files leave out is one number."""
    users = [
        {"id": "U1", "profile": {"display_name": "Ada"}},
        {"id": "U2", "is_bot": True, "profile": {"real_name": "Jira"}},
    ]
    (tmp_path / "users.json").write_text(json.dumps(users), encoding="utf-8")
    (tmp_path / "huddles.json").write_text("[]", encoding="utf-8")
    (tmp_path / "tea").mkdir()
    for day in (5, 6):
        messages = [
            {"type": "message", "user": user, "text": "Tea?", "ts": "1"} for user in ("U1", "U2", "USLACKBOT")
        ]
        (tmp_path / "tea" / f"2024-01-0{day}.json").write_text(json.dumps(messages), encoding="utf-8")
    reading = read_source(Source(str(tmp_path)))
    assert [script.text for script in reading.scripts] == ["Ada: Tea?"] * 2
    assert [out.name for out in reading.left_out] == ["huddles.json", "users.json", "4 messages"]


def test_day_that_two_files_share_is_one_episode(tmp_path: Path) -> None:
    """An export in parts may break a day off, which goes on in the next file."""
    for part, text in enumerate(("Tea?", "Pour.")):
        message = {"type": "message", "date": "2024-01-05T21:03:00", "from": "Ada", "text": text}
        document = json.dumps({"name": "Tea", "messages": [message]})
        (tmp_path / f"result{part}.json").write_text(document, encoding="utf-8")
    assert [script.text for script in read_source(Source(str(tmp_path))).scripts] == ["Ada: Tea?\nAda: Pour."]


def test_times_since_1970_are_days() -> None:
    """Seconds and milliseconds in a table are dates."""
    rows = "user,message,time\nAda,Tea?,1701198300\nBo,Pour.,1701198301000\nAda,So?,1701298300.5\nBo,No.,1701298301\n"
    assert [script.name for script in read_file(rows.encode(), "a.csv").scripts] == [
        "2023-11-28",
        "2023-11-29",
    ]


def test_messages_newest_first_are_read_from_the_oldest() -> None:
    """An export that begins with the newest message is turned round."""
    messages = [
        {"sender_name": who, "timestamp_ms": 1701198300000 - number, "content": text, "type": "Generic"}
        for number, (who, text) in enumerate(
            (("Bo", "No."), ("Ada", "So?"), ("Bo", "Pour."), ("Ada", "Tea?"))
        )
    ]
    export = {"participants": [{"name": "Ada"}], "messages": messages, "title": "Tea"}
    assert read(json.dumps(export), "a.json") == "Ada: Tea?\nBo: Pour.\nAda: So?\nBo: No."


def test_what_a_model_is_told_is_no_line() -> None:
    """The system's part of a conversation for training models is left out."""
    roles = [{"role": role, "content": f"I am the {role}."} for role in ("system", "user", "assistant")]
    lines = "\n".join(json.dumps({"messages": roles}) for _ in range(2))
    assert "system" not in read(lines, "a.jsonl")


@pytest.mark.parametrize(
    ("format_", "text"),
    [
        ("LINE", '[LINE] お茶のトーク履歴\n保存日時：2024/01/06 21:03\n\n2024/01/05(金)\n21:03\tAda\tTea?\n21:04\tBo\t[スタンプ]\n21:04\tBo\t"No\nnow."\n21:05\tBoが退出しました。\n\n2024/01/06(土)\n21:03\tAda\tPour.\n'),
        ("LINE", "Chat history in Tea\nSaved on: 01/26/2024 21:03\n\nFri, 01/05/2024\n21:03\tAda\tTea?\n21:04\tBo\t[Photo]\n21:04\tBo\tNo now.\n21:05\tCy joined the group.\n\nFri, 01/26/2024\n21:03\tAda\tPour.\n"),
        ("KakaoTalk", "차 님과 카카오톡 대화\n저장한 날짜 : 2024-01-06 21:03:11\n\n--------------- 2024년 1월 5일 금요일 ---------------\n[Ada] [오후 9:03] Tea?\n[Bo] [오후 9:04] 사진 2장\n[Bo] [오후 9:04] No\nnow.\n보님이 나갔습니다.\n--------------- Saturday, January 6, 2024 ---------------\n[Ada] [9:03 PM] Pour.\n"),
        ("KakaoTalk", "차 카카오톡 대화\n저장한 날짜 : 2024년 1월 6일 오후 9:03\n\n2024년 1월 5일 오후 9:03\n2024년 1월 5일 오후 9:03, Ada : Tea?\n2024년 1월 5일 오후 9:04, Bo : No\nnow.\n2024년 1월 5일 오후 9:04, 보님이 나갔습니다.\n2024년 1월 6일 오후 9:03, Ada : Pour.\n"),
    ],
)  # fmt: skip
def test_chats_of_line_and_kakaotalk_are_messages(format_: str, text: str) -> None:
    """Who wrote what is told, by months where a day has a message; times, stickers and who came or went go."""
    reading = read_file(text.encode(), "a.txt")
    assert reading.format == f"{format_} chat"
    assert [(script.name, script.text) for script in reading.scripts] == [
        ("2024-01", "Ada: Tea?\nBo: No now.\nAda: Pour.")
    ]
