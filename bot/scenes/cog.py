"""`/episode` and `/replay`: a new scene, one from its code, and suggestions for what can be typed."""

from dataclasses import replace

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.discord.limits import (
    CAST_CHARACTERS,
    LEAST_LENGTH,
    LEAST_ORIGINALITY,
    LINE_CHARACTERS,
    MOST_LENGTH,
    MOST_ORIGINALITY,
    MOST_SEED,
    MOST_TEMPERATURE,
    PLACE_CHARACTERS,
)
from bot.discord.markdown import unquote
from bot.discord.replies.interaction import InteractionReply
from bot.guilds.definitions import SHOW
from bot.guilds.settings import read_guild_settings
from bot.models.registry import ModelRegistry
from bot.scenes.actions import read_asker
from bot.scenes.autocomplete import choose_cast, choose_places, suggest_lines
from bot.scenes.handler import SceneHandler
from bot.scenes.request import Request
from bot.storage.repositories import Repositories
from core.writing.codes.code import LONGEST_CODE
from core.writing.request import MOST_TAKES
from core.writing.writer import Writer

Temperature = app_commands.Range[float, 0.0, MOST_TEMPERATURE]
Length = app_commands.Range[int, LEAST_LENGTH, MOST_LENGTH]
Line = app_commands.Range[str, 1, LINE_CHARACTERS]
Takes = app_commands.Range[int, 1, MOST_TAKES]
Originality = app_commands.Range[int, LEAST_ORIGINALITY, MOST_ORIGINALITY]
Seed = app_commands.Range[int, 0, MOST_SEED]
Cast = app_commands.Range[str, 1, CAST_CHARACTERS]
Show = app_commands.Range[str, 1, CAST_CHARACTERS]
Place = app_commands.Range[str, 1, PLACE_CHARACTERS]
Code = app_commands.Range[str, 1, LONGEST_CODE]
SENTENCE_ENDS = (".", "!", "?", "\u2026", "\u3002", "\uff01", "\uff1f")


class EpisodeCog(commands.Cog):
    """Writes scenes."""

    def __init__(self, *, handler: SceneHandler, registry: ModelRegistry, storage: Repositories) -> None:
        self._handler = handler
        self._registry = registry
        self._scenes = storage.scenes
        self._settings = storage.guild_settings

    @app_commands.command(description=translated("Write a new scene of the show."))
    @app_commands.describe(
        temp=translated("Temperature, 0 to 2: low repeats itself, high rambles. Default 0.5."),
        length=translated("Characters to write, 20 to 4000. Default 500."),
        line=translated("A line to continue, such as QUARK: No."),
        seed=translated("A seed; the same one writes the same scene."),
        cast=translated("Only these characters speak, such as QUARK, ODO."),
        place=translated("Where the scene takes place, such as Quark's."),
        spelling=translated("Only words of the scripts. On by default; off: the model's own spelling."),
        takes=translated("Versions of each line, 1 to 16; the best is kept."),
        show=translated("Which of the model's shows, such as TNG."),
        originality=translated("Longest phrase that may be copied from the scripts, in words, 6 or more."),
    )
    async def episode(  # noqa: PLR0917 -- discord.py hands the options over by name
        self,
        interaction: discord.Interaction,
        temp: Temperature | None = None,
        length: Length | None = None,
        line: Line = "",
        seed: Seed | None = None,
        cast: Cast = "",
        place: Place = "",
        spelling: bool | None = None,  # noqa: FBT001 -- discord.py reads the options off the arguments
        takes: Takes | None = None,
        show: Show = "",
        originality: Originality | None = None,
    ) -> None:
        """Write a new scene."""
        request = Request.new(
            unquote(line),
            temperature=temp,
            length=length,
            seed=seed,
            cast=cast,
            place=place,
            spelling=spelling,
            takes=takes,
            show=show,
            originality=originality,
        )
        # A line that is over is said by who typed it; one that is not goes on as it stands.
        if request.line.endswith(SENTENCE_ENDS) and not request.cast:
            request = replace(request, speaker=interaction.user.display_name)
        await self._handle(interaction, request)

    @app_commands.command(description=translated("Replay a scene from its code."))
    @app_commands.describe(code=translated("The code in a scene's details, also with text around it."))
    async def replay(self, interaction: discord.Interaction, code: Code) -> None:
        """Write a scene again."""
        await self._handle(interaction, Request.of_code(code))

    async def _handle(self, interaction: discord.Interaction, request: Request) -> None:
        await self._handler.handle(
            InteractionReply(interaction),
            request,
            request_id=interaction.id,
            asker=read_asker(interaction),
            key=f"command:{interaction.id}",
        )

    @episode.autocomplete("line")
    async def suggest_line(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Offer speakers and places, then the member's own recent lines."""
        writer = await self._registry.writer_for(interaction.guild_id)
        lines = await suggest_lines(writer, self._scenes, interaction.user.id, typed)
        return _as_choices(lines)

    @episode.autocomplete("cast")
    async def suggest_cast(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the speakers who are not on the list yet."""
        writer = await self._registry.writer_for(interaction.guild_id)
        speakers = writer.speakers(await self._show_of(interaction, writer))
        return _as_choices(choose_cast(speakers, typed))

    @episode.autocomplete("place")
    async def suggest_place(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the places of the scripts."""
        writer = await self._registry.writer_for(interaction.guild_id)
        places = writer.places(await self._show_of(interaction, writer))
        return _as_choices(choose_places(places, typed))

    @episode.autocomplete("show")
    async def suggest_show(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the model's shows."""
        writer = await self._registry.writer_for(interaction.guild_id)
        return _as_choices(choose_places(list(writer.casts.shows), typed))

    async def _show_of(self, interaction: discord.Interaction, writer: Writer) -> str | None:
        """Return the show that has been chosen so far, or is the server's, if the model has it."""
        chosen = getattr(interaction.namespace, "show", None)
        if not chosen:
            chosen = (await read_guild_settings(self._settings, interaction.guild_id)).get(SHOW)
        return chosen if chosen in writer.casts.shows else None


def _as_choices(values: list[str]) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=value, value=value) for value in values]
