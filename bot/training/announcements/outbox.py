"""Tells the end of each training until it is told: from the database, over restarts, with longer and longer pauses."""

import asyncio
import contextlib
import io
import logging
import time

import discord

from bot.discord.client import DiscordClient
from bot.discord.replies.sending import SILENT, GoneError, TooLateError, insist, refuses_reference
from bot.storage.runs.store import RunStore
from bot.storage.tables.models import ModelRepository
from bot.storage.tables.trainings import TrainingRecord, TrainingRepository
from bot.training.announcements.announcer import TrainingAnnouncer
from bot.training.ui.buttons import build_buttons
from bot.training.ui.view import build_closed, build_end, describe_end
from core.errors import RunError
from core.run.layout import PLOT

ATTEMPT_SECONDS = 10.0  # before another training's turn
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
LOOK_SECONDS = 60.0  # between two looks into the database
GIVE_UP_SECONDS = 86_400.0  # after a training's end, where its channel is gone or closed to the bot

log = logging.getLogger(__name__)


class TrainingOutbox:
    """The ends that servers have not seen yet; each is a new message that answers the training's own."""

    def __init__(
        self,
        bot: DiscordClient,
        *,
        trainings: TrainingRepository,
        models: ModelRepository,
        runs: RunStore,
        announcer: TrainingAnnouncer,
    ) -> None:
        self._bot = bot
        self._trainings = trainings
        self._models = models
        self._runs = runs
        self._announcer = announcer
        self._news = asyncio.Event()
        self._pauses: dict[int, tuple[float, float]] = {}  # training to when it is tried again, and the pause

    def wake(self) -> None:
        """Look for what is to be told now."""
        self._news.set()

    async def run(self) -> None:
        """Tell until cancelled."""
        while True:
            self._news.clear()
            waits = [LOOK_SECONDS]
            for training in await self._trainings.read_untold():
                due, _ = self._pauses.get(training.id, (0.0, 0.0))
                if time.monotonic() >= due:
                    await self._try(training)
                if training.id in self._pauses:
                    waits.append(max(0.05, self._pauses[training.id][0] - time.monotonic()))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), min(waits))

    async def _try(self, training: TrainingRecord) -> None:
        try:
            await self._tell(training)
            self._pauses.pop(training.id, None)
        except GoneError as error:
            if time.time() - training.ended > GIVE_UP_SECONDS:
                log.warning("Nobody can be told of the end of training %d: %s", training.id, error)
                await self._trainings.update(training.id, told=True)
                self._pauses.pop(training.id, None)
                return
            self._wait(training, error)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the end is told when it is over
            self._wait(training, error)

    def _wait(self, training: TrainingRecord, error: Exception) -> None:
        _, pause = self._pauses.get(training.id, (0.0, 0.0))
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS) if pause else FIRST_PAUSE_SECONDS
        self._pauses[training.id] = time.monotonic() + pause, pause
        log.warning(
            "The end of training %d is not told yet (%r); trying again in %.0f s.", training.id, error, pause
        )

    async def _tell(self, training: TrainingRecord) -> None:
        """Send the end, close the message that showed the progress, and note both.

        Raises:
            GoneError: The bot may not write there, or there is no such channel.
            Exception: Discord or the database are out of reach.
        """
        if not self._bot.has_left(training.guild_id):
            await self._announcer.stop(training)
            if not training.end_message_id:
                message = await self._send(training)
                await self._trainings.update(training.id, end_message_id=message.id)
            await self._close(training)
        await self._trainings.update(training.id, told=True)

    async def _send(self, training: TrainingRecord) -> discord.Message:
        is_used = await self._models.read_active(training.guild_id) == training.id
        plot = await self._read_plot(training)
        language = self._announcer.language_of(training)
        embed = build_end(training, is_used=is_used, language=language)
        if plot:
            embed.set_image(url=f"attachment://{PLOT}")
        channel = self._announcer.channel_of(training)

        async def send(reference: discord.MessageReference | None) -> discord.Message:
            # Discord takes a repeated sending for the one that it is, by its nonce.
            return await channel.send(
                language.say(describe_end(training)),
                embed=embed,
                view=build_buttons(training, language=language, is_used=is_used),
                files=[discord.File(io.BytesIO(plot), filename=PLOT)] if plot else [],
                reference=reference,  # type: ignore[arg-type]  # None is its own default
                mention_author=False,
                nonce=f"end-{training.id}",
                allowed_mentions=SILENT,
            )

        if not training.message_id:
            return await insist(lambda: send(None), seconds=ATTEMPT_SECONDS)
        answered = discord.MessageReference(
            message_id=training.message_id, channel_id=training.channel_id, fail_if_not_exists=False
        )
        try:
            return await insist(lambda: send(answered), seconds=ATTEMPT_SECONDS)
        except discord.HTTPException as error:
            if not refuses_reference(error):
                raise
        return await insist(lambda: send(None), seconds=ATTEMPT_SECONDS)

    async def _close(self, training: TrainingRecord) -> None:
        """Let the message of the progress say that it is over; delete it where it can no longer be changed."""
        if not training.message_id:
            return
        message = self._announcer.channel_of(training).get_partial_message(training.message_id)
        closed = build_closed(training, language=self._announcer.language_of(training))
        with contextlib.suppress(GoneError):
            try:
                await insist(
                    lambda: message.edit(embed=closed, view=None, allowed_mentions=SILENT),
                    seconds=ATTEMPT_SECONDS,
                )
            except (TooLateError, discord.RateLimited):  # such as for an hour
                await insist(message.delete, seconds=ATTEMPT_SECONDS)

    async def _read_plot(self, training: TrainingRecord) -> bytes:
        model = await self._models.read(training.id) if training.state == "done" else None
        if model is None:
            return b""
        try:
            return await asyncio.to_thread((await self._runs.fetch(model) / PLOT).read_bytes)
        except (OSError, RunError):
            return b""
