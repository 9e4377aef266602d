"""`/programme`: what comes by itself in this server's channels, and when."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.channels.programmes.actions import TITLE_CHARACTERS, Plan, ProgrammeActions
from bot.channels.programmes.schedule import DAYS, read_schedule
from bot.channels.switch import check_administers
from bot.discord.replies.interaction import InteractionReply
from bot.scenes.cog import Cast, Length, Place, Show
from bot.scenes.request import Request

Hours = app_commands.Range[int, 1, 720]
Chosen = app_commands.Range[int, 1, 2**53]
PROGRAMME = translated("Which programme; type to search.")


@app_commands.guild_only()
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.default_permissions(administrator=True)
class ProgrammeCog(
    commands.GroupCog,
    group_name="programme",
    group_description=translated("Scenes that come by themselves at planned times."),
):
    """Plans scenes and performances."""

    def __init__(self, actions: ProgrammeActions) -> None:
        self._actions = actions

    @app_commands.command(description=translated("Plan a scene or a performance in a channel."))
    @app_commands.describe(
        title=translated("Title of its season."),
        channel=translated("Where it comes; here by default."),
        at=translated("Time of day, such as 20:00, in the server's time zone; or give every."),
        days=translated("On which days; every day by default."),
        every=translated("Hours between one and the next, instead of a time of day."),
        perform=translated("Performed line by line in a thread; else shown at once."),
        go_on=translated("Whether each episode goes on from the one before."),
        cast=translated("Only these characters speak, such as QUARK, ODO."),
        place=translated("Where the scene takes place, such as Quark's."),
        show=translated("Which of the model's shows, such as TNG."),
        length=translated("Characters to write, 20 to 4000. Default 500."),
    )
    @app_commands.choices(
        days=[app_commands.Choice(name=translated(words), value=days) for days, words in DAYS.items()]
    )
    async def add(  # noqa: PLR0917 -- discord.py hands the options over by name
        self,
        interaction: discord.Interaction,
        title: app_commands.Range[str, 1, TITLE_CHARACTERS],
        channel: discord.TextChannel | None = None,
        at: app_commands.Range[str, 1, 5] = "",
        days: str = "*",
        every: Hours | None = None,
        perform: bool = False,  # noqa: FBT001, FBT002 -- discord.py reads the options off the arguments
        go_on: bool = False,  # noqa: FBT001, FBT002
        cast: Cast = "",
        place: Place = "",
        show: Show = "",
        length: Length | None = None,
    ) -> None:
        """Plan something."""
        plan = Plan(
            title=title,
            schedule=read_schedule(at, days=days, hours=every),
            request=Request.new(length=length, cast=cast, place=place, show=show),
            is_performed=perform,
            goes_on=go_on,
        )
        await self._actions.add(
            interaction, plan, channel_id=channel.id if channel else interaction.channel_id or 0
        )

    @app_commands.command(name="list", description=translated("Show what is planned, and change it."))
    async def list_programmes(self, interaction: discord.Interaction) -> None:
        """Show what is planned, with buttons."""
        await self._actions.show(interaction)

    @app_commands.command(description=translated("Pause a programme, or let it go on."))
    @app_commands.describe(programme=PROGRAMME)
    async def pause(self, interaction: discord.Interaction, programme: Chosen) -> None:
        """Pause a programme; one that is paused goes on."""
        guild_id = check_administers(interaction)
        found = await self._actions.find(guild_id, programme)
        action = "resume" if found.is_paused else "pause"
        await self._change(interaction, guild_id, programme, action=action)

    @app_commands.command(description=translated("Remove a programme and its season."))
    @app_commands.describe(programme=PROGRAMME)
    async def remove(self, interaction: discord.Interaction, programme: Chosen) -> None:
        """Remove a programme."""
        await self._change(interaction, check_administers(interaction), programme, action="remove")

    @pause.autocomplete("programme")
    @remove.autocomplete("programme")
    async def suggest(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[int]]:
        """Offer the server's programmes."""
        found = await self._actions.suggest(check_administers(interaction), typed)
        return [app_commands.Choice(name=title, value=number) for title, number in found]

    async def _change(
        self, interaction: discord.Interaction, guild_id: int, number: int, *, action: str
    ) -> None:
        said = await self._actions.change(guild_id, number, action=action)
        await InteractionReply(interaction).tell(said)
