"""Telling Discord the bot's commands, but only when they have changed since the last time."""

import hashlib
import json
import logging

import aiohttp
import discord
from discord import app_commands

from bot.storage.tables.settings import BOT, SettingRepository
from core.errors import CoreError

log = logging.getLogger(__name__)


async def synchronise_commands(
    tree: app_commands.CommandTree[discord.Client], settings: SettingRepository, *, test_guild: int | None
) -> None:
    """Synchronise the commands with Discord; what goes wrong is logged, and the next start tries again."""
    try:
        await register_commands(tree, settings, test_guild=test_guild)
    except discord.Forbidden:
        log.warning(
            "Discord refuses commands for the server in HOLOSUITE_TEST_GUILD; invite the bot there first."
        )
    except (discord.DiscordException, aiohttp.ClientError, OSError, CoreError) as error:
        log.warning("The commands could not be synchronised (%s); the next start tries again.", error)


async def register_commands(
    tree: app_commands.CommandTree[discord.Client], settings: SettingRepository, *, test_guild: int | None
) -> bool:
    """Synchronise the commands with Discord, to one server if it is named; return whether that was needed."""
    guild = None if test_guild is None else discord.Object(test_guild)
    if guild is not None:
        tree.copy_global_to(guild=guild)
    name = f"commands of {tree.client.application_id}, {test_guild or 'everywhere'}"
    fingerprint = await _fingerprint(tree, guild)
    if await settings.read(BOT, name) == fingerprint:
        return False
    await tree.sync(guild=guild)
    await settings.write(BOT, name, fingerprint)
    log.info("The commands were synchronised.")
    return True


async def _fingerprint(
    tree: app_commands.CommandTree[discord.Client], guild: discord.abc.Snowflake | None
) -> str:
    translator = tree.translator
    commands = [
        command
        for kind in (discord.AppCommandType.chat_input, discord.AppCommandType.message)
        for command in tree.get_commands(guild=guild, type=kind)
    ]
    payload = [
        await command.get_translated_payload(tree, translator) if translator else command.to_dict(tree)
        for command in sorted(commands, key=lambda command: command.name)
    ]
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
