"""The performances that are going on, each with how far it is and whose bot gives it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    RowMapping,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database, lock_guild
from bot.storage.names import LimitError
from bot.storage.schema import episodes, leases, metadata, row_number
from bot.storage.tables.leases import BOT, read_clock
from bot.storage.tables.scenes import DeletedError
from core.errors import CoreError

AT_ONCE = 5  # performances of one bot
AT_ONCE_IN_A_SERVER = 2  # so that others have places, too
LONGEST_SECONDS = 6 * 3_600.0  # after which one is over that a machine left behind
_ALL_SERVERS = 0  # no server's number: the lock of what is counted over all of them
_NOBODY = ""  # no machine's name: of a performance that another one is to go on with


# A scene that is being performed, line by line. Its row is deleted once its end has been shown.
performances = Table(
    "performances",
    metadata,
    Column("id", row_number, primary_key=True),
    Column("machine", String(64), nullable=False),  # whose bot performs it; empty for nobody's
    Column("guild_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),  # where it was asked for
    Column("member_id", BigInteger, nullable=False),
    Column("scene_id", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),  # seconds since 1970
    Column("title", Text, nullable=False),  # empty for one that follows from the scene
    Column("state", String(16), nullable=False),  # performing, stopped or ended
    Column("is_covered", Boolean, nullable=False),  # as a spoiler
    Column("has_thread", Boolean, nullable=False),  # its own, whose number is that of the opening message
    Column("has_faces", Boolean, nullable=False),  # lines are the characters', through a webhook
    Column("opening_id", BigInteger, nullable=False),  # message with its buttons; 0 for none yet
    Column("message_id", BigInteger, nullable=False),  # of the last line; 0 for none yet
    Column("position", Integer, nullable=False),  # lines that were said
    Column("pace", Integer, nullable=False),  # how many times as fast as usual
)


@dataclass(frozen=True, kw_only=True)
class PerformanceRecord:
    """A performance as the database holds it; `id` is 0 until it is stored."""

    id: int = 0
    machine: str = ""
    guild_id: int
    channel_id: int
    member_id: int
    scene_id: int
    created: int  # seconds since 1970
    title: str = ""
    state: str = "performing"
    is_covered: bool = False
    has_thread: bool
    has_faces: bool
    opening_id: int = 0
    message_id: int = 0
    position: int = 0
    pace: int = 1

    @property
    def place_id(self) -> int:
        """Where its lines are said: its thread, which has the number of the opening message, or the channel."""
        return self.opening_id if self.has_thread else self.channel_id


class TakenOverError(CoreError):
    """Another machine goes on with a performance; this one has nothing to do with it any more."""


class PerformanceRepository:
    """The table of performances; what is changed by a machine is that machine's, or `TakenOverError` is raised."""

    def __init__(self, database: Database, *, machine: str) -> None:
        """Belong to a machine; what it performs is its own as long as it lives."""
        self._database = database
        self._machine = machine

    async def add(self, performance: PerformanceRecord) -> PerformanceRecord:
        """Store a performance that begins; return it with its number.

        Raises:
            DeletedError: Its scene was deleted meanwhile.
            LimitError: So many are going on, here or in all servers, or one of the same scene or without a thread in
                the same channel.
        """
        performance = replace(performance, machine=self._machine)
        values = {name: value for name, value in asdict(performance).items() if name != "id"}

        async def add(connection: AsyncConnection) -> PerformanceRecord:
            await lock_guild(connection, _ALL_SERVERS)
            scene = select(episodes.c.id).where(episodes.c.id == performance.scene_id)
            if await connection.scalar(scene) is None:
                raise DeletedError("This scene is no longer stored.")
            old = performances.c.created < performance.created - LONGEST_SECONDS
            await connection.execute(delete(performances).where(old))
            theirs = performances.c.guild_id == performance.guild_id
            for count, most in (
                (select(func.count()).where(theirs), AT_ONCE_IN_A_SERVER),
                (select(func.count()).select_from(performances), AT_ONCE),
            ):
                if (await connection.scalar(count) or 0) >= most:
                    raise LimitError(
                        "{most} performances are going on, and there can be no more at once; wait for the end of one.",
                        most=most,
                    )
            here = select(performances).where(performances.c.channel_id == performance.channel_id)
            for row in (await connection.execute(here)).mappings():
                if row["scene_id"] == performance.scene_id:
                    raise LimitError("That scene is being performed here already.")
                if not row["has_thread"] and not performance.has_thread:
                    raise LimitError("There is a performance going on in this channel; wait for its end.")
            result = await connection.execute(insert(performances).values(values))
            number: int = result.inserted_primary_key[0]  # type: ignore[index]  # one row has one key
            return replace(performance, id=number)

        return await self._database.transact(add)

    async def is_performed(self, scene_id: int) -> bool:
        """Tell whether a performance of a scene goes on."""
        same = select(performances.c.id).where(performances.c.scene_id == scene_id)
        return await self._database.row(same) is not None

    async def exists(self, number: int, *, guild_id: int) -> bool:
        """Tell whether a performance goes on in a server, on whichever machine."""
        same = select(performances.c.id).where(
            performances.c.id == number, performances.c.guild_id == guild_id
        )
        return await self._database.row(same) is not None

    async def read_all(self) -> list[PerformanceRecord]:
        """Return the performances that this machine carries on, oldest first."""
        mine = select(performances).where(performances.c.machine == self._machine)
        return list(map(_as_performance, await self._database.rows(mine.order_by(performances.c.id))))

    async def take_over(self, serves: Callable[[int], bool]) -> list[PerformanceRecord]:
        """Make the performances of dead processes this one's, in servers that it `serves`; return them."""

        async def take(connection: AsyncConnection) -> list[PerformanceRecord]:
            alive = select(leases.c.owner).where(
                leases.c.kind == BOT, leases.c.ends >= await read_clock(connection)
            )
            left = select(performances).where(
                performances.c.machine != self._machine, performances.c.machine.not_in(alive)
            )
            taken: list[PerformanceRecord] = []
            for row in (await connection.execute(left.order_by(performances.c.id))).mappings().all():
                before = (performances.c.id == row["id"], performances.c.machine == row["machine"])
                mine = update(performances).where(*before).values(machine=self._machine)
                if serves(row["guild_id"]) and (await connection.execute(mine)).rowcount:
                    taken.append(replace(_as_performance(row), machine=self._machine))
            return taken

        return await self._database.transact(take)

    async def leave(self, number: int) -> None:
        """Let another machine go on with a performance."""
        await self.update(number, machine=_NOBODY)

    async def has_scene(self, number: int) -> bool:
        """Tell whether the scene of a performance is still stored."""
        of_scene = episodes.c.id == performances.c.scene_id
        query = select(performances.c.id, episodes.c.id.label("scene")).outerjoin(episodes, of_scene)
        row = await self._database.row(query.where(*self._own(number)))
        if row is None:
            raise taken_over()
        return row["scene"] is not None

    async def update(self, number: int, **values: Any) -> None:  # noqa: ANN401 -- any column
        """Change a performance."""
        if not await self._database.execute(update(performances).where(*self._own(number)).values(**values)):
            raise taken_over()

    async def delete(self, number: int) -> None:
        """Forget a performance that is over."""
        await self._database.execute(delete(performances).where(*self._own(number)))

    def _own(self, number: int) -> tuple[Any, ...]:
        return performances.c.id == number, performances.c.machine == self._machine


def taken_over() -> TakenOverError:
    """Return why nothing can be done to a performance here."""
    return TakenOverError("That performance goes on in a moment; press the button again then.")


def _as_performance(row: RowMapping) -> PerformanceRecord:
    return PerformanceRecord(**{str(name): value for name, value in row.items()})
