"""What begins, stops and hurries performances: buttons and `/perform`."""

import time
from dataclasses import dataclass

import discord

from bot.channels.performances.run import PerformanceRun
from bot.channels.performances.runner import PerformanceRunner
from bot.channels.performances.view import FASTEST
from bot.channels.switch import NOWHERE, ChannelSwitch
from bot.discord.errors import RefusalError, answering
from bot.discord.permissions import check_guild
from bot.discord.replies.interaction import InteractionReply
from bot.discord.replies.reply import Reply
from bot.guilds.settings import read_guild_settings
from bot.scenes.actions import SceneActions, read_asker
from bot.scenes.admission import check_open
from bot.scenes.handler import SceneHandler
from bot.scenes.request import Request
from bot.scenes.ui.view import is_covered_page
from bot.storage.tables.channels.performances import (
    PerformanceRecord,
    PerformanceRepository,
    taken_over,
)
from bot.storage.tables.guild_settings import GuildSettingRepository
from bot.storage.tables.scenes import SceneRecord
from core.text import Text


@dataclass(frozen=True)
class PerformancePlace:
    """Where something is performed, for whom, and what the bot may do there."""

    guild_id: int
    channel: object  # as discord.py has it
    channel_id: int
    member_id: int
    rights: discord.Permissions

    @property
    def missing(self) -> tuple[Text, ...]:
        """The rights without which the bot performs in plain messages."""
        needed = {
            Text("Manage Webhooks"): self.rights.manage_webhooks,
            Text("Create Public Threads"): self.rights.create_public_threads or self.is_thread,
            Text("Send Messages in Threads"): self.rights.send_messages_in_threads,
        }
        return tuple(name for name, is_given in needed.items() if not is_given)

    @property
    def is_thread(self) -> bool:
        """Whether it is a thread itself."""
        return isinstance(self.channel, discord.Thread)

    @property
    def takes_threads(self) -> bool:
        """Whether the bot can make a thread there."""
        may = self.rights.create_public_threads and self.rights.send_messages_in_threads
        return isinstance(self.channel, discord.TextChannel) and may

    @property
    def takes_faces(self) -> bool:
        """Whether characters can speak for themselves."""
        return self.rights.manage_webhooks and (self.takes_threads or self.is_thread)


class PerformanceActions:
    """Begins performances, and answers their buttons."""

    def __init__(
        self,
        *,
        switch: ChannelSwitch,
        runner: PerformanceRunner,
        performances: PerformanceRepository,
        settings: GuildSettingRepository,
        scene_actions: SceneActions,
        handler: SceneHandler,
    ) -> None:
        self._switch = switch
        self._runner = runner
        self._performances = performances
        self._settings = settings
        self._scene_actions = scene_actions
        self._handler = handler

    async def perform_shown(self, interaction: discord.Interaction, *, handle: str) -> None:
        """Perform the scene under whose message a button was pressed."""
        reply = InteractionReply(interaction)
        async with answering(reply):
            place = await self._read_place(interaction)
            scene = await self._scene_actions.read_scene(interaction, handle)
            await self.begin(scene, place, is_covered=is_covered_page(interaction.message))
            await reply.tell(_say_begins())

    async def perform_new(self, interaction: discord.Interaction, request: Request) -> None:
        """Write a scene and perform it.

        Raises:
            CoreError: Why there is none.
        """
        place = await self._read_place(interaction)

        async def present(reply: Reply, scene: SceneRecord) -> None:
            await self.begin(scene, place)
            await reply.wait(_say_begins())

        await self._handler.handle(
            InteractionReply(interaction),
            request,
            request_id=interaction.id,
            asker=read_asker(interaction),
            key=f"command:{interaction.id}",
            present=present,
        )

    async def begin(
        self, scene: SceneRecord, place: PerformancePlace, *, is_covered: bool = False, title: str = ""
    ) -> None:
        """Begin a performance.

        Raises:
            LimitError: So many are going on already.
        """
        performance = await self._performances.add(
            PerformanceRecord(
                guild_id=place.guild_id,
                channel_id=place.channel_id,
                member_id=place.member_id,
                scene_id=scene.id,
                created=int(time.time()),
                title=title,
                is_covered=is_covered,
                has_thread=place.takes_threads,
                has_faces=place.takes_faces,
            )
        )
        self._runner.begin(performance, better=place.missing)

    async def is_performed(self, scene: SceneRecord) -> bool:
        """Tell whether a performance of a scene goes on."""
        return await self._performances.is_performed(scene.id)

    async def press(self, interaction: discord.Interaction, *, action: str, number: int) -> None:
        """Stop or hurry a performance, for whoever asked for it or looks after the channel."""
        reply = InteractionReply(interaction)
        async with answering(reply):
            run = await self._find_run(interaction, number)
            if action == "stop":
                await run.stop()
                said = Text("The performance stops.")
            else:
                await run.hurry(min(2 * run.now.pace, FASTEST))
                said = Text("The performance is {pace} times as fast as usual.", pace=run.now.pace)
            await reply.tell(said)

    async def _find_run(self, interaction: discord.Interaction, number: int) -> PerformanceRun:
        """Return the performance whose button somebody pressed, where it is theirs to decide about.

        Raises:
            RefusalError: It is over, or somebody else's.
            TakenOverError: It waits for this machine to go on with it.
        """
        run = self._runner.find(number)
        if run is None and await self._performances.exists(number, guild_id=interaction.guild_id or 0):
            raise taken_over()
        if run is None or run.now.guild_id != interaction.guild_id:
            raise RefusalError("That performance is over.")
        may = interaction.permissions
        if interaction.user.id != run.now.member_id and not (may.administrator or may.manage_messages):
            raise RefusalError("Somebody else asked for that performance.")
        return run

    async def _read_place(self, interaction: discord.Interaction) -> PerformancePlace:
        """Return where somebody asks for a performance.

        Raises:
            RefusalError: There can be none.
        """
        guild_id = check_guild(interaction, otherwise=NOWHERE)
        await self._switch.check(guild_id)
        check_open(read_asker(interaction), await read_guild_settings(self._settings, guild_id))
        place = PerformancePlace(
            guild_id,
            interaction.channel,
            interaction.channel_id or 0,
            interaction.user.id,
            interaction.app_permissions,
        )
        check_may_write(place)
        return place


def check_may_write(place: PerformancePlace) -> None:
    """Make sure that the bot may write in a place.

    Raises:
        RefusalError: It may not.
    """
    may = place.rights
    needed = {
        Text("View Channel"): may.view_channel,
        Text("Send Messages"): may.send_messages_in_threads if place.is_thread else may.send_messages,
        Text("Read Message History"): may.read_message_history,
    }
    missing = [name for name, is_given in needed.items() if not is_given]
    if missing and not may.administrator:
        raise RefusalError(
            "I cannot perform in this channel; give me here: {missing}.", missing=Text.joined(missing, ", ")
        )


def _say_begins() -> Text:
    return Text("The performance begins.")
