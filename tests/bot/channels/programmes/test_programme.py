"""Programmes against the local Discord: over a month, restarts, a clock change, silence and settings."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.channels.performances.lines import read_lines
from bot.channels.programmes.schedule import Schedule, read_schedule
from bot.channels.programmes.scheduler import ProgrammeScheduler
from bot.channels.programmes.titles import choose_title
from bot.discord.background import BackgroundTasks
from bot.discord.errors import RefusalError
from bot.guilds.definitions import NOT_IN, ONLY_IN, QUIET_HOURS, TIME_ZONE
from bot.guilds.kinds import Setting
from bot.storage.engine import StorageError
from bot.storage.repositories import Repositories
from bot.storage.tables.channels.programmes import ProgrammeRecord
from bot.storage.tables.members import delete_member
from tests.bot.bot_process import BotProcess, running_bot, shows_scene
from tests.bot.channels.performances.test_performance import QUICK, Theatre, find_end, open_theatre
from tests.local_discord import Channel, Member, Message, Permission

if TYPE_CHECKING:
    from bot.channels.programmes.broadcast import Broadcaster

BEGUN = datetime(2026, 10, 10, tzinfo=UTC)
CHANGE = 25  # of October, when clocks in Berlin go back: half past two comes twice

PLANNED = ProgrammeRecord(
    guild_id=1, channel_id=2, member_id=3, created=4, title="Nights", cron="", zone="UTC", hours=1, cast="ODO",
    place="", show="", length=0, is_performed=False, goes_on=False, due=5,
)  # fmt: skip


def due_on(day: int) -> datetime:
    """Return when half past two is in Berlin on a day, counted from the first of October: the first time of two."""
    night = datetime(2026, 10, 1, 1, 30, tzinfo=UTC) + timedelta(days=day - 1)
    return night - timedelta(hours=1) if day <= CHANGE else night


@dataclass(eq=False)
class Month:
    """A running bot whose clock is set by hand."""

    theatre: Theatre
    data: Path
    expected: int = 0  # scenes in the channel by now

    @property
    def clock(self) -> Path:
        """The file with the time."""
        return self.data / "clock.txt"

    async def set_clock(self, time: datetime) -> None:
        """Let it be another time."""
        await asyncio.to_thread(self.clock.write_text, str(time.timestamp()), encoding="utf-8")

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[BotProcess]:
        """Run the bot by the clock."""
        clock = str(self.clock)
        async with running_bot(self.theatre.discord, self.data, module=QUICK, TEST_CLOCK=clock) as bot:
            yield bot

    async def programmes(self) -> list[ProgrammeRecord]:
        """Return what is planned."""
        return await self.theatre.storage.programmes.read_of_guild(self.theatre.guild.id)

    async def until_taken(self, time: datetime) -> None:
        """Let it be another time, and wait until all that is due by then was begun, or left out."""
        await self.set_clock(time)
        async with asyncio.timeout(120):  # a scene may be performed line by line until then
            while True:
                planned = [each for each in await self.programmes() if not each.is_paused]
                begun = await self.theatre.storage.programmes.read_begun()
                if all(each.due > time.timestamp() for each in planned) and not begun:
                    return
                await asyncio.sleep(0.02)

    async def pass_night(self, day: int) -> None:
        """Live through a night after somebody has spoken, which brings one scene."""
        await self.spend_night(day)
        self.expected += 1
        self.check()

    async def spend_night(self, day: int) -> None:
        """Live through a night after somebody has spoken."""
        await self.theatre.discord.say(self.theatre.member, self.theatre.channel, "Again?")
        await self.until_taken(due_on(day) + timedelta(seconds=20))

    async def set(self, setting: Setting[Any], value: str | None) -> None:
        """Change a setting of the server."""
        await self.theatre.storage.guild_settings.change(self.theatre.guild.id, setting.name, value)

    def check(self) -> None:
        """Make sure that each scene that was due has come once."""
        assert len(self.episodes(self.theatre.channel)) == self.expected

    def episodes(self, channel: Channel) -> list[Message]:
        """Return the scenes in a channel."""
        return [each for each in channel.messages.values() if shows_scene(each)]


async def test_month_of_a_programme_has_each_due_scene_once(tmp_path: Path) -> None:
    """Over kill -9, downtime, a clock change, silence, quiet hours and a removed channel each due scene comes once."""
    async with open_theatre(tmp_path) as theatre:
        discord, month = theatre.discord, Month(theatre, tmp_path)
        chief = discord.add_member(theatre.guild, "Sisko", permissions=Permission.ADMINISTRATOR)
        await theatre.storage.guild_settings.change(theatre.guild.id, TIME_ZONE.name, "Europe/Berlin")
        await month.set_clock(BEGUN)
        async with month.bot() as bot:
            await plan_and_lose_a_channel(month, chief)
            await discord.say(theatre.member, theatre.channel, "Again?")
            discord.faults.slow("POST /channels/*/messages", seconds=0.3)  # so that it dies in the middle
            asked = len(discord.requests)
            await month.set_clock(due_on(16))
            await discord.until(lambda: len(discord.requests) > asked + 1)
            await bot.kill()
            month.expected += 1
        async with month.bot():
            await month.until_taken(due_on(16) + timedelta(minutes=5))
            month.check()
            for day in range(17, 21):
                await month.pass_night(day)
            stage = await check_stage(month)
        await month.set_clock(due_on(23) + timedelta(hours=5))  # three nights without the bot
        async with month.bot():
            await month.until_taken(due_on(23) + timedelta(hours=6))
            month.check()
            assert len(threads_of(stage)) == 1  # what was missed is not made up for
            await month.until_taken(BEGUN + timedelta(days=14, seconds=20))
            await discord.until(lambda: len(threads_of(stage)) == 2)
            await month.pass_night(24)
            await discord.slash(chief, "programme remove", {"programme": 3})
            for day in range(25, 39):
                await month.pass_night(day)
                await discord.say(theatre.member, theatre.channel, "Again?")
                # On the day of the change it is half past two once more.
                await month.until_taken(due_on(day) + timedelta(hours=1, seconds=20))
                month.check()
            await check_season(month, chief, month.expected)
            await obey_settings(month, chief)
            await pause_and_remove(month, chief)
        assert not discord.refused_requests


async def plan_and_lose_a_channel(month: Month, chief: Member) -> None:
    """Plan two programmes, and live through the first nights, in which one of them loses its channel."""
    discord, channel = month.theatre.discord, month.theatre.channel
    doomed = discord.add_channel(month.theatre.guild, "doomed")
    plan = {"title": "Nights", "channel": channel, "at": "2:30", "length": 20, "go_on": True}
    listed = await (await discord.slash(chief, "programme add", plan)).message()
    assert "every day at 02:30 (Europe/Berlin)" in listed.text
    other = {"title": "Doomed", "channel": doomed, "every": 24, "length": 20}
    await (await discord.slash(chief, "programme add", other)).message()
    stage = {"title": "Stage", "channel": discord.add_channel(month.theatre.guild, "stage"), "every": 24}
    await (await discord.slash(chief, "programme add", {**stage, "perform": True, "length": 240})).message()
    await month.pass_night(10)
    for day in (1, 2):
        await month.until_taken(BEGUN + timedelta(days=day, seconds=20))
        await month.pass_night(10 + day)
    assert len(month.episodes(doomed)) == 1  # nobody has spoken there since
    await month.pass_night(13)
    discord.delete_channel(doomed)
    await month.until_taken(due_on(14) + timedelta(seconds=20))  # nobody has spoken
    await month.pass_night(15)
    assert [each.is_paused for each in await month.programmes()] == [False, True, False]


def threads_of(channel: Channel) -> list[Channel]:
    """Return the threads that were made in a channel."""
    assert channel.guild is not None
    return [each for each in channel.guild.channels.values() if each.parent is channel]


async def check_stage(month: Month) -> Channel:
    """Make sure that the one performance came to its end, each line by its character; let somebody speak after it."""
    discord, storage = month.theatre.discord, month.theatre.storage
    stage = next(each for each in month.theatre.guild.channels.values() if each.name == "stage")
    (thread,) = threads_of(stage)  # nobody has spoken there since
    await discord.until(lambda: len(find_end(thread)) == 1)
    (episode,) = await storage.programmes.read_season(3)
    scene = await storage.scenes.read(episode.scene_id)
    assert scene is not None
    bot = discord.world.bot.name
    lines = [(each.speaker or bot, each.text.strip()) for each in read_lines(scene, is_covered=False)]
    assert [(each.author.name, each.content.strip()) for each in month.theatre.said(thread)] == lines
    assert {name for name, _ in lines} - {bot}
    assert thread.name.startswith("Stage 1")
    await discord.say(month.theatre.member, stage, "Again?")
    return stage


async def obey_settings(month: Month, chief: Member) -> None:
    """Nothing comes, and nobody performs, in quiet hours and where no scenes are written; the list says so before."""
    discord, channel = month.theatre.discord, month.theatre.channel

    async def listed() -> str:
        return (await (await discord.slash(chief, "programme list")).message()).text

    async def refused() -> set[str]:
        asked = [await discord.slash(month.theatre.member, "perform"), await month.theatre.perform()]
        return {(await each.message()).content for each in asked}

    await month.set(QUIET_HOURS, "2-3")
    assert "left out: quiet hours until 03:00 (Europe/Berlin)" in await listed()
    await month.spend_night(39)
    month.check()
    assert await refused() == {"This server has quiet hours until 03:00 (Europe/Berlin)."}
    await month.set(QUIET_HOURS, None)
    await month.set(NOT_IN, str(channel.id))
    assert "left out: no scenes are written in that channel" in await listed()
    await month.spend_night(40)
    month.check()
    assert await refused() == {"This server has set that I write no scenes in this channel."}
    await month.set(NOT_IN, None)
    await month.set(ONLY_IN, str(channel.id))
    assert "left out" not in await listed()
    await month.pass_night(41)


async def pause_and_remove(month: Month, chief: Member) -> None:
    """Pause the programme with its button, see that nothing comes, and remove it with the command."""
    discord = month.theatre.discord
    listed = await (await discord.slash(chief, "programme list")).message()
    await (await discord.press(listed.button("Pause"), chief)).acknowledged()
    await discord.until(lambda: "Pause" not in [button.label for button in listed.buttons])
    await month.spend_night(42)
    month.check()
    number = (await month.programmes())[0].id
    await (await discord.slash(chief, "programme remove", {"programme": number})).message()
    assert [each.title for each in await month.programmes()] == ["Doomed"]


async def test_forgotten_member_plans_nothing(tmp_path: Path) -> None:
    """What a member has planned is deleted with its season when they want to be forgotten; what others did is not."""
    storage = await Repositories.open("", data=tmp_path, machine="here")
    mine, others = [await storage.programmes.add(replace(PLANNED, member_id=number)) for number in (1, 2)]
    for each in (mine, others):
        episode = await storage.programmes.advance(each, due=each.due + 1, begins=True)
        assert episode is not None
        await storage.programmes.finish(episode, message_id=1)
    await delete_member(storage.database, 1)
    assert await storage.programmes.read(mine.id) is None
    assert await storage.programmes.read_season(mine.id) == []
    assert len(await storage.programmes.read_season(others.id)) == 1
    await storage.close()


async def test_programme_is_carried_out_by_who_serves_its_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever bot it was planned on: one that serves its server now shows it, and the others leave it as it is.

    A programme that fails keeps no other one waiting, and a database that is away costs no episode.
    """
    monkeypatch.setattr("bot.channels.programmes.scheduler.LOOK_SECONDS", 0.001)
    storage = await Repositories.open("", data=tmp_path, machine="gone")
    monkeypatch.setattr("bot.channels.programmes.scheduler.AGAIN_SECONDS", 0.001)
    for guild_id in (1, 3, 2):
        await storage.programmes.add(replace(PLANNED, guild_id=guild_id, due=PLANNED.created, hours=1))
    shown = asyncio.Queue[tuple[int, dict[str, bool]]]()
    away = [StorageError("The database cannot be reached; try again later.")]

    class Broadcast:
        def find_channel(self, programme: ProgrammeRecord) -> object:
            return programme

        is_closing = False

        async def is_wanted(self, programme: ProgrammeRecord) -> bool:
            if programme.guild_id == 3:
                raise RuntimeError
            return True

        async def show(self, programme: ProgrammeRecord, _: object, **how: bool) -> None:
            if away:
                raise away.pop()
            shown.put_nowait((programme.guild_id, how))

    scheduler = ProgrammeScheduler(
        programmes=storage.programmes,
        broadcaster=cast("Broadcaster", Broadcast()),
        tasks=BackgroundTasks(),
        serves=lambda guild_id: guild_id in (2, 3),
        read_time=lambda: PLANNED.created + 1.0,
    )
    running = asyncio.create_task(scheduler.run())
    assert await asyncio.wait_for(shown.get(), 10) == (2, {"is_resumed": True, "is_late": False})
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    (left,) = await storage.programmes.read_of_guild(1)
    assert (left.due, left.is_paused) == (PLANNED.created, False)
    await storage.close()


async def check_season(month: Month, person: Member, count: int) -> None:
    """Make sure that the season has so many numbered episodes, as a list and as each kind of file."""
    discord = month.theatre.discord
    listed = await (await discord.slash(person, "season", {"programme": 1})).message()
    numbers = [line.split("**")[1] for line in listed.embeds[0]["description"].splitlines()]
    assert numbers == [str(number) for number in range(1, count + 1)]
    files = {}
    for form in ("md", "txt", "epub"):
        asked = await discord.slash(person, "season", {"programme": 1, "file": form})
        files[form] = (await asked.message_where(lambda message: bool(message.attachments))).attachments[0]
    assert files["md"].text.startswith("# Nights\n\n## 1")
    assert files["md"].text.count("\n## ") == count
    assert files["txt"].text.startswith("Nights\n\n1")
    with zipfile.ZipFile(io.BytesIO(files["epub"].content)) as book:
        assert book.infolist()[0].filename == "mimetype"
        assert book.infolist()[0].compress_type == zipfile.ZIP_STORED
        assert len([name for name in book.namelist() if name.startswith("episode-")]) == count


@pytest.mark.parametrize(
    ("zone", "cron", "after", "expected"),
    [
        # In March half past two is left out in Berlin, and comes right after; in October it counts once.
        ("Europe/Berlin", "30 2 * * *", "2026-03-28T12:00+01:00", "2026-03-29T03:00+02:00"),
        ("Europe/Berlin", "30 2 * * *", "2026-10-24T12:00+02:00", "2026-10-25T02:30+02:00"),
        ("Europe/Berlin", "30 2 * * *", "2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"),
        ("Europe/Berlin", "30 2 * * *", "2026-10-25T02:15+01:00", "2026-10-26T02:30+01:00"),
        ("America/New_York", "0 20 * * 1-5", "2026-11-27T21:00-05:00", "2026-11-30T20:00-05:00"),
    ],
)
def test_times_of_day_keep_to_the_zone(zone: str, cron: str, after: str, expected: str) -> None:
    """A time of day is the zone's own over clock changes, and never one that is over."""
    moment = datetime.fromisoformat(after).timestamp()
    found = Schedule(cron=cron, zone=zone).next_after(moment, begun=0)
    assert found == datetime.fromisoformat(expected).timestamp()


def test_hours_keep_their_beat_over_downtime() -> None:
    """What comes every six hours comes at the same times after a pause of any length."""
    schedule = read_schedule("", days="*", hours=6)
    assert [schedule.next_after(moment, begun=1_000) for moment in (1_000, 22_600, 100_000)] == [
        22_600,
        44_200,
        109_000,
    ]
    for at, hours in (("25:00", None), ("", None), ("20:00", 6), ("noon", None)):
        with pytest.raises(RefusalError):
            read_schedule(at, days="*", hours=hours)


def test_title_is_a_phrase_of_the_episode() -> None:
    """The title is a short clause that somebody says, its rare long words first; a scene without one has none."""
    said = "[Ops]\n\nODO: The latinum is under the floor, I think. Yes.\nQUARK: Under the floor! Never."
    assert choose_title(said) == "Under the Floor"
    assert choose_title("[Ops]\n(The lights go out.)") == ""
