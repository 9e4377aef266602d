"""Going on from what somebody said: the menu of a message, and mentioning the bot."""

import logging
import re

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.discord.errors import RefusalError, answer_error
from bot.discord.replies.interaction import InteractionReply
from bot.discord.replies.message import MessageReply
from bot.scenes.actions import MENU, SceneActions, find_channels, read_asker, say_unseen
from bot.scenes.admission import NotNowError
from bot.scenes.handler import SceneHandler
from bot.scenes.request import Asker

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
        asker = read_asker(interaction)
        me = self._bot.user.id if self._bot.user else 0
        request = await self._actions.request_from(message, asker=asker, me=me)
        await self._handler.handle(
            InteractionReply(interaction),
            request,
            request_id=interaction.id,
            asker=asker,
            key=f"menu:{interaction.id}",
        )

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Read the form of a scene; discord.py knows no forms from before a restart."""
        await self._actions.read_form(interaction)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a message that mentions the bot by name, or by the role that Discord has given it."""
        me = self._bot.user
        # Answering other bots could go on for ever. A reply's "@ ON" alone is no mention in the text.
        if me is None or message.author.bot or not _is_named_in(message, me):
            return
        reply = MessageReply.to(message)
        try:
            await self._answer_mention(reply, message, me)
        except NotNowError as error:
            # A refusal to a mention is seen by all: one in each pause is enough.
            if error.is_first:
                await answer_error(reply, error)
        except Exception as error:  # noqa: BLE001 -- the handler of everything, as the tree's
            await answer_error(reply, error)

    async def _answer_mention(
        self, reply: MessageReply, message: discord.Message, me: discord.ClientUser
    ) -> None:
        if not message.content:
            raise RefusalError(say_unseen())
        replied_to = message.reference.resolved if message.reference else None
        message.content = _without_mention(message.content, me.id, role=_find_role(message))
        asker = _read_author(message)
        request = await self._actions.request_from(
            message,
            asker=asker,
            me=me.id,
            answered=replied_to if isinstance(replied_to, discord.Message) else None,
        )
        await self._handler.handle(
            reply,
            request,
            request_id=message.id,
            asker=asker,
            key=f"mention:{message.id}",
        )


def _is_named_in(message: discord.Message, me: discord.ClientUser) -> bool:
    # Where the role alone is named, Discord withholds the text, but not whom it names.
    return me.id in message.raw_mentions or _find_role(message) in {role.id for role in message.role_mentions}


def _find_role(message: discord.Message) -> int:
    """Return the number of the role that the bot has in a server by itself, which the picker offers under its name."""
    role = message.guild.self_role if message.guild else None
    return role.id if role else -1


def _without_mention(content: str, bot_id: int, *, role: int) -> str:
    """Return a text without the bot's name, and without its role's."""
    return re.sub(rf"<@!?{bot_id}>|<@&{role}>", "", content).strip()


def _read_author(message: discord.Message) -> Asker:
    author = message.author
    is_administrator = isinstance(author, discord.Member) and author.guild_permissions.administrator
    guild_id = message.guild.id if message.guild else None
    return Asker(
        author.id,
        is_administrator=is_administrator,
        guild_id=guild_id,
        channel_id=message.channel.id,
        channels=find_channels(message.channel),
    )
