"""`/episode`: a new scene, and suggestions for the line that it goes on from."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.client import Holosuite
from bot.formatting import unquote
from bot.limits import LEAST_LENGTH, LINE_CHARACTERS, MOST_LENGTH, MOST_SEED, MOST_TEMPERATURE
from bot.presses import read_asker
from bot.reply import InteractionReply
from bot.request import LENGTH, Request
from bot.suggestions import suggest_lines

Temperature = app_commands.Range[float, 0.0, MOST_TEMPERATURE]
Length = app_commands.Range[int, LEAST_LENGTH, MOST_LENGTH]
Line = app_commands.Range[str, 1, LINE_CHARACTERS]
Seed = app_commands.Range[int, 0, MOST_SEED]


class EpisodeCog(commands.Cog):
    """Writes scenes."""

    def __init__(self, bot: Holosuite) -> None:
        """Write on the bot's stage."""
        self._bot = bot

    @app_commands.command(description=translated("Write a new scene of the show."))
    @app_commands.describe(
        temp=translated("Daring from 0 to 2: low repeats itself, high rambles. Usually 0.5."),
        length=translated("Characters to write, 20 to 4000. Usually 500."),
        line=translated("A line to go on from, such as QUARK: No."),
        seed=translated("A number; the same one writes the same scene."),
    )
    async def episode(
        self,
        interaction: discord.Interaction,
        temp: Temperature | None = None,
        length: Length = LENGTH,
        line: Line = "",
        seed: Seed | None = None,
    ) -> None:
        """Write a new scene."""
        await self._bot.stage.perform(
            InteractionReply(interaction),
            Request.new(unquote(line), temperature=temp, length=length, seed=seed),
            request_id=interaction.id,
            asker=read_asker(interaction),
            job=f"command:{interaction.id}",
        )

    @episode.autocomplete("line")
    async def suggest_line(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Offer speakers and places, then the member's own recent lines."""
        lines = await suggest_lines(self._bot.studio, self._bot.store, interaction.user.id, typed)
        return [app_commands.Choice(name=line, value=line) for line in lines]


async def setup(bot: Holosuite) -> None:
    """Add the cog."""
    await bot.add_cog(EpisodeCog(bot))
