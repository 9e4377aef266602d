"""The state of the bot as an embed for its owner; it holds no secret and no member's text."""

import platform
import sys

import discord
import numpy as np
import psutil
import sqlalchemy
from discord.ext import commands

from bot.discord.background import BackgroundTasks
from bot.discord.language.language import Language
from bot.discord.limits import EMBED_FIELD_CHARACTERS
from bot.discord.markdown import escape_markdown, shorten
from bot.discord.page import COLOUR
from bot.discord.replies.pacing import RequestPace
from bot.models.registry import ModelRegistry
from bot.ops.logs import LastErrors
from bot.ops.monitor import Monitor
from bot.scenes.pool import WriterPool
from core.text import Text

TRAINING_PACKAGES = ("tensorflow", "keras", "pandas")  # that must not be here
MEGABYTE = 1e6


def build_diagnosis(
    bot: commands.AutoShardedBot,
    *,
    pool: WriterPool,
    monitor: Monitor,
    pace: RequestPace,
    registry: ModelRegistry,
    last_errors: LastErrors,
    language: Language,
) -> discord.Embed:
    """Build the embed."""
    say, none = language.say, Text("none")
    process = psutil.Process()
    versions = (
        f"Python {platform.python_version()}, discord.py {discord.__version__}, "
        f"NumPy {np.__version__}, SQLAlchemy {sqlalchemy.__version__}"
    )
    shards = [
        Text("shard {shard}: {delay:.0f} ms", shard=shard, delay=1_000 * delay)
        for shard, delay in bot.latencies
    ]
    packages = ", ".join(sorted(set(TRAINING_PACKAGES) & _loaded_packages()))
    facts: tuple[tuple[Text, str], ...] = (
        (Text("Versions"), versions),
        (Text("Model"), f"{pool.writer.run.name}, {pool.writer.run.fingerprint[:16]}"),
        (Text("Queue"), _describe_queue(pool)),
        (Text("Servers' models in memory"), _describe_models(registry)),
        (Text("Requests to Discord"), _describe_pace(pace)),
        (Text("Event loop's delay"), _describe_delay(monitor)),
        (Text("Gateway"), Text.joined(shards, ", ") or none),
        (Text("Servers"), f"{len(bot.guilds)}"),
        (Text("Tasks that failed"), describe_tasks(monitor.tasks) or none),
        (Text("Memory"), _describe_memory(process)),
        (Text("Running since"), f"<t:{int(process.create_time())}:R>"),
        (Text("Training packages loaded"), packages or none),
        (Text("Last errors"), _describe_errors(last_errors) or none),
    )
    embed = discord.Embed(title=say(Text("Diagnosis")), colour=COLOUR)
    for name, value in facts:
        embed.add_field(name=say(name), value=shorten(say(value), limit=EMBED_FIELD_CHARACTERS), inline=False)
    return embed


def _describe_queue(pool: WriterPool) -> Text:
    return Text(
        "{waiting} of {queue} wait, {writing} of {threads} are written",
        waiting=pool.waiting,
        queue=pool.queue,
        writing=pool.writing,
        threads=pool.threads,
    )


def _describe_models(registry: ModelRegistry) -> Text:
    return Text(
        "{count} with {used:.0f} MB, of {most:.0f} MB",
        count=registry.loaded,
        used=registry.loaded_bytes / MEGABYTE,
        most=registry.most_bytes / MEGABYTE,
    )


def _describe_pace(pace: RequestPace) -> Text:
    return Text(
        "{recent} of {limit} in the last second, at most {most}; {waiting} wait, the longest waited {wait:.1f} s",
        recent=pace.recent,
        limit=pace.requests,
        most=pace.most,
        waiting=pace.waiting,
        wait=pace.longest_wait,
    )


def _describe_delay(monitor: Monitor) -> Text:
    median, nearly_all, worst = (1_000 * monitor.delay(share) for share in (0.5, 0.99, 1.0))
    return Text(
        "{median:.1f} / {nearly_all:.1f} / {worst:.1f} ms (median / 99th percentile / worst of ten minutes)",
        median=median,
        nearly_all=nearly_all,
        worst=worst,
    )


def describe_tasks(tasks: BackgroundTasks) -> Text:
    """Say which tasks failed, how often, and which are down."""
    failed = ((name, record) for name, record in tasks.records.items() if record.failures)
    return Text.joined(
        (
            Text(
                "{name}: {failures}\u00d7, and waits to be started again", name=name, failures=record.failures
            )
            if record.is_down
            else Text("{name}: {failures}\u00d7", name=name, failures=record.failures)
            for name, record in failed
        ),
        ", ",
    )


def _describe_memory(process: psutil.Process) -> Text:
    used = process.memory_info().rss / MEGABYTE
    return Text("{used:.0f} MB, {threads} threads", used=used, threads=process.num_threads())


def _describe_errors(last_errors: LastErrors) -> str:
    return "\n".join(shorten(escape_markdown(line), limit=190) for line in last_errors.lines)


def _loaded_packages() -> set[str]:
    return {name.split(".")[0] for name in sys.modules}
