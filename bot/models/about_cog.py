"""`/about`: what wrote all this, how good it is, and how much it has written."""

from collections.abc import Callable

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.discord.errors import answering
from bot.discord.language.language import language_of
from bot.discord.replies.deferred import fill_in
from bot.discord.replies.interaction import InteractionReply
from bot.models.card import build_card, build_model_details
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
        card = await build_card(
            await self._registry.writer_for(interaction.guild_id),
            characters_per_second=self._characters_per_second(),
            counts=await self._scenes.read_counts(),
            language=language_of(interaction.locale),
        )
        await fill_in(
            interaction, build_view=card.page.build_view, build_files=card.build_files, private=False
        )

    async def show_details(self, interaction: discord.Interaction) -> None:
        """Show the asker alone what engineers want to know of the model that is in use here."""
        reply = InteractionReply(interaction)
        async with answering(reply):
            run = (await self._registry.writer_for(interaction.guild_id)).run
            await reply.show_privately(build_model_details(run, language=reply.language))
