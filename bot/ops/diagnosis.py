"""The state of the bot as an embed for its owner; it holds no secret and no member's text."""

import platform
import sys

import discord
import numpy as np
import psutil
import sqlalchemy
from discord.ext import commands

from bot.background import BackgroundTasks
from bot.discord.limits import EMBED_FIELD_CHARACTERS
from bot.discord.markdown import escape_markdown, shorten
from bot.discord.page import COLOUR
from bot.ops.logs import LastErrors
from bot.ops.monitor import Monitor
from bot.scenes.pool import WriterPool

TRAINING_PACKAGES = ("tensorflow", "keras", "pandas")  # that must not be here
MEGABYTE = 1e6


def build_diagnosis(
    bot: commands.AutoShardedBot, *, pool: WriterPool, monitor: Monitor, last_errors: LastErrors
) -> discord.Embed:
    """Build the embed."""
    process = psutil.Process()
    delays = " / ".join(f"{1_000 * monitor.delay(share):.1f}" for share in (0.5, 0.99, 1.0))
    versions = (
        f"Python {platform.python_version()}, discord.py {discord.__version__}, "
        f"NumPy {np.__version__}, SQLAlchemy {sqlalchemy.__version__}"
    )
    embed = discord.Embed(title="Diagnosis", colour=COLOUR)
    for name, value in {
        "Versions": versions,
        "Model": f"{pool.writer.run.name}, {pool.writer.run.fingerprint[:16]}",
        "Queue": f"{pool.waiting} of {pool.queue} wait, {pool.writing} of {pool.threads} are written",
        "Event loop's delay": f"{delays} ms (median / 99th percentile / worst of ten minutes)",
        "Gateway": ", ".join(f"shard {shard}: {1_000 * delay:.0f} ms" for shard, delay in bot.latencies)
        or "none",
        "Servers": f"{len(bot.guilds)}",
        "Tasks that failed": _describe_tasks(monitor.tasks) or "none",
        "Memory": f"{process.memory_info().rss / MEGABYTE:.0f} MB, {process.num_threads()} threads",
        "Running since": f"<t:{int(process.create_time())}:R>",
        "Training packages loaded": ", ".join(sorted(set(TRAINING_PACKAGES) & _loaded_packages())) or "none",
    }.items():
        embed.add_field(name=name, value=shorten(value, limit=EMBED_FIELD_CHARACTERS), inline=False)
    errors = "\n".join(shorten(escape_markdown(line), limit=190) for line in last_errors.lines) or "none"
    embed.add_field(name="Last errors", value=shorten(errors, limit=EMBED_FIELD_CHARACTERS), inline=False)
    return embed


def _describe_tasks(tasks: BackgroundTasks) -> str:
    return ", ".join(
        f"{name}: {record.failures} times{', and waits to be started again' if record.is_down else ''}"
        for name, record in tasks.records.items()
        if record.failures
    )


def _loaded_packages() -> set[str]:
    return {name.split(".")[0] for name in sys.modules}
