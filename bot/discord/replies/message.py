"""The answer to a message that mentions the bot."""

import logging
from collections.abc import Awaitable

import discord

from bot.discord.language.language import Language, language_of
from bot.discord.limits import MESSAGE_CHARACTERS, PROMISE_SECONDS
from bot.discord.markdown import shorten
from bot.discord.page import Page
from bot.discord.replies.sending import SILENT, TooLateError, insist, refuses_reference, try_once
from bot.storage.tables.pending import PendingRequest

log = logging.getLogger(__name__)


class MessageReply:
    """The answer to a message that mentions the bot: an ordinary message, seen by everybody."""

    def __init__(
        self,
        channel: discord.abc.Messageable,
        *,
        channel_id: int,
        source_id: int,
        language: Language,
        message_id: int = 0,
        is_kept: bool = False,
    ) -> None:
        """Answer the message `source_id`; `message_id` is the answer so far, which the database may hold."""
        self.language = language
        self._channel = channel
        self._channel_id = channel_id
        self._source_id = source_id
        self._is_kept = is_kept
        self.message_id = message_id

    @classmethod
    def to(cls, message: discord.Message) -> "MessageReply":
        """Return the answer to a message, in its server's language: a message does not tell its author's."""
        language = language_of(message.guild.preferred_locale if message.guild else None)
        return cls(message.channel, channel_id=message.channel.id, source_id=message.id, language=language)

    async def refuse(self, sentence: str) -> None:
        """Say why not."""
        await self._send(sentence, None)

    async def wait(self, sentence: str) -> None:
        """Say what is being waited for."""
        await self._send(sentence, None)

    async def progress(self, sentence: str) -> None:
        """Change the sentence, if that goes at once."""
        if self.message_id:
            said = self.language.say(sentence)
            await try_once(lambda: self._edit(said, None))

    async def show(self, page: Page) -> None:
        """Show the scene."""
        await self._send(None, page)

    def pending(self, *, member_id: int, created: int, request: str) -> PendingRequest | None:
        """Return the message's number and channel with the request."""
        if self._is_kept:
            return None
        return PendingRequest(
            id=self._source_id,
            application_id=0,
            token="",  # a mention has none
            member_id=member_id,
            created=created,
            request=request,
            channel_id=self._channel_id,
        )

    async def _send(self, content: str | None, page: Page | None) -> None:
        short = None if content is None else shorten(self.language.say(content), limit=MESSAGE_CHARACTERS)
        replaced = self.message_id
        if replaced:
            try:
                await insist(lambda: self._edit(short, page), seconds=PROMISE_SECONDS)
            except (TooLateError, discord.RateLimited):  # the latter for longer than is waited for
                log.info("An answer can no longer be changed; a new message takes its place.")
            else:
                return
        nonce = f"{self._source_id}-2" if replaced else str(self._source_id)
        answer = await self._write(short, page, nonce=nonce)
        self.message_id = answer.id
        if page is not None and not answer.components:
            # Discord has taken this for the sentence that was sent before, by a process that died then.
            await insist(lambda: self._edit(short, page), seconds=PROMISE_SECONDS)
        if replaced:
            await try_once(self._partial(replaced).delete)

    async def _write(self, content: str | None, page: Page | None, *, nonce: str) -> discord.Message:
        """Send a message that answers the source, or one that does not where Discord refuses that."""
        missing = discord.utils.MISSING
        reference = discord.MessageReference(
            message_id=self._source_id, channel_id=self._channel_id, fail_if_not_exists=False
        )

        def send(reference: discord.MessageReference | None) -> Awaitable[discord.Message]:
            # The nonce makes Discord take a repeated sending for the one that it is.
            return self._channel.send(
                content,
                view=page.build_view() if page else missing,  # type: ignore[arg-type]  # its layout has no text
                reference=reference,  # type: ignore[arg-type]  # None is its own default
                mention_author=False,
                nonce=nonce,
                allowed_mentions=SILENT,
            )

        try:
            return await insist(lambda: send(reference), seconds=PROMISE_SECONDS)
        except discord.HTTPException as error:
            if not refuses_reference(error):
                raise
        return await insist(lambda: send(None), seconds=PROMISE_SECONDS)

    async def _edit(self, content: str | None, page: Page | None) -> None:
        await self._partial(self.message_id).edit(
            content=content,
            view=page.build_view() if page else None,
            allowed_mentions=SILENT,
        )

    def _partial(self, number: int) -> discord.PartialMessage:
        return discord.PartialMessage(channel=self._channel, id=number)  # type: ignore[arg-type]  # any that takes messages
