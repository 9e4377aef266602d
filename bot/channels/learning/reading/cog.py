"""What runs beside the commands of a reading: the reader, the form of characters, and a server that is left."""

from typing import Any

import discord
from discord.ext import commands

from bot.channels.learning.reading.actions import ReadingActions
from bot.channels.learning.reading.cast_form import CAST_ID
from bot.channels.learning.reading.reader import ChannelReader
from bot.discord.client import DiscordClient
from core.text import Text

GONE = Text("I was removed from the server.")


class ReadingCog(commands.Cog):
    """Keeps readings going."""

    def __init__(self, bot: DiscordClient, *, actions: ReadingActions, reader: ChannelReader) -> None:
        self._bot = bot
        self._actions = actions
        self._reader = reader

    async def cog_load(self) -> None:
        """Begin to read, once it is known which servers there are."""
        self._bot.tasks.keep("reading", self._read)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Read the form of characters; discord.py knows no forms from before a restart."""
        if interaction.type is discord.InteractionType.modal_submit:
            data: dict[str, Any] = dict(interaction.data or {})
            found = CAST_ID.fullmatch(str(data.get("custom_id")))
            if found is not None:
                await self._actions.read_form(interaction, int(found["number"]))

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Delete what was read of a server that the bot was removed from."""
        await self._reader.stop_where(lambda guild_id: guild_id == guild.id, GONE)

    async def _read(self) -> None:
        await self._bot.wait_until_ready()
        await self._reader.stop_where(lambda guild_id: self._bot.get_guild(guild_id) is None, GONE)
        await self._reader.run()
