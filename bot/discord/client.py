"""The connection to Discord without any feature: what is asked for, kept in memory, and run beside it."""

import logging
from typing import Any

import discord
from discord.ext import commands

from bot.discord.background import BackgroundTasks
from bot.discord.connection import forgive_events
from bot.discord.errors import CommandTree
from bot.discord.limits import REQUESTS_PER_SECOND
from bot.discord.replies.pacing import RequestPace
from bot.discord.replies.sending import SILENT

# What the bot does in a channel, and nothing else.
PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
)

# discord.py sleeps through a limit of this length itself; a longer one is `insist`'s to wait for.
LONGEST_LIMIT_SECONDS = 30.0

log = logging.getLogger(__name__)


class DiscordClient(commands.AutoShardedBot):
    """A client that answers interactions and mentions, and owns the tasks that run beside it."""

    def __init__(self, *, shard_ids: tuple[int, ...], shard_count: int | None) -> None:
        """Serve these shards; none stands for all, and None for as many as Discord recommends."""
        # The limit is the whole bot's: what serves some of its shards has its share.
        share = len(shard_ids) / shard_count if shard_ids and shard_count else 1
        self.pace = RequestPace(requests=max(1, int(REQUESTS_PER_SECOND * share)))
        super().__init__(
            command_prefix=(),
            help_command=None,
            tree_cls=CommandTree,
            intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True),
            allowed_mentions=SILENT,
            # Nothing is asked of members or past messages, so they take no memory.
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0.2,  # seconds without news of a further server; nothing here needs them all
            max_messages=None,
            http_trace=self.pace.trace(),
            max_ratelimit_timeout=LONGEST_LIMIT_SECONDS,
            shard_ids=list(shard_ids) or None,  # type: ignore[arg-type]  # None stands for all
            shard_count=shard_count,
            allowed_contexts=discord.app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
            allowed_installs=discord.app_commands.AppInstallationType(guild=True, user=True),
        )
        forgive_events(self)
        self.tasks = BackgroundTasks()

    def serves(self, guild_id: int) -> bool:
        """Tell whether a server is this process's, and no other one's: its shard is here."""
        # "Gateway", Sharding Formula.
        return self.shard_ids is None or (guild_id >> 22) % (self.shard_count or 1) in self.shard_ids

    def has_left(self, guild_id: int) -> bool:
        """Tell whether the bot was removed from a server; of one that another process serves, nothing is known here."""
        return self.serves(guild_id) and self.get_guild(guild_id) is None

    async def close(self) -> None:
        """Leave Discord."""
        await self.tasks.close()
        await super().close()

    async def on_message(self, message: discord.Message, /) -> None:
        """Read no commands from messages; what mentions the bot is read by a cog."""

    async def on_ready(self) -> None:
        """Say that the bot can be used."""
        log.info("Ready as %s in %d servers.", self.user, len(self.guilds))

    async def on_error(self, event_method: str, /, *_arguments: Any, **_options: Any) -> None:  # noqa: ANN401
        """Log what failed without an interaction to answer."""
        log.error("Error in %s", event_method, exc_info=True)  # noqa: LOG014 -- discord.py calls this in its handler

    async def read_flags(self) -> discord.ApplicationFlags:
        """Return what Discord has granted the application by now."""
        return (await self.application_info()).flags

    @property
    def invitation(self) -> str:
        """The address that invites the bot to a server."""
        return discord.utils.oauth_url(
            self.application_id or 0, permissions=PERMISSIONS, scopes=("bot", "applications.commands")
        )
