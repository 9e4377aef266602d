"""The text of any message: what it says, forwards, embeds and layouts hold, or a short file; or why there is none."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import aiohttp
import discord
from discord import components

from bot.discord.reading.markup import PlainText, read_markup
from core.text import Text

FILE_BYTES = 32_768  # of a text file that is read
FILE_SECONDS = 1.5  # for its download: Discord waits 3 s for an answer
_TEXT_FILES = (".txt", ".md", ".log", ".fountain", ".srt")


@dataclass(frozen=True)
class MessageReading:
    """What a message says."""

    text: str = ""
    is_covered: bool = False  # as a spoiler
    missing: str = ""  # why there is no text: a sentence; empty where nothing at all is to be seen


_Holder = discord.Message | discord.MessageSnapshot


async def read_message(message: discord.Message) -> MessageReading:
    """Return what a message says, its forwarded part and a short text file included."""
    if message.type is discord.MessageType.thread_starter_message:
        first = message.reference.resolved if message.reference else None
        return await read_message(first) if isinstance(first, discord.Message) else MessageReading()
    if message.is_system():
        return MessageReading(missing=_say_missing(Text("Discord itself wrote that message")))

    def name_of(kind: str, number: int) -> str:
        return _find_name(message, kind, number)

    holders: list[_Holder] = [message, *message.message_snapshots]
    texts = [part for holder in holders for part in _read_holder(holder, name_of) if part.text]
    if not texts:
        texts = [await _read_file(attachment) for holder in holders for attachment in _text_files(holder)][:1]
    text = "\n".join(part.text for part in texts).strip()
    if text:
        return MessageReading(text, is_covered=any(part.is_covered for part in texts))
    return MessageReading(missing=_say_what_is_there(message, holders))


def _read_holder(holder: _Holder, name_of: Callable[[str, int], str]) -> Iterator[PlainText]:
    """Yield what a message or a forwarded one says."""
    said = read_markup(holder.content, name_of=name_of)
    yield said
    for embed in holder.embeds:
        # The preview of a link is read where the link is all there is.
        if embed.type == "rich" or not said.text:
            yield read_markup("" if embed.type == "poll_result" else _text_of_embed(embed), name_of=name_of)
    shown = list(_walk(holder.components))
    layout = read_markup("\n".join(text for text, _ in shown), name_of=name_of)
    is_covered = layout.is_covered or any(covered for _, covered in shown)
    yield PlainText(layout.text, is_covered)


def _text_of_embed(embed: discord.Embed) -> str:
    words = [text for text in (embed.title, embed.description) if text]
    # Fields are remarks, unless there is nothing else.
    words = words or [str(text) for field in embed.fields for text in (field.name, field.value) if text]
    return "\n".join(words)


def _walk(found: list[components.Component], *, covered: bool = False) -> Iterator[tuple[str, bool]]:
    """Yield the texts of a layout at any depth, and whether they are covered."""
    for component in found:
        if isinstance(component, components.TextDisplay):
            yield component.content, covered
        elif isinstance(component, components.Container | components.SectionComponent):
            inside = covered or (isinstance(component, components.Container) and component.spoiler)
            yield from _walk(list(component.children), covered=inside)


def _text_files(holder: _Holder) -> list[discord.Attachment]:
    return [
        attachment
        for attachment in holder.attachments
        if attachment.size <= FILE_BYTES
        and (
            (attachment.content_type or "").startswith("text/plain")
            or attachment.filename.lower().endswith(_TEXT_FILES)
        )
    ]


async def _read_file(attachment: discord.Attachment) -> PlainText:
    try:
        async with asyncio.timeout(FILE_SECONDS):
            text = (await attachment.read()).decode("utf-8-sig")
    except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError, UnicodeDecodeError):
        return PlainText("")
    return PlainText(text.replace("\r\n", "\n"), attachment.is_spoiler())


def _find_name(message: discord.Message, kind: str, number: int) -> str:
    """Return the name of a member, role or channel that a message mentions, where it is known."""
    guild = message.guild
    if kind == "@":
        people = [person for person in message.mentions if person.id == number]
        return people[0].display_name if people else ""
    found = None
    if guild is not None:
        found = guild.get_role(number) if kind == "@&" else guild.get_channel_or_thread(number)
    return found.name if found else ""


def _say_what_is_there(message: discord.Message, holders: list[_Holder]) -> str:
    """Return a sentence about a message without text; an empty one if nothing of it is to be seen."""
    files = [attachment for holder in holders for attachment in holder.attachments]
    is_poll = message.poll is not None or message.type is discord.MessageType.poll_result
    found = (
        (is_poll, Text("That message is a poll")),
        (any(file.is_voice_message() for file in files), Text("I cannot listen to voice messages")),
        (any(holder.stickers for holder in holders), Text("That message is a sticker")),
        (files, Text("That message has files alone, none of them a short text in UTF-8")),
        (
            any(holder.embeds or holder.components for holder in holders),
            Text("That message has pictures or buttons alone"),
        ),
        (
            any(holder.content.strip() for holder in holders),
            Text("That message has links, emoji or mentions alone"),
        ),
    )
    return next((_say_missing(what) for is_there, what in found if is_there), "")


def _say_missing(what: Text) -> Text:
    return Text("{what}; choose a message with words, or type them: /episode line.", what=what)
