"""A training of 90 minutes by a clock of the test's own: what Discord refuses of old messages stops nothing."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from bot.app.client import Holosuite
from bot.discord.connection import stay_connected
from bot.ops.logs import LastErrors
from bot.scenes.pool import WriterPool
from bot.storage.repositories import Repositories
from bot.storage.runs.folder import FolderRuns
from bot.storage.settings import Settings
from bot.storage.tables.trainings import TrainingRecord
from bot.training.process import Child
from bot.training.supervisor import TrainingSupervisor
from core.run.events import EventLog
from core.run.layout import EVENTS, partial_folder
from tests.bot.training.announcements.test_outbox import PLAN
from tests.core.writing.constraints.direction_runs import SCRIPT, build_writer
from tests.local_discord import Channel, LocalDiscord, Member, Message, Permission
from tests.local_discord.client import pointed_at

EDIT = "PATCH /channels/{channel}/messages/{message}"
MINUTE = 60.0  # seconds
STEP_SECONDS = 50.0  # less than one attempt to reach Discord or the database may take
SLEEP = "import time; time.sleep(600)"


@dataclass(eq=False)
class Life:
    """A bot in this process, a process that stands for a training, and the clock."""

    discord: LocalDiscord
    chief: Member
    bot: Holosuite
    data: Path
    children: "list[subprocess.Popen[bytes]]"
    skipped: list[float]  # seconds that the clock is ahead
    polled: asyncio.Event = field(default_factory=asyncio.Event)

    async def begin(self, channel: Channel, key: str) -> Message:
        """Have a training carried out, and return the message that shows it."""
        record = TrainingRecord(
            machine=self.bot.storage.trainings.machine, guild_id=self.chief.guild.id, channel_id=channel.id,
            member_id=self.chief.id, name=f"Nor {key[0]}", created=int(time.time()), queued=int(time.time()),
            state="waiting", plan=replace(PLAN, key=key).to_json(),
        )  # fmt: skip
        self.training = await self.bot.storage.trainings.add(record)
        folder = partial_folder(self.bot.folders.run(self.training))
        folder.mkdir(parents=True)
        self.events = EventLog(folder / EVENTS)
        self.events.send("start", device="CPU", parameters=7)
        known = {message.id for message in self.discord.bot_messages}
        await self.bot.supervisor.enqueue(self.training)
        return await self.discord.until_bot_message(
            lambda message: message.id not in known, timeout_seconds=60
        )

    async def pass_minutes(self, first: int, last: int) -> None:
        """Let the time pass in steps, in each of which the training tells how far it is."""
        seconds = first * MINUTE
        while seconds < last * MINUTE:
            step = {"epoch": 1, "loss": 1.0, "bits_per_character": 2.0, "characters_per_second": 3.0}
            share = seconds / (100 * MINUTE)
            self.events.send("progress", **step, seconds=seconds, seconds_left=9.0, share=share)
            # What is on its way to the disk is not to take a minute.
            await self.bot.storage.database._idle.wait()
            self.polled.clear()
            self.skipped[0] += STEP_SECONDS
            async with asyncio.timeout(120):
                await self.polled.wait()
            seconds += STEP_SECONDS


@contextmanager
def clock_of_our_own(patch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Let the test move the time of this process ahead: the event loop's, the bot's and the local Discord's alike."""
    skipped = [0.0]
    monotonic, now = time.monotonic, time.time
    patch.setattr(time, "monotonic", lambda: monotonic() + skipped[0])
    patch.setattr(time, "time", lambda: now() + skipped[0])
    yield skipped


@asynccontextmanager
async def open_life(data: Path, patch: pytest.MonkeyPatch) -> AsyncIterator[Life]:
    """Start the bot in this process."""
    children: list[subprocess.Popen[bytes]] = []

    def start(_arguments: object, **_folders: object) -> "tuple[Child, subprocess.Popen[bytes]]":
        children.append(subprocess.Popen([sys.executable, "-c", SLEEP], start_new_session=True))
        return Child(children[-1].pid, psutil.Process(children[-1].pid).create_time()), children[-1]

    patch.setattr("bot.training.supervisor.start_training", start)
    writer = build_writer(data / "shipped", SCRIPT)
    storage = await Repositories.open("", data=data, machine="here")
    pool = WriterPool(writer, threads=1, queue=9)
    with clock_of_our_own(patch) as skipped:
        async with LocalDiscord() as discord:
            chief = discord.add_member(discord.add_guild(), "Sisko", permissions=Permission.ADMINISTRATOR)
            settings = Settings(run=writer.run.path, data=data)
            runs = FolderRuns(data, home="here")
            with pointed_at(discord):
                async with Holosuite(
                    settings, pool=pool, storage=storage, runs=runs, last_errors=LastErrors()
                ) as bot:
                    life = Life(discord, chief, bot, data, children, skipped)
                    assert isinstance(bot.supervisor, TrainingSupervisor)
                    announcer = bot.supervisor._listener
                    show = announcer.show_progress

                    def look(*state: Any) -> None:
                        show(*state)
                        bot.loop.call_soon(life.polled.set)  # once it waits for the next look

                    patch.setattr(announcer, "show_progress", look)
                    serving = asyncio.create_task(stay_connected(bot, discord.token))
                    await bot.wait_until_ready()
                    yield life
                    await bot.close()
                    await serving
    for child in children:
        child.kill()
        child.wait()
    await pool.close()
    await storage.close()


def says(message: Message, *, text: str) -> bool:
    """Tell whether a message has a text."""
    return text in message.text


async def test_training_of_ninety_minutes_is_shown_cancelled_and_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At any age of its message Cancel acts within five seconds; the end is a new message, once."""
    async with open_life(tmp_path, monkeypatch) as life:
        discord = life.discord
        channel = next(iter(life.chief.guild.channels.values()))
        thread = discord.add_channel(life.chief.guild, "trainings", parent=channel)
        shown = await life.begin(channel, "a" * 16)
        await life.pass_minutes(0, 55)
        young = len(shown.revisions)
        assert young > 50  # as often as there was something new
        await life.pass_minutes(55, 90)
        # Discord takes three more in the hour; one that is refused is not asked for again and again.
        refused = [request for request in discord.requests if request.status == 429]
        assert len(shown.revisions) <= young + 5
        assert len(refused) <= 6
        life.events.send("error", message="No text is left.")
        life.children[-1].kill()
        end = await discord.until_bot_message(lambda message: message.referenced is shown, timeout_seconds=60)
        assert "No text is left." in end.text
        assert str(life.chief.user.id) in end.content
        # It is changed a last time where Discord still takes that, and else goes.
        await discord.until(lambda: shown.deleted or not shown.buttons, timeout_seconds=60)
        for key, minutes, place in (("b", 2, channel), ("c", 65, thread)):
            shown = await life.begin(place, key * 16)
            await life.pass_minutes(0, minutes)
            if place is thread:
                thread.archived = True  # nothing is edited there any more: 50083
                await life.pass_minutes(minutes, minutes + 6)
                shown = await discord.until_bot_message(
                    lambda message: message.channel is thread, timeout_seconds=60
                )
            # From now on each edit hangs in discord.py, which waits for the limit's end by itself.
            hanging = discord.faults.rate_limit(EDIT, retry_after=25.0, times=None)
            await life.pass_minutes(minutes + 7, minutes + 8)
            await (await discord.press(shown.button("Cancel"), life.chief)).acknowledged()
            life.skipped[0] += 5.0
            async with asyncio.timeout(120):  # of the machine; the clock goes no further by more than that
                await asyncio.to_thread(life.children[-1].wait)
            assert life.children[-1].returncode == -9
            discord.faults.remove(hanging)
            life.skipped[0] += 60.0
            name = f"Nor {key} was cancelled"
            told = await discord.until_bot_message(partial(says, text=name), timeout_seconds=60)
            assert str(life.chief.user.id) in told.content
        ends = [message for message in discord.bot_messages if str(life.chief.user.id) in message.content]
        assert len(ends) == 3
        assert not discord.pings
