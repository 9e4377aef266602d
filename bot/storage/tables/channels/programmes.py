"""What servers have planned, and the episodes that came of it."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
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
from bot.storage.schema import metadata, row_number

MOST = 8  # programmes of a server, which one message can list


# What a server has planned: scenes or performances at times of day, or every so many hours.
programmes = Table(
    "programmes",
    metadata,
    Column("id", row_number, primary_key=True),
    Column("machine", String(64), nullable=False),  # on which it was planned
    Column("guild_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=False),  # who planned it
    Column("created", BigInteger, nullable=False),  # seconds since 1970
    Column("title", Text, nullable=False),
    Column("cron", String(64), nullable=False),  # empty where it is hours
    Column("zone", String(64), nullable=False),
    Column("hours", Integer, nullable=False),  # 0 where it is a time of day
    Column("cast", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("show", Text, nullable=False),
    Column("length", Integer, nullable=False),  # 0 for as many characters as usual
    Column("is_performed", Boolean, nullable=False),
    Column("goes_on", Boolean, nullable=False),  # each episode from the one before
    Column("is_paused", Boolean, nullable=False),
    Column("due", BigInteger, nullable=False),  # the next time, in seconds since 1970
    Column("message_id", BigInteger, nullable=False),  # of the last episode; 0 for none yet
    Index("programmes_of_guild", "guild_id"),
    Index("programmes_by_time", "due"),
)

# The episodes of programmes: begun at their time, and done once they are shown.
season_episodes = Table(
    "season_episodes",
    metadata,
    Column("programme_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("due", BigInteger, nullable=False),
    Column("is_done", Boolean, nullable=False),
    Column("scene_id", BigInteger, nullable=False),  # 0 until it is written
    Column("title", Text, nullable=False),
)


@dataclass(frozen=True, kw_only=True)
class ProgrammeRecord:
    """A programme as the database holds it; `id` is 0 until it is stored."""

    id: int = 0
    machine: str = ""
    guild_id: int
    channel_id: int
    member_id: int  # who planned it
    created: int  # seconds since 1970
    title: str
    cron: str
    zone: str
    hours: int
    cast: str
    place: str
    show: str
    length: int  # characters; 0 for as many as usual
    is_performed: bool
    goes_on: bool
    is_paused: bool = False
    due: int  # seconds since 1970
    message_id: int = 0


@dataclass(frozen=True, kw_only=True)
class SeasonEpisode:
    """An episode of a programme: begun at its time, and done once it is shown."""

    programme_id: int
    number: int
    due: int
    is_done: bool = False
    scene_id: int = 0
    title: str = ""


class ProgrammeRepository:
    """The tables of programmes and of their episodes."""

    def __init__(self, database: Database, *, machine: str) -> None:
        """Note on which machine a programme was planned."""
        self._database = database
        self._machine = machine

    async def add(self, programme: ProgrammeRecord) -> ProgrammeRecord:
        """Store a programme; return it with its number.

        Raises:
            LimitError: The server has as many as one may have.
        """
        programme = replace(programme, machine=self._machine)
        values = {name: value for name, value in asdict(programme).items() if name != "id"}

        async def add(connection: AsyncConnection) -> ProgrammeRecord:
            await lock_guild(connection, programme.guild_id)
            own = select(func.count()).where(programmes.c.guild_id == programme.guild_id)
            if (await connection.scalar(own) or 0) >= MOST:
                raise LimitError(
                    "This server has {most} programmes, and there can be no more; remove one first.",
                    most=MOST,
                )
            result = await connection.execute(insert(programmes).values(values))
            number: int = result.inserted_primary_key[0]  # type: ignore[index]  # one row has one key
            return replace(programme, id=number)

        return await self._database.transact(add)

    async def read(self, number: int) -> ProgrammeRecord | None:
        """Return the programme of that number."""
        row = await self._database.row(select(programmes).where(programmes.c.id == number))
        return None if row is None else _as_programme(row)

    async def read_of_guild(self, guild_id: int) -> list[ProgrammeRecord]:
        """Return a server's programmes, oldest first."""
        query = select(programmes).where(programmes.c.guild_id == guild_id).order_by(programmes.c.id)
        return list(map(_as_programme, await self._database.rows(query)))

    async def read_due(self, now: float) -> list[ProgrammeRecord]:
        """Return the programmes whose time has come: each is carried out by who serves its server."""
        query = select(programmes).where(programmes.c.due <= now, programmes.c.is_paused.is_(False))
        return list(map(_as_programme, await self._database.rows(query.order_by(programmes.c.due))))

    async def update(self, number: int, **values: Any) -> None:  # noqa: ANN401 -- any column
        """Change a programme."""
        mine = update(programmes).where(programmes.c.id == number)
        await self._database.execute(mine.values(**values))

    async def advance(self, programme: ProgrammeRecord, *, due: int, begins: bool) -> SeasonEpisode | None:
        """Note when a programme is due next, and where it `begins` now, its episode; each time is taken once.

        Returns:
            The episode; None where there is none, or another has taken this time.
        """

        async def advance(connection: AsyncConnection) -> SeasonEpisode | None:
            same = (programmes.c.id == programme.id, programmes.c.due == programme.due)
            taken = await connection.execute(update(programmes).where(*same).values(due=due))
            if not taken.rowcount or not begins:
                return None
            own = season_episodes.c.programme_id == programme.id
            last = await connection.scalar(select(func.max(season_episodes.c.number)).where(own))
            episode = SeasonEpisode(programme_id=programme.id, number=(last or 0) + 1, due=programme.due)
            await connection.execute(insert(season_episodes).values(asdict(episode)))
            return episode

        return await self._database.transact(advance)

    async def finish(self, episode: SeasonEpisode, *, message_id: int) -> None:
        """Note that an episode was shown, and the message after which its channel is listened to."""

        async def finish(connection: AsyncConnection) -> None:
            values = {"is_done": True, "scene_id": episode.scene_id, "title": episode.title}
            await connection.execute(update(season_episodes).where(*_same(episode)).values(values))
            mine = update(programmes).where(programmes.c.id == episode.programme_id)
            await connection.execute(mine.values(message_id=message_id))

        await self._database.transact(finish)

    async def drop(self, episode: SeasonEpisode) -> None:
        """Forget an episode that was begun and cannot be shown."""
        await self._database.execute(delete(season_episodes).where(*_same(episode)))

    async def read_begun(self) -> list[tuple[ProgrammeRecord, SeasonEpisode]]:
        """Return what was begun and not shown: by who serves the server, or by who did before."""
        found: list[tuple[ProgrammeRecord, SeasonEpisode]] = []
        query = select(season_episodes).where(season_episodes.c.is_done.is_(False))
        for row in await self._database.rows(query):
            programme = await self.read(int(row["programme_id"]))
            if programme is not None:
                found.append((programme, _as_episode(row)))
        return found

    async def read_season(self, number: int) -> list[SeasonEpisode]:
        """Return the episodes of a programme that were shown, in their order."""
        mine = (season_episodes.c.programme_id == number, season_episodes.c.is_done.is_(True))
        query = select(season_episodes).where(*mine).order_by(season_episodes.c.number)
        return list(map(_as_episode, await self._database.rows(query)))

    async def delete(self, number: int) -> None:
        """Delete a programme with its season; the scenes stay."""

        async def remove(connection: AsyncConnection) -> None:
            await connection.execute(delete(programmes).where(programmes.c.id == number))
            await connection.execute(delete(season_episodes).where(season_episodes.c.programme_id == number))

        await self._database.transact(remove)


def _same(episode: SeasonEpisode) -> tuple[Any, ...]:
    return (
        season_episodes.c.programme_id == episode.programme_id,
        season_episodes.c.number == episode.number,
    )


def _as_programme(row: RowMapping) -> ProgrammeRecord:
    return ProgrammeRecord(**{field.name: row[field.name] for field in fields(ProgrammeRecord)})


def _as_episode(row: RowMapping) -> SeasonEpisode:
    return SeasonEpisode(**{field.name: row[field.name] for field in fields(SeasonEpisode)})
