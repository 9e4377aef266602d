"""Shows trainings on Discord while they wait and run: one message each, and never in the way of the work."""

import asyncio
import logging
import time
from collections.abc import Callable

import discord
from discord.ext import commands

from bot.discord.language.language import Language, language_of
from bot.discord.limits import SECONDS_BETWEEN_EDITS
from bot.discord.replies.sending import SILENT, GoneError, TooLateError, insist, is_passing, try_once
from bot.storage.tables.trainings import TrainingRecord, TrainingRepository
from bot.training.ui.buttons import build_buttons
from bot.training.ui.view import build_progress, build_waiting
from core.run.events import Progress

# Discord allows few edits to messages over an hour old ("JSON Error Codes", 30046): before that they become rare.
OLD_SECONDS = 3_300.0
SECONDS_BETWEEN_OLD_EDITS = 300.0

log = logging.getLogger(__name__)


def seconds_between_edits(message_id: int, *, now: float) -> float:
    """Return how long to wait between two edits of a message, by its age; `now` in seconds since 1970."""
    if not message_id or now - discord.utils.snowflake_time(message_id).timestamp() < OLD_SECONDS:
        return SECONDS_BETWEEN_EDITS
    return SECONDS_BETWEEN_OLD_EDITS


class TrainingAnnouncer:
    """Keeps each training's message up to date, as far as Discord lets it; the newest state wins."""

    def __init__(
        self, bot: commands.AutoShardedBot, *, trainings: TrainingRepository, show_end: Callable[[], None]
    ) -> None:
        """Write through a bot; ends are shown by somebody else."""
        self.show_end = show_end
        self._bot = bot
        self._trainings = trainings
        self._newest: dict[
            int, tuple[TrainingRecord, discord.Embed]
        ] = {}  # what is to be shown of a training
        self._shown: dict[int, tuple[float, discord.Embed]] = {}  # when what was shown
        self._messages: dict[int, int] = {}  # the message that shows a training now
        self._senders: dict[int, asyncio.Task[None]] = {}
        self._over: set[int] = set()  # trainings of which no progress is shown any more

    def show_progress(self, training: TrainingRecord, progress: Progress, note: str) -> None:
        """Show how far a training is."""
        self._show(training, build_progress(training, progress, note, language=self.language_of(training)))

    def show_waiting(self, training: TrainingRecord, place: int) -> None:
        """Show how many trainings are before one."""
        self._show(training, build_waiting(training, place=place, language=self.language_of(training)))

    async def send_first(self, training: TrainingRecord, place: int) -> discord.Message:
        """Send the message that shows a training from now on.

        Raises:
            GoneError: The bot may not write in the training's channel.
        """
        embed = build_waiting(training, place=place, language=self.language_of(training))
        return await self._send(training, embed, nonce=str(training.id))

    async def stop(self, training: TrainingRecord) -> None:
        """Show no more progress of a training: what follows is its end."""
        self._over.add(training.id)
        self._newest.pop(training.id, None)
        self._shown.pop(training.id, None)
        self._messages.pop(training.id, None)
        sender = self._senders.get(training.id)
        if sender is not None:
            sender.cancel()
            await asyncio.wait([sender])

    def channel_of(self, training: TrainingRecord) -> discord.PartialMessageable:
        """Return the channel that a training is shown in."""
        return self._bot.get_partial_messageable(training.channel_id, guild_id=training.guild_id)

    def language_of(self, training: TrainingRecord) -> Language:
        """Return the language of a training's server, in which all its members read of it."""
        guild = self._bot.get_guild(training.guild_id)
        return language_of(guild.preferred_locale if guild else None)

    def _show(self, training: TrainingRecord, embed: discord.Embed) -> None:
        number = training.id
        if number in self._over or (number in self._shown and self._shown[number][1] == embed):
            return
        self._newest[number] = (training, embed)
        if number not in self._senders:
            task = asyncio.create_task(self._keep_up_to_date(number))
            self._senders[number] = task
            task.add_done_callback(lambda _: self._senders.pop(number, None))

    async def _keep_up_to_date(self, number: int) -> None:
        """Show the newest state of a training until there is none that is not shown."""
        while number in self._newest:
            then, _ = self._shown.get(number, (-SECONDS_BETWEEN_OLD_EDITS, None))
            message_id = self._messages.get(number) or self._newest[number][0].message_id
            pause = seconds_between_edits(message_id, now=time.time())
            await asyncio.sleep(max(0.0, then + pause - time.monotonic()))
            training, embed = self._newest.pop(number)
            self._shown[number] = time.monotonic(), embed
            try:
                await self._change(training, embed)
            except GoneError as error:
                log.info("Training %d is no longer shown: %s", number, error)
                self._over.add(number)
            except Exception as error:
                if is_passing(error):
                    self._newest.setdefault(number, (training, embed))
                else:
                    log.exception("Training %d could not be shown", number)

    async def _change(self, training: TrainingRecord, embed: discord.Embed) -> None:
        current = await self._trainings.read(training.id)
        number = current.message_id if current else training.message_id
        if not number:
            # The process that has queued it died before it could show it.
            await self._show_anew(training, embed, nonce=str(training.id))
            return
        self._messages[training.id] = number
        old = self.channel_of(training).get_partial_message(number)
        try:
            await insist(
                lambda: old.edit(embed=embed, view=self._buttons(training), allowed_mentions=SILENT),
                seconds=0.0,
            )
        except TooLateError:
            await self._show_anew(training, embed, nonce=f"p{number}")
            await try_once(old.delete)

    async def _show_anew(self, training: TrainingRecord, embed: discord.Embed, *, nonce: str) -> None:
        message = await self._send(training, embed, nonce=nonce)
        self._messages[training.id] = message.id
        await self._trainings.update(training.id, message_id=message.id)

    async def _send(self, training: TrainingRecord, embed: discord.Embed, *, nonce: str) -> discord.Message:
        channel = self.channel_of(training)
        return await insist(
            lambda: channel.send(
                embed=embed, view=self._buttons(training), nonce=nonce, allowed_mentions=SILENT
            )
        )

    def _buttons(self, training: TrainingRecord) -> discord.ui.View:
        return build_buttons(training, language=self.language_of(training))
