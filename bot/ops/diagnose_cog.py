"""`/diagnose`: how the bot is, for its owner."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.discord.language.language import language_of
from bot.discord.replies.deferred import fill_in
from bot.discord.replies.pacing import RequestPace
from bot.models.registry import ModelRegistry
from bot.ops.diagnosis import build_diagnosis
from bot.ops.logs import LastErrors
from bot.ops.monitor import Monitor
from bot.scenes.pool import WriterPool


class DiagnoseCog(commands.Cog):
    """Shows what the owner wants to know."""

    def __init__(
        self,
        bot: commands.AutoShardedBot,
        *,
        pool: WriterPool,
        monitor: Monitor,
        pace: RequestPace,
        registry: ModelRegistry,
        last_errors: LastErrors,
    ) -> None:
        self._bot = bot
        self._pool = pool
        self._monitor = monitor
        self._pace = pace
        self._registry = registry
        self._last_errors = last_errors

    @app_commands.command(
        description=translated("For the bot's owner: versions, queue, delays, memory, last errors.")
    )
    @app_commands.default_permissions(administrator=True)
    async def diagnose(self, interaction: discord.Interaction) -> None:
        """Show how the bot is, to its owner alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if not await self._bot.is_owner(interaction.user):
            raise app_commands.CheckFailure
        embed = build_diagnosis(
            self._bot,
            pool=self._pool,
            monitor=self._monitor,
            pace=self._pace,
            registry=self._registry,
            last_errors=self._last_errors,
            language=language_of(interaction.locale),
        )
        await fill_in(interaction, embed=embed)
