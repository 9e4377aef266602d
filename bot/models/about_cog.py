"""`/about`: what wrote all this, how good it is, and how much it has written."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.app import Holosuite
from bot.discord.reply import SILENT
from bot.models.card import build_card


class AboutCog(commands.Cog):
    """Shows the model's card."""

    def __init__(self, bot: Holosuite) -> None:
        """Show what the bot's studio has loaded."""
        self._bot = bot

    @app_commands.command(
        description=translated("Show the model: what it learnt from, how good and how fast it is.")
    )
    async def about(self, interaction: discord.Interaction) -> None:
        """Show the model's card with the plot of its losses."""
        await interaction.response.defer(thinking=True)
        writer = await self._bot.shelf.writer_for(interaction.guild_id)
        card = await build_card(writer.run, self._bot.studio, self._bot.store)
        await interaction.edit_original_response(
            embed=card.embed, attachments=card.files, allowed_mentions=SILENT
        )


async def setup(bot: Holosuite) -> None:
    """Add the cog."""
    await bot.add_cog(AboutCog(bot))
