"""Members, mentions, two trainings and a fault every few seconds: `python -m benchmarks.bot_faults --hours 0.1`.

The bot is the real one, in its own process, against the tests' local Discord, on a small disk of its own where this
machine lets us mount one (Linux, as root). It ends with 1 if an acknowledged command came to neither a scene nor a
sentence, if the end of a training was not told exactly once, if anything was shown twice, if a message still says that
something is to come, or if the bot ended unasked.
"""

import argparse
import asyncio
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from benchmarks.asking import Asking, begin_training, is_answered
from benchmarks.faults import Disk, Faults
from tests.bot.bot_process import BotProcess, shows_scene, start_bot
from tests.local_discord import (
    LocalDiscord,
    LocalDiscordSettings,
)

MEMBERS = 12
FAULT_SECONDS = 4.0  # between two faults, on average
CALM_SECONDS = 400.0  # after the last fault, in which all has to be answered
START_SECONDS = 600.0  # until the bot is there, or a training, on a machine that has much else to do
PATIENT = {"HOLOSUITE_READING_SECONDS": "600"}  # likewise
NAMES = ("Terok", "Empok")  # of the models that are trained
ENDS = ("is trained", "could not be trained", "was cancelled")


@dataclass(kw_only=True)
class Play(Asking):
    """One run: what was asked, and the bot that is there at the moment."""

    data: Path
    disk: Disk
    bot: BotProcess | None = None
    starts: int = 0
    full_disk_ends: int = 0  # a bot that cannot write says so and ends
    unasked_ends: int = 0

    async def start(self) -> None:
        """Start a bot."""
        self.starts += 1
        self.bot = await start_bot(self.discord.environment | PATIENT, self.data)

    async def keep_alive(self) -> None:
        """Start another bot wherever one has ended."""
        while True:
            await asyncio.sleep(0.2)
            if self.bot is None or self.bot.process.returncode is None:
                continue
            status = self.bot.process.returncode
            if status == 2 and self.disk.was_full_lately:
                self.full_disk_ends += 1
                await asyncio.sleep(2)
            elif status not in (0, -signal.SIGKILL, -signal.SIGTERM):
                self.unasked_ends += 1
                print(f"ended with {status}: {self.bot.log.splitlines()[-3:]}", flush=True)
            await self.start()

    def ends(self, name: str) -> list[str]:
        """Return how the end of a training is told, once for each message."""
        titles = [str(embed.get("title")) for message in self.shown for embed in message.embeds]
        return [title for title in titles if title.startswith(name) and title.endswith(ENDS)]

    @property
    def is_settled(self) -> bool:
        """Whether nothing is to come any more."""
        return not self.unanswered and not self.stuck and all(map(self.ends, NAMES))


async def measure(*, hours: float, seed: int, acknowledge: float, log: Path | None = None) -> int:
    """Run, and print what came of it; return 1 where a promise was not kept."""
    rng = random.Random(seed)  # noqa: S311 -- no secret
    with tempfile.TemporaryDirectory() as folder, Disk(Path(folder)) as disk:
        async with LocalDiscord(LocalDiscordSettings(acknowledge_seconds=acknowledge)) as discord:
            guilds = [discord.add_guild(), discord.add_guild("Empok Nor")]
            members = [
                discord.add_member(guilds[number % 2], f"Member {number}") for number in range(MEMBERS)
            ]
            play = Play(discord=discord, rng=rng, data=disk.folder, disk=disk)
            await play.start()
            await discord.until(
                lambda: bool(discord.world.application.global_commands), timeout_seconds=START_SECONDS
            )
            for guild, name in zip(guilds, NAMES, strict=True):
                await begin_training(discord, guild, name, minutes=max(0.2, 5 * hours))
            faults = Faults(
                discord, disk, rng, find_bot=lambda: None if play.bot is None else play.bot.process
            )
            keeper = asyncio.create_task(play.keep_alive())
            asking = asyncio.create_task(play.ask_all(members))
            ends = time.monotonic() + 3_600 * hours
            while time.monotonic() < ends:
                await asyncio.sleep(rng.expovariate(1 / FAULT_SECONDS))
                faults.cause_one()
                if asking.done():
                    asking.result()  # which raises what ended it
            asking.cancel()
            await faults.end()
            calm = time.monotonic() + CALM_SECONDS
            while time.monotonic() < calm and not play.is_settled:  # noqa: ASYNC110 -- nothing tells
                await asyncio.sleep(0.5)
            await asyncio.sleep(3)  # in which something could be told a second time
            keeper.cancel()
            if play.bot is not None and play.bot.process.returncode is None:
                await play.bot.leave()
            if log is not None and play.bot is not None:
                await asyncio.to_thread(shutil.copyfile, play.bot.log_file, log)
            return _report(play, faults.caused)


def _report(play: Play, caused: Counter[str]) -> int:
    acknowledged = play.acknowledged
    scenes = sum(any(map(shows_scene, asked.messages)) for asked in acknowledged)
    told = {name: play.ends(name) for name in NAMES}
    print("faults                     " + ", ".join(f"{n} {kind}" for kind, n in sorted(caused.items())))
    print(f"commands, acknowledged     {len(play.asked)}, {len(acknowledged)}; mentions {len(play.mentions)}")
    print(f"a scene, a sentence        {scenes}, {sum(map(is_answered, acknowledged)) - scenes}")
    print(f"unanswered, shown twice    {play.unanswered}, {play.doubled}")
    print(f"messages left waiting      {len(play.stuck)} {[message.text[:60] for message in play.stuck[:3]]}")
    print("ends of trainings          " + "; ".join(map(str, told.values())))
    print(f"starts of the bot          {play.starts}, ends on a full disk {play.full_disk_ends}")
    print(f"ends of the bot unasked    {play.unasked_ends}")
    print(f"pings                      {len(play.discord.pings)}")
    is_kept = all(len(ends) == 1 for ends in told.values())
    broken = play.unanswered or play.doubled or play.stuck or play.unasked_ends or play.discord.pings
    return 0 if is_kept and not broken else 1


def main() -> int:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bot_faults", description=__doc__)
    parser.add_argument("--hours", type=float, default=0.05, help="how long faults are caused (0.05)")
    parser.add_argument("--seed", type=int, default=1993, help="of the faults and commands")
    parser.add_argument(
        "--acknowledge", type=float, default=3.0, help="seconds that Discord waits for an answer (3)"
    )
    parser.add_argument("--log", type=Path, help="file that keeps what the bot said")
    return asyncio.run(measure(**vars(parser.parse_args())))


if __name__ == "__main__":
    sys.exit(main())
