"""Members, mentions and a fault every few seconds: `python -m benchmarks.bot_faults --hours 0.1`.

The bot is the real one, in its own process, against the tests' local Discord; it is killed and asked to leave, too.
"""

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.bot.bot_process import BotProcess, shows_scene, start_bot
from tests.local_discord import Interaction, LocalDiscord, Member

MEMBERS = 12
ASK_SECONDS = 1.5  # between two commands, on average
FAULT_SECONDS = 5.0  # between two faults, on average
CALM_SECONDS = 180.0  # after the last fault, in which all has to be answered
WAITING = ("number", "being written", "restarting")
FAULTS = ("network", "limit", "limit without a time", "error", "gateway", "event", "frame", "kill", "leave")
WEIGHTS = (4, 4, 4, 4, 4, 4, 2, 1, 1)  # a start takes its time


@dataclass
class Play:
    """One run: what was asked, what went wrong, and the bot that is there at the moment."""

    discord: LocalDiscord
    data: Path
    rng: random.Random
    asked: list[Interaction] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    bot: BotProcess | None = None
    unasked_ends: int = 0

    async def start(self) -> None:
        """Start a bot."""
        self.bot = await start_bot(self.discord.environment, self.data)

    async def keep_alive(self) -> None:
        """Start another bot wherever one has ended."""
        while True:
            await asyncio.sleep(0.2)
            if self.bot is None or self.bot.process.returncode is None:
                continue
            if self.bot.process.returncode not in (0, -signal.SIGKILL, -signal.SIGTERM):
                self.unasked_ends += 1
                print(
                    f"ended with {self.bot.process.returncode}: {self.bot.log.splitlines()[-1:]}", flush=True
                )
            await self.start()

    async def break_something(self) -> None:
        """Cause one fault."""
        discord, rng = self.discord, self.rng
        kind = rng.choices(FAULTS, WEIGHTS)[0]
        self.faults[kind] += 1
        pattern = rng.choice(("PATCH /webhooks/*", "POST /interactions/*", "POST /channels/*", "*"))
        if kind == "network":
            discord.cut_network()
            await asyncio.sleep(rng.choice((1, 2, 5, 10, 20)))
            discord.mend_network()
        elif kind == "limit":
            discord.faults.rate_limit(pattern, retry_after=rng.uniform(0.1, 2), times=rng.randint(1, 3))
        elif kind == "limit without a time":
            discord.faults.rate_limit(pattern, retry_after=None, times=rng.randint(1, 2))
        elif kind == "error":
            status = rng.choice((500, 502, 503))
            discord.faults.fail(pattern, status=status, times=rng.randint(1, 3), applied=rng.random() < 0.3)
        elif kind == "gateway":
            discord.gateway.drop_connections(resumable=rng.random() < 0.7)
        elif kind == "event":
            event = rng.choice(("GUILD_UPDATE", "CHANNEL_CREATE", "MESSAGE_CREATE", "GUILD_ROLE_CREATE"))
            discord.gateway.dispatch(event, {"guild_id": None, "channels": None, "author": None})
        elif kind == "frame":
            discord.gateway.send_raw("[]")
        elif self.bot is not None and self.bot.process.returncode is None:
            if kind == "kill":
                self.bot.process.kill()
            else:
                self.bot.process.terminate()


async def measure(*, hours: float, seed: int) -> int:
    """Run, and print what came of it; return 1 where a promise was not kept."""
    rng = random.Random(seed)  # noqa: S311 -- no secret
    with tempfile.TemporaryDirectory() as folder:
        async with LocalDiscord() as discord:
            guild = discord.add_guild()
            members = [discord.add_member(guild, f"Member {number}") for number in range(MEMBERS)]
            play = Play(discord, Path(folder), rng)
            await play.start()
            await discord.until(lambda: bool(discord.world.application.global_commands), timeout_seconds=120)
            keeper = asyncio.create_task(play.keep_alive())
            asking = asyncio.create_task(_ask(play, members))
            ends = time.monotonic() + 3_600 * hours
            while time.monotonic() < ends:
                await asyncio.sleep(rng.expovariate(1 / FAULT_SECONDS))
                await play.break_something()
            asking.cancel()
            discord.faults.clear()
            discord.mend_network()
            calm = time.monotonic() + CALM_SECONDS
            while time.monotonic() < calm and any(map(_is_open, play.asked)):  # noqa: ASYNC110 -- nothing tells
                await asyncio.sleep(0.5)
            keeper.cancel()
            if play.bot is not None and play.bot.process.returncode is None:
                await play.bot.leave()
            return _report(play)


async def _ask(play: Play, members: list[Member]) -> None:
    while True:
        await asyncio.sleep(play.rng.expovariate(1 / ASK_SECONDS))
        member = play.rng.choice(members)
        length = play.rng.choice((50, 200, 500, 1_500))
        play.asked.append(await play.discord.slash(member, "episode", {"length": length}))


def _is_open(asked: Interaction) -> bool:
    """Tell whether an acknowledged command has neither its scene nor a sentence yet."""
    if asked.acknowledged_at is None:
        return False
    messages = asked.messages
    return not messages or any(word in message.content for message in messages for word in WAITING)


def _report(play: Play) -> int:
    acknowledged = [asked for asked in play.asked if asked.acknowledged_at is not None]
    open_ones = [asked for asked in acknowledged if _is_open(asked)]
    scenes = [sum(map(shows_scene, asked.messages)) for asked in acknowledged]
    doubled = sum(count > 1 for count in scenes)
    print("faults                     " + ", ".join(f"{n} {kind}" for kind, n in sorted(play.faults.items())))
    print(f"commands, acknowledged     {len(play.asked)}, {len(acknowledged)}")
    print(
        f"with a scene, a sentence   {sum(count > 0 for count in scenes)}, {sum(count == 0 for count in scenes)}"
    )
    print(f"left open, shown twice     {len(open_ones)}, {doubled}")
    print(f"ends of the bot unasked    {play.unasked_ends}")
    print(f"pings                      {len(play.discord.pings)}")
    return 1 if open_ones or doubled or play.unasked_ends or play.discord.pings else 0


def main() -> int:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=0.05, help="how long faults are caused")
    parser.add_argument("--seed", type=int, default=1993, help="of the faults and commands")
    return asyncio.run(measure(**vars(parser.parse_args())))


if __name__ == "__main__":
    sys.exit(main())
