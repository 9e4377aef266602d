"""How the bot starts and leaves: its resources are opened before the client, and closed after it."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Callable
from dataclasses import replace

import discord

from bot.app.client import Holosuite
from bot.app.shards import share_shards
from bot.app.watching import serve_metrics, watch
from bot.discord.connection import stay_connected, use_local_discord
from bot.ops.logs import LastErrors, set_up_logging
from bot.scenes.pool import WriterPool
from bot.storage.data_folder import hold_data_folder, read_machine
from bot.storage.engine import StorageError
from bot.storage.repositories import Repositories
from bot.storage.runs.opening import open_run_store
from bot.storage.settings import Settings

ANEW_SECONDS = 5.0  # before a new client, where discord.py has given one up
FINISH_SECONDS = 8.0  # Docker kills 10 s after SIGTERM
# A thread that writes gives the interpreter up within this time when the event loop wants it.
SWITCH_SECONDS = 0.001

log = logging.getLogger(__name__)


def serve(settings: Settings) -> int:
    """Run the bot until SIGTERM or Ctrl+C; return the exit status.

    Raises:
        CoreError: It cannot start: no model, no database, a token that Discord refuses.
    """
    last_errors = set_up_logging(settings)
    # No voice is used: its packages are not missed.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    sys.setswitchinterval(SWITCH_SECONDS)
    asyncio.run(_serve(settings, last_errors))
    return 0


async def _serve(settings: Settings, last_errors: LastErrors) -> None:
    leave = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, leave.set)
    async with contextlib.AsyncExitStack() as resources:
        lock = await asyncio.to_thread(hold_data_folder, settings.data)
        resources.callback(lock.release)
        machine = await asyncio.to_thread(read_machine, settings.data)
        runs = await open_run_store(settings, machine=machine)
        storage = await Repositories.open(
            settings.database_url, data=settings.data, machine=machine, home=runs.home
        )
        resources.push_async_callback(storage.close)
        await storage.leases.live()
        resources.push_async_callback(_release, storage)
        pool = await WriterPool.open(settings.run, threads=settings.threads, queue=settings.queue)
        resources.push_async_callback(pool.close)
        metrics = await resources.enter_async_context(serve_metrics(settings.metrics_port, pool))

        shards = await resources.enter_async_context(share_shards(settings, storage.leases))

        def build_client() -> Holosuite:
            own = settings if shards is None else replace(settings, shard_ids=shards.held)
            bot = Holosuite(own, pool=pool, storage=storage, runs=runs, last_errors=last_errors)
            watch(bot, metrics)
            if shards is not None:
                bot.tasks.records |= shards.tasks.records  # for health and the owner
            return bot

        changed = asyncio.Event() if shards is None else shards.changed
        while not leave.is_set():
            if shards is not None and not shards.held:
                await _first_of(leave, changed)
            changed.clear()
            if shards is None or shards.held:
                await _serve_once(settings, leave, changed, build_client)
    log.info("Left.")


async def _release(storage: Repositories) -> None:
    """Let the other bots have what this one held; where the database is gone, they wait for its leases' end."""
    with contextlib.suppress(StorageError):
        await storage.leases.release_all()


async def _first_of(*events: asyncio.Event) -> None:
    """Wait until one of them is set."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()


async def _serve_once(
    settings: Settings, leave: asyncio.Event, changed: asyncio.Event, build_client: Callable[[], Holosuite]
) -> None:
    """Serve until asked to leave, or until a new client is needed.

    That is where discord.py has given the connection up, or where this process has other shards than before.
    """

    async def use_another_discord() -> None:
        if settings.discord_api:
            await use_local_discord(settings.discord_api)

    async with build_client() as bot:
        bot.tasks.keep("monitor", bot.monitor.beat)
        serving = asyncio.create_task(stay_connected(bot, settings.token, prepare=use_another_discord))
        leaving = asyncio.create_task(_first_of(leave, changed))
        await asyncio.wait([serving, leaving], return_when=asyncio.FIRST_COMPLETED)
        leaving.cancel()
        if leave.is_set():
            log.info("Asked to leave.")
        is_wanted = leave.is_set() or changed.is_set()
        # Without a connection nobody can be answered: what was promised is left to the next client at once.
        await bot.scene_handler.close(seconds=FINISH_SECONDS if is_wanted else 0.0)
        await bot.close()
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving
    if not is_wanted:
        log.error("The connection was given up; a new one is begun.")
        await asyncio.sleep(ANEW_SECONDS)
