"""`/retrain`: an administrator trains a new model for the server, while members go on writing with the old one."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.discord.markdown import clean_text
from bot.models.names import NAME_CHARACTERS
from bot.training.actions import TrainingActions
from bot.training.request import TrainingRequest
from core.config import PRESETS

# The other takes hours.
OFFERED = [name for name in PRESETS if name != "best"]
MOST_EPOCHS = 10_000
LEAST_MINUTES = 0.1
SERIES_CHARACTERS = 100


class RetrainCog(commands.Cog):
    """Trains models."""

    def __init__(self, actions: TrainingActions, *, by_role: bool) -> None:
        """Offer trainings; `by_role`: also members with a role may train."""
        self._actions = actions
        if by_role:
            # Discord knows no roles for a command's start: it shows it to all, and we ask.
            self.retrain.default_permissions = None

    @app_commands.command(description=translated("Train a new model for this server."))
    @app_commands.describe(
        corpus=translated("Scripts as .txt, .json or .zip. Default: this bot's own."),
        series=translated("Which series of a .json, such as DS9."),
        episodes=translated("Which episodes, such as 20-69; the first is 0."),
        preset=translated("Training preset; notes trains as the lecture does."),
        minutes=translated("Training time in minutes. Default 15."),
        epochs=translated("Passes over the text, instead of minutes."),
        name=translated("Name of the model."),
        keep=translated("Keep the uploaded text with the model."),
    )
    @app_commands.choices(preset=[app_commands.Choice(name=name, value=name) for name in OFFERED])
    @app_commands.default_permissions(administrator=True)
    @app_commands.guild_only()
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    async def retrain(  # noqa: PLR0917 -- discord.py hands the options over by name
        self,
        interaction: discord.Interaction,
        corpus: discord.Attachment | None = None,
        series: app_commands.Range[str, 1, SERIES_CHARACTERS] = "",
        episodes: app_commands.Range[str, 1, 20] = "",
        preset: str = "default",
        minutes: app_commands.Range[float, LEAST_MINUTES] | None = None,
        epochs: app_commands.Range[int, 1, MOST_EPOCHS] | None = None,
        name: app_commands.Range[str, 1, NAME_CHARACTERS] = "",
        keep: bool = False,  # noqa: FBT001, FBT002 -- Discord gives it by name
    ) -> None:
        """Show what a training would do, with Start and Cancel."""
        request = TrainingRequest(
            series=clean_text(series).strip(),
            episodes=clean_text(episodes).strip(),
            preset=preset,
            minutes=minutes,
            epochs=epochs,
            name=name,
            keep=keep,
        )
        await self._actions.offer(interaction, request, corpus)
