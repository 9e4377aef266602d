"""What Discord withholds of messages from a bot without the Message Content intent."""

from typing import Any

from tests.local_discord.world.guilds import ChannelKind
from tests.local_discord.world.messages import Message
from tests.local_discord.world.users import User


def show_message(message: Message, *, bot: User, content_intent: bool) -> dict[str, Any]:
    """Return a message as the bot may see it, the message it replies to included ("Message Content Intent").

    Content, embeds, attachments and components stay empty except in direct messages, in the bot's own
    messages and in those that mention it.
    """
    payload = message.payload()
    if not content_intent and not _may_read(message, bot):
        _withhold(payload)
    referenced = message.referenced
    shown = payload.get("referenced_message")
    if shown and referenced is not None and not content_intent and not _may_read(referenced, bot):
        _withhold(shown)
    return payload


def _may_read(message: Message, bot: User) -> bool:
    private = message.channel.kind is ChannelKind.DIRECT_MESSAGE
    return private or message.author.user is bot or bot.id in message.mentions.users


def _withhold(payload: dict[str, Any]) -> None:
    payload |= {"content": "", "embeds": [], "attachments": [], "components": []}
    payload.pop("poll", None)
    payload.pop("message_snapshots", None)
