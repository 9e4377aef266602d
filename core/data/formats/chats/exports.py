"""Chats exported as JSON: DiscordChatExporter, Telegram (a chat or all of them), Slack."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from core.data.formats.chats.messages import Message, MessageCounts, read_messages
from core.data.formats.reading import ChatFacts, Reading
from core.text import Text

_NO_WORDS = {"link", "email", "phone", "bank_card", "bot_command"}  # parts of Telegram's texts
_SPOKEN = {"Default", "Reply", "0", "19"}  # types of Discord's messages that somebody wrote
_SYSTEM = Text("of the app itself: joined, left, changed")
_BOTS = Text("of a bot")
_FORWARDED = Text("forwarded: somebody else wrote it")
_SLACKS_OWN = "USLACKBOT"


def find_export(document: object) -> str:  # noqa: PLR0911  # an answer for each export
    """Return what chat export a JSON document is; empty if it is none."""
    if isinstance(document, dict):
        messages = document.get("messages")
        if isinstance(messages, list):
            first = next((message for message in messages if isinstance(message, dict)), {})
            if isinstance(first.get("author"), dict) and ("channel" in document or "guild" in document):
                return "DiscordChatExporter JSON"
            if not messages and ("channel" in document or "guild" in document):
                return "DiscordChatExporter JSON"
            if "from" in first or "from_id" in first or "actor" in first:
                return "Telegram chat"
        chats = document.get("chats")
        if isinstance(chats, dict) and isinstance(chats.get("list"), list):
            return "Telegram chats"
        return ""
    if isinstance(document, list):
        found = [message for message in document[:50] if isinstance(message, dict)]
        if found and all(
            isinstance(message.get("author"), dict) and "content" in message and "timestamp" in message
            for message in found
        ):
            return "Discord messages"
        if found and all(message.keys() >= {"ID", "Timestamp", "Contents"} for message in found):
            return "Discord data package"
        slack = sum(
            "ts" in message and "type" in message and ("user" in message or "text" in message)
            for message in found
        )
        return "Slack channel" if found and 2 * slack > len(found) else ""
    return ""


def read_export(
    document: Any,  # noqa: ANN401  # any JSON
    *,
    kind: str,
    encoding: str,
    name: str,
    chat: ChatFacts,
) -> Reading:
    """Return the episodes of a chat export.

    Args:
        document: the JSON.
        kind: as `find_export` says.
        encoding: of the file.
        name: of the file, for sentences.
        chat: what other files of the export say of it.

    Raises:
        CorpusError: nobody wrote any text.
    """
    counts = MessageCounts()
    known, label = dict(chat.people), chat.label
    if kind == "DiscordChatExporter JSON":
        channel = document.get("channel")
        label = _text(channel.get("name")) if isinstance(channel, dict) else label
        messages = _read_discord(document["messages"], known, counts)
    elif kind == "Discord messages":
        # Discord's own interface gives the newest one first.
        messages = _read_discord(sorted(document, key=_moment), known, counts)
    elif kind == "Discord data package":  # the newest one first, too, and of one person
        messages = (
            Message(known.get("", ""), _text(message["Contents"]), _text(message["Timestamp"])[:10])
            for message in sorted(document, key=_moment)
        )
    elif kind == "Slack channel":
        messages = _read_slack(document, known, chat.bots, counts)
    elif kind == "Telegram chat":
        label = _text(document.get("name")) or label
        messages = _read_telegram(document["messages"], counts, "")
    else:
        messages = (
            message
            for number, item in enumerate(document["chats"]["list"], 1)
            if isinstance(item, dict) and isinstance(item.get("messages"), list)
            for message in _read_telegram(
                item["messages"], counts, _text(item.get("name")) or f"chat {number}"
            )
        )
    return read_messages(
        messages,
        format_=kind,
        encoding=encoding,
        name=name,
        counts=counts,
        chat=replace(chat, people=known, label=label),
    )


def _read_discord(messages: list[Any], people: dict[str, str], counts: MessageCounts) -> Iterator[Message]:
    for message in messages:
        if not isinstance(message, dict) or not isinstance(message.get("author"), dict):
            continue
        author = message["author"]
        for person in (author, *(message.get("mentions") or ())):
            if isinstance(person, dict):
                people.setdefault(
                    _text(person.get("id")), _text(person.get("nickname") or person.get("name"))
                )
        if author.get("isBot") is True or author.get("bot") is True:
            counts.skip(_BOTS)
        elif _text(message.get("type", "Default")) not in _SPOKEN:
            counts.skip(_SYSTEM)
        else:
            speaker = _text(
                author.get("nickname")
                or author.get("global_name")
                or author.get("name")
                or author.get("username")
            )
            yield Message(speaker, _text(message.get("content")), _text(message.get("timestamp"))[:10])


def _moment(message: Any) -> str:  # noqa: ANN401  # any JSON
    return _text(message.get("timestamp") or message.get("Timestamp")) if isinstance(message, dict) else ""


def _read_telegram(messages: list[Any], counts: MessageCounts, channel: str) -> Iterator[Message]:
    for message in messages:
        if not isinstance(message, dict):
            continue
        if message.get("type", "message") != "message":
            counts.skip(_SYSTEM)
        elif message.get("via_bot") or _text(message.get("from")).lower().endswith("bot"):
            counts.skip(_BOTS)
        elif message.get("forwarded_from", message.get("from")) != message.get("from"):
            counts.skip(_FORWARDED)
        else:
            speaker = _text(message.get("from")) or "Deleted account"
            yield Message(
                speaker, _join_entities(message.get("text")), _text(message.get("date"))[:10], channel
            )


def _join_entities(text: object) -> str:
    """Return Telegram's text, which is a text or a list of texts and of objects with one; links go."""
    if isinstance(text, str):
        return text
    parts = text if isinstance(text, list) else [text]
    said = [
        part
        if isinstance(part, str)
        else _text(part.get("text"))
        if isinstance(part, dict) and part.get("type") not in _NO_WORDS
        else ""
        for part in parts
    ]
    return "".join(said)


def _read_slack(
    messages: list[Any], people: dict[str, str], bots: frozenset[str], counts: MessageCounts
) -> Iterator[Message]:
    for message in messages:
        if not isinstance(message, dict):
            continue
        if message.get("bot_id") or message.get("subtype") == "bot_message" or message.get("user") in bots:
            counts.skip(_BOTS)
        elif message.get("type") != "message" or message.get("subtype") not in (
            None,
            "thread_broadcast",
            "me_message",
        ):
            counts.skip(_SYSTEM)
        else:
            user = _text(message.get("user"))
            profile = message.get("user_profile")
            own = profile if isinstance(profile, dict) else {}
            speaker = people.get(user) or _text(
                own.get("display_name") or own.get("real_name") or own.get("name")
            )
            people.setdefault(user, speaker or user)
            yield Message(
                speaker or _text(message.get("username")) or user, _unescape(_text(message.get("text")))
            )


def read_slack_people(document: object) -> ChatFacts:
    """Return the names by id of Slack's users.json, and which of them are bots; nobody if it is none."""
    people, bots = {}, {_SLACKS_OWN}
    for user in document if isinstance(document, list) else ():
        if isinstance(user, dict) and isinstance(user.get("profile"), dict) and "id" in user:
            profile = user["profile"]
            people[_text(user["id"])] = _text(
                profile.get("display_name")
                or profile.get("real_name")
                or user.get("real_name")
                or user.get("name")
            )
            if user.get("is_bot") is True:
                bots.add(_text(user["id"]))
    return ChatFacts(people, frozenset(bots))


def _text(value: object) -> str:
    return (
        value
        if isinstance(value, str)
        else ""
        if value is None or isinstance(value, dict | list | bool)
        else str(value)
    )


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
