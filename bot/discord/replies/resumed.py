"""Answers that an earlier process has promised."""

import discord

from bot.discord.language.language import Language
from bot.discord.limits import MESSAGE_CHARACTERS
from bot.discord.markdown import shorten
from bot.discord.page import Page
from bot.discord.replies.message import MessageReply
from bot.discord.replies.reply import Reply
from bot.discord.replies.token import TokenAnswer
from bot.storage.tables.pending import PendingRequest


def read_reply(client: discord.Client, pending: PendingRequest, *, language: Language) -> Reply:
    """Return the answer that an earlier process has promised, in the language that it was asked in."""
    if pending.token:
        return ResumedReply(TokenAnswer(client, pending, language=language), language=language)
    return MessageReply(
        client.get_partial_messageable(pending.channel_id),
        channel_id=pending.channel_id,
        source_id=pending.id,
        language=language,
        message_id=pending.message_id,
        is_kept=True,
    )


class ResumedReply:
    """The answer to an interaction that an earlier process acknowledged."""

    def __init__(self, answer: TokenAnswer, *, language: Language) -> None:
        self.language = language
        self._answer = answer

    @property
    def message_id(self) -> int:
        """The number of the answer's message."""
        return self._answer.message_id

    async def refuse(self, sentence: str) -> None:
        """Say why not in place of the answer."""
        await self._answer.change(shorten(self.language.say(sentence), limit=MESSAGE_CHARACTERS), None)

    async def wait(self, sentence: str) -> None:
        """Change what the answer says, if that goes at once: it was acknowledged before."""
        await self._answer.progress(sentence)

    async def progress(self, sentence: str) -> None:
        """Change what the answer says, if that goes at once."""
        await self._answer.progress(sentence)

    async def show(self, page: Page) -> None:
        """Show the scene in the answer."""
        await self._answer.change(None, page)

    def pending(self, *, member_id: int, created: int, request: str) -> PendingRequest | None:  # noqa: ARG002 -- the protocol's
        """Return nothing: the database has it already."""
        return None
