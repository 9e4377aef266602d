"""One episode of a programme: written, titled, and shown or performed in its channel, once."""

import hashlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

import discord

from bot.channels.performances.actions import PerformanceActions, PerformancePlace, check_may_write
from bot.channels.programmes.schedule import find_obstacle
from bot.channels.programmes.titles import choose_title
from bot.discord.errors import RefusalError
from bot.discord.language.language import language_of
from bot.discord.limits import MOST_LENGTH, PROMISE_SECONDS, SCENE_CHARACTERS
from bot.discord.markdown import escape_markdown
from bot.discord.replies.reply import Reply
from bot.discord.replies.sending import SILENT, GoneError, insist
from bot.discord.replies.silent import SilentReply
from bot.guilds.settings import read_guild_settings
from bot.scenes.actions import find_channels, read_handle
from bot.scenes.handler import SceneHandler
from bot.scenes.request import Asker, Request, go_on
from bot.scenes.ui.view import build_page
from bot.storage.names import LimitError
from bot.storage.tables.channels.programmes import ProgrammeRecord, ProgrammeRepository, SeasonEpisode
from bot.storage.tables.guild_settings import GuildSettingRepository
from bot.storage.tables.scenes import SceneRecord, SceneRepository

READ_BACK = 100  # messages, among which an episode would be that was shown already

log = logging.getLogger(__name__)


class Broadcaster:
    """Shows episodes."""

    def __init__(
        self,
        bot: discord.Client,
        *,
        programmes: ProgrammeRepository,
        scenes: SceneRepository,
        handler: SceneHandler,
        performances: PerformanceActions,
        is_on: Callable[[int], Awaitable[bool]],
        settings: GuildSettingRepository,
    ) -> None:
        self._bot = bot
        self._programmes = programmes
        self._scenes = scenes
        self._handler = handler
        self._performances = performances
        self._is_on = is_on
        self._settings = settings

    def find_channel(self, programme: ProgrammeRecord) -> discord.abc.GuildChannel | discord.Thread | None:
        """Return a programme's channel; None where it is gone."""
        guild = self._bot.get_guild(programme.guild_id)
        return guild.get_channel_or_thread(programme.channel_id) if guild else None

    async def is_wanted(self, programme: ProgrammeRecord) -> bool:
        """Tell whether an episode may come now: the server lets it, and somebody has spoken since the last one."""
        settings = await read_guild_settings(self._settings, programme.guild_id)
        channels = find_channels(self.find_channel(programme))
        if not await self._is_on(programme.guild_id) or find_obstacle(settings, programme, channels):
            return False
        if not programme.message_id:
            return True
        channel = self._bot.get_partial_messageable(programme.channel_id)
        after = discord.Object(programme.message_id)
        found = await insist(lambda: _read(channel, after=after))
        return any(not message.author.bot for message in found)

    @property
    def is_closing(self) -> bool:
        """Whether the bot leaves, so that what cannot be written now is for the next process."""
        return self._handler.is_closing

    async def show(
        self,
        programme: ProgrammeRecord,
        episode: SeasonEpisode,
        *,
        is_resumed: bool = False,
        is_late: bool = False,
    ) -> None:
        """Write an episode and show it.

        Args:
            programme: What is planned.
            episode: What is due of it.
            is_resumed: An earlier process has begun it, and may have shown it already.
            is_late: It is too late to show it now.

        Raises:
            GoneError: The channel is no longer there, or closed to the bot.
            CoreError: Why it cannot be written or performed.
        """
        request_id = _number_request(programme, episode)
        scene = await self._scenes.read_by_request(request_id) if is_resumed else None
        number = await self._find_shown(programme, scene) if scene else None
        if number is None and is_late:
            raise GoneError("it was missed")
        if scene is None:
            scene = await self._write(programme, episode, request_id=request_id)
        episode = replace(episode, scene_id=scene.id, title=choose_title(scene.text))
        if number is None:
            number = await self._present(programme, episode, scene)
        await self._programmes.finish(episode, message_id=number)

    async def _write(
        self, programme: ProgrammeRecord, episode: SeasonEpisode, *, request_id: int
    ) -> SceneRecord:
        written: list[SceneRecord] = []

        async def keep(_: Reply, scene: SceneRecord) -> None:
            written.append(scene)

        channel = self.find_channel(programme)
        guild = self._bot.get_guild(programme.guild_id)
        language = language_of(guild.preferred_locale if guild else None)
        asker = Asker(
            programme.member_id,
            True,
            programme.guild_id,
            channel.id if channel else 0,
            channels=find_channels(channel),
        )
        await self._handler.handle(
            SilentReply(language),
            await self._build_request(programme),
            request_id=request_id,
            asker=asker,
            key=f"programme:{programme.id}:{episode.due}",
            present=keep,
        )
        if not written:
            raise GoneError("nothing was written")
        return written[0]

    async def _build_request(self, programme: ProgrammeRecord) -> Request:
        """Return what is asked for: a new scene, or what comes after the last episode while that is stored."""
        length = programme.length or None
        new = Request.new(length=length, cast=programme.cast, place=programme.place, show=programme.show)
        season = await self._programmes.read_season(programme.id) if programme.goes_on else []
        last = await self._scenes.read(season[-1].scene_id) if season else None
        # A scene that is at its longest is over: the next episode begins another.
        if last is None or len(last.script) + MOST_LENGTH > SCENE_CHARACTERS:
            return new
        return replace(go_on(last), length=length)

    async def _present(self, programme: ProgrammeRecord, episode: SeasonEpisode, scene: SceneRecord) -> int:
        """Show an episode, and return the number of the message after which the channel is listened to."""
        channel, guild = self.find_channel(programme), self._bot.get_guild(programme.guild_id)
        if channel is None or guild is None:
            raise GoneError("its channel is no longer there")
        rights = channel.permissions_for(guild.me)
        place = PerformancePlace(guild.id, channel, channel.id, programme.member_id, rights)
        try:
            check_may_write(place)
        except RefusalError as error:
            raise GoneError(str(error)) from error
        heading = name_episode(programme.title, episode)
        if programme.is_performed:
            try:
                await self._performances.begin(scene, place, title=heading)
            except LimitError as error:
                log.info("Programme %d shows its scene: %s", programme.id, error)
            else:
                return discord.utils.time_snowflake(discord.utils.utcnow())
        language = language_of(guild.preferred_locale)
        page = build_page(scene, language=language, can_perform=True)
        messageable = self._bot.get_partial_messageable(channel.id, guild_id=guild.id)
        sent = await insist(
            lambda: messageable.send(
                view=page.build_view(greeting=build_heading(programme.title, episode)),
                nonce=f"p{programme.id}-{episode.due}",
                allowed_mentions=SILENT,
            ),
            seconds=PROMISE_SECONDS,
        )
        return sent.id

    async def _find_shown(self, programme: ProgrammeRecord, scene: SceneRecord) -> int | None:
        """Return the number of the message that shows or opens an episode, if an earlier process has sent one."""
        if await self._performances.is_performed(scene):
            return discord.utils.time_snowflake(discord.utils.utcnow())
        channel = self._bot.get_partial_messageable(programme.channel_id)
        after = discord.Object(programme.message_id) if programme.message_id else None
        me = self._bot.user.id if self._bot.user else 0
        for message in await insist(lambda: _read(channel, after=after)):
            if message.author.id == me and read_handle(message) == scene.handle:
                return message.id
        return None


def _number_request(programme: ProgrammeRecord, episode: SeasonEpisode) -> int:
    """Return the number of an episode's request: the same again after a restart, and no message's or interaction's."""
    digest = hashlib.sha256(f"{programme.id} {episode.due}".encode()).digest()
    return -1 - (int.from_bytes(digest[:8]) >> 2)


def name_episode(title: str, episode: SeasonEpisode) -> str:
    """Return what an episode is called: `Nights at Quark's 3: Latinum Again`."""
    return f"{title} {episode.number}" + (f": {episode.title}" if episode.title else "")


def build_heading(title: str, episode: SeasonEpisode) -> str:
    """Return what stands above an episode, in Discord's markdown."""
    return f"### {escape_markdown(name_episode(title, episode))}"


async def _read(
    channel: discord.PartialMessageable, *, after: discord.Object | None
) -> list[discord.Message]:
    """Return the messages after one, or the newest."""
    return [message async for message in channel.history(limit=READ_BACK, after=after)]
