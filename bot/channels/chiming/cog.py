"""Chimes in: a chance per message, at most every so many minutes, where the server wants it and content may be read."""

import asyncio
import logging
import random
import time
from dataclasses import replace

import discord
from discord.ext import commands

from bot.channels.switch import ChannelSwitch
from bot.discord.client import DiscordClient
from bot.discord.language.language import language_of
from bot.discord.limits import MESSAGE_CHARACTERS
from bot.discord.markdown import format_script, shorten
from bot.discord.reading.message import read_message
from bot.discord.replies.reply import Reply
from bot.discord.replies.sending import SILENT, GoneError, insist, refuses_reference
from bot.discord.replies.silent import SilentReply
from bot.guilds.definitions import CHIME_CHANCE, CHIME_IN, CHIME_PAUSE
from bot.guilds.settings import GuildSettings, read_guild_settings
from bot.scenes.actions import find_channels
from bot.scenes.handler import SceneHandler
from bot.scenes.request import Asker, Request
from bot.storage.repositories import Repositories
from bot.storage.tables.scenes import SceneRecord
from bot.storage.tables.settings import scope_of
from core.data.screenplay import parse_line
from core.errors import CoreError

CHANCE = 2  # percent, unless a server sets another
PAUSE = 60  # minutes, likewise
LINES = 2
LENGTH = 300  # characters, of which two lines are kept
NOBODY = 0  # asked for it

log = logging.getLogger(__name__)


class ChimeCog(commands.Cog):
    """Answers a message now and then."""

    def __init__(
        self,
        bot: DiscordClient,
        *,
        switch: ChannelSwitch,
        handler: SceneHandler,
        storage: Repositories,
        chance: random.Random,
    ) -> None:
        self._bot = bot
        self._switch = switch
        self._handler = handler
        self._storage = storage
        self._chance = chance
        self._one_by_one = asyncio.Lock()  # two messages at once are one chance

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Go on from a message with two lines, if it is its turn."""
        guild = message.guild
        me = self._bot.user
        if guild is None or me is None or message.author.bot or message.is_system():
            return
        if me.id in message.raw_mentions:
            return  # that one is answered anyway
        settings = await read_guild_settings(self._storage.guild_settings, guild.id)
        wanted = settings.get(CHIME_IN) or frozenset()
        if wanted.isdisjoint(find_channels(message.channel)) or not await self._switch.is_on(guild.id):
            return
        percent = settings.get(CHIME_CHANCE) or CHANCE
        if self._chance.random() * 100 >= percent:
            return
        async with self._one_by_one:
            is_turn = await self._take_turn(message, guild.id, settings)
        if is_turn:
            await self._answer(message, guild)

    async def _take_turn(self, message: discord.Message, guild_id: int, settings: GuildSettings) -> bool:
        """Tell whether the pause in a channel is over and content may be read; if so the next one begins."""
        minutes = settings.get(CHIME_PAUSE) or PAUSE
        scope, name, now = scope_of(guild_id), f"chimed {message.channel.id}", time.time()
        last = float(await self._storage.settings.read(scope, name) or 0)
        if now - last < minutes * 60 or not await self._may_read(message, guild_id):
            return False
        await self._storage.settings.write(scope, name, f"{now:.0f}")
        return True

    async def _may_read(self, message: discord.Message, guild_id: int) -> bool:
        """Tell whether Discord shows the bot what people say, and the author has not said no to it."""
        flags = await self._bot.read_flags()
        if not (flags.gateway_message_content or flags.gateway_message_content_limited):
            return False
        return await self._storage.consents.read(guild_id, message.author.id) != "no"

    async def _answer(self, message: discord.Message, guild: discord.Guild) -> None:
        try:
            # The gateway withholds the text; this one message is read, and no other.
            read = await read_message(await insist(lambda: message.channel.fetch_message(message.id)))
            if not read.text or read.is_covered:
                return
            author = message.author
            asked = Request.new(read.text, length=LENGTH)
            request = replace(asked, speaker=author.display_name, quoted=(author.id,))
            where = message.channel.id
            asker = Asker(NOBODY, True, guild.id, where, channels=find_channels(message.channel))

            async def present(_: Reply, scene: SceneRecord) -> None:
                text = format_script("\n".join(first_lines(scene.text)))
                if text:
                    await self._send(message, shorten(text, limit=MESSAGE_CHARACTERS))

            await self._handler.handle(
                SilentReply(language_of(guild.preferred_locale)),
                request,
                request_id=message.id,
                asker=asker,
                key=f"chime:{message.id}",
                present=present,
            )
        except (CoreError, GoneError, discord.HTTPException) as error:
            log.info("Nothing is said to a message in channel %d: %s", message.channel.id, error)

    async def _send(self, message: discord.Message, text: str) -> None:
        reference = discord.MessageReference.from_message(message, fail_if_not_exists=False)

        async def send(reference: discord.MessageReference | None) -> discord.Message:
            return await message.channel.send(
                text,
                reference=reference,  # type: ignore[arg-type]  # None is its own default
                mention_author=False,
                nonce=message.id,
                allowed_mentions=SILENT,
            )

        try:
            await insist(lambda: send(reference))
        except discord.HTTPException as error:
            if not refuses_reference(error):
                raise
            await insist(lambda: send(None))


def first_lines(script: str) -> list[str]:
    """Return the first two lines that somebody says in a script; where nobody speaks, the first two of any kind."""
    written = [line for line in script.split("\n") if line.strip()]
    return ([line for line in written if parse_line(line).kind == "speech"] or written)[:LINES]
