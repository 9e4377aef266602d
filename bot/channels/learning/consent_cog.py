"""`/consent`: whether the bot may learn from what a member writes."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.channels.learning.consent_actions import ConsentActions
from bot.storage.tables.consents import ConsentRepository


class ConsentCog(commands.Cog):
    """Shows members their answer, and lets them change it."""

    def __init__(self, actions: ConsentActions, *, consents: ConsentRepository) -> None:
        self._actions = actions
        self._consents = consents

    @app_commands.command(description=translated("Say whether the bot may learn from what you write here."))
    async def consent(self, interaction: discord.Interaction) -> None:
        """Show a member's answer, with Yes and No."""
        await self._actions.show(interaction)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Let the answers of a server's members lapse that the bot was removed from."""
        await self._consents.lapse(guild.id)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Ask the members of a server anew that the bot may have been removed from while it did not run."""
        await self._consents.lapse(guild.id)
