"""The models that servers trained, and which one each server uses."""

import asyncio
import json
import time
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.names import LimitError, release_name, take_name
from bot.storage.schema import jobs, learners, models, settings
from bot.storage.tables.settings import BOT, read_setting, scope_of, write_setting
from bot.storage.tables.trainings import UNFINISHED, TrainingRecord

SHIPPED = 0  # stands for the run that the settings name, where a model's number is expected
ACTIVE = "model"  # the setting's name
FRESH_SECONDS = 5.0  # that a choice is taken from memory; a machine beside this one may change it
MOST_FRESH = 10_000  # servers


@dataclass(frozen=True, kw_only=True)
class ModelRecord:
    """A model that a server trained."""

    id: int
    machine: str  # or the store that several share
    guild_id: int
    member_id: int
    name: str
    created: int
    folder: str  # of the run below the data folder, or its name in the store
    fingerprint: str
    bits: float
    bytes: int
    people: int = 0  # members whose messages it learnt from


class ModelRepository:
    """The models of one home, which is this machine or a store, and the choices of the servers."""

    def __init__(self, database: Database, *, machine: str) -> None:
        """Store them in a database; `machine` names the data directory or the store that their files are in."""
        self._database = database
        self.machine = machine
        self._active: dict[int | None, tuple[float, int]] = {}  # server to when it was read, and the model
        self._reading = asyncio.Lock()

    async def add_trained(
        self, training: TrainingRecord, model: ModelRecord, outcome: dict[str, Any], *, use: bool
    ) -> bool:
        """Store a model, end its training and let its server use it, all or nothing; false where it was cancelled."""

        async def add(connection: AsyncConnection) -> bool:
            query = select(jobs).where(jobs.c.id == training.id)
            row = (await connection.execute(query)).mappings().first()
            if row is None or row["state"] not in UNFINISHED or row["attempt"] != training.attempt:
                return False
            await connection.execute(delete(models).where(models.c.id == model.id))
            # Who started it may have been forgotten while it ran.
            values = {**asdict(model), "member_id": row["member_id"]}
            await connection.execute(insert(models).values(values))
            await take_name(
                connection, machine=self.machine, guild_id=model.guild_id, name=model.name, owner=model.id
            )
            if use:
                await write_setting(connection, scope_of(training.guild_id), ACTIVE, str(model.id))
            ending = {
                "state": "done",
                "progress": "",
                "ended": int(time.time()),
                "outcome": json.dumps(outcome),
            }
            await connection.execute(update(jobs).where(jobs.c.id == training.id).values(ending))
            return True

        is_added = await self._database.transact(add)
        self._active.clear()
        return is_added

    async def read_all(self, guild_id: int | None) -> list[ModelRecord]:
        """Return a server's models, or every server's for None; the newest first."""
        query = select(models).where(models.c.machine == self.machine)
        if guild_id is not None:
            query = query.where(models.c.guild_id == guild_id)
        return [_as_model(row) for row in await self._database.rows(query.order_by(models.c.id.desc()))]

    async def read(self, number: int) -> ModelRecord | None:
        """Return the model of that number."""
        query = select(models).where(models.c.id == number, models.c.machine == self.machine)
        row = await self._database.row(query)
        return None if row is None else _as_model(row)

    async def rename(self, model: ModelRecord, name: str) -> None:
        """Give a model another name.

        Raises:
            LimitError: Its server has a model or a training of that name.
        """

        async def rename(connection: AsyncConnection) -> None:
            query = update(models).where(models.c.id == model.id).values(name=name)
            if not (await connection.execute(query)).rowcount:
                raise LimitError("That model was deleted meanwhile.")
            await take_name(
                connection, machine=self.machine, guild_id=model.guild_id, name=name, owner=model.id
            )

        await self._database.transact(rename)

    async def delete(self, number: int) -> bool:
        """Delete a model; its server uses the default again. False: it is the default of all servers."""

        async def remove(connection: AsyncConnection) -> bool:
            if await read_setting(connection, BOT, ACTIVE) == str(number):
                return False
            gone = delete(models).where(models.c.id == number)
            if (await connection.execute(gone)).rowcount:  # else the name may be a training's
                await release_name(connection, machine=self.machine, owner=number)
                await connection.execute(delete(learners).where(learners.c.training_id == number))
            chosen = (settings.c.name == ACTIVE, settings.c.value == str(number))
            await connection.execute(delete(settings).where(*chosen))
            return True

        is_deleted = await self._database.transact(remove)
        self._active.clear()
        return is_deleted

    async def read_active(self, guild_id: int | None) -> int:
        """Return the number of the model that a server uses; SHIPPED for the run of the settings."""

        async def read(connection: AsyncConnection) -> int:
            own = await read_setting(connection, scope_of(guild_id), ACTIVE) if guild_id else None
            return int(own or await read_setting(connection, BOT, ACTIVE) or SHIPPED)

        # Each request asks this: a crowd's first one reads it for all, so that none waits for the database.
        async with self._reading:
            read_at, number = self._active.get(guild_id, (-FRESH_SECONDS, SHIPPED))
            if time.monotonic() - read_at < FRESH_SECONDS:
                return number
            if len(self._active) >= MOST_FRESH:
                self._active.clear()
            number = await self._database.transact(read)
            self._active[guild_id] = (time.monotonic(), number)
            return number

    async def read_choice(self, guild_id: int) -> int | None:
        """Return what a server itself has chosen; None where it follows the owner's default."""
        own = await self._database.transact(
            lambda connection: read_setting(connection, scope_of(guild_id), ACTIVE)
        )
        return None if own is None else int(own)

    async def choose(self, guild_id: int | None, number: int | None) -> None:
        """Let a server, or all servers for None, use a model; None as its number goes back to the default."""
        value = None if number is None else str(number)
        await self._database.transact(
            lambda connection: write_setting(connection, scope_of(guild_id), ACTIVE, value)
        )
        self._active.clear()


def _as_model(row: RowMapping) -> ModelRecord:
    return ModelRecord(**{str(name): value for name, value in row.items()})
