"""Trainings and models in the database: who asked for which, how far they are, and which model a server uses."""

import asyncio
import json
import time
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import RowMapping, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import jobs, models, settings
from bot.storage.store import Store
from core.errors import CoreError

SHIPPED = 0  # stands for the run that the settings name, where a model's number is expected
ACTIVE = "model"  # the setting's name
EVERYBODY = "bot"  # the scope of the owner's default
FRESH_SECONDS = 5.0  # that a choice is taken from memory; a machine beside this one may change it
MOST_FRESH = 10_000  # servers
UNFINISHED = ("waiting", "running")


@dataclass(frozen=True, kw_only=True)
class Job:
    """A training as the database holds it; `id` is 0 until it is kept."""

    id: int = 0
    machine: str
    guild_id: int
    channel_id: int
    message_id: int = 0
    member_id: int
    name: str
    created: int
    queued: int = 0
    ended: int = 0
    state: str = "offered"
    told: bool = False
    plan: str = "{}"
    pid: int = 0
    pid_started: float = 0.0
    deaths: int = 0
    outcome: str = "{}"

    def planned(self) -> dict[str, Any]:
        """Return what the training is to do."""
        return dict(json.loads(self.plan))

    def ending(self) -> dict[str, Any]:
        """Return what came of it."""
        return dict(json.loads(self.outcome))


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model that a server trained."""

    id: int
    machine: str
    guild_id: int
    member_id: int
    name: str
    created: int
    folder: str
    fingerprint: str
    bits: float
    bytes: int


class TrainingStoreError(CoreError):
    """What was asked of the trainings or models cannot be."""


class TrainingStore:
    """The trainings and models of this machine."""

    def __init__(self, store: Store, *, machine: str) -> None:
        """Keep them in a store; `machine` names the data directory that their files are in."""
        self._store = store
        self.machine = machine
        self._active: dict[int | None, tuple[float, int]] = {}  # server to when it was read, and the model
        self._reading = asyncio.Lock()

    async def add_job(self, job: Job) -> Job:
        """Keep a training and return it with its number."""
        values = {name: value for name, value in asdict(job).items() if name != "id"}

        async def add(connection: AsyncConnection) -> int:
            result = await connection.execute(insert(jobs).values(values))
            return int(result.inserted_primary_key[0])  # type: ignore[index]  # one row has one key

        return replace(job, id=await self._store.transact(add))

    async def read_job(self, number: int) -> Job | None:
        """Return the training of that number."""

        async def read(connection: AsyncConnection) -> Job | None:
            row = (await connection.execute(select(jobs).where(jobs.c.id == number))).mappings().first()
            return None if row is None else _as_job(row)

        return await self._store.transact(read)

    async def read_jobs(self, *states: str) -> list[Job]:
        """Return this machine's trainings in these states, the ones that began to wait first before the others."""

        async def read(connection: AsyncConnection) -> list[Job]:
            query = (
                select(jobs)
                .where(jobs.c.machine == self.machine, jobs.c.state.in_(states))
                .order_by(jobs.c.queued, jobs.c.id)
            )
            return [_as_job(row) for row in (await connection.execute(query)).mappings()]

        return await self._store.transact(read)

    async def read_untold(self) -> list[Job]:
        """Return this machine's trainings that have ended without their server having seen it."""

        async def read(connection: AsyncConnection) -> list[Job]:
            ended = jobs.c.state.in_(("done", "failed", "cancelled"))
            query = (
                select(jobs)
                .where(jobs.c.machine == self.machine, ended, jobs.c.told.is_(False))
                .order_by(jobs.c.id)
            )
            return [_as_job(row) for row in (await connection.execute(query)).mappings()]

        return await self._store.transact(read)

    async def change_job(self, number: int, *, only_from: tuple[str, ...] = (), **changes: Any) -> bool:  # noqa: ANN401 -- any column's value
        """Change a training, if it is in one of the states `only_from` where they are given; tell whether it was."""

        async def change(connection: AsyncConnection) -> bool:
            query = update(jobs).where(jobs.c.id == number)
            if only_from:
                query = query.where(jobs.c.state.in_(only_from))
            return bool((await connection.execute(query.values(changes))).rowcount)

        return await self._store.transact(change)

    async def forget_job(self, number: int) -> None:
        """Delete a training that was offered and never begun."""

        async def forget(connection: AsyncConnection) -> None:
            await connection.execute(delete(jobs).where(jobs.c.id == number, jobs.c.state == "offered"))

        await self._store.transact(forget)

    async def queue_times(self, guild_id: int, *, since: float) -> list[int]:
        """Return when a server's trainings since then were begun, the oldest first."""

        async def read(connection: AsyncConnection) -> list[int]:
            query = (
                select(jobs.c.queued)
                .where(jobs.c.guild_id == guild_id, jobs.c.queued > int(since))
                .order_by(jobs.c.queued)
            )
            return [int(number) for number in (await connection.execute(query)).scalars()]

        return await self._store.transact(read)

    async def is_taken(self, guild_id: int, name: str) -> bool:
        """Tell whether a server has a model, or a training under way, of that name in any case."""

        async def read(connection: AsyncConnection) -> bool:
            lower = name.lower()
            of_models = select(func.count()).where(
                models.c.guild_id == guild_id, func.lower(models.c.name) == lower
            )
            of_jobs = select(func.count()).where(
                jobs.c.guild_id == guild_id, func.lower(jobs.c.name) == lower, jobs.c.state.in_(UNFINISHED)
            )
            counts = [await connection.scalar(of_models), await connection.scalar(of_jobs)]
            return any(counts)

        return await self._store.transact(read)

    async def end_with_model(self, job: Job, model: Model, outcome: dict[str, Any], *, use: bool) -> None:
        """Keep a model, end its training and let its server use it, all or nothing."""

        async def end(connection: AsyncConnection) -> None:
            await connection.execute(delete(models).where(models.c.id == model.id))
            await connection.execute(insert(models).values(asdict(model)))
            if use:
                await _set(connection, scope_of(job.guild_id), str(model.id))
            values = {"state": "done", "ended": int(time.time()), "outcome": json.dumps(outcome)}
            await connection.execute(update(jobs).where(jobs.c.id == job.id).values(values))

        await self._store.transact(end)
        self._active.clear()

    async def read_models(self, guild_id: int | None) -> list[Model]:
        """Return a server's models, or every server's for None; the newest first."""

        async def read(connection: AsyncConnection) -> list[Model]:
            query = select(models).where(models.c.machine == self.machine)
            if guild_id is not None:
                query = query.where(models.c.guild_id == guild_id)
            query = query.order_by(models.c.id.desc())
            return [_as_model(row) for row in (await connection.execute(query)).mappings()]

        return await self._store.transact(read)

    async def read_model(self, number: int) -> Model | None:
        """Return the model of that number."""

        async def read(connection: AsyncConnection) -> Model | None:
            query = select(models).where(models.c.id == number, models.c.machine == self.machine)
            row = (await connection.execute(query)).mappings().first()
            return None if row is None else _as_model(row)

        return await self._store.transact(read)

    async def rename_model(self, number: int, name: str) -> None:
        """Give a model another name."""

        async def rename(connection: AsyncConnection) -> None:
            await connection.execute(update(models).where(models.c.id == number).values(name=name))

        await self._store.transact(rename)

    async def delete_model(self, model: Model) -> None:
        """Forget a model; who used it uses the default again.

        Raises:
            TrainingStoreError: It is the default of all servers.
        """

        async def forget(connection: AsyncConnection) -> bool:
            if await _get(connection, EVERYBODY) == str(model.id):
                return False
            await connection.execute(delete(models).where(models.c.id == model.id))
            mine = (
                settings.c.scope != EVERYBODY,
                settings.c.name == ACTIVE,
                settings.c.value == str(model.id),
            )
            await connection.execute(delete(settings).where(*mine))
            return True

        is_forgotten = await self._store.transact(forget)
        self._active.clear()
        if not is_forgotten:
            raise TrainingStoreError(
                "That model is the default of all servers; the bot's owner has to choose another first."
            )

    async def read_active(self, guild_id: int | None) -> int:
        """Return the number of the model that a server uses; SHIPPED for the run of the settings."""

        async def read(connection: AsyncConnection) -> int:
            own = await _get(connection, scope_of(guild_id)) if guild_id else None
            return int(own or await _get(connection, EVERYBODY) or SHIPPED)

        # Each request asks this: a crowd's first one reads it for all, so that none waits for the database.
        async with self._reading:
            read_at, number = self._active.get(guild_id, (-FRESH_SECONDS, SHIPPED))
            if time.monotonic() - read_at < FRESH_SECONDS:
                return number
            if len(self._active) >= MOST_FRESH:
                self._active.clear()
            number = await self._store.transact(read)
            self._active[guild_id] = (time.monotonic(), number)
            return number

    async def read_choice(self, guild_id: int) -> int | None:
        """Return what a server itself has chosen; None where it follows the owner's default."""

        async def read(connection: AsyncConnection) -> int | None:
            own = await _get(connection, scope_of(guild_id))
            return None if own is None else int(own)

        return await self._store.transact(read)

    async def read_speed(self, preset: str) -> float:
        """Return how fast the last training with a preset was, in characters a second; 0 before the first."""
        return float(await self._store.read_setting(EVERYBODY, f"speed of {preset}, {self.machine}") or 0)

    async def keep_speed(self, preset: str, characters_per_second: float) -> None:
        """Remember how fast a training was."""
        name = f"speed of {preset}, {self.machine}"
        await self._store.keep_setting(EVERYBODY, name, f"{characters_per_second:g}")

    async def choose(self, guild_id: int | None, number: int | None) -> None:
        """Let a server, or everybody for None, use a model; None as its number goes back to the default."""
        scope = EVERYBODY if guild_id is None else scope_of(guild_id)

        async def keep(connection: AsyncConnection) -> None:
            if number is None:
                gone = settings.c.scope == scope
                await connection.execute(delete(settings).where(gone, settings.c.name == ACTIVE))
            else:
                await _set(connection, scope, str(number))

        await self._store.transact(keep)
        self._active.clear()


def scope_of(guild_id: int) -> str:
    """Return the scope of a server's settings."""
    return f"guild {guild_id}"


def _as_job(row: RowMapping) -> Job:
    return Job(**{str(name): value for name, value in row.items()})


def _as_model(row: RowMapping) -> Model:
    return Model(**{str(name): value for name, value in row.items()})


async def _get(connection: AsyncConnection, scope: str) -> str | None:
    query = select(settings.c.value).where(settings.c.scope == scope, settings.c.name == ACTIVE)
    value: str | None = await connection.scalar(query)
    return value


async def _set(connection: AsyncConnection, scope: str, value: str) -> None:
    mine = (settings.c.scope == scope, settings.c.name == ACTIVE)
    if not (await connection.execute(update(settings).where(*mine).values(value=value))).rowcount:
        await connection.execute(insert(settings).values(scope=scope, name=ACTIVE, value=value))
