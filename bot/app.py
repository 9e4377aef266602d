"""The Discord client: what it is told of, what it is made of, and how it starts and leaves."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Coroutine
from typing import Any

import aiohttp
import discord
import yarl
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.discord.command_sync import register_commands
from bot.discord.errors import Tree
from bot.discord.limits import REQUEST_SECONDS
from bot.discord.reply import SILENT, ResumedReply
from bot.discord.translations import Translator
from bot.models.registry import ModelRegistry
from bot.ops.logs import LastErrors, set_up_logging
from bot.ops.monitor import Monitor
from bot.scenes.actions import SceneActions
from bot.scenes.buttons import EpisodeButton, PageButton
from bot.scenes.cooldown import Cooldown
from bot.scenes.pool import WriterPool
from bot.scenes.request import Request
from bot.scenes.service import SceneService
from bot.settings import Settings
from bot.storage.ledger import TrainingStore
from bot.storage.store import PendingRequest, Store
from bot.training.buttons import JobButton
from bot.training.process import read_machine
from bot.training.service import TrainingService
from core.errors import ConfigError, CoreError

COGS = (
    *("bot.scenes.cog", "bot.scenes.quote_cog", "bot.training.cog", "bot.models.cog", "bot.models.about_cog"),
    *("bot.ops.diagnose_cog", "bot.ops.forget_cog", "bot.ops.help_cog"),
)
# What the bot does in a channel, and nothing else.
PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
)
FINISH_SECONDS = 8.0  # Docker kills 10 s after SIGTERM
LONGEST_PAUSE_SECONDS = 60.0  # between two attempts to reach Discord
DAY_SECONDS = 86_400.0
# A thread that writes gives the interpreter up within this time when the event loop wants it.
SWITCH_SECONDS = 0.001

log = logging.getLogger(__name__)


class Holosuite(commands.AutoShardedBot):
    """The bot. Its resources are opened before it and closed after it."""

    def __init__(
        self,
        settings: Settings,
        *,
        studio: WriterPool,
        store: Store,
        ledger: TrainingStore,
        last_errors: LastErrors,
    ) -> None:
        """Put the parts together; nothing is asked of Discord yet."""
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        super().__init__(
            command_prefix=(),
            help_command=None,
            tree_cls=Tree,
            intents=intents,
            allowed_mentions=SILENT,
            # Nothing is asked of members or past messages, so they take no memory.
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0.2,  # seconds without news of a further server; nothing here needs them all
            max_messages=None,
            shard_ids=list(settings.shard_ids) or None,  # type: ignore[arg-type]  # None stands for all
            shard_count=settings.shard_count,
            allowed_contexts=discord.app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
            allowed_installs=discord.app_commands.AppInstallationType(guild=True, user=True),
        )
        self.settings = settings
        self.studio = studio
        self.store = store
        self.last_errors = last_errors
        self.ledger = ledger
        self.shelf = ModelRegistry(studio.writer, ledger=ledger, data=settings.data)
        self.stage = SceneService(
            studio=studio, store=store, shelf=self.shelf, cooldown=Cooldown(settings.cooldown_seconds)
        )
        self.retraining = TrainingService(self, ledger=ledger, shelf=self.shelf)
        self.presses = SceneActions(stage=self.stage, store=store)
        self.pulse = Monitor(settings.health_file)
        self._work: set[asyncio.Task[None]] = set()

    async def setup_hook(self) -> None:
        """Add the features, and begin with what runs beside them."""
        await self.tree.set_translator(Translator())
        for cog in COGS:
            await self.load_extension(cog)
        self.add_dynamic_items(EpisodeButton, PageButton, JobButton)
        invitation = discord.utils.oauth_url(
            self.application_id or 0, permissions=PERMISSIONS, scopes=("bot", "applications.commands")
        )
        log.info("Invite the bot with %s", invitation)
        for work in (
            self.pulse.beat(),
            self._register(),
            self._finish_pending(),
            self._forget_the_old(),
            self._train(),
        ):
            self._begin(work)

    async def close(self) -> None:
        """Leave Discord."""
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        await super().close()

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Stop what a server has in the queue that does not want the bot any more."""
        await self.retraining.forget_guild(guild.id)

    async def on_message(self, message: discord.Message, /) -> None:
        """Read no commands from messages; what mentions the bot is read by a cog."""

    async def on_ready(self) -> None:
        """Say that the bot can be used."""
        log.info("Ready as %s in %d servers.", self.user, len(self.guilds))

    async def on_shard_connect(self, shard_id: int) -> None:
        """Note a connection."""
        self.pulse.connect(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Note a connection that goes on."""
        self.pulse.connect(shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Note a lost connection."""
        self.pulse.lose(shard_id)

    async def on_error(self, event_method: str, /, *_arguments: Any, **_options: Any) -> None:  # noqa: ANN401
        """Log what failed without an interaction to answer."""
        log.error("Mishap in %s", event_method, exc_info=True)  # noqa: LOG014 -- discord.py calls this in its handler

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _register(self) -> None:
        try:
            await register_commands(self.tree, self.store, test_guild=self.settings.test_guild)
        except discord.Forbidden:
            log.warning(
                "Discord refuses commands for the server in HOLOSUITE_TEST_GUILD; invite the bot there first."
            )
        except (discord.DiscordException, aiohttp.ClientError, OSError, CoreError) as error:
            log.warning("The commands could not be synchronised (%s); the next start tries again.", error)

    async def _finish_pending(self) -> None:
        """Answer what an earlier process acknowledged."""
        for pending in await self.store.take_pending(newer_than_seconds=REQUEST_SECONDS):
            self._begin(self._finish(pending))

    async def _finish(self, pending: PendingRequest) -> None:
        webhook = discord.Webhook.partial(pending.application_id, pending.token, client=self)
        request = Request.from_json(pending.request)
        await self.stage.resume(
            ResumedReply(webhook), request, request_id=pending.id, member_id=pending.member_id
        )

    async def _train(self) -> None:
        """Carry trainings out, once it is known which servers there are to tell."""
        await self.wait_until_ready()
        await self.retraining.train()

    async def _forget_the_old(self) -> None:
        while self.settings.retention_days:
            with contextlib.suppress(CoreError):
                forgotten = await self.store.forget_older_than(self.settings.retention_days * DAY_SECONDS)
                log.info("%d episodes were older than %d days.", forgotten, self.settings.retention_days)
            await asyncio.sleep(DAY_SECONDS)


def serve(settings: Settings) -> int:
    """Run the bot until SIGTERM or Ctrl+C; return the exit status.

    Raises:
        CoreError: If it cannot start: no model, no database, a token that Discord refuses.
    """
    last_errors = set_up_logging(settings)
    # No voice is used: its packages are not missed.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    sys.setswitchinterval(SWITCH_SECONDS)
    asyncio.run(_serve(settings, last_errors))
    return 0


async def _serve(settings: Settings, last_errors: LastErrors) -> None:
    leave = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, leave.set)
    async with contextlib.AsyncExitStack() as resources:
        store = await Store.open(settings.database_url, data=settings.data)
        resources.push_async_callback(store.close)
        studio = await WriterPool.open(settings.run, threads=settings.threads, queue=settings.queue)
        resources.push_async_callback(studio.close)
        ledger = TrainingStore(store, machine=await asyncio.to_thread(read_machine, settings.data))
        if settings.discord_api:
            await _turn_to(settings.discord_api)
        bot = await resources.enter_async_context(
            Holosuite(settings, studio=studio, store=store, ledger=ledger, last_errors=last_errors)
        )
        serving = asyncio.create_task(_stay_connected(bot, settings.token))
        leaving = asyncio.create_task(leave.wait())
        await asyncio.wait([serving, leaving], return_when=asyncio.FIRST_COMPLETED)
        leaving.cancel()
        if leave.is_set():
            log.info("Asked to leave.")
            await bot.stage.close(seconds=FINISH_SECONDS)
            await bot.close()
            serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving
    log.info("Left.")


async def _stay_connected(bot: Holosuite, token: str) -> None:
    """Log in and serve, again and again while Discord is out of reach.

    Raises:
        ConfigError: If Discord refuses the token.
    """
    pause = 1.0
    while not bot.is_closed():
        try:
            if bot.user is None:
                await bot.login(token)
            await bot.connect()
        except discord.LoginFailure as error:
            raise ConfigError(
                "Discord refuses the token in DISCORD_TOKEN; copy a new one from the developer portal, "
                'page "Bot", button "Reset Token".'
            ) from error
        except discord.ConnectionClosed as error:
            raise ConfigError(f"Discord closed the connection for good (code {error.code}).") from error
        except (discord.HTTPException, discord.GatewayNotFound, aiohttp.ClientError, OSError) as error:
            log.warning("Discord is out of reach (%s); trying again in %.0f s.", type(error).__name__, pause)
            await bot.http.close()
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


async def _turn_to(discord_api: str) -> None:
    """Use another Discord; `Settings` has made sure that it is on this machine."""
    Route.BASE = discord_api
    async with aiohttp.ClientSession() as session, session.get(f"{discord_api}/gateway") as answer:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL((await answer.json())["url"])
