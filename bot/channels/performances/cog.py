"""`/perform`: a new scene, said line by line by its characters; and what ends a performance from outside."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.channels.performances.actions import PerformanceActions
from bot.channels.performances.runner import PerformanceRunner
from bot.discord.markdown import unquote
from bot.scenes.cog import Cast, Length, Line, Place, Show
from bot.scenes.request import Request


class PerformCog(commands.Cog):
    """Performs scenes."""

    def __init__(self, *, actions: PerformanceActions, runner: PerformanceRunner) -> None:
        self._actions = actions
        self._runner = runner

    @app_commands.command(description=translated("Write a new scene and perform it, line by line."))
    @app_commands.describe(
        cast=translated("Only these characters speak, such as QUARK, ODO."),
        place=translated("Where the scene takes place, such as Quark's."),
        show=translated("Which of the model's shows, such as TNG."),
        line=translated("A line to continue, such as QUARK: No."),
        length=translated("Characters to write, 20 to 4000. Default 500."),
    )
    @app_commands.guild_only()
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    async def perform(  # noqa: PLR0917 -- discord.py hands the options over by name
        self,
        interaction: discord.Interaction,
        cast: Cast = "",
        place: Place = "",
        show: Show = "",
        line: Line = "",
        length: Length | None = None,
    ) -> None:
        """Write a scene and perform it."""
        request = Request.new(unquote(line), length=length, cast=cast, place=place, show=show)
        await self._actions.perform_new(interaction, request)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """End what is performed in a thread that was deleted."""
        self._runner.drop_where(lambda run: run.now.place_id == payload.thread_id)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """End what is performed in a server that the bot was removed from."""
        self._runner.drop_where(lambda run: run.now.guild_id == guild.id)
