"""Two bots and two workers in use, while one after another of them is killed, or PostgreSQL is.

`python -m benchmarks.several_bots --commands 400 --kills 30 --minutes 20`. It ends with 1 where a promise was not kept.
"""

import asyncio
import random
import signal
import time
from collections.abc import Callable

from benchmarks.asking import Asking, begin_training, find_handle, is_answered
from benchmarks.cluster import (
    BOTS,
    KILLED,
    SHARDS,
    START_SECONDS,
    WORKERS,
    Cluster,
    Witness,
    running_cluster,
)
from bot.storage.data_folder import read_machine
from tests.bot.bot_process import shows_scene
from tests.local_discord import Guild, Interaction, LocalDiscord, LocalDiscordSettings, Member

NAME = "Terok"  # of the model that is trained
PEOPLE = 24  # who ask while it is killed at random
LENGTH = 200  # characters of a scene
LONG = 1_000  # of those that are on their way when a bot is killed
CALM_SECONDS = 600.0  # after the last kill, in which all has to be answered


class Kills:
    """One run of it all."""

    def __init__(self, cluster: Cluster, witness: Witness, asking: Asking, guilds: list[Guild]) -> None:
        self._cluster = cluster
        self._witness = witness
        self._asking = asking
        self._discord = asking.discord
        self._guilds = guilds
        self._broken: list[str] = []

    async def ask_at_once(self, commands: int) -> None:
        """Let so many members use a command at once; each is answered, and once."""
        members = [
            self._discord.add_member(self._guilds[number % SHARDS], f"M{number}")
            for number in range(commands)
        ]
        asked, seconds = await self._ask(members, LENGTH)
        once = sum(len(each.messages) == 1 and is_answered(each) for each in asked)
        scenes = sum(_shows(each) for each in asked)
        late = sum(each.acknowledged_at is None for each in asked)
        self._say(
            f"{commands} commands at once: {once} answered once each, {scenes} with a scene, in {seconds:.0f} s; "
            f"{late} were not acknowledged in time",
            is_kept=once + late == commands,
        )

    async def kill_worker(self) -> None:
        """Kill the worker of a training that has a checkpoint; the other one ends it, in the same message."""
        message = await begin_training(self._discord, self._guilds[0], NAME, minutes=3)
        await self._witness.until(self._witness.has_checkpoint)
        before = await self._witness.read_training()
        names = {f"worker-{read_machine(self._cluster.data(name))}": name for name in WORKERS}
        killed = names[before["worker"]]
        self._cluster.away.add(killed)
        await self._cluster.kill(killed)
        began = time.monotonic()

        async def is_taken() -> bool:
            now = await self._witness.read_training()
            return bool(now["worker"] != before["worker"] and now["progress"])

        await self._witness.until(is_taken)
        seconds = time.monotonic() - began

        async def has_ended() -> bool:
            return (await self._witness.read_training())["state"] in ("done", "failed", "cancelled")

        await self._witness.until(has_ended)
        self._cluster.away.discard(killed)
        after = await self._witness.read_training()
        await asyncio.sleep(5)
        is_same = after["message_id"] == message.id
        self._say(
            f"{killed} is killed: its training reports from the other after {seconds:.0f} s, and ends as "
            f"{after['state']!r} in attempt {after['attempt']}; in the same message: {is_same}",
            is_kept=is_same and (after["state"], after["attempt"]) == ("done", 2),
        )

    async def kill_bot(self) -> None:
        """Kill a bot with scenes on their way; the other one serves its shards and finishes what was acknowledged."""
        members = [
            self._discord.add_member(self._guilds[number % SHARDS], f"L{number}") for number in range(16)
        ]
        asked = [await self._discord.slash(member, "episode", {"length": LONG}) for member in members]
        await asyncio.sleep(4)
        acknowledged = [each for each in asked if each.acknowledged_at is not None]
        self._cluster.away.add(BOTS[0])
        await self._cluster.kill(BOTS[0])
        began = time.monotonic()
        everything = f"serves the shards {list(range(SHARDS))} of {SHARDS}"
        await self._cluster.processes[BOTS[1]].until_says(everything, timeout_seconds=START_SECONDS)
        seconds = time.monotonic() - began
        await self._until(lambda: all(map(is_answered, acknowledged)))
        shown = sum(map(_shows, acknowledged))
        self._cluster.away.discard(BOTS[0])
        await self.until_shared()
        self._say(
            f"{BOTS[0]} is killed: its shards are another's after {seconds:.0f} s; of {len(acknowledged)} scenes that "
            f"were acknowledged {shown} are shown",
            is_kept=seconds < 60 and shown == len(acknowledged),
        )

    async def restart_postgresql(self) -> None:
        """Restart PostgreSQL with scenes on their way: those that were acknowledged are shown."""
        members = [
            self._discord.add_member(self._guilds[number % SHARDS], f"P{number}") for number in range(16)
        ]
        asked = [await self._discord.slash(member, "episode", {"length": LONG}) for member in members]
        await asyncio.sleep(3)
        acknowledged = [each for each in asked if each.acknowledged_at is not None]
        await self._cluster.end_postgresql(signal.SIGINT)
        await self._until(lambda: all(map(is_answered, acknowledged)))
        shown = sum(map(_shows, acknowledged))
        doubled = sum(len(each.messages) > 1 for each in asked)
        self._say(
            f"PostgreSQL is restarted: of {len(acknowledged)} scenes that were acknowledged {shown} are shown, "
            f"{doubled} twice",
            is_kept=shown == len(acknowledged) and not doubled,
        )

    async def kill_at_random(self, kills: int, minutes: float) -> None:
        """Kill any of the five, again and again, while people ask."""
        rng = self._asking.rng
        people = [
            self._discord.add_member(self._guilds[number % SHARDS], f"R{number}") for number in range(PEOPLE)
        ]
        asking = asyncio.create_task(self._asking.ask_all(people))
        killed: list[str] = []
        for _ in range(kills):
            await asyncio.sleep(rng.uniform(0.5, 1.5) * 60 * minutes / kills)
            killed.append(rng.choice(KILLED))
            await self._cluster.kill(killed[-1])
            if asking.done():
                asking.result()  # which raises what ended it
        asking.cancel()
        await self._until(
            lambda: not self._asking.unanswered and not self._asking.stuck, seconds=CALM_SECONDS
        )
        await asyncio.sleep(5)  # in which something could be shown a second time
        handles = set(filter(None, map(find_handle, self._asking.shown)))
        lost = await self._witness.count_missing({int(handle.partition(".")[0]) for handle in handles})
        asked, acknowledged = self._asking.asked, self._asking.acknowledged
        each = ", ".join(f"{killed.count(name)} {name}" for name in KILLED)
        print(f"{len(killed)} kills in {minutes:g} minutes: {each}")
        scenes = sum(map(_shows, acknowledged))
        print(f"commands, acknowledged, with a scene: {len(asked)}, {len(acknowledged)}, {scenes}")
        stuck, doubled, unanswered = len(self._asking.stuck), self._asking.doubled, self._asking.unanswered
        self._say(
            f"shown scenes {len(handles)}, lost {lost}, doubled {doubled}; "
            f"unanswered {unanswered}, left waiting {stuck}",
            is_kept=not (lost or doubled or unanswered or stuck),
        )

    async def report(self) -> int:
        """Say what the store holds, and return 1 where a promise was not kept."""
        models, broken = await self._witness.check_runs()
        self._say(f"models {models}, of which not whole {broken}", is_kept=not broken)
        ends = self._cluster.unasked_ends
        self._say(f"processes that ended unasked: {len(ends)} {ends[:3]}", is_kept=not ends)
        return 1 if self._broken or self._discord.pings else 0

    async def _ask(self, members: list[Member], length: int) -> tuple[list[Interaction], float]:
        began = time.monotonic()
        asked = [await self._discord.slash(member, "episode", {"length": length}) for member in members]
        await self._until(lambda: all(each.failed or is_answered(each) for each in asked))
        return asked, time.monotonic() - began

    async def _until(self, holds: Callable[[], bool], *, seconds: float = START_SECONDS) -> None:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends and not holds():  # noqa: ASYNC110 -- nothing tells
            await asyncio.sleep(0.5)

    async def until_shared(self) -> None:
        """Wait until both bots serve half the shards."""
        half = SHARDS // 2

        def share() -> bool:
            logs = [self._cluster.processes[name].log for name in BOTS]
            last = [log.rpartition("serves the shards [")[2].partition("]")[0] for log in logs]
            return all(len(each.split(",")) == half for each in last) and all(
                log.rfind("Ready as") > log.rfind("serves the shards") for log in logs
            )

        await self._until(share)

    def _say(self, sentence: str, *, is_kept: bool) -> None:
        print(sentence if is_kept else f"NOT KEPT: {sentence}", flush=True)
        if not is_kept:
            self._broken.append(sentence)


async def measure(*, commands: int, kills: int, minutes: float, seed: int, acknowledge: float) -> int:
    """Let it all happen, and print what came of it; return 1 where a promise was not kept."""
    async with LocalDiscord(LocalDiscordSettings(acknowledge_seconds=acknowledge)) as discord:
        guilds = [discord.add_guild(identifier=((SHARDS + shard) << 22) + 5) for shard in range(SHARDS)]
        async with running_cluster(discord.environment) as cluster:
            await discord.until(
                lambda: bool(discord.world.application.global_commands), timeout_seconds=START_SECONDS
            )
            asking = Asking(discord=discord, rng=random.Random(seed))  # noqa: S311 -- no secret
            witness = await Witness.open(cluster)
            run = Kills(cluster, witness, asking, guilds)
            try:
                await run.until_shared()
                await run.ask_at_once(commands)
                await run.kill_worker()
                await run.kill_bot()
                await run.restart_postgresql()
                await run.kill_at_random(kills, minutes)
                return await run.report()
            finally:
                await witness.close()


def _shows(asked: Interaction) -> bool:
    return any(map(shows_scene, asked.messages))
