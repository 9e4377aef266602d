"""Chiming in against the local Discord: where, when and how often the bot answers what nobody asked it."""

import asyncio
import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import discord
import pytest

from bot.channels.chiming.cog import ChimeCog, first_lines
from bot.guilds.definitions import CHIME_CHANCE, CHIME_IN, PERFORMANCES
from bot.storage.data_folder import read_machine
from bot.storage.repositories import Repositories
from tests.bot.bot_process import running_bot
from tests.local_discord import LocalDiscord, LocalDiscordSettings
from tests.local_discord.gateway.intents import Intent

GRANTED = 1 << 19  # the message content intent of an application in few servers: "Application Flags"


async def test_bot_chimes_in_where_it_is_wanted_and_no_oftener(tmp_path: Path) -> None:
    """Two lines go on from a message in a chosen channel, once in the pause; not after a no, nor without content."""
    settings = LocalDiscordSettings(privileged_intents=Intent.MESSAGE_CONTENT)
    async with LocalDiscord(settings) as discord:
        guild = discord.add_guild()
        chosen, other = next(iter(guild.channels.values())), discord.add_channel(guild, "ops")
        second = discord.add_channel(guild, "second")
        member, shy = discord.add_member(guild, "Kira"), discord.add_member(guild, "Odo")
        storage = await Repositories.open(
            "", data=tmp_path, machine=await asyncio.to_thread(read_machine, tmp_path)
        )
        change = storage.guild_settings.change
        await change(guild.id, CHIME_IN.name, f"{chosen.id} {second.id}")
        await change(guild.id, CHIME_CHANCE.name, "100")
        await change(guild.id, PERFORMANCES.name, "on")
        await storage.consents.refuse(shy.id, guild_id=guild.id)
        async with running_bot(discord, tmp_path):
            asked = len(discord.requests)
            await discord.say(member, chosen, "Before anybody may read it.")
            await discord.until(
                lambda: any("applications/@me" in each.path for each in discord.requests[asked:])
            )
            await discord.settle()
            discord.world.application.flags = GRANTED
            await discord.say(shy, chosen, "I said no.")
            await discord.say(member, other, "Not here.")
            said = await discord.say(member, chosen, "The @everyone shield is down.")
            answer = await discord.until_bot_message(timeout_seconds=30)
            assert answer.referenced is said
            assert 1 <= len(answer.content.splitlines()) <= 2
            await discord.say(member, chosen, "Once more?")
            await discord.say(member, second, "And here?")
            await discord.until(lambda: len(discord.bot_messages) == 2, timeout_seconds=30)
            assert [each.channel for each in discord.bot_messages] == [chosen, second]
        await storage.close()
        assert not discord.pings
        assert not discord.refused_requests


async def test_answer_that_takes_long_keeps_no_other_server_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a scene is written for one message, another server's is answered."""
    storage = MagicMock()
    storage.guild_settings.read = AsyncMock(return_value={CHIME_IN.name: "5", CHIME_CHANCE.name: "100"})
    bot, switch = MagicMock(), MagicMock(is_on=AsyncMock(return_value=True))
    chance = random.Random(1)  # noqa: S311 -- no secret
    cog = ChimeCog(bot, switch=switch, handler=MagicMock(), storage=storage, chance=chance)
    answered: list[int] = []
    may_end = asyncio.Event()

    async def answer(message: discord.Message, guild: discord.Guild) -> None:
        if guild.id == 1:
            await may_end.wait()
        answered.append(guild.id)

    monkeypatch.setattr(cog, "_take_turn", AsyncMock(return_value=True))
    monkeypatch.setattr(cog, "_answer", answer)
    channel = SimpleNamespace(id=5)
    messages: list[Any] = [
        SimpleNamespace(
            guild=SimpleNamespace(id=number), author=SimpleNamespace(bot=False), is_system=lambda: False,
            raw_mentions=[], channel=channel,
        )
        for number in (1, 2)
    ]  # fmt: skip
    first = asyncio.create_task(cog.on_message(messages[0]))
    await asyncio.wait_for(cog.on_message(messages[1]), 5)
    assert answered == [2]
    may_end.set()
    await first


def test_two_spoken_lines_are_kept() -> None:
    """Directions and places are left out, and what comes after two lines."""
    script = "(Kira enters.)\nODO: No.\n[Ops]\nKIRA: Yes.\nODO: Why?"
    assert first_lines(script) == ["ODO: No.", "KIRA: Yes."]
