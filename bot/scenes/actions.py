"""What the buttons under a scene do, and what a message says that a scene can go on from."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import discord

from bot.discord.errors import RefusalError, answering
from bot.discord.markdown import find_quoted
from bot.discord.reading.message import read_message
from bot.discord.replies.interaction import InteractionReply
from bot.discord.replies.sending import insist
from bot.guilds.definitions import DETAILS
from bot.guilds.settings import read_guild_settings
from bot.scenes.handler import SceneHandler
from bot.scenes.request import Asker, Request, change_heat, go_on, take_again
from bot.scenes.ui.buttons import EPISODE_ID
from bot.scenes.ui.form import FORM_ID, build_form, direct_anew, read_form
from bot.scenes.ui.view import build_details, build_file, build_page, is_covered_page
from bot.storage.repositories import Repositories
from bot.storage.tables.scenes import SceneRecord
from core.text import Text

MENU = Text("Continue as an episode")


def say_unseen() -> Text:
    """Return what to do where Discord withholds a message's text."""
    return Text(
        "I cannot read that message; open its menu and choose Apps, then \u201c{menu}\u201d. Or quote a line beside "
        "my name.",
        menu=MENU,
    )


class SceneActions:
    """Answers the buttons."""

    def __init__(
        self,
        *,
        handler: SceneHandler,
        storage: Repositories,
        read_shows: Callable[[int | None], Awaitable[Sequence[str]]],
    ) -> None:
        self._read_shows = read_shows
        self.handler = handler
        self._scenes = storage.scenes
        self._settings = storage.guild_settings

    async def press(self, interaction: discord.Interaction, *, action: str, episode: str) -> None:
        """Continue, Another take, Hotter, Colder, Script, Details or Direct it."""
        reply = InteractionReply(interaction)
        async with answering(reply):
            kept = await self.read_scene(interaction, episode)
            if action == "script":
                await reply.send_file(lambda: build_file(kept, language=reply.language))
                return
            if action == "details":
                is_covered = is_covered_page(interaction.message)
                await reply.show_privately(
                    build_details(kept, language=reply.language, is_covered=is_covered)
                )
                return
            if action.startswith("direct"):
                shows = await self._read_shows(interaction.guild_id)
                form = build_form(kept, shows=shows, language=reply.language, is_covered=action == "direct_c")
                await insist(lambda: interaction.response.send_modal(form))
                return
            source = interaction.message.id if interaction.message else interaction.id
            request = _build_request(action, kept)
            await self.handler.handle(
                reply,
                replace(request, is_covered=is_covered_page(interaction.message)),
                request_id=interaction.id,
                asker=read_asker(interaction),
                key=f"{source}:{action}",
            )

    async def read_form(self, interaction: discord.Interaction) -> None:
        """Write a scene anew as its form says, if that is what was filled in."""
        data: dict[str, Any] = dict(interaction.data or {})
        found = FORM_ID.fullmatch(str(data.get("custom_id")))
        if interaction.type is not discord.InteractionType.modal_submit or not found:
            return
        reply = InteractionReply(interaction)
        async with answering(reply):
            # The bot's own message opened the form; its handle is the scene's, which nobody else has.
            kept = await self._scenes.read_by_handle(found["episode"], place=read_asker(interaction).place)
            request = direct_anew(_expect(kept), read_form(data.get("components") or []))
            await self.handler.handle(
                reply,
                replace(request, is_covered=bool(found["covered"])),
                request_id=interaction.id,
                asker=read_asker(interaction),
                key=f"form:{interaction.id}",
            )

    async def turn_page(self, interaction: discord.Interaction, *, episode: str, number: int) -> None:
        """Show another page of a scene in the same message."""
        reply = InteractionReply(interaction)
        async with answering(reply):
            settings = await read_guild_settings(self._settings, interaction.guild_id)
            await reply.turn_to(
                build_page(
                    await self.read_scene(interaction, episode),
                    number,
                    language=reply.language,
                    is_covered=is_covered_page(interaction.message),
                    has_details=settings.get(DETAILS) is not False,
                    can_perform=await self.handler.can_perform(interaction.guild_id),
                )
            )

    async def request_from(
        self,
        message: discord.Message,
        *,
        asker: Asker,
        me: int,
        answered: discord.Message | None = None,
    ) -> Request:
        """Ask for what comes after a message: the scene that it shows, or else what it says.

        Args:
            message: The message to go on from.
            asker: Who asks.
            me: The bot. Only its own messages show scenes: anybody can post buttons that look like ours.
            answered: The one that it is a reply to; a scene there goes on with what the message says, and where the
                message says nothing, what is answered is gone on from.

        Raises:
            RefusalError: There is nothing that a scene could go on from.
        """
        kept = await self._find_scene(message, asker=asker, me=me)
        if kept:
            return replace(go_on(kept), is_covered=is_covered_page(message))
        reading = await read_message(message)
        line = find_quoted(reading.text)
        if not line and answered is not None:
            return await self.request_from(answered, asker=asker, me=me)
        if not line:
            raise RefusalError(reading.missing or say_unseen())
        scene = await self._find_scene(answered, asker=asker, me=me) if answered else None
        author = message.author.id
        quoted = () if author in (me, asker.member_id) else (author,)
        request = replace(Request.new(line), speaker=message.author.display_name, quoted=quoted)
        if scene:
            request = replace(go_on(scene), line=request.line, speaker=request.speaker, quoted=quoted)
        is_covered = reading.is_covered or (scene is not None and is_covered_page(answered))
        return replace(request, is_covered=is_covered)

    async def _find_scene(self, message: discord.Message, *, asker: Asker, me: int) -> SceneRecord | None:
        handle = read_handle(message) if message.author.id == me else ""
        return await self._scenes.read_by_handle(handle, place=asker.place) if handle else None

    async def read_scene(self, interaction: discord.Interaction, handle: str) -> SceneRecord:
        """Return the scene of a button under a message of the bot's.

        Raises:
            RefusalError: It is not stored, not in this place.
        """
        me, message = interaction.client.user, interaction.message
        is_mine = me is not None and message is not None and message.author.id == me.id
        place = read_asker(interaction).place
        return _expect(await self._scenes.read_by_handle(handle, place=place) if is_mine else None)


def _expect(kept: SceneRecord | None) -> SceneRecord:
    if kept is None:
        raise RefusalError("That scene is no longer stored; start a new one with /episode.")
    return kept


def read_asker(interaction: discord.Interaction) -> Asker:
    """Return who uses a command or a button."""
    is_administrator = interaction.guild_id is not None and interaction.permissions.administrator
    return Asker(
        interaction.user.id,
        is_administrator=is_administrator,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id or 0,
        channels=find_channels(interaction.channel),
    )


def find_channels(channel: object) -> frozenset[int]:
    """Return the ids of a channel, of the one that it is a thread of, and of their category, where they are known."""
    above = channel.parent if isinstance(channel, discord.Thread) else channel
    names = ((channel, "id"), (channel, "parent_id"), (above, "category_id"))
    found = [getattr(one, name, None) for one, name in names]
    return frozenset(number for number in found if number)


def read_handle(message: discord.Message) -> str:
    """Return the handle of the scene that a message of the bot shows, or an empty text."""
    for row in message.components:
        for component in getattr(row, "children", []):
            found = EPISODE_ID.fullmatch(getattr(component, "custom_id", None) or "")
            if found:
                return str(found["episode"])
    return ""


def _build_request(action: str, kept: SceneRecord) -> Request:
    match action:
        case "go_on":
            return go_on(kept)
        case "again":
            return take_again(kept)
        case _:
            return change_heat(kept, hotter=action == "hotter")
