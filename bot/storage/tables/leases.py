"""Leases: what belongs to one process for a while, by the database's clock, and to another once that is over."""

import time

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.schema import leases

BEAT_SECONDS = 5.0  # between two renewals
LEASE_SECONDS = 20.0  # after the last renewal
BOT = "bot"  # the kind of lease that says that a bot's process lives


class LeaseRepository:
    """The table of leases; each has a kind, and a name among those."""

    def __init__(self, database: Database, *, machine: str) -> None:
        """Hold leases in a database for this machine's process: its data folder is one process's alone."""
        self._database = database
        self.machine = machine
        self._lived_since = self._lived_at = -LEASE_SECONDS  # by `time.monotonic`

    async def live(self) -> None:
        """Say that this process lives: what it has promised stays its own."""
        await self.hold(BOT, self.machine)
        now = time.monotonic()
        if now - self._lived_at > LEASE_SECONDS:
            self._lived_since = now
        self._lived_at = now

    @property
    def is_steady(self) -> bool:
        """Whether this process has lived without a break for as long as a lease.

        Before that it takes nothing over: the database may have been away for all, and the others be about to say
        that they live.
        """
        return self._lived_at - self._lived_since >= LEASE_SECONDS

    async def hold(self, kind: str, name: str) -> bool:
        """Take a free lease or renew an own one; tell whether it is held."""

        async def hold(connection: AsyncConnection) -> bool:
            now = await read_clock(connection)
            free = (leases.c.owner == self.machine) | (leases.c.ends < now)
            values = {"owner": self.machine, "ends": now + LEASE_SECONDS}
            which = (leases.c.kind == kind, leases.c.name == name)
            if (await connection.execute(update(leases).where(*which, free).values(values))).rowcount:
                return True
            if (await connection.execute(select(leases.c.owner).where(*which))).first() is not None:
                return False
            try:
                async with connection.begin_nested():
                    await connection.execute(insert(leases).values(kind=kind, name=name, **values))
            except IntegrityError:
                return False  # another process was quicker
            return True

        return await self._database.transact(hold)

    async def read_holders(self, kind: str) -> dict[str, str]:
        """Return who holds the leases of a kind, by name."""

        async def read(connection: AsyncConnection) -> dict[str, str]:
            query = select(leases.c.name, leases.c.owner)
            query = query.where(leases.c.kind == kind, leases.c.ends >= await read_clock(connection))
            return {str(name): str(owner) for name, owner in (await connection.execute(query)).all()}

        return await self._database.transact(read)

    async def release(self, kind: str, name: str) -> None:
        """Let others have a lease now."""
        mine = (leases.c.kind == kind, leases.c.name == name, leases.c.owner == self.machine)
        await self._database.execute(delete(leases).where(*mine))

    async def release_all(self) -> None:
        """Let others have all that this process holds now: it leaves."""
        await self._database.execute(delete(leases).where(leases.c.owner == self.machine))


async def read_clock(connection: AsyncConnection) -> float:
    """Return the time by the one clock that all who use a database have, in seconds since 1970."""
    if connection.dialect.name != "postgresql":
        return time.time()
    now = await connection.scalar(select(func.extract("epoch", func.clock_timestamp())))
    return float(now or 0)
