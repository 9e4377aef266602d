"""All that the bot does in channels by itself, put together: what the client adds, begins and asks."""

import random

from discord.ext import commands

from bot.channels.chiming.cog import ChimeCog
from bot.channels.performances.actions import PerformanceActions
from bot.channels.performances.buttons import PerformanceButton
from bot.channels.performances.cast_cog import CastCog
from bot.channels.performances.cog import PerformCog
from bot.channels.performances.run import PerformanceTools
from bot.channels.performances.runner import PerformanceRunner
from bot.channels.performances.webhooks import ChannelWebhooks
from bot.channels.programmes.actions import ProgrammeActions
from bot.channels.programmes.broadcast import Broadcaster
from bot.channels.programmes.buttons import ProgrammeButton
from bot.channels.programmes.cog import ProgrammeCog
from bot.channels.programmes.scheduler import ProgrammeScheduler
from bot.channels.programmes.season_cog import SeasonCog
from bot.channels.switch import ChannelSwitch
from bot.discord.client import DiscordClient
from bot.scenes.actions import SceneActions
from bot.storage.repositories import Repositories


class ChannelFeatures:
    """Performances, and what belongs to them."""

    def __init__(
        self,
        bot: DiscordClient,
        *,
        storage: Repositories,
        switch: ChannelSwitch,
        scenes: SceneActions,
    ) -> None:
        handler = scenes.handler
        self._bot = bot
        self._storage = storage
        self._switch = switch
        self._handler = handler
        tools = PerformanceTools(
            bot=bot,
            performances=storage.performances,
            scenes=storage.scenes,
            faces=storage.faces,
            webhooks=ChannelWebhooks(bot),
            leases=storage.leases,
            is_on=switch.is_on,
        )
        self.runner = PerformanceRunner(tools, tasks=bot.tasks)
        self.performances = PerformanceActions(
            switch=switch,
            runner=self.runner,
            performances=storage.performances,
            settings=storage.guild_settings,
            scene_actions=scenes,
            handler=handler,
        )

        self.programmes = ProgrammeActions(switch=switch, storage=storage)
        broadcaster = Broadcaster(
            bot,
            programmes=storage.programmes,
            scenes=storage.scenes,
            handler=handler,
            performances=self.performances,
            is_on=switch.is_on,
            settings=storage.guild_settings,
        )
        self.scheduler = ProgrammeScheduler(
            programmes=storage.programmes, broadcaster=broadcaster, tasks=bot.tasks, serves=bot.serves
        )

    def build_cogs(self) -> tuple[commands.Cog, ...]:
        """Return the features with commands."""
        return (
            PerformCog(actions=self.performances, runner=self.runner),
            CastCog(switch=self._switch, faces=self._storage.faces),
            ProgrammeCog(self.programmes),
            SeasonCog(self.programmes),
            ChimeCog(
                self._bot,
                switch=self._switch,
                handler=self._handler,
                storage=self._storage,
                chance=random.SystemRandom(),
            ),
        )

    def begin(self) -> None:
        """Have the buttons answered, and begin with what runs beside the commands."""
        self._bot.add_dynamic_items(PerformanceButton, ProgrammeButton)
        self._bot.tasks.keep("performances", self._perform)
        self._bot.tasks.keep("programmes", self._carry_out)

    async def drop_member(self, member_id: int) -> None:
        """Give up what was begun for a member, or from their words."""
        self.runner.drop_where(lambda run: member_id in run.members)

    async def _perform(self) -> None:
        """Go on with performances, once it is known which servers there are."""
        await self._bot.wait_until_ready()
        await self.runner.run()

    async def _carry_out(self) -> None:
        await self._bot.wait_until_ready()
        await self.scheduler.run()
