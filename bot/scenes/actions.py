"""What the buttons under a scene do, and what a message says that a scene can go on from."""

import discord

from bot.discord.errors import RefusalError, answer_error
from bot.discord.replies.interaction import InteractionReply
from bot.scenes.buttons import EPISODE_ID
from bot.scenes.handler import Asker, SceneHandler
from bot.scenes.request import Request, change_heat, go_on, take_again
from bot.scenes.view import build_file, build_page
from bot.storage.scenes import SceneRecord, SceneRepository


class SceneActions:
    """Answers the buttons."""

    def __init__(self, *, handler: SceneHandler, scenes: SceneRepository) -> None:
        self._handler = handler
        self._scenes = scenes

    async def press(self, interaction: discord.Interaction, *, action: str, episode: int) -> None:
        """Continue, Another take, Hotter, Colder or Script."""
        reply = InteractionReply(interaction)
        try:
            kept = await self._read(episode)
            if action == "script":
                await reply.send_file(lambda: build_file(kept))
                return
            source = interaction.message.id if interaction.message else interaction.id
            await self._handler.handle(
                reply,
                _build_request(action, kept),
                request_id=interaction.id,
                asker=read_asker(interaction),
                key=f"{source}:{action}",
            )
        except Exception as error:  # noqa: BLE001 -- the handler of everything, as the tree's
            await answer_error(reply, error)

    async def turn_page(self, interaction: discord.Interaction, *, episode: int, number: int) -> None:
        """Show another page of a scene in the same message."""
        reply = InteractionReply(interaction)
        try:
            await reply.turn_to(build_page(await self._read(episode), number))
        except Exception as error:  # noqa: BLE001 -- the handler of everything, as the tree's
            await answer_error(reply, error)

    async def request_from(self, message: discord.Message, *, line: str) -> Request:
        """Ask for what comes after a message: the scene that it shows, or else a line."""
        number = read_episode_number(message)
        kept = await self._scenes.read(number) if number else None
        return go_on(kept) if kept else Request.new(line)

    async def _read(self, number: int) -> SceneRecord:
        kept = await self._scenes.read(number)
        if kept is None:
            raise RefusalError("That scene is no longer stored; start a new one with /episode.")
        return kept


def read_asker(interaction: discord.Interaction) -> Asker:
    """Return who uses a command or a button."""
    is_administrator = interaction.guild_id is not None and interaction.permissions.administrator
    return Asker(interaction.user.id, is_administrator=is_administrator, guild_id=interaction.guild_id)


def read_episode_number(message: discord.Message) -> int:
    """Return the number of the episode that a message of the bot shows, or 0."""
    for row in message.components:
        for component in getattr(row, "children", []):
            found = EPISODE_ID.fullmatch(getattr(component, "custom_id", None) or "")
            if found:
                return int(found["episode"])
    return 0


def _build_request(action: str, kept: SceneRecord) -> Request:
    match action:
        case "go_on":
            return go_on(kept)
        case "again":
            return take_again(kept)
        case _:
            return change_heat(kept, hotter=action == "hotter")
