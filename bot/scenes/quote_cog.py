"""Going on from what somebody said: the menu of a message, and mentioning the bot."""

import logging

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.discord.errors import RefusalError, answer_error
from bot.discord.markdown import find_quoted
from bot.discord.replies.interaction import InteractionReply
from bot.discord.replies.message import MessageReply
from bot.scenes.actions import SceneActions, read_asker
from bot.scenes.cooldown import CooldownError
from bot.scenes.handler import Asker, SceneHandler

MENU = "Continue as an episode"

log = logging.getLogger(__name__)


class QuoteCog(commands.Cog):
    """Goes on from messages."""

    def __init__(self, bot: commands.AutoShardedBot, *, handler: SceneHandler, actions: SceneActions) -> None:
        self._bot = bot
        self._handler = handler
        self._actions = actions
        # A menu cannot be declared in a class: it is made here, of a method.
        self._menu = app_commands.ContextMenu(name=translated(MENU), callback=self.go_on_from)

    async def cog_load(self) -> None:
        """Add the menu."""
        self._bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take the menu away."""
        self._bot.tree.remove_command(MENU, type=discord.AppCommandType.message)

    async def go_on_from(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Write a scene that goes on from a message."""
        request = await self._actions.request_from(message, line=find_quoted(message.content))
        if not request.line and not request.after:
            raise RefusalError("That message has no text to go on from.")
        await self._handler.handle(
            InteractionReply(interaction),
            request,
            request_id=interaction.id,
            asker=read_asker(interaction),
            key=f"menu:{interaction.id}",
        )

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a message that mentions the bot by name."""
        me = self._bot.user
        # Answering other bots could go on for ever. A reply's "@ ON" alone is no mention in the text.
        if me is None or message.author.bot or me.id not in message.raw_mentions:
            return
        reply = MessageReply.to(message)
        try:
            await self._answer_mention(reply, message, me.id)
        except CooldownError as error:
            # A refusal to a mention is seen by all: one in each pause is enough.
            if error.is_first:
                await answer_error(reply, error)
        except Exception as error:  # noqa: BLE001 -- the handler of everything, as the tree's
            await answer_error(reply, error)

    async def _answer_mention(self, reply: MessageReply, message: discord.Message, my_id: int) -> None:
        line = find_quoted(_without_mention(message.content, my_id))
        replied_to = message.reference.resolved if message.reference else None
        source = message
        if not line and isinstance(replied_to, discord.Message):
            source, line = replied_to, find_quoted(replied_to.content)
        request = await self._actions.request_from(source, line=line)
        if not request.line and not request.after:
            raise RefusalError(
                "I cannot read that message; open its menu and choose Apps, then "
                f"\u201c{MENU}\u201d. Or quote a line beside my name."
            )
        await self._handler.handle(
            reply,
            request,
            request_id=message.id,
            asker=_read_author(message),
            key=f"mention:{message.id}",
        )


def _without_mention(content: str, bot_id: int) -> str:
    return content.replace(f"<@{bot_id}>", "").replace(f"<@!{bot_id}>", "").strip()


def _read_author(message: discord.Message) -> Asker:
    author = message.author
    is_administrator = isinstance(author, discord.Member) and author.guild_permissions.administrator
    guild_id = message.guild.id if message.guild else None
    return Asker(author.id, is_administrator=is_administrator, guild_id=guild_id)
