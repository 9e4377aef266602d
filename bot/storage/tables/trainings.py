"""The trainings that servers asked for, and how far each is."""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database, lock_guild
from bot.storage.names import LimitError, is_taken, release_name, take_name
from bot.storage.schema import jobs, learners, models
from bot.storage.tables.settings import BOT, read_setting, write_setting
from core.config import RANDOM
from core.text import Text

UNFINISHED = ("waiting", "running")
BARELY_SECONDS = 60  # a training that was cancelled within them counts for nothing
ENDED = ("done", "failed", "cancelled")
DAY_SECONDS = 86_400.0


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
    start: str = RANDOM  # the run whose weights it begins with, or none
    speed: str = ""  # what its speed is remembered by; empty for its preset
    people: int = 0  # members whose messages it learns from

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
    worker: str = ""  # that trains; empty: the bot of the machine does
    attempt: int = 0  # of workers
    lost: int = 0  # workers that died over it
    progress: str = ""  # JSON, as its worker says
    cancel: str = ""  # JSON, the outcome that its worker is to stop with

    def planned(self) -> RetrainPlan:
        """Return what the training is to do; what only a newer version knows is left out."""
        known = {field.name for field in fields(RetrainPlan)}
        return RetrainPlan(**{name: it for name, it in json.loads(self.plan).items() if name in known})

    def ending(self) -> dict[str, Any]:
        """Return what came of it."""
        return dict(json.loads(self.outcome))


class TrainingRepository:
    """The trainings of this machine."""

    def __init__(self, database: Database, *, machine: str, home: str) -> None:
        """Store them in a database; `machine` names the data directory of their files, `home` their models' place."""
        self._database = database
        self.machine = machine
        self._home = home

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
        return None if row is None else as_training(row)

    async def read_states(self, *states: str) -> list[TrainingRecord]:
        """Return this machine's trainings in these states, in the order of the queue."""
        query = select(jobs).where(jobs.c.machine == self.machine, jobs.c.state.in_(states))
        rows = await self._database.rows(query.order_by(jobs.c.queued, jobs.c.id))
        return [as_training(row) for row in rows]

    async def read_untold(self) -> list[TrainingRecord]:
        """Return this machine's trainings whose end was not shown to their server yet."""
        query = select(jobs).where(jobs.c.machine == self.machine, jobs.c.state.in_(ENDED), ~jobs.c.told)
        return [as_training(row) for row in await self._database.rows(query.order_by(jobs.c.id))]

    async def update(self, number: int, *, only_from: tuple[str, ...] = (), **changes: Any) -> bool:  # noqa: ANN401 -- any column's value
        """Change a training, only in one of the states `only_from` where they are given; tell whether it was.

        One that ends says no more how far it is, and without a model gives its name back.
        """
        changes |= {"progress": ""} if changes.get("state") in ENDED else {}
        query = update(jobs).where(self._which(number))
        if only_from:
            query = query.where(jobs.c.state.in_(only_from))

        async def change(connection: AsyncConnection) -> bool:
            is_changed = bool((await connection.execute(query.values(changes))).rowcount)
            if is_changed and changes.get("state") in ("failed", "cancelled"):
                await release_name(connection, machine=self._home, owner=number)
                await connection.execute(delete(learners).where(learners.c.training_id == number))
            return is_changed

        return await self._database.transact(change)

    def _which(self, number: int) -> ColumnElement[bool]:
        """Return which row of a number may be changed."""
        return jobs.c.id == number

    async def begin(self, training: TrainingRecord, *, most_models: int, most_a_day: int) -> TrainingRecord:
        """Put an offered training in the queue and give it its name: all checks and changes in one transaction.

        Raises:
            LimitError: It was begun or dropped already, its name is taken, or its server has what it may have.
        """
        now = int(time.time())
        guild_id, machine, home = training.guild_id, self.machine, self._home

        async def begin(connection: AsyncConnection) -> None:
            await lock_guild(connection, guild_id)
            # Changed before anything is read: from here on no other transaction is in between.
            mine = update(jobs).where(jobs.c.id == training.id, jobs.c.state == "offered")
            if not (await connection.execute(mine.values(state="waiting", queued=now))).rowcount:
                raise LimitError("That training was started already, or is no longer offered.")
            others = (jobs.c.guild_id == guild_id, jobs.c.id != training.id)
            await _check_day(connection, *others, most=most_a_day)
            of_models = select(func.count()).where(models.c.guild_id == guild_id, models.c.machine == home)
            of_jobs = select(func.count()).where(
                *others, jobs.c.machine == machine, jobs.c.state.in_(UNFINISHED)
            )
            held = int(await connection.scalar(of_models) or 0) + int(await connection.scalar(of_jobs) or 0)
            if held >= most_models:
                raise too_many_models(held)
            await take_name(
                connection, machine=home, guild_id=guild_id, name=training.name, owner=training.id
            )

        await self._database.transact(begin)
        return replace(training, state="waiting", queued=now)

    async def check_day(self, guild_id: int, *, most: int) -> None:
        """Make sure that a server has a training left today.

        Raises:
            LimitError: It has not, and when it will have.
        """
        await self._database.transact(
            lambda connection: _check_day(connection, jobs.c.guild_id == guild_id, most=most)
        )

    async def read_offers(self, guild_id: int | None = None) -> list[TrainingRecord]:
        """Return what a server, or every server for None, was offered and has not begun."""
        return [each for each in await self.read_states("offered") if guild_id in (None, each.guild_id)]

    async def delete_offer(self, number: int) -> bool:
        """Delete a training that was offered and never begun; tell whether it was there."""
        offered = (jobs.c.id == number, jobs.c.state == "offered")

        async def remove(connection: AsyncConnection) -> bool:
            is_deleted = bool((await connection.execute(delete(jobs).where(*offered))).rowcount)
            if is_deleted:
                await connection.execute(delete(learners).where(learners.c.training_id == number))
            return is_deleted

        return await self._database.transact(remove)

    async def is_name_taken(self, guild_id: int, name: str) -> bool:
        """Tell whether a server has a model, or an unfinished training, of that name in any case."""
        return await self._database.transact(
            lambda connection: is_taken(connection, machine=self._home, guild_id=guild_id, name=name)
        )

    async def read_speed(self, preset: str) -> float:
        """Return how fast the last training with a preset was, in characters a second; 0 before the first."""
        name = f"speed of {preset}, {self.machine}"
        value = await self._database.transact(lambda connection: read_setting(connection, BOT, name))
        return float(value or 0)

    async def write_speed(self, preset: str, characters_per_second: float) -> None:
        """Remember how fast a training was."""
        name, value = f"speed of {preset}, {self.machine}", f"{characters_per_second:g}"
        await self._database.transact(lambda connection: write_setting(connection, BOT, name, value))


async def _check_day(connection: AsyncConnection, *which: ColumnElement[bool], most: int) -> None:
    now = int(time.time())
    since = int(now - DAY_SECONDS)
    # One that was cancelled at once counts for nothing.
    counts = or_(jobs.c.state != "cancelled", jobs.c.ended - jobs.c.queued >= BARELY_SECONDS)
    query = select(jobs.c.queued).where(*which, jobs.c.queued > since, counts).order_by(jobs.c.queued)
    times = [int(time_) for time_ in (await connection.execute(query)).scalars()]
    if len(times) >= most:
        left = int(times[len(times) - most] + DAY_SECONDS - now)
        hours, minutes = divmod(left // 60, 60)
        when = Text("{hours} h {minutes} min", hours=hours, minutes=minutes)
        raise LimitError(
            "This server has begun {count} training within a day; the next one can begin in {when}.",
            "This server has begun {count} trainings within a day; the next one can begin in {when}.",
            count=most,
            when=when if hours else Text("{minutes} min", minutes=minutes + 1),
        )


def too_many_models(held: int) -> LimitError:
    """Return why a server may have no other model."""
    return LimitError(
        "This server has {count} model, which is all that it may have; delete one with /models delete.",
        "This server has {count} models, which is all that it may have; delete one with /models delete.",
        count=held,
    )


def as_training(row: Mapping[Any, Any]) -> TrainingRecord:
    """Return a row of the table as a training."""
    return TrainingRecord(**{str(name): value for name, value in row.items()})
