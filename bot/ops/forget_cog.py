"""`/forget-me`: deletes what is stored of a member."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.discord.replies.sending import SILENT
from bot.storage.database import Database
from bot.storage.members import delete_member


class ForgetCog(commands.Cog):
    """Deletes what is stored of members."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @app_commands.command(
        name="forget-me", description=translated("Delete the scenes and lines that are stored about you.")
    )
    async def forget_me(self, interaction: discord.Interaction) -> None:
        """Delete a member's episodes and say how many there were."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        count = await delete_member(self._database, interaction.user.id)
        await interaction.edit_original_response(
            content=f"Done: {count} of your scenes were deleted, and nothing else is stored of you. "
            "The messages in the channels stay; their buttons no longer work.",
            allowed_mentions=SILENT,
        )
