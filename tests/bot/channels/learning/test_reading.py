"""Reading channels: nothing of those who did not say yes in any file, once each over kills, and gone with a no."""

import asyncio
import contextlib
import os
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import AsyncMock

import discord
import pytest
from sqlalchemy import select

from bot.channels.learning.availability import LearningAvailability
from bot.channels.learning.reading.channels import find_problem
from bot.channels.learning.reading.corpus import name_speakers, write_corpus
from bot.channels.learning.reading.message_file import MessageFile
from bot.channels.learning.reading.messages import ReadLine
from bot.channels.learning.reading.notices import ReadingNotices
from bot.channels.learning.reading.reader import ChannelReader
from bot.discord.client import DiscordClient
from bot.discord.replies.sending import ARCHIVED_THREAD
from bot.storage.repositories import Repositories
from bot.storage.tables.readings import OVER, READ, READING, ReadingRecord, readings
from bot.training.corpora.folders import TrainingFolders
from bot.training.corpora.sweeper import TrainingSweeper
from core.data.sources.read import read_source
from core.data.sources.source import Source
from core.text import Text
from tests.bot.channels.learning.generated_server import GeneratedServer, build_server
from tests.bot.test_promises import GRANTED
from tests.local_discord import Channel, Guild, LocalDiscord, LocalDiscordSettings, pointed_at
from tests.local_discord.gateway.intents import Intent

MESSAGES = int(os.environ.get("GENERATED_MESSAGES", "2000"))  # 10,000 take half a minute
KEY = "0123456789abcdef"


@dataclass(eq=False)
class Stage:
    """A connected client with a reader over a data folder."""

    client: DiscordClient
    storage: Repositories
    data: Path

    def reader(self, *, pause_seconds: float = 0.0) -> ChannelReader:
        """Return a new reader, as each process has one."""
        return ChannelReader(
            self.client,
            storage=self.storage,
            availability=LearningAvailability(
                is_on=True, read_flags=self.client.read_flags, settings=self.storage.guild_settings
            ),
            notices=ReadingNotices(self.client, readings=self.storage.readings),
            files=TrainingFolders(self.data),
            most_bytes=10_000_000,
            pause_seconds=pause_seconds,
        )

    async def begin(self, guild: Guild, channels: list[Channel], *, hidden: bool = False) -> ReadingRecord:
        """Let these channels be read."""
        await self.storage.folders.add(KEY)
        reading = await self.storage.readings.add(
            ReadingRecord(
                guild_id=guild.id, channel_id=channels[0].id, member_id=1, created=2**31, state=READING, key=KEY,
                hidden=hidden,
            )
        )  # fmt: skip
        await self.storage.readings.choose_channels(reading.id, [channel.id for channel in channels])
        return reading

    async def finish(self, number: int) -> ReadingRecord:
        """Read to the end."""
        reader = self.reader()
        while await reader.turn():
            pass
        return await self.read(number)

    async def read(self, number: int) -> ReadingRecord:
        """Return a reading that is there."""
        found = await self.storage.readings.read(number)
        assert found is not None
        return found

    def lines(self, reading: ReadingRecord) -> dict[int, list[str]]:
        """Return what was read, by channel, oldest first."""
        found: dict[int, list[str]] = {}
        for line in self.reader().file_of(reading).read_backwards(length=reading.length):
            found.setdefault(line.channel_id, []).append(line.text)
        return found


@asynccontextmanager
async def open_discord() -> AsyncIterator[LocalDiscord]:
    """Start a local Discord whose application was granted the intent."""
    settings = LocalDiscordSettings(privileged_intents=Intent.MESSAGE_CONTENT)
    async with LocalDiscord(settings) as discord:
        discord.world.application.flags = GRANTED
        yield discord


@asynccontextmanager
async def open_stage(discord: LocalDiscord, data: Path) -> AsyncIterator[Stage]:
    """Connect a client, and open a database."""
    async with contextlib.AsyncExitStack() as resources:
        storage = await Repositories.open("", data=data, machine="here")
        resources.push_async_callback(storage.close)
        resources.enter_context(pointed_at(discord))
        client = await resources.enter_async_context(DiscordClient(shard_ids=(), shard_count=None))
        serving = asyncio.create_task(client.start(discord.token))
        resources.callback(serving.cancel)
        await client.wait_until_ready()
        yield Stage(client, storage, data)


def find_bytes(folder: Path, wanted: list[bytes]) -> list[str]:
    """Return the files below a folder that hold any of these."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if any(each in path.read_bytes() for each in wanted)]


async def let_willing_in(stage: Stage, server: GeneratedServer) -> None:
    """Note who said yes, and who of the others said no."""
    for member in server.willing:
        await stage.storage.consents.allow(server.guild.id, member.id)
    for member in server.others[::2]:
        await stage.storage.consents.refuse(member.id, guild_id=server.guild.id)


async def test_nothing_of_the_others_is_in_any_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """9 of 20 said yes: no letter of the other 11 is in the data folder, the corpus or the log; nor after a no."""
    caplog.set_level("DEBUG", logger="bot")
    async with open_discord() as discord:
        server = build_server(discord, messages=MESSAGES, seed=MESSAGES)
        async with open_stage(discord, tmp_path) as stage:
            await let_willing_in(stage, server)
            reading = await stage.begin(server.guild, server.open + server.closed)
            read = await stage.finish(reading.id)
            assert read.state == READ
            assert stage.lines(read) == server.words
            assert find_bytes(tmp_path, server.forbidden) == []
            names = {member.id: member.name for member in server.willing}
            channels = {channel.id: channel.name for channel in server.open}
            corpus = tmp_path / "corpus.zip"
            used = write_corpus(
                stage.reader().file_of(read), corpus, length=read.length, speakers=name_speakers(names, {}),
                channels=channels,
            )  # fmt: skip
            assert used == set(names)
            said = str(read_source(Source(scripts=str(corpus), series="all")))
            # Each line is there, as its member's.
            gone = server.willing[0]
            assert all(words in said for words in server.words[server.open[0].id][:50])
            assert not any(
                letter.decode() in said for letter in server.forbidden if not letter.startswith(b"\\")
            )
            corpus.unlink()
            await stage.storage.consents.refuse(gone.id, guild_id=server.guild.id)
            await stage.reader().purge()
            theirs = [letter.encode() for letter in server.letters(gone)]
            theirs += [f"\\u{ord(letter):04x}".encode() for letter in server.letters(gone)]
            assert find_bytes(tmp_path, server.forbidden + theirs) == []
            left = await stage.read(reading.id)
            assert 0 < left.length < read.length
    assert not any(letter in caplog.text.encode() for letter in server.forbidden)


async def test_reading_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    """Whatever was written and not noted is read again, and each message is there once; a stop deletes the text."""
    async with open_discord() as discord:
        server = build_server(discord, messages=900, seed=3)
        async with open_stage(discord, tmp_path) as stage:
            await let_willing_in(stage, server)
            reading = await stage.begin(server.guild, server.open)
            for _ in range(3):
                reader = stage.reader()
                await reader.turn()
                # Killed between the file and the database.
                noted = await stage.read(reading.id)
                reader.file_of(noted).append([ReadLine(1, 2, "d", "unnoted")], length=noted.length)
                await stage.reader().purge()
            read = await stage.finish(reading.id)
            assert stage.lines(read) == server.words
            sweeper = TrainingSweeper(storage=stage.storage, folders=TrainingFolders(tmp_path))
            await sweeper.sweep()
            assert list((tmp_path / "jobs").iterdir()) != []
            requests = [each for each in discord.requests if each.template.endswith("/messages")]
            assert all(each.query["limit"] == "100" for each in requests)
            assert await stage.reader().stop(read, Text("It was cancelled, and what was read is deleted."))
            await stage.reader().turn()
            assert list((tmp_path / "jobs").iterdir()) == []
            assert await stage.storage.database.rows(select(readings)) == []


async def test_text_waits_an_hour_for_its_preview(tmp_path: Path) -> None:
    """What was read and nobody asked for is deleted after an hour, with all that is stored of the reading."""
    storage = await Repositories.open("", data=tmp_path, machine="here")
    stage = Stage(cast("Any", AsyncMock()), storage, tmp_path)
    for age, is_left in ((3_500, True), (3_700, False)):
        reading = await storage.readings.add(
            ReadingRecord(
                guild_id=1,
                channel_id=2,
                member_id=3,
                created=int(time.time()) - age,
                state=READ,
                key=f"{age:016x}",
            )
        )
        await storage.consents.allow(1, 7)
        length = stage.reader().file_of(reading).append([ReadLine(7, 2, "d", "walrus")], length=0)
        await storage.readings.update(reading.id, length=length)
        for _ in range(2):
            await stage.reader().turn()
        assert (await storage.readings.read(reading.id) is not None) == is_left
        assert bool(find_bytes(tmp_path / "jobs" / reading.key, [b"walrus"])) == is_left
    await storage.close()


def refuse(status: int, code: int) -> AsyncMock:
    """Return a call that Discord refuses."""
    error = {403: discord.Forbidden, 404: discord.NotFound}.get(status, discord.HTTPException)
    answer: Any = SimpleNamespace(status=status, reason="")
    return AsyncMock(side_effect=error(answer, {"code": code, "message": "no"}))


async def test_reading_that_cannot_be_shown_keeps_no_other_waiting(tmp_path: Path) -> None:
    """One in a thread that was closed is over, one whose end Discord refuses waits, and the others end."""
    storage = await Repositories.open("", data=tmp_path, machine="here")
    edits = {1: refuse(400, 50_035), 2: refuse(400, ARCHIVED_THREAD), 3: AsyncMock()}
    client = cast("Any", AsyncMock())
    client.get_guild = lambda _: SimpleNamespace(
        id=1, unavailable=False, preferred_locale=discord.Locale.german
    )
    client.read_flags = AsyncMock(return_value=discord.ApplicationFlags(gateway_message_content=True))
    client.get_partial_messageable = lambda *_, **__: SimpleNamespace(
        send=refuse(403, 50_001), get_partial_message=lambda number: SimpleNamespace(edit=edits[number])
    )
    stage = Stage(client, storage, tmp_path)
    numbers = {}
    for state in (OVER, READING):
        for message in edits:
            reading = ReadingRecord(
                guild_id=1, channel_id=2, member_id=3, created=2**31, state=state, message_id=message,
                key=f"{message:016x}",
            )  # fmt: skip
            numbers[state, message] = (await storage.readings.add(reading)).id
    await stage.reader().turn()
    found = {key: await storage.readings.read(number) for key, number in numbers.items()}
    assert [found[OVER, message] is None for message in edits] == [False, True, True]
    # What was read is not read to its end before everybody can see that it is.
    states = [each.state for each in (found[READING, message] for message in edits) if each is not None]
    assert states == [READING, READ, READ]
    await storage.close()


async def test_hidden_channels_are_read_only_where_ticked(tmp_path: Path) -> None:
    """What not everybody sees takes the administrator's tick; what is for adults or private is never read."""
    async with open_discord() as discord:
        server = build_server(discord, messages=0, seed=1)
        adult, hidden, private = server.closed
        async with open_stage(discord, tmp_path) as stage:
            guild = stage.client.get_guild(server.guild.id)
            assert guild is not None
            problems = {
                channel.name: (
                    str(find_problem(guild, channel.id, hidden=False) or ""),
                    str(find_problem(guild, channel.id, hidden=True) or ""),
                )
                for channel in [*server.open, *server.closed]
            }
    assert problems["promenade"] == problems["ops"] == ("", "")
    assert all("age-restricted" in problem for problem in problems[adult.name])
    assert all("no channel that I can read" in problem for problem in problems[private.name])
    assert "Not everybody sees" in problems[hidden.name][0]
    assert problems[hidden.name][1] == ""


def test_file_is_read_backwards_and_loses_whom_it_shall(tmp_path: Path) -> None:
    """Lines come back in reverse over any number of blocks, and those of members who are not kept are gone."""
    file = MessageFile(tmp_path)
    lines = [ReadLine(number % 3, 7, "2024-01-05", f"{number} " + "\u4e2d" * 500) for number in range(200)]
    length = file.append(lines[:150], length=0)
    length = file.append(lines[150:], length=length)
    assert list(file.read_backwards(length=length)) == lines[::-1]
    assert file.members(length=length) == {0, 1, 2}
    shorter = file.keep({1, 2}, length=length)
    assert list(file.read_backwards(length=shorter)) == [line for line in lines[::-1] if line.member_id]
    assert file.append([lines[0]], length=length) > shorter  # a length that could not be noted any more
    assert len(list(file.read_backwards(length=length))) == 134
    shutil.rmtree(tmp_path)
    assert list(file.read_backwards(length=length)) == []
    assert file.keep({1}, length=length) == 0
