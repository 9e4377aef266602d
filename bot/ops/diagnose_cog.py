"""`/diagnose`: how the bot is, for its owner."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.app import Holosuite
from bot.discord.reply import SILENT
from bot.ops.diagnosis import build_diagnosis


class DiagnoseCog(commands.Cog):
    """Shows what the owner wants to know."""

    def __init__(self, bot: Holosuite) -> None:
        """Look at the bot."""
        self._bot = bot

    @app_commands.command(
        description=translated("For the bot's owner: versions, queue, delays, memory, last errors.")
    )
    @app_commands.default_permissions(administrator=True)
    async def diagnose(self, interaction: discord.Interaction) -> None:
        """Show how the bot is, to its owner alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if not await self._bot.is_owner(interaction.user):
            raise app_commands.CheckFailure
        await interaction.edit_original_response(embed=build_diagnosis(self._bot), allowed_mentions=SILENT)


async def setup(bot: Holosuite) -> None:
    """Add the cog."""
    await bot.add_cog(DiagnoseCog(bot))
