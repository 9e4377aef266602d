"""The trainings that servers asked for, and how far each is."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import RowMapping, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.schema import jobs, models
from bot.storage.settings import BOT, read_setting, write_setting

UNFINISHED = ("waiting", "running")
BARELY_SECONDS = 60  # a training that was cancelled within them counts for nothing
ENDED = ("done", "failed", "cancelled")


@dataclass(frozen=True, kw_only=True)
class RetrainPlan:
    """What a training is to do."""

    key: str  # of its folders
    folder: str  # of its run: the model's name as a file's
    scripts: str  # a path or address; empty for the lecture notes' file
    series: str
    episodes: str  # such as 20-69; empty for all
    preset: str
    minutes: float | None
    epochs: int | None
    upload: bool  # the text was uploaded
    keep: bool  # the uploaded text stays with the model
    seconds: float  # that it will probably take

    def to_json(self) -> str:
        """Return the plan as JSON."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, kw_only=True)
class TrainingRecord:
    """A training as the database holds it; `id` is 0 until it is stored."""

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
    end_message_id: int = 0  # of the message that tells the end

    def planned(self) -> RetrainPlan:
        """Return what the training is to do."""
        return RetrainPlan(**json.loads(self.plan))

    def ending(self) -> dict[str, Any]:
        """Return what came of it."""
        return dict(json.loads(self.outcome))


class TrainingRepository:
    """The trainings of this machine."""

    def __init__(self, database: Database, *, machine: str) -> None:
        """Store them in a database; `machine` names the data directory that their files are in."""
        self._database = database
        self.machine = machine

    async def add(self, training: TrainingRecord) -> TrainingRecord:
        """Store a training and return it with its number."""
        values = {name: value for name, value in asdict(training).items() if name != "id"}

        async def add(connection: AsyncConnection) -> int:
            result = await connection.execute(insert(jobs).values(values))
            return int(result.inserted_primary_key[0])  # type: ignore[index]  # one row has one key

        return replace(training, id=await self._database.transact(add))

    async def read(self, number: int) -> TrainingRecord | None:
        """Return the training of that number."""
        row = await self._database.row(select(jobs).where(jobs.c.id == number))
        return None if row is None else _as_training(row)

    async def read_states(self, *states: str) -> list[TrainingRecord]:
        """Return this machine's trainings in these states, in the order of the queue."""
        query = select(jobs).where(jobs.c.machine == self.machine, jobs.c.state.in_(states))
        rows = await self._database.rows(query.order_by(jobs.c.queued, jobs.c.id))
        return [_as_training(row) for row in rows]

    async def read_untold(self) -> list[TrainingRecord]:
        """Return this machine's trainings whose end was not shown to their server yet."""
        query = select(jobs).where(jobs.c.machine == self.machine, jobs.c.state.in_(ENDED), ~jobs.c.told)
        return [_as_training(row) for row in await self._database.rows(query.order_by(jobs.c.id))]

    async def update(self, number: int, *, only_from: tuple[str, ...] = (), **changes: Any) -> bool:  # noqa: ANN401 -- any column's value
        """Change a training, only in one of the states `only_from` where they are given; tell whether it was."""
        query = update(jobs).where(jobs.c.id == number)
        if only_from:
            query = query.where(jobs.c.state.in_(only_from))
        return bool(await self._database.execute(query.values(changes)))

    async def delete_offer(self, number: int) -> None:
        """Delete a training that was offered and never begun."""
        await self._database.execute(delete(jobs).where(jobs.c.id == number, jobs.c.state == "offered"))

    async def read_queue_times(self, guild_id: int, *, since: float) -> list[int]:
        """Return when a server's trainings since then were begun, the oldest first; without those cancelled at once."""
        query = select(jobs.c.queued).where(
            jobs.c.guild_id == guild_id,
            jobs.c.queued > int(since),
            or_(jobs.c.state != "cancelled", jobs.c.ended - jobs.c.queued >= BARELY_SECONDS),
        )
        return [int(row["queued"]) for row in await self._database.rows(query.order_by(jobs.c.queued))]

    async def is_name_taken(self, guild_id: int, name: str) -> bool:
        """Tell whether a server has a model, or an unfinished training, of that name in any case."""
        of_models = select(models.c.name).where(models.c.guild_id == guild_id)
        of_jobs = select(jobs.c.name).where(jobs.c.guild_id == guild_id, jobs.c.state.in_(UNFINISHED))
        rows = [*await self._database.rows(of_models), *await self._database.rows(of_jobs)]
        # A database's lower case knows no letters but a to z.
        return name.casefold() in {str(row["name"]).casefold() for row in rows}

    async def read_speed(self, preset: str) -> float:
        """Return how fast the last training with a preset was, in characters a second; 0 before the first."""
        name = f"speed of {preset}, {self.machine}"
        value = await self._database.transact(lambda connection: read_setting(connection, BOT, name))
        return float(value or 0)

    async def write_speed(self, preset: str, characters_per_second: float) -> None:
        """Remember how fast a training was."""
        name, value = f"speed of {preset}, {self.machine}", f"{characters_per_second:g}"
        await self._database.transact(lambda connection: write_setting(connection, BOT, name, value))


def _as_training(row: RowMapping) -> TrainingRecord:
    return TrainingRecord(**{str(name): value for name, value in row.items()})
