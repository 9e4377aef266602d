"""Shows trainings on Discord: one message each, changed while it runs."""

import asyncio
import io
import logging
import time

import aiohttp
import discord
from discord.ext import commands

from bot.discord.limits import SECONDS_BETWEEN_EDITS
from bot.discord.reply import SILENT, GoneError, insist
from bot.storage.models import ModelRepository
from bot.storage.trainings import TrainingRecord, TrainingRepository
from bot.training.buttons import build_buttons
from bot.training.folders import TrainingFolders
from bot.training.view import build_end, build_progress, build_waiting
from core.run.events import Progress
from core.run.layout import PLOT

FAILURES = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)

log = logging.getLogger(__name__)


class TrainingAnnouncer:
    """Tells servers of their trainings; a `TrainingListener`."""

    def __init__(
        self,
        bot: commands.AutoShardedBot,
        *,
        trainings: TrainingRepository,
        models: ModelRepository,
        folders: TrainingFolders,
    ) -> None:
        """Write through a bot."""
        self._bot = bot
        self._trainings = trainings
        self._models = models
        self._folders = folders
        self._shown: dict[int, tuple[float, object]] = {}  # training to when what was shown

    async def show_progress(self, training: TrainingRecord, progress: Progress, note: str) -> None:
        """Show how far a training is, at most every 5 s, and only what is new."""
        then, before = self._shown.get(training.id, (-SECONDS_BETWEEN_EDITS, None))
        now = time.monotonic()
        embed = build_progress(training, progress, note)
        if now - then < SECONDS_BETWEEN_EDITS or embed == before:
            return
        self._shown[training.id] = now, embed
        await self._edit(training, embed)

    async def show_waiting(self, training: TrainingRecord, place: int) -> None:
        """Show how many trainings are before one."""
        await self._edit(training, build_waiting(training, place=place))

    async def show_end(self, training: TrainingRecord) -> None:
        """Show what came of a training in its message; in a new one where that is gone."""
        self._shown.pop(training.id, None)
        if self._bot.get_guild(training.guild_id) is None:
            return
        is_used = await self._models.read_active(training.guild_id) == training.id
        plot = await asyncio.to_thread(self._read_plot, training)
        embed = build_end(training, is_used=is_used)
        if plot:
            embed.set_image(url=f"attachment://{PLOT}")
        await self._edit(training, embed, view=build_buttons(training, is_used=is_used), plot=plot)

    async def send_first(self, training: TrainingRecord, place: int) -> discord.Message:
        """Send the message that shows a training from now on.

        Raises:
            GoneError: The bot may not write in the training's channel.
        """
        channel = self._channel(training)
        return await insist(
            lambda: channel.send(
                embed=build_waiting(training, place=place),
                view=build_buttons(training),
                nonce=training.id,
                allowed_mentions=SILENT,
            )
        )

    async def _edit(
        self,
        training: TrainingRecord,
        embed: discord.Embed,
        *,
        view: discord.ui.View | None = None,
        plot: bytes = b"",
    ) -> None:
        """Change a training's message; an end whose message is gone is written anew."""
        current = await self._trainings.read(training.id)
        number = training.message_id if current is None else current.message_id
        shown = build_buttons(training) if view is None else view
        try:
            if number:
                message = self._channel(training).get_partial_message(number)
                await insist(
                    lambda: message.edit(
                        embed=embed, view=shown, attachments=_files(plot), allowed_mentions=SILENT
                    )
                )
                return
        except GoneError:
            if view is None:
                return
        except FAILURES as error:
            log.warning("Training %d could not be shown: %s", training.id, error)
            return
        if view is not None:
            await self._send_end(training, embed, view, plot)

    async def _send_end(
        self, training: TrainingRecord, embed: discord.Embed, view: discord.ui.View, plot: bytes
    ) -> None:
        channel = self._channel(training)
        try:
            await insist(
                lambda: channel.send(
                    embed=embed, view=view, files=_files(plot), nonce=training.id, allowed_mentions=SILENT
                )
            )
        except (GoneError, *FAILURES) as error:
            log.warning("The end of training %d could not be shown: %s", training.id, error)

    def _channel(self, training: TrainingRecord) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(training.channel_id, guild_id=training.guild_id)

    def _read_plot(self, training: TrainingRecord) -> bytes:
        if training.state != "done":
            return b""
        try:
            return (self._folders.run(training) / PLOT).read_bytes()
        except OSError:
            return b""


def _files(plot: bytes) -> list[discord.File]:
    return [discord.File(io.BytesIO(plot), filename=PLOT)] if plot else []
