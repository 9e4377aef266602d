"""Performances against the local Discord: who says what, in which order, once, also over `kill -9`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import pytest

from bot.channels.performances.runner import PerformanceRunner
from bot.discord.background import BackgroundTasks
from bot.guilds.definitions import PERFORMANCES
from bot.storage.data_folder import read_machine
from bot.storage.engine import StorageError
from bot.storage.repositories import Repositories
from bot.storage.tables.channels.performances import AT_ONCE, PerformanceRecord
from bot.storage.tables.scenes import SceneRecord
from tests.bot.bot_process import running_bot
from tests.bot.storage.test_database import EPISODE
from tests.local_discord import (
    Channel,
    Component,
    Guild,
    Interaction,
    LocalDiscord,
    LocalDiscordSettings,
    Member,
    Message,
    Permission,
    Upload,
)

QUICK = "tests.bot.channels.quick_bot"
FACES = Permission.MANAGE_WEBHOOKS | Permission.CREATE_PUBLIC_THREADS | Permission.SEND_MESSAGES_IN_THREADS
NAMES = ("KIRA", "CLYDE", "DISCORD BOT", "ODO")
SHOWN = {"CLYDE": "CLY\u00b7DE", "DISCORD BOT": "DIS\u00b7CORD BOT"}
SPOKEN = [
    (NAMES[number % 4], f"Line {number}, @everyone <@1>.") for number in range(28)
]  # a heading and a direction besides
SCRIPT = "\n".join(
    ["[Ops]", "", *(f"{name}: {text}" for name, text in SPOKEN[:14]), "(The lights go out.)"]
    + [f"{name}: {text}" for name, text in SPOKEN[14:]]
)

ELSEWHERE = PerformanceRecord(
    guild_id=1, channel_id=2, member_id=3, scene_id=4, created=2**31, has_thread=True, has_faces=True
)


@dataclass(eq=False)
class Theatre:
    """A Discord with a server in which performances are on, and a stored scene."""

    discord: LocalDiscord
    guild: Guild
    member: Member
    channel: Channel
    scene: SceneRecord
    storage: Repositories
    data: Path

    async def perform(self, channel: Channel | None = None, person: Member | None = None) -> Interaction:
        """Press *Perform* under a message of the bot's that shows the scene."""
        raw: dict[str, Any] = {
            "type": 2,
            "style": 1,
            "label": "x",
            "custom_id": f"hs:perform:{self.scene.handle}",
        }
        body = {"content": ".", "components": [{"type": 1, "components": [raw]}]}
        bot = self.discord.world.bot
        message = self.discord.board.send(body, channel=channel or self.channel, author=bot, uploads={})
        return await self.discord.press(Component(message, raw), person or self.member, forged=True)

    async def add_scene(self, number: int, text: str = SCRIPT) -> None:
        """Store another scene, which is the one that is performed from now on."""
        made = replace(
            EPISODE, request_id=number, prompt="", text=text, place=f"server {self.guild.id}", key="key"
        )
        self.scene = await self.storage.scenes.add(made)

    def said(self, place: Channel) -> list[Message]:
        """Return the lines that were said in a thread or channel."""
        return [each for each in place.messages.values() if not each.components]

    async def thread(self, number: int = 1) -> Channel:
        """Wait for the thread of that number, and return it."""

        def threads() -> list[Channel]:
            return [each for each in self.guild.channels.values() if each.parent is self.channel]

        await self.discord.until(lambda: len(threads()) >= number)
        return threads()[number - 1]

    async def until_over(self) -> None:
        """Wait until no performance is stored."""
        async with asyncio.timeout(30):
            while await self.storage.performances.read_all():  # noqa: ASYNC110 -- a database tells nobody
                await asyncio.sleep(0.02)

    def opening(self, place: Channel) -> Message:
        """Return the message above the performance in a thread."""
        return self.discord.world.find_message(self.channel, place.id)


@asynccontextmanager
async def open_theatre(data: Path, *, buckets: bool = False, address: str = "") -> AsyncIterator[Theatre]:
    """Prepare everything but the bot; `address` is the database's, where that is not a file in the data folder."""
    async with LocalDiscord(LocalDiscordSettings(buckets=buckets)) as discord:
        guild = discord.add_guild(bot_permissions=FACES)
        channel = next(iter(guild.channels.values()))
        storage = await Repositories.open(
            address, data=data, machine=await asyncio.to_thread(read_machine, data)
        )
        await storage.guild_settings.change(guild.id, PERFORMANCES.name, "on")
        theatre = Theatre(discord, guild, discord.add_member(guild, "Nog"), channel, EPISODE, storage, data)
        await theatre.add_scene(1)
        try:
            yield theatre
        finally:
            await storage.close()
        assert not discord.pings


def find_end(place: Channel) -> list[Message]:
    """Return the cards at the end of performances in a place."""
    return [each for each in place.messages.values() if any(raw.get("type") == 17 for raw in each.components)]


async def test_killed_performance_goes_on_without_a_line_lost_or_doubled(tmp_path: Path) -> None:
    """Thirty lines come in order under their characters' names, over `kill -9` and answers that are lost."""
    async with open_theatre(tmp_path) as theatre:
        discord = theatre.discord
        # Sent, but the receipt is lost; and sent twice by discord.py's own retry after a server's error.
        discord.faults.drop("POST /webhooks/*", applied=True)
        discord.faults.fail("POST /webhooks/*", applied=True)
        async with running_bot(discord, tmp_path, module=QUICK, TEST_PAUSES="0.02") as bot:
            asked = await theatre.perform()
            assert (await asked.message()).ephemeral
            thread = await theatre.thread()
            assert thread.name == "KIRA, CLY\u00b7DE, DIS\u00b7CORD BOT, \u2026 \u00b7 Ops"
            await discord.until(lambda: len(theatre.said(thread)) >= 13, timeout_seconds=30)
            discord.faults.slow("POST /webhooks/*", seconds=0.2)  # so that it dies while a line is on its way
            await discord.until(lambda: len(theatre.said(thread)) >= 14, timeout_seconds=30)
            await bot.kill()
        async with running_bot(discord, tmp_path, module=QUICK, TEST_PAUSES="0.02"):
            await theatre.until_over()
        assert theatre.opening(thread).buttons == []
        lines = [(each.author.name, each.content) for each in theatre.said(thread)]
        bot_name = discord.world.bot.name
        expected = [(SHOWN.get(name, name), text) for name, text in SPOKEN]
        expected = [
            (bot_name, "### [Ops]"),
            *expected[:14],
            (bot_name, "*(The lights go out.)*"),
            *expected[14:],
        ]
        assert [(name, text.replace("\\", "")) for name, text in lines] == expected
        spoken = [each for each in theatre.said(thread) if each.author.name in NAMES]
        assert len({each.author.avatar_url for each in spoken}) > 1  # type: ignore[union-attr]
        assert len(find_end(thread)) == 1
        assert [button.label for button in find_end(thread)[0].buttons] == [
            "Continue", "Another take", "Perform", "Script",
        ]  # fmt: skip
        assert len(theatre.channel.webhooks) == 1


async def test_performance_without_rights_is_plain_and_says_what_would_be_better(tmp_path: Path) -> None:
    """Without webhooks and threads the bot says all lines in the channel, and names the rights that it lacks."""
    async with open_theatre(tmp_path) as theatre:
        discord = theatre.discord
        await theatre.add_scene(2, "[Ops]\nKIRA: Yes, @everyone.\nODO [OC]: No.")
        quiet = discord.add_channel(theatre.guild, "quiet")
        discord.set_permissions(quiet, discord.world.bot, deny=FACES)
        async with running_bot(discord, tmp_path, module=QUICK, TEST_PAUSES="0.02"):
            await theatre.perform(quiet)
            await discord.until(lambda: bool(find_end(quiet)))
            await theatre.until_over()
            opening, asked = (
                next(each for each in quiet.messages.values() if "###" in each.text),
                theatre.member,
            )
            first = opening.revisions[0].components[0]["content"]
            assert (
                "these rights of mine: Manage Webhooks, Create Public Threads, Send Messages in Threads"
                in first
            )
            said = [each.content.replace("\\", "") for each in theatre.said(quiet)]
            assert said == ["### [Ops]", "**KIRA:** Yes, @everyone.", "**ODO:** *[OC]* No."]

            # Stopped, hurried, without its thread, without a scene, and more than there can be at once.
            await theatre.add_scene(3)
            await theatre.perform()
            thread = await theatre.thread()
            await discord.until(lambda: len(theatre.said(thread)) >= 2)
            stranger = discord.add_member(theatre.guild, "Gul")
            refused = await discord.press(theatre.opening(thread).button("Stop"), stranger)
            assert "Somebody else" in (await refused.message()).content
            hurried = await discord.press(theatre.opening(thread).button("Faster"), asked)
            assert "2 times as fast" in (await hurried.message()).content
            await discord.press(theatre.opening(thread).button("Stop"), asked)
            await theatre.until_over()
            count = len(theatre.said(thread))
            assert count < 30
            assert f"Stopped after {count} of 30 lines." in find_end(thread)[0].text
            assert "begins" in (await (await theatre.perform()).message()).content
            thread = await theatre.thread(2)
            await discord.until(lambda: len(theatre.said(thread)) >= 2)
            discord.delete_channel(thread)
            await theatre.until_over()
            assert "ended early" in theatre.opening(thread).text
            for number in range(AT_ONCE):
                elsewhere = replace(ELSEWHERE, guild_id=number, channel_id=number, scene_id=theatre.scene.id)
                await theatre.storage.performances.add(elsewhere)
            assert "5 performances are going on" in (await (await theatre.perform()).message()).content
            await theatre.storage.guild_settings.change(theatre.guild.id, PERFORMANCES.name, "off")
            assert "/settings" in (await (await theatre.perform()).message()).content


async def test_new_scene_is_performed_with_given_faces_within_the_limits(tmp_path: Path) -> None:
    """`/perform` writes and performs a scene; a face that an administrator gave is its character's; no 429 comes."""
    async with open_theatre(tmp_path, buckets=True) as theatre:
        discord = theatre.discord
        chief = discord.add_member(theatre.guild, "Sisko", permissions=Permission.ADMINISTRATOR)
        async with running_bot(discord, tmp_path, module=QUICK, TEST_PAUSES="0.02"):
            picture = {"character": "Quark", "image": Upload("quark.png", b"PNG", "image/png")}
            shown = await (await discord.slash(chief, "cast face", picture)).message()
            options = {"cast": "QUARK", "place": "Quark's", "line": "QUARK: No deal", "length": 120}
            await discord.slash(theatre.member, "perform", options)
            thread = await theatre.thread()
            await theatre.until_over()
            taken = await (await discord.slash(chief, "cast face", {"character": "quark"})).message()
            assert "no picture of their own any more" in taken.content
        assert thread.name.endswith("\u00b7 Quark's")
        speakers = {
            each.author.name: each.author for each in theatre.said(thread) if each.author.name != "Holosuite"
        }
        assert speakers["QUARK"].avatar_url == shown.embeds[0]["image"]["url"]  # type: ignore[union-attr]
        assert set(speakers) == {"QUARK"}
        assert [asked for asked in discord.requests if asked.status == 429] == []
        assert not discord.refused_requests


async def test_performance_is_forgotten_once_the_database_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is over holds none of the few places, though the database was away at its end."""
    monkeypatch.setattr("bot.channels.performances.runner.AGAIN_SECONDS", 0.0)
    away = StorageError("The database cannot be reached; try again later.")
    tools: Any = SimpleNamespace(
        performances=SimpleNamespace(delete=AsyncMock(side_effect=[away, away, None]))
    )
    now = replace(ELSEWHERE, state="ended")
    run: Any = SimpleNamespace(now=now, carry_out=AsyncMock())
    await PerformanceRunner(tools, tasks=BackgroundTasks())._carry_out(run)
    assert tools.performances.delete.await_count == 3
