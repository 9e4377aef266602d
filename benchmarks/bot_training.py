"""`/episode length:500` while `/retrain` trains beside it: how long members wait. `python -m benchmarks.bot_training`.

The bot is the real one, in its own process, with its training in another, against the tests' local Discord.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.bot.bot_process import ask_to_train, running_bot, scene_of
from tests.local_discord import LocalDiscord, Member, Message, Permission, Upload

BUDGET_SECONDS = 1.0  # at the 95th percentile
LETTERS = "etaoinshrdlu"


async def measure(*, episodes: int, pause_seconds: float) -> int:
    """Print how long episodes took without and with a training; return 1 if the budget is missed."""
    with tempfile.TemporaryDirectory() as folder:
        async with LocalDiscord() as discord:
            guild = discord.add_guild()
            chief = discord.add_member(guild, "Sisko", permissions=Permission.ADMINISTRATOR)
            owner = discord.add_member(guild, discord.world.application.owner)
            async with running_bot(discord, Path(folder)):
                quiet = await _ask_episodes(discord, chief, episodes, pause_seconds)
                shown = await _begin_training(discord, chief)
                busy = await _ask_episodes(discord, chief, episodes, pause_seconds)
                training = str(shown.embeds[0]["description"]).split("\n")[-1]
                await _print_delay(discord, owner)
                await (await discord.press(shown.button("Cancel"), chief)).acknowledged()
                await discord.until(lambda: "cancelled" in shown.text, timeout_seconds=30)
    for name, values in (("alone", quiet), ("beside a training", busy)):
        cuts = statistics.quantiles(values, n=100, method="inclusive")
        print(
            f"{name:18} 50/95/99 % {cuts[49]:.2f} / {cuts[94]:.2f} / {cuts[98]:.2f} s, worst {max(values):.2f} s"
        )
    print(f"the training       {training}")
    return 0 if cuts[94] < BUDGET_SECONDS else 1


async def _begin_training(discord: LocalDiscord, chief: Member) -> Message:
    """Start a training with the default preset on a megabyte of text; return its message once it learns."""
    corpus = Upload("noise.json", json.dumps(_noise()).encode())
    asked = await ask_to_train(discord, chief, corpus=corpus, minutes=30.0)
    preview = await asked.message_where(lambda message: bool(message.buttons), timeout_seconds=120)
    known = {message.id for message in discord.bot_messages}
    await (await discord.press(preview.button("Start"), chief)).acknowledged()
    shown = await discord.until_bot_message(
        lambda message: message.id not in known and message.interaction is None
    )
    await discord.until(lambda: "characters a second" in shown.text, timeout_seconds=180)
    return shown


async def _ask_episodes(discord: LocalDiscord, person: Member, count: int, pause: float) -> list[float]:
    """Return the seconds from a command to its scene, one after the other."""
    seconds = []
    for seed in range(count):
        began = time.monotonic()
        await scene_of(await discord.slash(person, "episode", {"length": 500, "seed": seed}))
        seconds.append(time.monotonic() - began)
        await asyncio.sleep(pause)
    return seconds


async def _print_delay(discord: LocalDiscord, owner: Member) -> None:
    asked = await discord.slash(owner, "diagnose", forged=True)
    message = await asked.message_where(lambda message: bool(message.embeds))
    fields = {field["name"]: field["value"] for field in message.embeds[0]["fields"]}
    print(f"event loop's delay {fields['Event loop' + chr(39) + 's delay']}")


def _noise() -> list[str]:
    """Return forty episodes of random words: what is learnt does not matter here, how much work it is does."""
    rng = random.Random(1993)  # noqa: S311 -- no secret
    words = ["".join(rng.choices(LETTERS, k=rng.randint(2, 9))) for _ in range(2_000)]
    lines = [f"{rng.choice('ABCDEF')}: {' '.join(rng.choices(words, k=9))}." for _ in range(20_000)]
    return ["\n".join(lines[start : start + 500]) for start in range(0, len(lines), 500)]


def main() -> int:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--episodes", type=int, default=100, help="scenes asked for, one after another")
    parser.add_argument("--pause", type=float, default=0.2, help="seconds between them")
    options = parser.parse_args()
    return asyncio.run(measure(episodes=options.episodes, pause_seconds=options.pause))


if __name__ == "__main__":
    sys.exit(main())
