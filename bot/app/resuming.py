"""What other processes have acknowledged and not answered: an earlier one of this bot, and bots that live no longer."""

import asyncio
import logging
from collections.abc import Iterable

import discord

from bot.discord.background import BackgroundTasks
from bot.discord.language.language import read_language
from bot.discord.limits import PROMISE_SECONDS
from bot.discord.replies.resumed import read_reply
from bot.scenes.handler import SceneHandler
from bot.scenes.request import Request
from bot.storage.engine import StorageError
from bot.storage.repositories import Repositories
from bot.storage.tables.leases import BEAT_SECONDS
from bot.storage.tables.pending import PendingRequest

log = logging.getLogger(__name__)


class RequestResumer:
    """Answers requests that others have acknowledged."""

    def __init__(
        self, bot: discord.Client, *, storage: Repositories, handler: SceneHandler, tasks: BackgroundTasks
    ) -> None:
        self._bot = bot
        self._pending = storage.pending
        self._leases = storage.leases
        self._handler = handler
        self._tasks = tasks

    async def finish_own(self) -> None:
        """Answer what an earlier process acknowledged."""
        self._resume(await self._pending.read_unfinished(newer_than_seconds=PROMISE_SECONDS))

    async def live(self) -> None:
        """Say to the other bots on this database that this one lives, and answer what one has left that does not."""
        while True:
            try:
                await self._leases.live()
                if self._leases.is_steady:
                    left = await self._pending.take_over(newer_than_seconds=PROMISE_SECONDS)
                    if left:
                        log.warning("%d requests of a bot that lives no longer are answered here.", len(left))
                    self._resume(left)
            except StorageError as error:
                log.warning("The other bots cannot be told for a moment that this one lives: %s", error)
            await asyncio.sleep(BEAT_SECONDS)

    def _resume(self, unfinished: Iterable[PendingRequest]) -> None:
        for pending in unfinished:
            request = Request.from_json(pending.request)
            reply = read_reply(self._bot, pending, language=read_language(request.language))
            self._tasks.begin(
                self._handler.resume(reply, request, request_id=pending.id, member_id=pending.member_id)
            )
