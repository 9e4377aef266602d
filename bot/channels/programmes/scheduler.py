"""Looks which programmes are due, and has each episode shown once; what was missed is not made up for."""

import asyncio
import logging
import time
from collections.abc import Callable

from bot.channels.programmes.broadcast import Broadcaster
from bot.channels.programmes.schedule import schedule_of
from bot.discord.background import BackgroundTasks
from bot.discord.replies.sending import GoneError
from bot.storage.engine import StorageError
from bot.storage.tables.channels.programmes import ProgrammeRecord, ProgrammeRepository, SeasonEpisode
from core.errors import CoreError

LOOK_SECONDS = 15.0  # between two looks
AGAIN_SECONDS = 5.0  # between two attempts while the database is away
LATE_SECONDS = 900.0  # after which an episode was missed

log = logging.getLogger(__name__)


class ProgrammeScheduler:
    """Carries out the programmes of the servers that this process serves."""

    def __init__(
        self,
        *,
        programmes: ProgrammeRepository,
        broadcaster: Broadcaster,
        tasks: BackgroundTasks,
        serves: Callable[[int], bool],
        read_time: Callable[[], float] = time.time,
    ) -> None:
        self._programmes = programmes
        self._broadcaster = broadcaster
        self._tasks = tasks
        self._serves = serves  # tells of a server
        self._read_time = read_time
        self._under_way: set[SeasonEpisode] = set()

    async def run(self) -> None:
        """Finish what an earlier process has begun, on this machine or another; then look until cancelled."""
        for programme, episode in await self._programmes.read_begun():
            if not self._serves(programme.guild_id) or episode in self._under_way:
                continue
            is_late = self._read_time() - episode.due > LATE_SECONDS
            await self._show(programme, episode, is_resumed=True, is_late=is_late)
        while True:
            for programme in await self._programmes.read_due(self._read_time()):
                if self._serves(programme.guild_id):
                    await self._try_to_begin(programme)
            await asyncio.sleep(LOOK_SECONDS)

    async def _try_to_begin(self, programme: ProgrammeRecord) -> None:
        """Begin; what fails of one programme at Discord keeps no other one waiting, and is tried at the next look."""
        try:
            await self._begin(programme)
        except CoreError:
            raise  # the database, which all need
        except Exception:
            log.exception("Programme %d waits", programme.id)

    async def _begin(self, programme: ProgrammeRecord) -> None:
        """Take the time that a programme is due at, and show its episode if it is one that may come."""
        now = self._read_time()
        due = schedule_of(programme).next_after(now, begun=programme.created)
        if self._broadcaster.find_channel(programme) is None:
            log.info("Programme %d is paused: its channel is gone.", programme.id)
            await self._programmes.update(programme.id, is_paused=True, due=due)
            return
        begins = now - programme.due <= LATE_SECONDS and await self._is_wanted(programme)
        episode = await self._programmes.advance(programme, due=due, begins=begins)
        if episode is not None:
            # Beside this loop: another programme's time may come while this one waits in the queue.
            self._tasks.begin(self._show(programme, episode))

    async def _is_wanted(self, programme: ProgrammeRecord) -> bool:
        try:
            return await self._broadcaster.is_wanted(programme)
        except GoneError as error:
            log.info("Programme %d is left out: %s", programme.id, error)
            return False

    async def _show(self, programme: ProgrammeRecord, episode: SeasonEpisode, **how: bool) -> None:
        self._under_way.add(episode)
        try:
            while not await self._try(programme, episode, **how):
                await asyncio.sleep(AGAIN_SECONDS)
                is_late = self._read_time() - episode.due > LATE_SECONDS
                how = {"is_resumed": True, "is_late": is_late}
        finally:
            self._under_way.discard(episode)

    async def _try(self, programme: ProgrammeRecord, episode: SeasonEpisode, **how: bool) -> bool:
        """Show an episode, or drop it; tell whether that is over: a database that is away costs no episode."""
        try:
            try:
                await self._broadcaster.show(programme, episode, **how)
            except StorageError:
                raise
            except (CoreError, GoneError) as error:
                if not self._broadcaster.is_closing:  # else it is left to the next start
                    log.info(
                        "Episode %d of programme %d is left out: %s", episode.number, programme.id, error
                    )
                    await self._programmes.drop(episode)
            except Exception:
                log.exception("Episode %d of programme %d failed", episode.number, programme.id)
                await self._programmes.drop(episode)
        except StorageError as error:
            log.warning("Episode %d of programme %d waits: %s", episode.number, programme.id, error)
            return self._broadcaster.is_closing
        return True
