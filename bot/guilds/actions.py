"""What `/settings`, its menu, its forms and its button do."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import discord

from bot.discord.errors import RefusalError, answering
from bot.discord.language.language import Language
from bot.discord.page import Page
from bot.discord.permissions import check_administrator
from bot.discord.replies.interaction import InteractionReply
from bot.discord.replies.sending import insist
from bot.guilds.definitions import SHOW
from bot.guilds.kinds import Setting
from bot.guilds.settings import read_guild_settings
from bot.guilds.view import FORM_ID, build_form, build_settings, find_setting, read_values
from bot.storage.tables.guild_settings import GuildSettingRepository, SettingChange


class SettingActions:
    """Shows and changes the settings of the server that somebody administers."""

    def __init__(
        self,
        *,
        settings: GuildSettingRepository,
        read_shows: Callable[[int | None], Awaitable[Sequence[str]]],
    ) -> None:
        self._settings = settings
        self._read_shows = read_shows

    async def show(self, interaction: discord.Interaction) -> None:
        """Show the settings to whoever asks.

        Raises:
            RefusalError: They are no administrator, or it is no server of the bot's.
        """
        guild_id = check_administrator(interaction)
        reply = InteractionReply(interaction)
        await reply.show_privately(await self._build(guild_id, None, reply.language))

    async def choose(self, interaction: discord.Interaction, *, name: str) -> None:
        """Open the form of a setting."""
        reply = InteractionReply(interaction)
        async with answering(reply):
            guild_id, setting = check_administrator(interaction), _expect(name)
            stored = (await read_guild_settings(self._settings, guild_id)).stored(setting)
            offered = await self._read_shows(guild_id) if setting is SHOW else ()
            form = build_form(setting, stored, offered=offered, language=reply.language)
            await insist(lambda: interaction.response.send_modal(form))

    async def read_form(self, interaction: discord.Interaction) -> None:
        """Change a setting as its form says, if that is what was filled in."""
        data: dict[str, Any] = dict(interaction.data or {})
        found = FORM_ID.fullmatch(str(data.get("custom_id")))
        if interaction.type is not discord.InteractionType.modal_submit or not found:
            return
        reply = InteractionReply(interaction)
        async with answering(reply):
            guild_id, setting = check_administrator(interaction), _expect(found["name"])
            given = read_values(data.get("components") or [])
            # Names of time zones are read from the disk.
            value = await asyncio.to_thread(setting.check, given) if given else None
            change = await self._settings.change(guild_id, setting.name, value)
            await reply.turn_to(await self._build(guild_id, change, reply.language))

    async def undo(self, interaction: discord.Interaction, *, name: str, version: int) -> None:
        """Take a change back, which can be undone in turn."""
        reply = InteractionReply(interaction)
        async with answering(reply):
            guild_id = check_administrator(interaction)
            change = _expect_last(await self._settings.undo(guild_id, _expect(name).name, version))
            await reply.turn_to(await self._build(guild_id, change, reply.language))

    async def _build(self, guild_id: int, change: SettingChange | None, language: Language) -> Page:
        settings = await read_guild_settings(self._settings, guild_id)
        shows = await self._read_shows(guild_id)
        return build_settings(settings, shows=shows, change=change, language=language)


def _expect(name: str) -> Setting[Any]:
    setting = find_setting(name)
    if setting is None:
        raise RefusalError("That setting is no longer known; /settings shows those that there are.")
    return setting


def _expect_last(change: SettingChange | None) -> SettingChange:
    if change is None:
        raise RefusalError("That setting was changed since; /settings shows what holds now.")
    return change
