"""Whether the bot may learn from messages: its owner and the server let it, and Discord shows it what they say."""

from collections.abc import Awaitable, Callable

import discord

from bot.discord.errors import RefusalError
from bot.guilds.definitions import LEARNING
from bot.guilds.settings import read_guild_settings
from bot.storage.tables.guild_settings import GuildSettingRepository

GUIDE = "docs/learning.md"
ReadFlags = Callable[[], Awaitable[discord.ApplicationFlags]]


class LearningAvailability:
    """Knows the owner's setting, reads the servers', and asks Discord for the application's intent."""

    def __init__(self, *, is_on: bool, read_flags: ReadFlags, settings: GuildSettingRepository) -> None:
        """Take whether the owner has switched it on, how to read the application's flags, and what servers set."""
        self.is_on = is_on
        self._read_flags = read_flags
        self._settings = settings

    async def check_in(self, guild_id: int) -> None:
        """Make sure that messages may be learnt from in a server.

        Raises:
            RefusalError: They may not, and who can change it.
        """
        await self.check()
        if not await self.is_on_in(guild_id):
            raise RefusalError("This server's administrators have switched learning off, with /settings.")

    async def is_on_in(self, guild_id: int) -> bool:
        """Tell whether a server lets a model be trained on its channels."""
        return (await read_guild_settings(self._settings, guild_id)).get(LEARNING) is not False

    async def check(self) -> None:
        """Make sure that messages may be learnt from anywhere.

        Raises:
            RefusalError: They may not, and which page of the guide says how to change it.
        """
        if not self.is_on:
            raise RefusalError(
                "The bot's owner has not switched learning from messages on; the guide says how: {guide}.",
                guide=GUIDE,
            )
        flags = await self._read_flags()
        # The second is of an application in few servers, which Discord has not reviewed.
        if not (flags.gateway_message_content or flags.gateway_message_content_limited):
            raise RefusalError(
                "Discord shows me no messages: the bot's owner has to switch the message content intent on, as the "
                "guide says: {guide}.",
                guide=GUIDE,
            )
