"""Chats as LINE and KakaoTalk save them, in the languages of Japan, Korea, Taiwan and in English."""

import re
from collections import Counter
from collections.abc import Iterator

from core.data.formats.chats.days import is_month_first, read_day
from core.data.formats.chats.messages import Message, MessageCounts, read_messages
from core.data.formats.reading import Reading
from core.text import Text

_LOOKED_AT = 400  # lines, by which a chat is told
_LEAST_SHARE = 0.3  # of them, that are messages
_HOUR = r"(?:(?:오전|오후|午前|午後|上午|下午) ?)?\d{1,2}:\d{2}(?: ?[AP]M)?"
_KINDS = {
    # 21:03<tab>Ada<tab>The kettle.
    "LINE chat": re.compile(rf"{_HOUR}\t(?P<name>[^\t\n]{{1,80}})\t(?P<text>.*)", re.DOTALL | re.IGNORECASE),
    # [Ada] [9:03 PM] The kettle.
    "KakaoTalk chat": re.compile(
        rf"\[(?P<name>[^\n]{{1,80}}?)\] \[{_HOUR}\] (?P<text>.*)", re.DOTALL | re.IGNORECASE
    ),
    # 2024년 1월 5일 오후 9:03, Ada : The kettle.
    "KakaoTalk chat of a phone": re.compile(
        rf"(?P<date>\d{{4}}년 \d{{1,2}}월 \d{{1,2}}일|[A-Z][a-z]{{2,8}} \d{{1,2}}, \d{{4}}),? (?:at )?{_HOUR}, "
        r"(?P<name>[^\n:]{1,80}?) : (?P<text>.*)",
        re.DOTALL,
    ),
}
_DAY = re.compile(
    r"-*\s?(?:[^\W\d_]{2,9}\.?,? )?(?P<date>\d{4}년 \d{1,2}월 \d{1,2}일|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|"
    rf"[A-Z][a-z]{{2,8}} \d{{1,2}}, \d{{4}})(?:\s?[(（]?[^\W\d_]{{1,9}}[)）]?)?(?: {_HOUR})?\s?-*"
)
_SPACED = re.compile(rf"(?P<hour>{_HOUR}) (?P<rest>[^\W_][^\s:]* [^\n\t]*)")
_MOST_WORDS = 5  # of a name, and one
_TOGETHER = 3  # times, from which on words come together by no chance
_OF_THE_APP = re.compile(
    rf"{_HOUR}\t[^\t]*|(?:[^\n]{{8,30}}, )?[^\n]{{1,80}}(?:님(?:이|을|께서)[^\n]{{0,80}}니다\.?|"
    r" (?:left|joined|invited [^\n]{1,80} to|was removed from) (?:the |this )?(?:chatroom|chat|group)\.?)",
    re.IGNORECASE,
)
_NO_TEXT = re.compile(
    r"\[(?:スタンプ|写真|動画|ファイル|ボイスメッセージ|アルバム|連絡先|位置情報|ノート|貼圖|照片|影片|檔案|語音訊息|스티커|사진|동영상|"
    r"파일|음성 메시지|sticker|photo|video|file|voice message|album|contact|location|note|gif)\]|☎[^\n]*|"
    r"[^\n]{0,40}(?:送信を取り消しました|unsent a message|已收回訊息|메시지를 보내기 취소했습니다)[。.]?|"
    r"(?:사진|동영상)(?: \d+장)?|이모티콘|음성메시지|(?:보이스톡|페이스톡|그룹콜|라이브톡)[^\n]{0,20}|"
    r"삭제된 메시지입니다\.?|파일: [^\n]*|"
    r"(?:photos?|video|emoticons?|voice note)(?: \d+)?|file: [^\n]*|message deleted\.?",
    re.IGNORECASE,
)


def find_messenger(text: str) -> str:
    """Return which app saved a chat; empty for none of these."""
    text = separate_names(text[: 200 * _LOOKED_AT])
    lines = [line[:200] for line in text[: 200 * _LOOKED_AT].split("\n") if line.strip()][:_LOOKED_AT]
    for name, begins in _KINDS.items():
        begun = [found for found in map(begins.match, lines) if found]
        named = name != "LINE chat" or any(map(_DAY.fullmatch, lines))
        if named and len(begun) >= max(2, _LEAST_SHARE * len(lines)):
            return name
    return ""


def read_messenger(text: str, *, kind: str, encoding: str, name: str) -> Reading:
    """Return the episodes of a chat.

    Raises:
        CorpusError: nobody says anything in it.
    """
    counts = MessageCounts()
    messages = _read(separate_names(text.lstrip("\ufeff")).split("\n"), _KINDS[kind], counts)
    format_ = kind.removesuffix(" of a phone")
    return read_messages(messages, format_=format_, encoding=encoding, name=name, counts=counts)


def separate_names(text: str) -> str:
    """Return a chat that LINE saved on a computer, a space after each name, with tabs there; another text as it is.

    A name has as many words as always come together: `21:03 Carl O. Tea?`, `21:04 Carl O. No.` are of `Carl O.`.
    """
    lines = text.split("\n")
    spaced = [found for found in map(_SPACED.match, lines) if found]
    head = [line for line in lines if line.strip()][:_LOOKED_AT]
    if len(spaced) < max(2, _LEAST_SHARE * len(lines)) or not any(map(_DAY.fullmatch, head)):
        return text
    seen = Counter(
        " ".join(found["rest"].split(" ")[:words]) for found in spaced for words in range(1, _MOST_WORDS)
    )
    named = []
    for line in lines:
        found = _SPACED.match(line)
        words = found["rest"].split(" ") if found else []
        name = next(iter(words), "")
        for more in range(2, min(len(words), _MOST_WORDS)):
            longer = " ".join(words[:more])
            if seen[longer] < _TOGETHER or seen[longer] < seen[name]:
                break
            name = longer
        said = found["rest"][len(name) + 1 :] if found else ""
        named.append(f"{found['hour']}\t{name}\t{said}" if found and said else line)
    return "\n".join(named)


def _read(lines: list[str], begins: re.Pattern[str], counts: MessageCounts) -> Iterator[Message]:
    month_first = is_month_first([found["date"] for found in map(_DAY.fullmatch, lines) if found])
    speaker = day = ""
    said: list[str] = []
    for line in [*lines, ""]:
        found = begins.match(line)
        on = _DAY.fullmatch(line) if found is None and line[:1] not in ("", " ") else None
        if found is None and on is None and not _OF_THE_APP.fullmatch(line):
            said.append(line)
            continue
        if speaker:
            yield from _message(speaker, said, day, counts)
        speaker, said = "", []
        dated = on or found
        if dated and (date := dated.groupdict().get("date")):
            day = read_day(date, month_first=month_first)
        if found:
            speaker, said = found["name"].strip(), [found["text"]]
        elif on is None:
            counts.skip(Text("of the app itself: joined, left, changed"))
    if speaker:
        yield from _message(speaker, said, day, counts)


def _message(speaker: str, said: list[str], day: str, counts: MessageCounts) -> Iterator[Message]:
    text = "\n".join(said).strip()
    if "\n" in text and text.startswith('"') and text.endswith('"'):
        text = text[1:-1].replace('""', '"')  # LINE quotes what has several lines
    if _NO_TEXT.fullmatch(text):
        counts.skip(Text("no text: a sticker, a file, a link, a deleted message"))
    else:
        yield Message(speaker, text, day)
