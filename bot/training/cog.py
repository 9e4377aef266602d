"""`/retrain`: an administrator trains a new model for the server, while members go on writing with the old one."""

from collections.abc import Awaitable, Callable

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.discord.markdown import clean_text
from bot.training.actions import TrainingActions
from bot.training.request import TrainingRequest

MOST_EPOCHS = 10_000
SERIES_CHARACTERS = 60
EPISODES_CHARACTERS = 13
FILES, CHANNELS = "files", "channels"  # what a training learns from
OpenChannels = Callable[[discord.Interaction, TrainingRequest], Awaitable[None]]


class RetrainCog(commands.Cog):
    """Trains models."""

    def __init__(self, actions: TrainingActions, *, by_role: bool, open_channels: OpenChannels) -> None:
        """Offer trainings; `by_role`: also members with a role may train. `open_channels` asks which to read."""
        self._actions = actions
        self._open_channels = open_channels
        if by_role:
            # Discord knows no roles for a command's start: it shows it to all, and we ask.
            self.retrain.default_permissions = None

    @app_commands.command(description=translated("Train a new model for this server."))
    @app_commands.describe(
        series=translated("Which series of a text that has several, such as DS9."),
        episodes=translated("Which episodes, such as 20-69; the first is 0."),
        epochs=translated("Passes over the text, instead of minutes."),
        source=translated("channels: learn from members of this server who say yes."),
    )
    @app_commands.rename(source="from")
    @app_commands.choices(
        source=[app_commands.Choice(name=name, value=name) for name in (FILES, CHANNELS)],
    )
    @app_commands.default_permissions(administrator=True)
    @app_commands.guild_only()
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    async def retrain(
        self,
        interaction: discord.Interaction,
        series: app_commands.Range[str, 1, SERIES_CHARACTERS] = "",
        episodes: app_commands.Range[str, 1, EPISODES_CHARACTERS] = "",
        epochs: app_commands.Range[int, 1, MOST_EPOCHS] | None = None,
        source: str = FILES,
    ) -> None:
        """Open the form of a training."""
        request = TrainingRequest(
            series=clean_text(series).strip(), episodes=clean_text(episodes).strip(), epochs=epochs
        )
        open_ = self._open_channels if source == CHANNELS else self._actions.open_form
        await open_(interaction, request)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Read the form of a training; discord.py knows no forms from before a restart."""
        if interaction.type is discord.InteractionType.modal_submit:
            await self._actions.read_form(interaction)
