"""Whether the bot does anything by itself in a server's channels: its owner and the server's administrators decide."""

import discord

from bot.discord.errors import RefusalError
from bot.discord.permissions import check_guild
from bot.guilds.definitions import PERFORMANCES
from bot.guilds.settings import read_guild_settings
from bot.storage.tables.guild_settings import GuildSettingRepository
from core.text import Text

NOWHERE = Text("Performances belong to a server; use this command in one that I am a member of.")


class ChannelSwitch:
    """One switch for performances, programmes and chiming in; off in every server until it is switched on there."""

    def __init__(self, *, is_allowed: bool, settings: GuildSettingRepository) -> None:
        self._is_allowed = is_allowed
        self._settings = settings

    async def is_on(self, guild_id: int | None) -> bool:
        """Tell whether the bot may do so in a server; in what is no server, never."""
        return self._is_allowed and guild_id is not None and await self._is_switched_on(guild_id)

    async def check(self, guild_id: int) -> None:
        """Make sure that the bot may do so in a server.

        Raises:
            RefusalError: It may not.
        """
        if not self._is_allowed:
            raise RefusalError("The bot's owner has switched performances off.")
        if not await self._is_switched_on(guild_id):
            raise RefusalError(
                "Performances are off in this server; an administrator switches them on with /settings."
            )

    async def _is_switched_on(self, guild_id: int) -> bool:
        settings = await read_guild_settings(self._settings, guild_id)
        return settings.get(PERFORMANCES) is True


def check_administers(interaction: discord.Interaction) -> int:
    """Return the number of the server that the asker administers.

    Raises:
        RefusalError: There is no server that the bot is a member of, or they are none of its administrators.
    """
    guild_id = check_guild(interaction, otherwise=NOWHERE)
    if not interaction.permissions.administrator:
        raise RefusalError("Only administrators of this server may do that.")
    return guild_id
