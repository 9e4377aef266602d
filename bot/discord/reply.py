"""Answers to members: an interaction's, an ordinary message's; sent patiently, and never with a mention."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import aiohttp
import discord

from bot.discord.limits import MESSAGE_CHARACTERS
from bot.discord.markdown import shorten
from bot.discord.page import Page
from bot.storage.pending import PendingRequest

Result = TypeVar("Result")

# Mentions are never parsed. Each call names it, because an edit falls back to parsing all of them.
SILENT = discord.AllowedMentions.none()
ALREADY_ACKNOWLEDGED = 40_060  # "JSON Error Codes"
ATTEMPTS = 5
FIRST_PAUSE_SECONDS = 0.5
_IS_WAITING = (
    "holosuite_is_waiting"  # among an interaction's extras: the answer so far is our word that somebody waits
)

log = logging.getLogger(__name__)


class GoneError(Exception):
    """What was to be answered is no longer there: a deleted message or channel, an expired token."""


class Reply(Protocol):
    """One answer, which changes until the scene is there."""

    async def refuse(self, sentence: str) -> None:
        """Say why not, to the asker alone where Discord lets us."""

    async def wait(self, sentence: str) -> None:
        """Acknowledge, and say what is being waited for."""

    async def show(self, page: Page) -> None:
        """Show the scene."""

    def pending(self, *, member_id: int, created: int, request: str) -> PendingRequest | None:
        """Return what a new process needs to finish this reply; None if it could not."""


class InteractionReply:
    """The answer to a command or a button."""

    def __init__(self, interaction: discord.Interaction) -> None:
        """Answer an interaction, acknowledged or not."""
        self._interaction = interaction
        self._acknowledged = interaction.response.is_done()

    async def refuse(self, sentence: str) -> None:
        """Say why not, privately unless something else was said already."""
        if not self._interaction.extras.get(_IS_WAITING):
            await self._send(sentence, None, private=True)
            return
        # A public answer cannot become private, so a private one takes its place.
        short = shorten(sentence, limit=MESSAGE_CHARACTERS)
        follow_up = self._interaction.followup.send
        await insist(lambda: follow_up(short, ephemeral=True, allowed_mentions=SILENT))
        await insist(self._interaction.delete_original_response)

    async def wait(self, sentence: str) -> None:
        """Acknowledge with a sentence, or change it."""
        if not self._acknowledged:
            # With the interaction: what goes wrong later is said through another reply to it.
            self._interaction.extras[_IS_WAITING] = True
        await self._send(sentence, None, private=False)

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

    def pending(self, *, member_id: int, created: int, request: str) -> PendingRequest | None:
        """Return the interaction's id and token with the request."""
        return PendingRequest(
            id=self._interaction.id,
            application_id=self._interaction.application_id,
            token=self._interaction.token,
            member_id=member_id,
            created=created,
            request=request,
        )

    async def _send(self, content: str | None, page: Page | None, *, private: bool) -> None:
        short = None if content is None else shorten(content, limit=MESSAGE_CHARACTERS)
        if not self._acknowledged and await self._acknowledge(short, page, private=private):
            return
        await insist(
            lambda: self._interaction.edit_original_response(
                content=short,
                embed=page.embed if page else None,
                view=page.view if page else None,
                allowed_mentions=SILENT,
            )
        )

    async def _acknowledge(self, content: str | None, page: Page | None, *, private: bool) -> bool:
        """Send the first answer; false if Discord has one already, which is then to be edited."""
        send = self._interaction.response.send_message
        missing = discord.utils.MISSING
        try:
            await insist(
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
        return True


class ResumedReply:
    """The answer to an interaction that an earlier process acknowledged."""

    def __init__(self, webhook: discord.Webhook) -> None:
        """Answer with the interaction's token, in the form of a webhook."""
        self._webhook = webhook

    async def refuse(self, sentence: str) -> None:
        """Say why not in place of the answer."""
        await self.wait(sentence)

    async def wait(self, sentence: str) -> None:
        """Change what the answer says."""
        await self._edit(sentence, None)

    async def show(self, page: Page) -> None:
        """Show the scene in the answer."""
        await self._edit(None, page)

    def pending(self, *, member_id: int, created: int, request: str) -> PendingRequest | None:  # noqa: ARG002 -- the protocol's
        """Return nothing: the database has it already."""
        return None

    async def _edit(self, content: str | None, page: Page | None) -> None:
        await insist(
            lambda: self._webhook.edit_message(  # type: ignore[call-overload]  # no number, but a name
                "@original",
                content=content,
                embed=page.embed if page else None,
                view=page.view if page else None,
                allowed_mentions=SILENT,
            )
        )


class MessageReply:
    """The answer to a message that mentions the bot: an ordinary message, seen by everybody."""

    def __init__(self, message: discord.Message) -> None:
        """Answer a message."""
        self._message = message
        self._answer: discord.Message | None = None

    async def refuse(self, sentence: str) -> None:
        """Say why not."""
        await self._send(sentence, None)

    async def wait(self, sentence: str) -> None:
        """Say what is being waited for."""
        await self._send(sentence, None)

    async def show(self, page: Page) -> None:
        """Show the scene."""
        await self._send(None, page)

    def pending(self, *, member_id: int, created: int, request: str) -> PendingRequest | None:  # noqa: ARG002 -- the protocol's
        """Return nothing: without an interaction nobody was promised an answer."""
        return None

    async def _send(self, content: str | None, page: Page | None) -> None:
        short = None if content is None else shorten(content, limit=MESSAGE_CHARACTERS)
        if self._answer is not None:
            answer = self._answer
            self._answer = await insist(
                lambda: answer.edit(
                    content=short,
                    embed=page.embed if page else None,
                    view=page.view if page else None,
                    allowed_mentions=SILENT,
                )
            )
            return
        missing = discord.utils.MISSING
        # The nonce makes Discord take a repeated sending for the one that it is.
        self._answer = await insist(
            lambda: self._message.channel.send(
                short,
                embed=page.embed if page else missing,
                view=page.view if page else missing,
                reference=self._message.to_reference(fail_if_not_exists=False),
                mention_author=False,
                nonce=self._message.id,
                allowed_mentions=SILENT,
            )
        )


async def insist(send: Callable[[], Awaitable[Result]]) -> Result:
    """Send, and again after a pause where the way to Discord fails; discord.py waits for rate limits itself.

    Raises:
        GoneError: If what was to be answered is no longer there, or the bot may not.
    """
    for attempt in range(ATTEMPTS):
        try:
            return await send()
        except (discord.NotFound, discord.Forbidden) as error:
            raise GoneError(f"{error.code}: {error.text}") from error
        except discord.HTTPException as error:
            if (error.status < 500 and error.status != 429) or attempt == ATTEMPTS - 1:  # noqa: PLR2004 -- HTTP's numbers
                raise
        except (aiohttp.ClientError, OSError, TimeoutError):
            if attempt == ATTEMPTS - 1:
                raise
        await asyncio.sleep(FIRST_PAUSE_SECONDS * 2**attempt)
    raise AssertionError("the last attempt returns or raises")
