"""Reads channels page by page, one page at a time for all servers, and goes on where an earlier process stopped."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

import discord

from bot.channels.learning.availability import LearningAvailability
from bot.channels.learning.reading.channels import find_problem
from bot.channels.learning.reading.message_file import MessageFile
from bot.channels.learning.reading.messages import read_line
from bot.channels.learning.reading.notices import ReadingNotices
from bot.discord.errors import RefusalError
from bot.discord.replies.pacing import unhurried
from bot.discord.replies.sending import GoneError, insist
from bot.storage.repositories import Repositories
from bot.storage.tables.readings import DRAFT, OVER, READ, READING, ReadingChannel, ReadingRecord
from bot.storage.text import dump_text
from bot.training.corpora.folders import TrainingFolders
from core.errors import CoreError
from core.text import Text

PAGE_MESSAGES = 100  # "Messages Resource", Get Channel Messages
# Discord takes 50 requests a second of all that the bot does: at most two of them are for reading.
SECONDS_BETWEEN_PAGES = 0.5
SECONDS_BETWEEN_CHECKS = 60.0  # of what Discord grants
LOOK_SECONDS = 60.0  # between two looks into the database where nothing was heard
DRAFT_SECONDS = 15 * 60.0  # that the choice of channels can be used: as long as its interaction
KEPT_SECONDS = 3_600.0  # that a text waits for its preview

log = logging.getLogger(__name__)


class ChannelReader:
    """Carries out the readings that the database holds."""

    def __init__(
        self,
        bot: discord.Client,
        *,
        storage: Repositories,
        availability: LearningAvailability,
        notices: ReadingNotices,
        files: TrainingFolders,
        most_bytes: int,
        pause_seconds: float = SECONDS_BETWEEN_PAGES,
    ) -> None:
        """Read through a bot into a folder a reading; `most_bytes` is all that one reading may take."""
        self._bot = bot
        self._readings = storage.readings
        self._consents = storage.consents
        self._folders = storage.folders
        self._availability = availability
        self._notices = notices
        self._files = files
        self._most_bytes = most_bytes
        self._pause_seconds = pause_seconds
        self._checked = -SECONDS_BETWEEN_CHECKS
        self._news = asyncio.Event()
        self._writing = asyncio.Lock()  # of files, so that a no finds each line or keeps it out
        self._written: dict[int, frozenset[int]] = {}  # reading to the members whose lines it may hold

    def wake(self) -> None:
        """Look for work now."""
        self._news.set()

    def file_of(self, reading: ReadingRecord) -> MessageFile:
        """Return the file of a reading."""
        return MessageFile(self._files.data / "jobs" / reading.key)

    async def run(self) -> None:
        """Read until cancelled."""
        if await self._readings.read_states(READING, READ):
            await self._may_read()  # else learning may have been switched off with the last process
        while True:
            try:
                if not await self.turn():
                    self._news.clear()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._news.wait(), LOOK_SECONDS)
            except (CoreError, OSError):
                log.exception("The readings are interrupted for a moment")
                await asyncio.sleep(LOOK_SECONDS)

    async def turn(self) -> bool:
        """Read a page for each reading, and end what is over; tell whether there is more to read."""
        await self._expire()
        await self.purge()
        for reading in await self._readings.read_states(OVER):
            await _try(self._close, reading)
        under_way = await self._readings.read_states(READING)
        if under_way and not await self._may_read():
            return False
        for reading in under_way:
            await _try(self._read_page, reading)
            await asyncio.sleep(self._pause_seconds)
        return bool(under_way)

    async def stop(self, reading: ReadingRecord, why: Text) -> bool:
        """End a reading, whose text is then deleted; tell whether it had not ended yet."""
        changes = {"state": OVER, "note": dump_text(why)}
        is_stopped = await self._readings.update(reading.id, only_from=(READING, READ), **changes)
        if is_stopped:
            await self._delete(reading)
            self.wake()
        return is_stopped

    async def stop_where(self, is_gone: Callable[[int], bool], why: Text) -> None:
        """End the readings of servers, told by the server's id."""
        for reading in await self._readings.read_states(READING, READ):
            if is_gone(reading.guild_id):
                await self.stop(reading, why)

    async def purge(self) -> None:
        """Take out of all files the lines of those who no longer say yes, to whichever machine they said no."""
        async with self._writing:
            for reading in await self._readings.read_states(READING, READ):
                willing = frozenset(await self._consents.read_willing(reading.guild_id))
                if reading.id in self._written and self._written[reading.id] <= willing:
                    continue
                keep = self.file_of(reading).keep
                length = await asyncio.to_thread(keep, willing, length=reading.length)
                await self._readings.update(reading.id, length=length)
                self._written[reading.id] = willing

    async def _may_read(self) -> bool:
        """Tell whether learning is switched on and granted; if not, end all readings."""
        now = time.monotonic()
        if now - self._checked < SECONDS_BETWEEN_CHECKS:
            return True
        try:
            await self._availability.check()
        except RefusalError as error:
            await self.stop_where(lambda _: True, error.text)
            return False
        except discord.HTTPException:
            log.exception("It cannot be found out what Discord grants")
            return False
        self._checked = now
        return True

    async def _read_page(self, reading: ReadingRecord) -> None:
        guild = self._bot.get_guild(reading.guild_id)
        if guild is None or guild.unavailable:
            return
        if not await self._availability.is_on_in(guild.id):
            await self.stop(reading, Text("This server's administrators have switched learning off."))
            return
        channels = await self._readings.read_channels(reading.id)
        channel = next((each for each in channels if not each.is_done), None)
        if channel is None or reading.length >= self._most_bytes:
            # Shown first: where that fails, the next turn does it again.
            await self._notices.show(replace(reading, state=READ), channels, at_once=True)
            await self._readings.update(
                reading.id, only_from=(READING,), state=READ, created=int(time.time())
            )
            return
        page: Sequence[dict[str, Any]] = []
        if find_problem(guild, channel.channel_id, hidden=reading.hidden) is None:
            page = await self._fetch(channel)
        async with self._writing:
            fresh = await self._readings.read(reading.id)
            if fresh is None or fresh.state != READING:  # somebody has stopped it meanwhile
                return
            willing = await self._consents.read_willing(reading.guild_id)
            self._written[reading.id] = self._written.get(reading.id, frozenset()) | willing.keys()
            taken, length = await asyncio.to_thread(self._write, fresh, page, willing.keys())
            channel = replace(
                channel,
                cursor=min((int(message["id"]) for message in page), default=channel.cursor),
                looked=channel.looked + len(page),
                taken=channel.taken + taken,
                is_done=len(page) < PAGE_MESSAGES,
            )
            await self._readings.note_page(reading.id, channel, length=length)
        channels = [channel if each.channel_id == channel.channel_id else each for each in channels]
        await self._notices.show(fresh, channels)

    async def _fetch(self, channel: ReadingChannel) -> Sequence[dict[str, Any]]:
        """Return the messages before those that were looked at, or none where the channel is closed to the bot."""
        read = self._bot.http.logs_from
        try:
            with unhurried():
                page = await insist(lambda: read(channel.channel_id, PAGE_MESSAGES, before=channel.cursor))
        except GoneError:
            return []
        return [dict(message) for message in page]

    def _write(
        self, reading: ReadingRecord, page: Sequence[dict[str, Any]], willing: Collection[int]
    ) -> tuple[int, int]:
        """Write what is read of a page; return how many lines that is, and the length of the file."""
        lines = [line for line in (read_line(message, willing) for message in page) if line is not None]
        return len(lines), self.file_of(reading).append(lines, length=reading.length)

    async def _expire(self) -> None:
        """End what nobody has gone on with."""
        now = time.time()
        for reading in await self._readings.read_states(DRAFT, READ):
            if reading.state == DRAFT and now - reading.created > DRAFT_SECONDS:
                await self._readings.delete(reading.id)
            elif reading.state == READ and now - reading.created > KEPT_SECONDS:
                why = Text("Nobody asked for the preview within an hour, so the text was deleted.")
                await self.stop(reading, why)

    async def _close(self, reading: ReadingRecord) -> None:
        """Delete what is left of a reading, and say why it is over."""
        await self._delete(reading)
        await self._notices.show(reading, [], at_once=True)
        await self._readings.delete(reading.id)
        self._written.pop(reading.id, None)

    async def _delete(self, reading: ReadingRecord) -> None:
        async with self._writing:
            await asyncio.to_thread(self._files.delete_key, reading.key, has_model=True)
        await self._folders.delete(reading.key)


async def _try(step: Callable[[ReadingRecord], Awaitable[None]], reading: ReadingRecord) -> None:
    """Take a step for one reading; what Discord refuses it keeps no other one waiting."""
    try:
        await step(reading)
    except (CoreError, OSError):
        raise  # the database or the disk, which all need
    except Exception:
        log.exception("Reading %d waits", reading.id)
