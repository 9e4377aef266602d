"""Shows a reading to its server: one message, changed as often as Discord lets it be."""

import contextlib
import time

import discord

from bot.channels.learning.reading.buttons import build_reading_buttons
from bot.channels.learning.reading.view import build_reading
from bot.discord.language.language import Language, language_of
from bot.discord.limits import SECONDS_BETWEEN_EDITS
from bot.discord.replies.sending import SILENT, GoneError, TooLateError, insist, try_once
from bot.storage.tables.readings import ReadingChannel, ReadingRecord, ReadingRepository
from bot.training.announcements.announcer import seconds_between_edits


class ReadingNotices:
    """The messages of readings."""

    def __init__(self, bot: discord.Client, *, readings: ReadingRepository) -> None:
        self._bot = bot
        self._readings = readings
        self._shown: dict[int, float] = {}  # reading to when it was shown

    def language_of(self, guild_id: int) -> Language:
        """Return the language that all members of a server read."""
        guild = self._bot.get_guild(guild_id)
        return language_of(guild.preferred_locale if guild else None)

    async def send_first(self, reading: ReadingRecord, channels: list[ReadingChannel]) -> discord.Message:
        """Send the message that shows a reading from now on.

        Raises:
            GoneError: The bot may not write in the reading's channel.
        """
        language = self.language_of(reading.guild_id)
        channel = self._bot.get_partial_messageable(reading.channel_id, guild_id=reading.guild_id)
        return await insist(
            lambda: channel.send(
                embed=build_reading(reading, channels, language=language),
                view=build_reading_buttons(reading, language=language),
                allowed_mentions=SILENT,
            )
        )

    async def show(
        self, reading: ReadingRecord, channels: list[ReadingChannel], *, at_once: bool = False
    ) -> None:
        """Show how far a reading is, if its message may be changed again; `at_once` insists."""
        now = time.monotonic()
        pause = max(SECONDS_BETWEEN_EDITS, seconds_between_edits(reading.message_id, now=time.time()))
        if not reading.message_id or (now - self._shown.get(reading.id, -pause) < pause and not at_once):
            return
        self._shown[reading.id] = now
        language = self.language_of(reading.guild_id)
        message = self._bot.get_partial_messageable(reading.channel_id).get_partial_message(
            reading.message_id
        )

        async def edit() -> None:
            await message.edit(
                embed=build_reading(reading, channels, language=language),
                view=build_reading_buttons(reading, language=language),
                allowed_mentions=SILENT,
            )

        if not at_once:
            await try_once(edit)
            return
        with contextlib.suppress(GoneError):  # nobody is left to read it
            try:
                await insist(edit)
            except TooLateError:
                fresh = await self.send_first(reading, channels)
                await self._readings.update(reading.id, message_id=fresh.id)
