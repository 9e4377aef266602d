r"""What of a message is read: the words of somebody who said yes, and nothing of anybody else.

Pure functions over messages as Discord's API shows them ("Messages Resource", Message Structure).
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot.discord.markdown import clean_text
from bot.discord.reading.markup import read_markup

# "Message Types" and "Message Reference Types": what somebody wrote, or answered.
_DEFAULT, _REPLY, _FORWARD = 0, 19, 1
_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_SPOILER = re.compile(r"\|\|.*?(?:\|\||\Z)", re.DOTALL)
_QUOTE_TO_THE_END = re.compile(r"^[^\S\n]*>>> .*", re.DOTALL | re.MULTILINE)
_QUOTED_LINE = re.compile(r"^[^\S\n]*>.*$", re.MULTILINE)
_TIME = re.compile(r"<t:-?[0-9]{1,15}(?::[a-zA-Z])?>")
# `!play`, `.rank`, `/roll`, `t!help`; words alone are no sign.
_COMMAND = re.compile(r"\s*(?:[!?$%&;,+=^/-]{1,2}|\.|\w{1,6}[!?$%&;>])[^\W\d_]{2,}")
# Each is looked for at the start of a word alone, so that none takes more than a look at each character.
_MAIL = re.compile(
    r"(?<![^\s@<>])[^\s@<>]+@[^\s@<>]+\.[^\s@<>]{2,}|\w[^\S\n]?[\[({][^\S\n]?at[^\S\n]?[\])}][^\S\n]?\w",
    re.IGNORECASE,
)
_PHONE = re.compile(r"\d(?:[\s().\-/\u2010-\u2015]{0,3}\d){6,}")
_NAMED = re.compile(r"(?<!\w)@[^\s@]+")
_BARE_LINK = re.compile(
    r"(?<![\w.-])(?:www\.\S+|(?:[\w-]+\.)+[a-z]{2,24}/\S*|"
    r"(?:[\w-]+\.)+(?:com|net|org|io|gg|tv|me|app|dev|info|xyz)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ReadLine:
    """What one member wrote in one message."""

    member_id: int
    channel_id: int
    day: str  # 2024-01-05
    text: str  # on one line


def read_line(message: Mapping[str, Any], willing: Collection[int]) -> ReadLine | None:
    """Return what is read of a message; None for all that is not.

    Args:
        message: As Discord's API shows it. Unless it is of somebody who said yes, only its author is looked at.
        willing: Who said yes.
    """
    author = message["author"]
    member_id = int(author["id"])
    if member_id not in willing or author.get("bot") or author.get("system"):
        return None
    if (
        message.get("webhook_id")
        or message.get("application_id")
        or message["type"] not in (_DEFAULT, _REPLY)
    ):
        return None
    if not _is_among(message, willing) or any(person.get("bot") for person in message.get("mentions") or ()):
        return None
    text = clean_words(str(message.get("content") or ""))
    if not text:
        return None
    return ReadLine(member_id, int(message["channel_id"]), str(message["timestamp"])[:10], text)


def clean_words(content: str) -> str:
    """Return the words of a message on one line, without what is not the member's own or not to be kept.

    Empty for a command to a bot, and for what holds an e-mail address or a telephone number.
    """
    text = clean_text(content)
    if _COMMAND.match(text):
        return ""
    for left_out in (_CODE, _SPOILER, _QUOTE_TO_THE_END, _QUOTED_LINE, _TIME):
        text = left_out.sub(" ", text)
    text = read_markup(text, name_of=lambda _kind, _number: "").text
    plain = unicodedata.normalize("NFKC", text)
    if _MAIL.search(plain) or _PHONE.search(plain):
        return ""
    text = " ".join(_BARE_LINK.sub("", _NAMED.sub("", text)).split())
    return text if any(map(str.isalnum, text)) else ""


def _is_among(message: Mapping[str, Any], willing: Collection[int]) -> bool:
    """Tell whether a message answers nobody, or somebody who said yes."""
    reference = message.get("message_reference") or {}
    if reference.get("type", 0) == _FORWARD or message.get("message_snapshots"):
        return False
    if message["type"] != _REPLY:
        return True
    answered = message.get("referenced_message")
    return (
        answered is not None and int(answered["author"]["id"]) in willing and not answered.get("webhook_id")
    )
