"""200 `/episode length:500` at once from 50 members, against the local Discord: speed, waiting, delay, memory.

`python -m benchmarks.bot_load`; the bot is the real one, in its own process, and the Discord is the tests'.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.local_discord import Interaction, LocalDiscord, Member
from tests.local_discord.http.errors import LIMITED
from tests.local_discord.settings import LocalDiscordSettings

MEGABYTE = 1e6
START_SECONDS = 120.0  # on a machine that has much else to do


async def measure(*, requests: int, members: int, rounds: int, queue: int, length: int) -> int:
    """Print the figures; return 1 if a request was lost, doubled or acknowledged too late."""
    # With Discord's limits: 50 requests a second in all, and those of each route.
    async with LocalDiscord(LocalDiscordSettings(buckets=True)) as discord:
        guild = discord.add_guild()
        people = [discord.add_member(guild, f"Member {number}") for number in range(members)]
        owner = discord.add_member(guild, discord.world.application.owner)
        with tempfile.TemporaryDirectory() as data:
            environment = (
                os.environ | discord.environment | {"HOLOSUITE_DATA": data, "HOLOSUITE_COOLDOWN": "0"}
            )
            environment["HOLOSUITE_QUEUE"] = str(queue)
            started = time.perf_counter()
            bot = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", cwd=Path(__file__).parent.parent, env=environment
            )
            try:
                await discord.gateway.until_connected(timeout_seconds=START_SECONDS)
                print(f"start to ready        {time.perf_counter() - started:8.2f} s")
                await discord.settle(quiet_seconds=0.5)
                process = psutil.Process(bot.pid)
                print(f"memory at the start   {process.memory_info().rss / MEGABYTE:8.0f} MB")
                failures = 0
                for _ in range(rounds):
                    failures += await _flood(discord, people, requests, length=length)
                    print(f"memory after it       {process.memory_info().rss / MEGABYTE:8.0f} MB")
                await _print_delay(discord, owner)
            finally:
                bot.terminate()
                await bot.wait()
    return 1 if failures else 0


async def _flood(discord: LocalDiscord, people: list[Member], requests: int, *, length: int) -> int:
    began, known = time.monotonic(), len(discord.requests)
    asked = [
        await discord.slash(people[number % len(people)], "episode", {"length": length})
        for number in range(requests)
    ]
    answered: dict[int, float] = {}  # interaction id to seconds

    def look() -> bool:
        now = time.monotonic()
        for interaction in asked:
            if interaction.id not in answered and (_shows_scene(interaction) or _is_refused(interaction)):
                answered[interaction.id] = now - interaction.created_at
        return len(answered) == len(asked)

    await discord.until(look, timeout_seconds=600)
    seconds = time.monotonic() - began
    scenes = [interaction for interaction in asked if _shows_scene(interaction)]
    late = [one for one in asked if (one.acknowledgement_seconds or 99) > one.acknowledge_seconds]
    doubled = [one for one in asked if len(one.messages) != 1]
    acknowledged = sorted(one.acknowledgement_seconds or 99 for one in asked)
    waits = sorted(answered.values())
    print(f"scenes, refusals      {len(scenes):8d}, {len(asked) - len(scenes)}")
    print(f"late, doubled or lost {len(late):8d}, {len(doubled)}")
    _print_requests(discord, known)
    print(f"scenes a second       {len(scenes) / seconds:8.1f}")
    for name, values in (("acknowledged", acknowledged), ("answered", waits)):
        cuts = statistics.quantiles(values, n=100, method="inclusive")
        print(f"{name:14} 50/95/99 % {cuts[49]:6.2f} / {cuts[94]:.2f} / {cuts[98]:.2f} s")
    return len(late) + len(doubled)


def _print_requests(discord: LocalDiscord, known: int) -> None:
    """Print how many requests there were that count for Discord's limit, and how many it refused."""
    sent = discord.requests[known:]
    counted = sorted(one.started_at for one in sent if not one.template.startswith("/interactions"))
    most = max((sum(start <= other < start + 1 for other in counted) for start in counted), default=0)
    print(f"requests, at most     {len(sent):8d}, {most} in a second beside the first answers")
    print(f"refused by a limit    {sum(one.status == LIMITED for one in sent):8d}")


def _shows_scene(interaction: Interaction) -> bool:
    return any(message.components for message in interaction.messages)


def _is_refused(interaction: Interaction) -> bool:
    return any("try again" in message.payload()["content"] for message in interaction.messages)


async def _print_delay(discord: LocalDiscord, owner: Member) -> None:
    asked = await discord.slash(owner, "diagnose", forged=True)
    await discord.until(lambda: any(message.embeds for message in asked.messages))
    fields = {field["name"]: field["value"] for field in asked.messages[0].payload()["embeds"][0]["fields"]}
    delay = fields["Event loop's delay"]
    print(f"event loop's delay    {delay}")


def main() -> int:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200, help="scenes asked for at once")
    parser.add_argument("--members", type=int, default=50, help="who ask")
    parser.add_argument("--rounds", type=int, default=1, help="how often, one after another")
    parser.add_argument("--queue", type=int, default=200, help="HOLOSUITE_QUEUE")
    parser.add_argument("--length", type=int, default=500, help="characters of a scene")
    return asyncio.run(measure(**vars(parser.parse_args())))


if __name__ == "__main__":
    sys.exit(main())
