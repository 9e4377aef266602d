"""Which shards this process serves, where the bots on a database share them: claimed by lease, as many as are fair."""

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.discord.background import BackgroundTasks
from bot.storage.settings import Settings
from bot.storage.tables.leases import BEAT_SECONDS, BOT, LeaseRepository
from core.errors import CoreError

KIND = "shard"  # of lease
GRACE_SECONDS = 10.0  # that a shard is free before others take it: a bot that is restarted has it back

log = logging.getLogger(__name__)


class ShardLeases:
    """The shards of this process; `changed` says that they are others than before."""

    def __init__(self, leases: LeaseRepository, *, count: int) -> None:
        self.held: tuple[int, ...] = ()
        self.changed = asyncio.Event()
        self.tasks = BackgroundTasks()  # outlives each client of this process
        self._leases = leases
        self._count = count
        self._free_since: dict[int, float] = {}
        self._is_new = True

    async def run(self) -> None:
        """Renew, claim and give back until cancelled; while the database is out of reach, nothing changes."""
        while True:
            try:
                await self.look()
            except CoreError as error:
                log.warning("The shards cannot be shared for a moment: %s", error)
                self._free_since.clear()  # the others may be about to renew theirs
                self._is_new = False
            await asyncio.sleep(BEAT_SECONDS)

    async def look(self) -> None:
        """Renew what is held, give back what is more than fair, and claim what is free."""
        await self._leases.live()
        fair = math.ceil(self._count / len(await self._leases.read_holders(BOT)))
        kept = [shard for shard in self.held if await self._leases.hold(KIND, str(shard))]
        for shard in kept[fair:]:
            await self._leases.release(KIND, str(shard))
        kept = kept[:fair]
        for shard in await self._read_free():
            if len(kept) < fair and await self._leases.hold(KIND, str(shard)):
                kept.append(shard)
        self._is_new = False
        held = tuple(sorted(kept))
        if held != self.held:
            log.info("This process serves the shards %s of %d.", list(held), self._count)
            self.held = held
            self.changed.set()

    async def _read_free(self) -> list[int]:
        """Return the shards that nobody has held for long enough; a process that has just begun takes any."""
        holders, now = await self._leases.read_holders(KIND), time.monotonic()
        free = [shard for shard in range(self._count) if str(shard) not in holders]
        self._free_since = {shard: self._free_since.get(shard, now) for shard in free}
        return [shard for shard in free if self._is_new or now - self._free_since[shard] >= GRACE_SECONDS]


@asynccontextmanager
async def share_shards(settings: Settings, leases: LeaseRepository) -> AsyncIterator[ShardLeases | None]:
    """Share shards until the context ends, where the settings say so; None where they name this process's own."""
    if not settings.shares_shards:
        yield None
        return
    shards = ShardLeases(leases, count=settings.shard_count or 1)
    shards.tasks.keep("shards", shards.run)
    try:
        yield shards
    finally:
        await shards.tasks.close()
