"""Chiming in against the local Discord: where, when and how often the bot answers what nobody asked it."""

import asyncio
from pathlib import Path

from bot.channels.chiming.cog import first_lines
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


def test_two_spoken_lines_are_kept() -> None:
    """Directions and places are left out, and what comes after two lines."""
    script = "(Kira enters.)\nODO: No.\n[Ops]\nKIRA: Yes.\nODO: Why?"
    assert first_lines(script) == ["ODO: No.", "KIRA: Yes."]
