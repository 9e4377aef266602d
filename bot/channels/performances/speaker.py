"""Saying the lines of one performance: each once, by its character's own name and face where that goes."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable

import discord

from bot.channels.performances.faces import Faces
from bot.channels.performances.lines import PerformedLine
from bot.discord.limits import PROMISE_SECONDS
from bot.discord.page import Page
from bot.discord.replies.sending import SILENT, insist

READ_BACK = 50  # messages, among which one in question would be
REPEATED_SECONDS = 1.0  # after which discord.py may have sent again what a fault of a server's answered


class LineSpeaker:
    """Sends messages to where a performance is, and finds out whether one was sent already."""

    def __init__(
        self, bot: discord.Client, *, is_uncertain: bool, check: Callable[[], Awaitable[None]]
    ) -> None:
        """Speak for a performance.

        Args:
            bot: Says what is nobody's, or all.
            is_uncertain: An earlier process may have said one thing more than is known.
            check: Raises where nothing more is to be said here; asked right before each attempt.
        """
        self.webhook: discord.Webhook | None = None  # None: the bot itself says everything
        self.faces = Faces({})
        self._bot = bot
        self._check = check
        self._is_uncertain = is_uncertain  # whether the next message may have been sent

    def settle(self) -> None:
        """Note that what was sent is stored."""
        self._is_uncertain = False

    async def say(
        self, line: PerformedLine, place: discord.PartialMessageable, *, after: int, nonce: str
    ) -> int:
        """Say a line, unless it turns out that it was said; return the number of its message.

        Args:
            line: What is said.
            place: The thread or channel.
            after: The number of the last message that is known.
            nonce: By which Discord takes a repeated sending of the bot's for the one that it is.

        Raises:
            GoneError, TooLateError: The place is gone; the webhook is.
            Exception: Discord refuses it, or is out of reach; or what `check` raises.
        """

        async def attempt() -> int:
            found = await self._find(line, place, after=after) if self._is_uncertain else None
            await self._check()
            self._is_uncertain = True
            return found or await self._send(line, place, after=after, nonce=nonce)

        return await insist(attempt, seconds=PROMISE_SECONDS)

    async def show(self, page: Page, place: discord.PartialMessageable, *, after: int, nonce: str) -> None:
        """Send a page, unless it turns out that it was sent."""

        async def attempt() -> None:
            if self._is_uncertain:
                async for message in _read_back(place, after):
                    if self._is_mine(message) and message.components:
                        return
            await self._check()
            self._is_uncertain = True
            await place.send(view=page.build_view(), nonce=nonce, allowed_mentions=SILENT)

        await insist(attempt, seconds=PROMISE_SECONDS)

    async def _send(
        self, line: PerformedLine, place: discord.PartialMessageable, *, after: int, nonce: str
    ) -> int:
        webhook, began = self.webhook, time.monotonic()
        if webhook is None or not line.speaker:
            return (await place.send(line.plain, nonce=nonce, allowed_mentions=SILENT)).id
        message = await webhook.send(
            line.text,
            username=line.speaker,
            avatar_url=self.faces.address_of(line.speaker),
            allowed_mentions=SILENT,
            wait=True,
            thread=discord.Object(place.id),
        )
        if time.monotonic() - began < REPEATED_SECONDS:
            return int(message.id)
        # Webhooks have no nonce: where it was sent twice, the first one stays.
        sent = [each.id async for each in _read_back(place, after) if each.webhook_id == webhook.id]
        for number in sent[1:]:
            await webhook.delete_message(number, thread=discord.Object(place.id))
        return sent[0] if sent else int(message.id)

    async def _find(
        self, line: PerformedLine, place: discord.PartialMessageable, *, after: int
    ) -> int | None:
        """Return the number of the message in which a line was said after the last one that is known.

        What a webhook has said cannot be read without the intent for it: who said it can.
        """
        is_spoken = self.webhook is not None and bool(line.speaker)
        async for message in _read_back(place, after):
            if is_spoken and self.webhook is not None and message.webhook_id == self.webhook.id:
                return message.id
            if not is_spoken and self._is_mine(message) and message.content == line.plain.strip():
                return message.id
        return None

    def _is_mine(self, message: discord.Message) -> bool:
        me = self._bot.user
        return me is not None and message.author.id == me.id


def _read_back(place: discord.PartialMessageable, after: int) -> AsyncIterator[discord.Message]:
    return place.history(after=discord.Object(after), limit=READ_BACK, oldest_first=True)
