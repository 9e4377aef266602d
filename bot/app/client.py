"""The Discord client: what it is told of, and what it is made of."""

import asyncio
import logging

import discord
from discord.ext import commands

from bot.app.resuming import RequestResumer
from bot.channels.features import ChannelFeatures
from bot.channels.learning.build import LEARNING_ITEMS, build_learning
from bot.channels.switch import ChannelSwitch
from bot.discord.client import DiscordClient
from bot.discord.command_sync import synchronise_commands
from bot.discord.language.translator import Translator
from bot.discord.limits import PROMISE_SECONDS
from bot.discord.permissions import TrainerPermissions
from bot.guilds.actions import SettingActions
from bot.guilds.buttons import SETTING_ITEMS
from bot.guilds.cog import SettingsCog
from bot.models.about_cog import AboutCog
from bot.models.card import CardButton
from bot.models.cog import ModelsCog
from bot.models.registry import ModelRegistry
from bot.ops.diagnose_cog import DiagnoseCog
from bot.ops.forget_cog import ForgetCog
from bot.ops.help_cog import HelpCog
from bot.ops.logs import LastErrors
from bot.ops.monitor import Monitor
from bot.scenes.actions import SceneActions
from bot.scenes.admission import Cooldown
from bot.scenes.cog import EpisodeCog
from bot.scenes.handler import SceneHandler
from bot.scenes.pool import WriterPool
from bot.scenes.quote_cog import QuoteCog
from bot.scenes.ui.buttons import SCENE_ITEMS
from bot.storage.repositories import Repositories
from bot.storage.runs.store import RunStore
from bot.storage.settings import Settings
from bot.storage.tables.members import delete_what_is_over
from bot.training.actions import TrainingActions
from bot.training.announcements.announcer import TrainingAnnouncer
from bot.training.announcements.outbox import TrainingOutbox
from bot.training.cog import RetrainCog
from bot.training.corpora.folders import TrainingFolders
from bot.training.corpora.sweeper import TrainingSweeper
from bot.training.ui.buttons import TrainingButton
from bot.worker.build import build_queue

FORGET_SECONDS = 60.0

log = logging.getLogger(__name__)


class Holosuite(DiscordClient):
    """The bot. Its resources are opened before it and closed after it."""

    def __init__(
        self,
        settings: Settings,
        *,
        pool: WriterPool,
        storage: Repositories,
        runs: RunStore,
        last_errors: LastErrors,
    ) -> None:
        super().__init__(shard_ids=settings.shard_ids, shard_count=settings.shard_count)
        self.settings = settings
        self.pool = pool
        self.storage = storage
        self.runs = runs
        self.last_errors = last_errors
        self.monitor = Monitor(settings.health_file, tasks=self.tasks)
        self.registry = ModelRegistry(
            pool.writer, models=storage.models, runs=runs, megabytes=settings.loaded_megabytes
        )
        switch = ChannelSwitch(is_allowed=settings.channels == "on", settings=storage.guild_settings)
        self.scene_handler = SceneHandler(
            pool=pool,
            storage=storage,
            registry=self.registry,
            cooldown=Cooldown(settings.cooldown_seconds),
            can_perform=switch.is_on,
        )
        self.scene_actions = SceneActions(
            handler=self.scene_handler, storage=storage, read_shows=self.registry.shows_of
        )
        self.channels = ChannelFeatures(self, storage=storage, switch=switch, scenes=self.scene_actions)
        self.setting_actions = SettingActions(
            settings=storage.guild_settings, read_shows=self.registry.shows_of
        )
        self.permissions = TrainerPermissions(
            trainers=settings.trainers, roles=settings.trainer_roles, is_owner=self.is_owner
        )
        self.folders = folders = TrainingFolders(settings.data)
        announcer = TrainingAnnouncer(
            self,
            trainings=storage.trainings,
            show_end=lambda: self.outbox.wake(),  # noqa: PLW0108 -- made below
        )
        self.outbox = TrainingOutbox(
            self, trainings=storage.trainings, models=storage.models, runs=runs, announcer=announcer
        )
        self.supervisor = build_queue(
            settings, storage=storage, runs=runs, registry=self.registry, listener=announcer
        )
        self.sweeper = TrainingSweeper(storage=storage, folders=folders)
        self.training_actions = TrainingActions(
            settings=settings,
            storage=storage,
            permissions=self.permissions,
            supervisor=self.supervisor,
            announcer=announcer,
        )
        self.learning = build_learning(
            self,
            settings=settings,
            storage=storage,
            permissions=self.permissions,
            previews=self.training_actions.previews,
            supervisor=self.supervisor,
            sweeper=self.sweeper,
            folders=folders,
        )

    async def setup_hook(self) -> None:
        """Add the features, and begin with what runs beside them."""
        await self.tree.set_translator(Translator())
        for cog in self._build_cogs():
            await self.add_cog(cog)
        self.add_dynamic_items(*SCENE_ITEMS, TrainingButton, CardButton, *SETTING_ITEMS, *LEARNING_ITEMS)
        log.info("Invite the bot with %s", self.invitation)
        self.tasks.begin(
            synchronise_commands(self.tree, self.storage.settings, test_guild=self.settings.test_guild)
        )
        resumer = RequestResumer(self, storage=self.storage, handler=self.scene_handler, tasks=self.tasks)
        self.tasks.keep("pending", resumer.finish_own)
        self.tasks.keep("lease", resumer.live)
        self.tasks.keep("retention", lambda: self.storage.scenes.delete_daily(self.settings.retention_days))
        self.tasks.keep("forgetting", self._forget)
        self.tasks.keep("outbox", self._tell)
        self.tasks.keep("training", self._train)
        self.tasks.keep("clean-up", self.sweeper.run)
        self.channels.begin()

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Stop the trainings of a server that the bot was removed from, and delete what was offered to it."""
        await self.supervisor.cancel_where(lambda guild_id: guild_id == guild.id)
        await self.sweeper.drop_where(lambda guild_id: guild_id == guild.id)

    async def on_shard_connect(self, shard_id: int) -> None:
        """Note a connection."""
        self.monitor.connect(shard_id)

    on_shard_resumed = on_shard_connect

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Note a lost connection."""
        self.monitor.lose(shard_id)

    def _build_cogs(self) -> tuple[commands.Cog, ...]:
        return (
            EpisodeCog(handler=self.scene_handler, registry=self.registry, storage=self.storage),
            QuoteCog(self, handler=self.scene_handler, actions=self.scene_actions),
            RetrainCog(
                self.training_actions,
                by_role=self.permissions.by_role,
                open_channels=self.learning.reading_actions.open,
            ),
            ModelsCog(storage=self.storage, registry=self.registry, permissions=self.permissions),
            AboutCog(
                registry=self.registry,
                scenes=self.storage.scenes,
                characters_per_second=lambda: self.pool.characters_per_second,
            ),
            DiagnoseCog(
                self,
                pool=self.pool,
                monitor=self.monitor,
                pace=self.pace,
                registry=self.registry,
                last_errors=self.last_errors,
            ),
            ForgetCog(
                self.storage.database,
                handler=self.scene_handler,
                supervisor=self.supervisor,
                folders=self.folders,
                withdrawal=self.learning.withdrawal,
                runs=self.runs,
                drop=(self.channels.drop_member, self.training_actions.previews.drop_member),
            ),
            SettingsCog(self.setting_actions),
            HelpCog(),
            *self.learning.cogs,
            *self.channels.build_cogs(),
        )

    async def _forget(self) -> None:
        """Delete what is kept for a while alone, until cancelled."""
        while True:
            await delete_what_is_over(self.storage.database, promise_seconds=PROMISE_SECONDS)
            await asyncio.sleep(FORGET_SECONDS)

    async def _tell(self) -> None:
        """Tell the ends of trainings, once it is known which servers there are to tell."""
        await self.wait_until_ready()
        await self.outbox.run()

    async def _train(self) -> None:
        """Carry trainings out, once it is known which servers there are to tell."""
        await self.wait_until_ready()
        await self.supervisor.cancel_where(self.has_left)
        await self.sweeper.drop_where(self.has_left)
        await self.supervisor.run()
