"""A server's history, read within Discord's rate limits and killed twice: `python -m benchmarks.channel_history`.

The bot is the real one, in its own process, against the tests' local Discord with its usual limits.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

from bot.channels.learning.reading.message_file import MessageFile
from bot.storage.data_folder import read_machine
from bot.storage.repositories import Repositories
from bot.storage.tables.readings import READ
from tests.bot.bot_process import running_bot
from tests.bot.channels.learning.generated_server import GeneratedServer, build_server
from tests.local_discord import LocalDiscord, LocalDiscordSettings, Member, Permission
from tests.local_discord.gateway.intents import Intent

GRANTED = 1 << 19  # "Application Flags"
MEGABYTE = 1e6
MOST_GROWTH = 1.2  # of the bot's memory, from the first tenth of a history to its end
KILLS = (0.3, 0.6)  # shares of the history after which the bot is killed


async def measure(messages: int) -> int:
    """Print how a history is read; return 1 if a limit is broken, a message lost or doubled, or memory grows."""
    settings = LocalDiscordSettings(privileged_intents=Intent.MESSAGE_CONTENT, buckets=True)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        async with LocalDiscord(settings) as discord:
            discord.world.application.flags = GRANTED
            server = build_server(discord, messages=messages, seed=1)
            chief = discord.add_member(server.guild, "Odo", permissions=Permission.ADMINISTRATOR)
            await _let_in(data, server)
            began = time.monotonic()
            memory = await _read(discord, data, server, chief)
            seconds = time.monotonic() - began
        pages = [
            each for each in discord.requests if each.template.endswith("/messages") and each.method == "GET"
        ]
        limited = sum(each.status == 429 for each in discord.requests)
        rate = _busiest(each.started_at for each in pages)
        found = await _read_lines(data)
    is_whole = found == server.words
    growth = max(memory) / memory[0]
    lines = sum(map(len, found.values()))
    print(
        f"{messages:,} messages, {len(pages)} pages in {seconds:.0f} s; {lines:,} lines of members who said yes"
    )
    print(f"at most {rate} pages within a second; {limited} requests refused with 429")
    print(f"killed {len(KILLS)} times; each line once and in order: {'yes' if is_whole else 'no'}")
    print(f"the bot's memory {memory[0] / MEGABYTE:.0f} MB at first, at most {max(memory) / MEGABYTE:.0f} MB")
    return 0 if is_whole and limited == 0 and growth < MOST_GROWTH else 1


async def _let_in(data: Path, server: GeneratedServer) -> None:
    machine = await asyncio.to_thread(read_machine, data)
    storage = await Repositories.open("", data=data, machine=machine)
    for member in server.willing:
        await storage.consents.allow(server.guild.id, member.id)
    await storage.close()


async def _read(discord: LocalDiscord, data: Path, server: GeneratedServer, chief: Member) -> list[int]:
    """Let the history be read by a bot that is killed twice; return its memory every second."""
    memory: list[int] = []
    total = sum(len(channel.messages) for channel in server.open)
    shown = None
    for share in (*KILLS, None):
        async with running_bot(discord, data, HOLOSUITE_LEARN="on", HOLOSUITE_UPLOAD_MB="100") as bot:
            if shown is None:
                asked = await discord.slash(chief, "retrain", {"from": "channels", "epochs": 1})
                choice = await asked.message_where(lambda message: bool(message.selects))
                await (await discord.select(choice.selects[0], chief, server.open)).acknowledged()
                await discord.press(choice.button("Read"), chief)
                shown = await discord.until_bot_message(lambda message: "Reading channels" in message.text)
            while not any(button.label == "Preview" for button in shown.buttons):
                await asyncio.sleep(1)
                memory.append(psutil.Process(bot.process.pid).memory_info().rss)
                if share is not None and _pages(discord) * 100 >= share * total:
                    await bot.kill()
                    break
    return memory


def _pages(discord: LocalDiscord) -> int:
    return sum(each.template.endswith("/messages") and each.method == "GET" for each in discord.requests)


def _busiest(times: Iterable[float]) -> int:
    """Return the most requests that began within any second."""
    ordered = sorted(times)
    return max(sum(begun <= other < begun + 1 for other in ordered) for begun in ordered)


async def _read_lines(data: Path) -> dict[int, list[str]]:
    """Return what was read, by channel, oldest first."""
    storage = await Repositories.open("", data=data, machine=await asyncio.to_thread(read_machine, data))
    (reading,) = await storage.readings.read_states(READ)
    await storage.close()
    found: dict[int, list[str]] = {}
    for line in MessageFile(data / "jobs" / reading.key).read_backwards(length=reading.length):
        found.setdefault(line.channel_id, []).append(line.text)
    return found


def main(arguments: list[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.channel_history", description=__doc__)
    parser.add_argument("--messages", type=int, default=75_000, help="two thirds are in what is read")
    return asyncio.run(measure(parser.parse_args(arguments).messages))


if __name__ == "__main__":
    sys.exit(main())
