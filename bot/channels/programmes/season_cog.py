"""`/season`: the episodes of a programme, as a list or as one file."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.channels.programmes.actions import ProgrammeActions
from bot.channels.programmes.book import FORMATS
from bot.channels.programmes.cog import PROGRAMME, Chosen
from bot.channels.programmes.view import build_season
from bot.discord.errors import RefusalError
from bot.discord.language.language import language_of
from bot.discord.replies.sending import SILENT

NAMES = {"md": "Markdown", "txt": "TXT", "epub": "EPUB"}


class SeasonCog(commands.Cog):
    """Gives seasons out."""

    def __init__(self, actions: ProgrammeActions) -> None:
        self._actions = actions

    @app_commands.command(description=translated("Show a season's episodes, or get them as one file."))
    @app_commands.describe(programme=PROGRAMME, file=translated("As which file; without one, the list."))
    @app_commands.choices(file=[app_commands.Choice(name=NAMES[form], value=form) for form in FORMATS])
    @app_commands.guild_only()
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    async def season(self, interaction: discord.Interaction, programme: Chosen, file: str = "") -> None:
        """Show the list, or send the file."""
        guild_id = interaction.guild_id
        if guild_id is None:
            raise RefusalError("Seasons belong to a server; use this command in one.")
        await interaction.response.defer(ephemeral=True, thinking=True)
        language = language_of(interaction.locale)
        found = await self._actions.find(guild_id, programme)
        if file in FORMATS:
            attached = await self._actions.build_file(found, file, language=language)
            await interaction.edit_original_response(attachments=[attached], allowed_mentions=SILENT)
            return
        episodes = await self._actions.read_season(found)
        embed = build_season(found.title, episodes, language=language)
        await interaction.edit_original_response(embed=embed, allowed_mentions=SILENT)

    @season.autocomplete("programme")
    async def suggest(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[int]]:
        """Offer the server's programmes."""
        found = await self._actions.suggest(interaction.guild_id or 0, typed)
        return [app_commands.Choice(name=title, value=number) for title, number in found]
