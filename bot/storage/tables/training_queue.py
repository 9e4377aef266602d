"""The queue of trainings that workers on any machine take: claimed by lease, fenced by the number of the attempt."""

import json
from dataclasses import dataclass

from sqlalchemy import ColumnElement, String, and_, cast, delete, func, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.schema import jobs, leases
from bot.storage.tables.leases import BOT, LEASE_SECONDS, read_clock
from bot.storage.tables.trainings import ENDED, UNFINISHED, TrainingRecord, TrainingRepository, as_training

ANY = "*"  # in place of a worker: whichever comes first
KIND = "training"  # of lease
MOST_LOST = 2  # workers that may die over one training
CLAIM_LOCK = 1_994  # any number: workers claim one after another


@dataclass(frozen=True)
class Claim:
    """A training that a worker may carry out now, and who did before."""

    training: TrainingRecord
    before: str  # a machine; empty where nobody did


class QueuedTrainings:
    """The trainings of all machines on this database that workers carry out."""

    def __init__(self, database: Database, *, machine: str) -> None:
        """Offer and claim for this machine."""
        self._database = database
        self._machine = machine

    async def offer(self, number: int) -> None:
        """Let any worker take a training that waits; its text is in the store."""
        waiting = (jobs.c.id == number, jobs.c.state == "waiting", jobs.c.worker == "")
        await self._database.execute(update(jobs).where(*waiting).values(worker=ANY))

    async def count_before(self, training: TrainingRecord) -> int:
        """Return how many trainings will be begun before one that waits, or run."""
        earlier = or_(
            jobs.c.queued < training.queued, and_(jobs.c.queued == training.queued, jobs.c.id < training.id)
        )
        ahead = (jobs.c.state == "running") | ((jobs.c.state == "waiting") & earlier)
        query = (
            select(func.count()).select_from(jobs).where(jobs.c.worker != "", jobs.c.id != training.id, ahead)
        )
        return await self._database.transact(lambda connection: _number(connection, query))

    async def ask_to_stop(self, number: int, outcome: dict[str, object]) -> bool:
        """Ask the worker of a training to stop it, with what is to be said of its end; tell whether one has it."""
        running = (
            jobs.c.id == number,
            jobs.c.state.in_(UNFINISHED),
            jobs.c.worker != "",
            jobs.c.cancel == "",
        )
        return bool(
            await self._database.execute(update(jobs).where(*running).values(cancel=json.dumps(outcome)))
        )

    async def take_abandoned(self) -> list[TrainingRecord]:
        """Return the trainings of this machine that were asked to stop and whose worker is dead: its own to end."""

        async def take(connection: AsyncConnection) -> list[TrainingRecord]:
            now = await read_clock(connection)
            held = select(leases.c.name).where(leases.c.kind == KIND, leases.c.ends >= now)
            asked = (jobs.c.machine == self._machine, jobs.c.state == "running", jobs.c.cancel != "")
            left = (jobs.c.worker != "", cast(jobs.c.id, String).not_in(held))
            # As another attempt: a worker that wakes up has nothing to say any more.
            mine = update(jobs).where(*asked, *left).values(attempt=jobs.c.attempt + 1)
            return [as_training(row) for row in (await connection.execute(mine.returning(jobs))).mappings()]

        return await self._database.transact(take)

    async def adopt(self) -> int:
        """Show from here on the trainings of bots that live no longer; return their number."""

        async def adopt(connection: AsyncConnection) -> int:
            alive = select(leases.c.owner).where(
                leases.c.kind == BOT, leases.c.ends >= await read_clock(connection)
            )
            left = (jobs.c.machine != self._machine, jobs.c.machine.not_in(alive), jobs.c.worker != "")
            to_show = or_(jobs.c.state.in_(UNFINISHED), and_(jobs.c.state.in_(ENDED), ~jobs.c.told))
            adopted = update(jobs).where(*left, to_show).values(machine=self._machine)
            return int((await connection.execute(adopted)).rowcount)

        return await self._database.transact(adopt)

    async def claim(self) -> Claim | None:
        """Take the next training: first what a dead worker has left, then what waits; None if there is nothing."""
        while True:
            found, claim = await self._database.transact(self._claim)
            if claim is not None or not found:
                return claim

    async def _claim(self, connection: AsyncConnection) -> tuple[bool, Claim | None]:
        """Take the next training, unless another worker is quicker; tell whether there was one."""
        if connection.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": CLAIM_LOCK})
        now = await read_clock(connection)
        held = select(leases.c.name).where(
            leases.c.kind == KIND, leases.c.ends >= now, leases.c.owner != self._machine
        )
        lost = (jobs.c.state == "running") & cast(jobs.c.id, String).not_in(held)
        query = select(jobs).where(jobs.c.worker != "", lost | (jobs.c.state == "waiting"))
        query = query.order_by(jobs.c.state, jobs.c.queued, jobs.c.id).limit(1)
        row = (await connection.execute(query)).mappings().first()
        if row is None:
            return False, None
        changes = {
            "state": "running",
            "worker": self._machine,
            "attempt": row["attempt"] + 1,
            "lost": row["lost"] + (row["state"] == "running"),
        }
        same = (jobs.c.id == row["id"], jobs.c.attempt == row["attempt"], jobs.c.state == row["state"])
        if not (await connection.execute(update(jobs).where(*same).values(changes))).rowcount:
            return True, None
        which = (leases.c.kind == KIND, leases.c.name == str(row["id"]))
        await connection.execute(delete(leases).where(*which))
        lease = {"kind": KIND, "name": str(row["id"]), "owner": self._machine, "ends": now + LEASE_SECONDS}
        await connection.execute(insert(leases).values(lease))
        before = "" if row["worker"] == ANY else str(row["worker"])
        return True, Claim(as_training({**row, **changes}), before)

    async def read_own(self) -> list[TrainingRecord]:
        """Return what this machine's worker has claimed and not ended."""
        query = select(jobs).where(jobs.c.worker == self._machine, jobs.c.state == "running")
        return [as_training(row) for row in await self._database.rows(query)]

    async def report(self, training: TrainingRecord, progress: str) -> str | None:
        """Store how far a training is and renew its lease; return what it was asked to stop with, empty for nothing.

        None says that the training is this attempt's no longer: it has ended, or another worker has it.
        """

        async def report(connection: AsyncConnection) -> str | None:
            mine = update(jobs).where(_is_attempt(training), jobs.c.state == "running")
            asked = (
                await connection.execute(mine.values(progress=progress).returning(jobs.c.cancel))
            ).first()
            if asked is None:
                return None
            lease = (
                leases.c.kind == KIND,
                leases.c.name == str(training.id),
                leases.c.owner == self._machine,
            )
            ends = await read_clock(connection) + LEASE_SECONDS
            await connection.execute(update(leases).where(*lease).values(ends=ends))
            return str(asked[0])

        return await self._database.transact(report)

    async def give_back(self, training: TrainingRecord) -> None:
        """Let another worker go on with a training: this one leaves."""
        mine = update(jobs).where(_is_attempt(training), jobs.c.state == "running")
        await self._database.execute(mine.values(state="waiting"))


class FencedTrainings(TrainingRepository):
    """The trainings as a worker changes them: only those of an attempt that is the last one."""

    def __init__(self, database: Database, *, machine: str, home: str) -> None:
        """Change nothing until an attempt is held."""
        super().__init__(database, machine=machine, home=home)
        self._attempts: dict[int, int] = {}

    def hold(self, training: TrainingRecord) -> None:
        """Change a training from now on, in its attempt."""
        self._attempts = {training.id: training.attempt}

    def _which(self, number: int) -> ColumnElement[bool]:
        return and_(super()._which(number), jobs.c.attempt == self._attempts.get(number, -1))


def _is_attempt(training: TrainingRecord) -> ColumnElement[bool]:
    return and_(jobs.c.id == training.id, jobs.c.attempt == training.attempt)


async def _number(connection: AsyncConnection, query: object) -> int:
    return int(await connection.scalar(query) or 0)  # type: ignore[call-overload]  # a query of one number
