"""What is the case in a bot when somebody asks for its metrics, and the port where they do."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial

import psutil

from bot.app.client import Holosuite
from bot.ops.metrics import Gauges, Metrics, MetricsHandler
from bot.scenes.pool import WriterPool
from bot.storage.engine import StorageError
from core.errors import ConfigError


@asynccontextmanager
async def serve_metrics(port: int, pool: WriterPool) -> AsyncIterator[Metrics | None]:
    """Count and serve until the context ends; nothing where the port is 0.

    Raises:
        ConfigError: The port is taken.
    """
    if not port:
        yield None
        return
    metrics = Metrics()
    handler = MetricsHandler(metrics.note_record)
    pool.note_scene = metrics.note_scene
    logging.getLogger().addHandler(handler)
    try:
        runner = await metrics.serve(port)
    except OSError as error:
        raise ConfigError(
            "The port {port} of HOLOSUITE_METRICS_PORT cannot be used ({reason}).",
            port=str(port),
            reason=error.strerror,
        ) from error
    try:
        yield metrics
    finally:
        logging.getLogger().removeHandler(handler)
        await runner.cleanup()


def watch(bot: Holosuite, metrics: Metrics | None) -> None:
    """Let a client be what the metrics tell of."""
    if metrics is not None:
        metrics.read_gauges = partial(_read_gauges, bot)


async def _read_gauges(bot: Holosuite) -> Gauges:
    monitor, pool, pace = bot.monitor, bot.pool, bot.pace
    trainings: Gauges = {}
    with suppress(StorageError):  # all else is told, also while the database is away
        trainings = {
            f"trainings_{state}": (
                f"Trainings that {what}.",
                len(await bot.storage.trainings.read_states(state)),
            )
            for state, what in (("waiting", "wait"), ("running", "run"))
        }
    lost = monitor.lost_since is not None
    return {
        **trainings,
        "scenes_waiting": ("Scenes in the queue.", pool.waiting),
        "scenes_writing": ("Scenes that are being written.", pool.writing),
        "characters_per_second": ("Speed of one thread.", pool.characters_per_second),
        "loop_delay_seconds_median": ("Delay of the event loop, last ten minutes.", monitor.delay(0.5)),
        "loop_delay_seconds_p99": ("Delay of the event loop, last ten minutes.", monitor.delay(0.99)),
        "servers": ("Servers that the bot is in.", len(bot.guilds)),
        "gateway_lost": ("1 while a shard is without the gateway.", float(lost)),
        "tasks_down": ("Tasks that wait to be started again.", _count_down(bot)),
        "discord_wait_seconds_longest": (
            "Longest wait for Discord's limit, since the start.",
            pace.longest_wait,
        ),
        "models_loaded": ("Servers' models in memory.", bot.registry.loaded),
        "memory_bytes": ("Memory of the process.", psutil.Process().memory_info().rss),
    }


def _count_down(bot: Holosuite) -> int:
    return sum(record.is_down for record in bot.tasks.records.values())
