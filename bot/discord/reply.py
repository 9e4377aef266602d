"""Answers to members: an interaction's, an ordinary message's; sent patiently, and never with a mention."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import discord

from bot.discord.limits import MESSAGE_CHARACTERS, PROMISE_SECONDS, TOKEN_SECONDS
from bot.discord.markdown import shorten
from bot.discord.page import Page
from bot.discord.sending import SILENT, GoneError, TooLateError, insist, is_passing
from bot.storage.pending import PendingRequest

__all__ = ["SILENT", "GoneError", "InteractionReply", "MessageReply", "Reply", "insist", "read_reply"]

# "JSON Error Codes".
ALREADY_ACKNOWLEDGED, NO_HISTORY_TO_REPLY = 40_060, 160_002
ONCE_SECONDS = 10.0  # for what nobody misses
_IS_WAITING = (
    "holosuite_is_waiting"  # among an interaction's extras: the answer so far is our word that somebody waits
)

log = logging.getLogger(__name__)


class Reply(Protocol):
    """One answer, which changes until the scene is there."""

    @property
    def message_id(self) -> int:
        """The number of the message that the answer is so far; 0 while there is none, or it is not known."""

    async def refuse(self, sentence: str) -> None:
        """Say why not, to the asker alone where Discord lets us."""

    async def wait(self, sentence: str) -> None:
        """Acknowledge, and say what is being waited for."""

    async def progress(self, sentence: str) -> None:
        """Change what is being waited for, if that goes at once; never fails."""

    async def show(self, page: Page) -> None:
        """Show the scene."""

    def pending(self, *, member_id: int, created: int, request: str) -> PendingRequest | None:
        """Return what a new process needs to finish this reply; None if the database has it already."""


class InteractionReply:
    """The answer to a command or a button."""

    def __init__(self, interaction: discord.Interaction) -> None:
        """Answer an interaction, acknowledged or not."""
        self._interaction = interaction
        self._acknowledged = interaction.response.is_done()
        self._answer = TokenAnswer(
            interaction.client, self.pending(member_id=interaction.user.id, created=0, request="")
        )

    @property
    def message_id(self) -> int:
        """The number of the answer's message."""
        return self._answer.message_id

    async def refuse(self, sentence: str) -> None:
        """Say why not, privately unless something else was said already."""
        if not self._interaction.extras.get(_IS_WAITING):
            await self._send(sentence, None, private=True)
            return
        # A public answer cannot become private, so a private one takes its place.
        short = shorten(sentence, limit=MESSAGE_CHARACTERS)
        follow_up = self._interaction.followup.send
        try:
            await insist(
                lambda: follow_up(short, ephemeral=True, allowed_mentions=SILENT),
                seconds=self._answer.seconds_left,
            )
        except TooLateError:
            await self._answer.change(short, None)
            return
        await insist(self._interaction.delete_original_response)

    async def wait(self, sentence: str) -> None:
        """Acknowledge with a sentence, or change it."""
        if not self._acknowledged:
            # With the interaction: what goes wrong later is said through another reply to it.
            self._interaction.extras[_IS_WAITING] = True
        await self._send(sentence, None, private=False)

    async def progress(self, sentence: str) -> None:
        """Change the sentence, if that goes at once."""
        await self._answer.progress(sentence)

    async def show(self, page: Page) -> None:
        """Show the scene in the answer."""
        await self._send(None, page, private=False)

    async def send_file(self, build: Callable[[], discord.File]) -> None:
        """Send a file to the asker alone; it is built anew for each attempt."""
        send = self._interaction.response.send_message
        await insist(lambda: send(file=build(), ephemeral=True, allowed_mentions=SILENT))

    async def turn_to(self, page: Page) -> None:
        """Change the message whose button was pressed."""
        edit = self._interaction.response.edit_message
        await insist(lambda: edit(embed=page.embed, view=page.view, allowed_mentions=SILENT))

    def pending(self, *, member_id: int, created: int, request: str) -> PendingRequest:
        """Return the interaction's id, token and channel with the request."""
        return PendingRequest(
            id=self._interaction.id,
            application_id=self._interaction.application_id,
            token=self._interaction.token,
            member_id=member_id,
            created=created or int(self._interaction.created_at.timestamp()),
            request=request,
            # Without the bot in the place there is no channel to write in later.
            channel_id=(self._interaction.channel_id or 0) if self._interaction.is_guild_integration() else 0,
        )

    async def _send(self, content: str | None, page: Page | None, *, private: bool) -> None:
        short = None if content is None else shorten(content, limit=MESSAGE_CHARACTERS)
        if not self._acknowledged and await self._acknowledge(short, page, private=private):
            return
        await self._answer.change(short, page)

    async def _acknowledge(self, content: str | None, page: Page | None, *, private: bool) -> bool:
        """Send the first answer; false if Discord has one already, which is then to be edited."""
        send = self._interaction.response.send_message
        missing = discord.utils.MISSING
        try:
            answered = await insist(
                lambda: send(
                    content,
                    embed=page.embed if page else missing,
                    view=page.view if page else missing,
                    ephemeral=private,
                    allowed_mentions=SILENT,
                )
            )
        except discord.InteractionResponded:
            self._acknowledged = True
            return False
        except discord.HTTPException as error:
            # An answer that arrived although its receipt was lost on the way.
            if error.code != ALREADY_ACKNOWLEDGED:
                raise
            self._acknowledged = True
            return False
        self._acknowledged = True
        self._answer.message_id = answered.message_id or 0
        return True


class TokenAnswer:
    """The answer to an interaction, changed with its token; once that is over, a new message in the channel."""

    def __init__(self, client: discord.Client, pending: PendingRequest) -> None:
        """Answer an interaction that was acknowledged, by this process or an earlier one."""
        self._client = client
        self._pending = pending
        self._webhook = discord.Webhook.partial(pending.application_id, pending.token, client=client)
        self.message_id = pending.message_id

    @property
    def seconds_left(self) -> float:
        """How long the interaction's token works."""
        return max(0.0, self._pending.created + TOKEN_SECONDS - time.time())

    async def change(self, content: str | None, page: Page | None) -> None:
        """Change the answer, or write it anew in the channel.

        Raises:
            GoneError: Somebody has deleted it, or there is no channel to write in.
        """
        try:
            if self.seconds_left:
                await insist(lambda: self._edit(content, page), seconds=self.seconds_left)
                return
        except TooLateError as error:
            log.info("An answer can no longer be changed (%s); a new message takes its place.", error)
        except Exception as error:
            if not is_passing(error):
                raise
        await self._write_anew(content, page)

    async def progress(self, sentence: str) -> None:
        """Change the answer, if that goes at once."""
        await try_once(lambda: self._edit(sentence, None))

    async def _edit(self, content: str | None, page: Page | None) -> None:
        await self._webhook.edit_message(  # type: ignore[call-overload]  # no number, but a name
            "@original",
            content=content,
            embed=page.embed if page else None,
            view=page.view if page else None,
            allowed_mentions=SILENT,
        )

    async def _write_anew(self, content: str | None, page: Page | None) -> None:
        if not self._pending.channel_id:
            raise GoneError("the time to answer is over, and there is no channel to write in")
        channel = self._client.get_partial_messageable(self._pending.channel_id)
        name = f"<@{self._pending.member_id}>"  # which is shown, and pings nobody
        missing = discord.utils.MISSING
        left = max(0.0, self._pending.created + PROMISE_SECONDS - time.time())
        await insist(
            lambda: channel.send(
                f"{name} {content}" if content else f"{name} Your scene:",
                embed=page.embed if page else missing,
                view=page.view if page else missing,
                nonce=self._pending.id,
                allowed_mentions=SILENT,
            ),
            seconds=left,
        )
        if self.message_id:
            await try_once(channel.get_partial_message(self.message_id).delete)


class ResumedReply:
    """The answer to an interaction that an earlier process acknowledged."""

    def __init__(self, answer: TokenAnswer) -> None:
        """Go on with an answer."""
        self._answer = answer

    @property
    def message_id(self) -> int:
        """The number of the answer's message."""
        return self._answer.message_id

    async def refuse(self, sentence: str) -> None:
        """Say why not in place of the answer."""
        await self._answer.change(shorten(sentence, limit=MESSAGE_CHARACTERS), None)

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


class MessageReply:
    """The answer to a message that mentions the bot: an ordinary message, seen by everybody."""

    def __init__(
        self,
        channel: discord.abc.Messageable,
        *,
        channel_id: int,
        source_id: int,
        message_id: int = 0,
        is_kept: bool = False,
    ) -> None:
        """Answer the message `source_id`; `message_id` is the answer so far, which the database may hold."""
        self._channel = channel
        self._channel_id = channel_id
        self._source_id = source_id
        self._is_kept = is_kept
        self.message_id = message_id

    @classmethod
    def to(cls, message: discord.Message) -> "MessageReply":
        """Return the answer to a message."""
        return cls(message.channel, channel_id=message.channel.id, source_id=message.id)

    async def refuse(self, sentence: str) -> None:
        """Say why not."""
        await self._send(sentence, None)

    async def wait(self, sentence: str) -> None:
        """Say what is being waited for."""
        await self._send(sentence, None)

    async def progress(self, sentence: str) -> None:
        """Change the sentence, if that goes at once."""
        if self.message_id:
            await try_once(lambda: self._edit(sentence, None))

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
        short = None if content is None else shorten(content, limit=MESSAGE_CHARACTERS)
        replaced = self.message_id
        if replaced:
            try:
                await insist(lambda: self._edit(short, page), seconds=PROMISE_SECONDS)
            except TooLateError:
                log.info("An answer can no longer be changed; a new message takes its place.")
            else:
                return
        nonce = f"{self._source_id}-2" if replaced else str(self._source_id)
        answer = await self._write(short, page, nonce=nonce)
        self.message_id = answer.id
        if page is not None and not answer.embeds:
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

        def send(reference: discord.MessageReference) -> Awaitable[discord.Message]:
            # The nonce makes Discord take a repeated sending for the one that it is.
            return self._channel.send(
                content,
                embed=page.embed if page else missing,
                view=page.view if page else missing,
                reference=reference,
                mention_author=False,
                nonce=nonce,
                allowed_mentions=SILENT,
            )

        try:
            return await insist(lambda: send(reference), seconds=PROMISE_SECONDS)
        except discord.HTTPException as error:
            if error.code != NO_HISTORY_TO_REPLY and "message_reference" not in str(error):
                raise
        return await insist(lambda: send(missing), seconds=PROMISE_SECONDS)

    async def _edit(self, content: str | None, page: Page | None) -> None:
        await self._partial(self.message_id).edit(
            content=content,
            embed=page.embed if page else None,
            view=page.view if page else None,
            allowed_mentions=SILENT,
        )

    def _partial(self, number: int) -> discord.PartialMessage:
        return discord.PartialMessage(channel=self._channel, id=number)  # type: ignore[arg-type]  # any that takes messages


def read_reply(client: discord.Client, pending: PendingRequest) -> Reply:
    """Return the answer that an earlier process has promised."""
    if pending.token:
        return ResumedReply(TokenAnswer(client, pending))
    return MessageReply(
        client.get_partial_messageable(pending.channel_id),
        channel_id=pending.channel_id,
        source_id=pending.id,
        message_id=pending.message_id,
        is_kept=True,
    )


async def try_once(send: Callable[[], Awaitable[Any]]) -> None:
    """Send what nobody misses; what goes wrong is noted alone."""
    try:
        async with asyncio.timeout(ONCE_SECONDS):
            await insist(send, seconds=0.0)
    except Exception as error:  # noqa: BLE001 -- whatever it is, more important things follow
        log.info("A message was not changed: %s", error)
