"""`/about`: what wrote all this, how good it is, and how much it has written."""

from collections.abc import Callable

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.discord.replies.sending import SILENT
from bot.models.card import build_card
from bot.models.registry import ModelRegistry
from bot.storage.tables.scenes import SceneRepository


class AboutCog(commands.Cog):
    """Shows the model's card."""

    def __init__(
        self, *, registry: ModelRegistry, scenes: SceneRepository, characters_per_second: Callable[[], float]
    ) -> None:
        self._registry = registry
        self._scenes = scenes
        self._characters_per_second = characters_per_second

    @app_commands.command(
        description=translated("Show the model: what it learnt from, how good and how fast it is.")
    )
    async def about(self, interaction: discord.Interaction) -> None:
        """Show the model's card with the plot of its losses."""
        await interaction.response.defer(thinking=True)
        writer = await self._registry.writer_for(interaction.guild_id)
        card = await build_card(
            writer.run,
            characters_per_second=self._characters_per_second(),
            counts=await self._scenes.read_counts(),
        )
        await interaction.edit_original_response(
            embed=card.embed, attachments=card.files, allowed_mentions=SILENT
        )
