"""`/settings`: what the administrators of a server decide about the bot there."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.guilds.actions import SettingActions


class SettingsCog(commands.Cog):
    """Shows and changes a server's settings."""

    def __init__(self, actions: SettingActions) -> None:
        self._actions = actions

    @app_commands.command(description=translated("Set how the bot writes in this server."))
    @app_commands.default_permissions(administrator=True)
    @app_commands.guild_only()
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    async def settings(self, interaction: discord.Interaction) -> None:
        """Show the settings, with a menu to change them."""
        await self._actions.show(interaction)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Read the form of a setting; discord.py knows no forms from before a restart."""
        await self._actions.read_form(interaction)
