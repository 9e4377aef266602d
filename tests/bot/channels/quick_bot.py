"""The bot with shorter pauses in its performances, and its programmes by a clock that a test sets.

`TEST_PAUSES` is the share of the usual pauses; `TEST_CLOCK` a file with the time, in seconds since 1970;
`TEST_LEASES` the share of the usual time after which a bot that says nothing is taken for dead; with `TEST_MARKED`
it speaks a language that shows what is not translated.
"""

import os
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded

from bot.__main__ import main
from bot.app import resuming, shards
from bot.channels import features
from bot.channels.performances import lines, runner
from bot.channels.programmes import actions, scheduler
from bot.discord.language import language
from bot.scenes import admission
from bot.storage.tables import guild_settings, leases
from tests.bot.discord.language.marked import MarkedCatalogue

SHARE = float(os.environ.get("TEST_PAUSES", "0.02"))
LEASES = float(os.environ.get("TEST_LEASES", "1"))
CLOCK = os.environ.get("TEST_CLOCK", "")


def read_time() -> float:
    """Return the time of the test's clock."""
    return float(Path(CLOCK).read_text(encoding="utf-8"))


if __name__ == "__main__":
    lines.SHORTEST_PAUSE_SECONDS *= SHARE
    lines.LONGEST_PAUSE_SECONDS *= SHARE
    lines.CHARACTERS_PER_SECOND /= SHARE
    guild_settings.FRESH_SECONDS = 0.0  # the test changes them in the database
    leases.LEASE_SECONDS *= LEASES
    leases.BEAT_SECONDS *= LEASES
    replaced: Any
    for replaced in (resuming, runner, shards):
        replaced.BEAT_SECONDS = leases.BEAT_SECONDS
    if "TEST_MARKED" in os.environ:
        replaced = language
        replaced.Catalogue = MarkedCatalogue
    if CLOCK:
        replaced = features
        replaced.ProgrammeScheduler = partial(scheduler.ProgrammeScheduler, read_time=read_time)
        replaced = actions
        replaced.time = SimpleNamespace(time=read_time)
        replaced = admission
        replaced.datetime = SimpleNamespace(now=lambda _: datetime.fromtimestamp(read_time(), UTC))
        scheduler.LOOK_SECONDS = 0.02
    sys.exit(main([]))
