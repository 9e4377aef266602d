"""The performances in the servers of this process: begun, carried on after a restart, and forgotten at their ends."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable

from bot.channels.performances.run import PerformanceRun, PerformanceTools
from bot.discord.background import BackgroundTasks
from bot.discord.replies.sending import GoneError, is_passing
from bot.storage.engine import StorageError
from bot.storage.tables.channels.performances import LONGEST_SECONDS, PerformanceRecord, TakenOverError
from bot.storage.tables.leases import BEAT_SECONDS
from core.errors import CoreError
from core.text import Text

AGAIN_SECONDS = (
    15.0  # before a performance is gone on with where the database or Discord could not be reached
)

log = logging.getLogger(__name__)


class PerformanceRunner:
    """Carries performances out, each in a task of its own."""

    def __init__(self, tools: PerformanceTools, *, tasks: BackgroundTasks) -> None:
        self._tools = tools
        self._tasks = tasks
        self._runs: dict[int, PerformanceRun] = {}

    async def run(self) -> None:
        """Go on with what an earlier process performed, and until cancelled with what other machines have left."""
        bot, performances = self._tools.bot, self._tools.performances
        for performance in await performances.read_all():
            if not bot.serves(performance.guild_id):
                with contextlib.suppress(TakenOverError):
                    await performances.leave(performance.id)  # its shard is another process's by now
            elif performance.id not in self._runs:
                self.begin(performance)
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            if not self._tools.leases.is_steady:
                continue
            try:
                taken = await performances.take_over(lambda guild_id: bot.get_guild(guild_id) is not None)
            except CoreError as error:
                log.warning("It is not known for a moment what other machines have left: %s", error)
                continue
            for performance in taken:
                log.warning("Performance %d of a bot that lives no longer goes on here.", performance.id)
                self.begin(performance)

    def begin(self, performance: PerformanceRecord, *, better: tuple[Text, ...] = ()) -> None:
        """Carry a performance out; `better` are the rights with which it would be a better one."""
        run = PerformanceRun(self._tools, performance, better=better)
        self._runs[performance.id] = run
        self._tasks.begin(self._carry_out(run))

    def find(self, number: int) -> PerformanceRun | None:
        """Return the performance of that number, if it is going on here."""
        return self._runs.get(number)

    def drop_where(self, is_meant: Callable[[PerformanceRun], bool]) -> None:
        """Give up performances whose place or scene is no longer there."""
        for run in self._runs.values():
            if is_meant(run):
                run.drop()

    async def _carry_out(self, run: PerformanceRun) -> None:
        number = run.now.id
        try:
            state = await self._perform(run)
            if state != run.now.state:
                await run.show_end(state)
            await self._forget(number)
        except TakenOverError:
            log.warning("Performance %d goes on on another machine.", number)
        finally:
            self._runs.pop(number, None)

    async def _forget(self, number: int) -> None:
        """Delete what is stored of a performance that is over, as soon as that goes: it has one of the few places."""
        while True:
            try:
                await self._tools.performances.delete(number)
            except StorageError as error:
                log.warning("Performance %d is not forgotten yet: %s", number, error)
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                return

    async def _perform(self, run: PerformanceRun) -> str:
        """Perform until the end, and return how that came.

        Raises:
            TakenOverError: Another machine goes on with it.
        """
        while time.time() - run.now.created < LONGEST_SECONDS:
            try:
                await run.carry_out()
            except TakenOverError:
                raise
            except GoneError as error:
                log.info("Performance %d ended early: %s", run.now.id, error)
                return "gone"
            except Exception as error:
                if not isinstance(error, CoreError) and not is_passing(error):
                    log.exception("Performance %d was given up", run.now.id)
                    return "gone"
                log.warning("Performance %d waits: %r", run.now.id, error)
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                return run.now.state
        return "gone"
