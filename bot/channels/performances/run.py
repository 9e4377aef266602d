"""One performance from its opening to its end: each line said once, whatever process says it."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import discord

from bot.channels.performances.faces import read_faces
from bot.channels.performances.lines import PerformedLine, read_lines, speakers_of_lines
from bot.channels.performances.speaker import LineSpeaker
from bot.channels.performances.view import build_closed, build_end, build_opening, title_of
from bot.channels.performances.webhooks import ChannelWebhooks
from bot.discord.client import DiscordClient
from bot.discord.language.language import Language, language_of
from bot.discord.limits import PROMISE_SECONDS, THREAD_NAME_CHARACTERS
from bot.discord.markdown import shorten
from bot.discord.replies.sending import SILENT, GoneError, TooLateError, insist, is_passing, try_once
from bot.storage.tables.channels.faces import FaceRepository
from bot.storage.tables.channels.performances import PerformanceRecord, PerformanceRepository
from bot.storage.tables.leases import LeaseRepository
from bot.storage.tables.scenes import SceneRecord, SceneRepository
from core.text import Text

THREAD_EXISTS = 160_004  # "JSON Error Codes"
MOST_WEBHOOKS = 3  # that a performance uses one after the other, where somebody deletes them

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PerformanceTools:
    """What performances need of the bot."""

    bot: DiscordClient
    performances: PerformanceRepository
    scenes: SceneRepository
    faces: FaceRepository
    webhooks: ChannelWebhooks
    leases: LeaseRepository
    is_on: Callable[[int], Awaitable[bool]]  # whether a server lets the bot perform


class PerformanceRun:
    """A performance that is going on in this process."""

    def __init__(
        self, tools: PerformanceTools, performance: PerformanceRecord, *, better: tuple[Text, ...] = ()
    ) -> None:
        self.now = performance
        self.members: frozenset[int] = frozenset({performance.member_id})  # whose it is, and whose words
        self._tools = tools
        self._better = better
        self._speaker = LineSpeaker(
            tools.bot, is_uncertain=performance.opening_id != 0, check=self._check_scene
        )
        self._changed = asyncio.Event()
        self._is_gone = False
        self._title = ""
        self._webhooks_used = 0

    async def carry_out(self) -> None:
        """Perform what is left; may be called again after an error.

        Raises:
            GoneError: The scene, the thread or the channel is no longer there.
            TakenOverError: Another machine goes on with it.
            Exception: The database or Discord are out of reach.
        """
        scene = await self._tools.scenes.read(self.now.scene_id)
        if scene is None:
            raise GoneError("its scene is no longer stored")
        self.members = frozenset({self.now.member_id, scene.member_id, *scene.words_of})
        lines = read_lines(scene, is_covered=self.now.is_covered)
        self._title = self.now.title or title_of(scene, lines, language=self._language)
        await self._obey()
        if self.now.state == "performing" or self.now.opening_id:
            await self._perform(lines)
            await self._end(scene, count=len(lines))

    async def _perform(self, lines: list[PerformedLine]) -> None:
        await self._open(lines)
        while self.now.state == "performing" and self.now.position < len(lines):
            await self._pause(lines[self.now.position].pause_seconds)
            await self._obey()
            if self.now.state == "performing":
                await self._say(lines[self.now.position])

    async def _obey(self) -> None:
        """Stop where the server or the bot's owner has switched performances off."""
        if not await self._tools.is_on(self.now.guild_id):
            await self._update(state="stopped")

    async def stop(self) -> None:
        """Say no further line."""
        await self._update(state="stopped")
        self._changed.set()

    async def hurry(self, pace: int) -> None:
        """Make the pauses shorter, the present one too."""
        await self._update(pace=pace)
        self._changed.set()

    def drop(self) -> None:
        """Give the performance up: what it is made of is no longer there."""
        self._is_gone = True
        self._changed.set()

    async def show_end(self, state: str) -> None:
        """Let the message above the performance say that it is over, if that goes at once."""
        if self.now.opening_id:
            channel = self._tools.bot.get_partial_messageable(self.now.channel_id)
            opening = channel.get_partial_message(self.now.opening_id)
            page = build_closed(self._title, state, language=self._language)
            await try_once(lambda: opening.edit(view=page.build_view(), allowed_mentions=SILENT))

    async def _open(self, lines: list[PerformedLine]) -> None:
        """Send the message above the performance, make its thread, and find who speaks and with which faces."""
        if not self.now.opening_id:
            page = build_opening(
                self.now, self._title, count=len(lines), better=self._better, language=self._language
            )
            channel = self._tools.bot.get_partial_messageable(self.now.channel_id, guild_id=self.now.guild_id)
            # The nonce makes Discord take a repeated sending for the one that it is.
            opening = await insist(
                lambda: channel.send(
                    view=page.build_view(), nonce=f"perform-{self.now.id}", allowed_mentions=SILENT
                ),
                seconds=PROMISE_SECONDS,
            )
            await self._update(opening_id=opening.id, message_id=opening.id)
        if self.now.has_thread and not self.now.position:
            await self._open_thread()
        if self.now.has_faces and self._speaker.webhook is None:
            await self._find_webhook()
            self._speaker.faces = await read_faces(
                self._tools.bot,
                self._tools.faces,
                guild_id=self.now.guild_id,
                speakers=speakers_of_lines(lines),
            )

    async def _open_thread(self) -> None:
        channel = await self._find_channel()
        if not isinstance(channel, discord.TextChannel):
            raise GoneError("its channel is no longer there")
        opening = channel.get_partial_message(self.now.opening_id)
        try:
            await insist(
                lambda: opening.create_thread(name=shorten(self._title, limit=THREAD_NAME_CHARACTERS))
            )
        except discord.HTTPException as error:
            if error.code != THREAD_EXISTS:
                raise
        except GoneError as error:
            log.info("Performance %d stays in its channel: %s", self.now.id, error)
            await self._update(has_thread=False, has_faces=False)

    async def _find_webhook(self) -> None:
        channel = await self._find_channel()
        parent = channel.parent if isinstance(channel, discord.Thread) else channel
        self._webhooks_used += 1
        is_enough = self._webhooks_used > MOST_WEBHOOKS
        self._speaker.webhook = None if is_enough else await self._tools.webhooks.find(parent)
        if self._speaker.webhook is None:
            await self._update(has_faces=False)

    async def _pause(self, seconds: float) -> None:
        """Type for so long, or shorter where somebody is in a hurry.

        Raises:
            GoneError: Meanwhile the thread was deleted.
        """
        began = time.monotonic()
        await try_once(self._type)
        while self.now.state == "performing":
            self._changed.clear()
            if self._is_gone:
                raise GoneError("it was given up")
            left = began + seconds / self.now.pace - time.monotonic()
            if left <= 0:
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), left)

    async def _type(self) -> None:
        await self._place.typing()

    async def _say(self, line: PerformedLine) -> None:
        position, number = self.now.position, self.now.message_id
        try:
            number = await self._speaker.say(
                line, self._place, after=number, nonce=f"line-{self.now.id}-{position}"
            )
        except TooLateError as error:
            log.info("Another webhook takes over performance %d: %s", self.now.id, error)
            await self._find_webhook()
            return
        except discord.HTTPException as error:
            if is_passing(error):
                raise
            log.warning("Discord refuses line %d of performance %d: %s", position, self.now.id, error)
        await self._update(position=position + 1, message_id=number)
        self._speaker.settle()

    async def _check_scene(self) -> None:
        """Make sure that the performance is this machine's, and its scene stored.

        Raises:
            GoneError, TakenOverError: It is not.
        """
        if not await self._tools.performances.has_scene(self.now.id):
            raise GoneError("its scene is no longer stored")

    async def _end(self, scene: SceneRecord, *, count: int) -> None:
        """Send the card at the end, and close the message above the performance."""
        if self.now.state == "performing":
            await self._update(state="ended")
        page = build_end(scene, self.now, count=count, language=self._language)
        after, nonce = self.now.message_id, f"end-{self.now.id}"
        await self._speaker.show(page, self._place, after=after, nonce=nonce)
        await self.show_end(self.now.state)

    async def _find_channel(self) -> object:
        bot, number = self._tools.bot, self.now.channel_id
        return bot.get_channel(number) or await insist(lambda: bot.fetch_channel(number))

    @property
    def _place(self) -> discord.PartialMessageable:
        return self._tools.bot.get_partial_messageable(self.now.place_id, guild_id=self.now.guild_id)

    @property
    def _language(self) -> Language:
        """The language of the server, in which all its members read."""
        guild = self._tools.bot.get_guild(self.now.guild_id)
        return language_of(guild.preferred_locale if guild else None)

    async def _update(self, **changes: Any) -> None:  # noqa: ANN401 -- any of the record's
        await self._tools.performances.update(self.now.id, **changes)
        self.now = replace(self.now, **changes)
