"""What must survive a restart: episodes, requests on their way, settings and counts; knows no Discord."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

from sqlalchemy import RowMapping, delete, insert, select, text, update
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.storage.engine import StoreError, explain, is_damage, keep_aside, open_engine, read_url
from bot.storage.schema import counts, episodes, jobs, models, pending, settings

Result = TypeVar("Result")
NOBODY = 0  # no member's id


@dataclass(frozen=True, kw_only=True)
class KeptEpisode:
    """An episode as the database holds it; `id` is 0 until it is kept."""

    id: int = 0
    request_id: int  # of the interaction or message that asked for it
    member_id: int
    created: int  # seconds since 1970
    line: str
    model: str
    fingerprint: str
    prompt: str
    earlier: str
    text: str
    temperature: float
    length: int  # characters that were asked for
    seed: int
    ended: bool
    notice: str
    seconds: float
    parts: str = ""  # JSON: what was asked for each part; empty where that is not known
    originality: str = ""  # a sentence, where the run can tell
    code: str = ""  # empty where none can stand for it

    @property
    def script(self) -> str:
        """The whole scene."""
        return self.prompt + self.earlier + self.text


@dataclass(frozen=True, kw_only=True)
class PendingRequest:
    """A request that was acknowledged; `id` and `token` are the interaction's."""

    id: int
    application_id: int
    token: str
    member_id: int
    created: int  # seconds since 1970
    request: str  # JSON


class _Crowd:
    """Requests that are kept in one transaction."""

    def __init__(self) -> None:
        self.requests: list[PendingRequest] = []
        self.is_kept = False


class Store:
    """The database; every method is one transaction and raises `StoreError` if that fails."""

    def __init__(self, engine: AsyncEngine, url: URL) -> None:
        """Take an engine that is open and up to date; see `Store.open`."""
        self._engine = engine
        self._url = url
        self._repair = asyncio.Lock()
        self._keeping = asyncio.Lock()
        self._crowd = _Crowd()
        self._is_closed = False
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @classmethod
    async def open(cls, database_url: str, *, data: Path) -> "Store":
        """Open the database, making or updating its tables.

        Raises:
            ConfigError: If the address cannot be used.
            StoreError: If the database is locked or out of reach.
        """
        url = read_url(database_url, data=data)
        return cls(await open_engine(url), url)

    async def close(self) -> None:
        """Finish what is running and let go of the database."""
        self._is_closed = True
        # A connection that is taken away from under a transaction would leave its task waiting for ever.
        await self._idle.wait()
        await self._engine.dispose()

    async def keep_episode(self, episode: KeptEpisode) -> KeptEpisode:
        """Keep an episode and count it; return it with its number. The same request is kept once."""
        values = {name: value for name, value in asdict(episode).items() if name != "id"}

        async def keep(connection: AsyncConnection) -> KeptEpisode:
            same = select(episodes).where(episodes.c.request_id == episode.request_id)
            row = (await connection.execute(same)).mappings().first()
            if row is not None:
                return _as_kept(row)
            result = await connection.execute(insert(episodes).values(values))
            await _count(connection, "episodes", 1)
            await _count(connection, "characters", len(episode.text))
            number: int = result.inserted_primary_key[0]  # type: ignore[index]  # one row has one key
            return replace(episode, id=number)

        return await self._run(keep)

    async def read_episode(self, number: int) -> KeptEpisode | None:
        """Return the episode of that number, if it was not forgotten."""

        async def read(connection: AsyncConnection) -> KeptEpisode | None:
            row = (
                (await connection.execute(select(episodes).where(episodes.c.id == number))).mappings().first()
            )
            return None if row is None else _as_kept(row)

        return await self._run(read)

    async def read_recent_lines(self, member_id: int, *, limit: int) -> list[str]:
        """Return the member's own last lines, newest first, each once."""

        async def read(connection: AsyncConnection) -> list[str]:
            newest = (
                select(episodes.c.line)
                .where(episodes.c.member_id == member_id, episodes.c.line != "")
                .order_by(episodes.c.id.desc())
                .limit(4 * limit)
            )
            lines = (await connection.execute(newest)).scalars().all()
            return list(dict.fromkeys(str(line) for line in lines))[:limit]

        return await self._run(read)

    async def forget_member(self, member_id: int) -> int:
        """Delete what is stored of a member; return the number of episodes that were.

        A server's trainings and models are its own and stay, without the name of who started them.
        """

        async def forget(connection: AsyncConnection) -> int:
            for table in (jobs, models):
                theirs = update(table).where(table.c.member_id == member_id)
                await connection.execute(theirs.values(member_id=NOBODY))
            await connection.execute(delete(pending).where(pending.c.member_id == member_id))
            result = await connection.execute(delete(episodes).where(episodes.c.member_id == member_id))
            return int(result.rowcount)

        return await self._run(forget)

    async def forget_older_than(self, seconds: float) -> int:
        """Delete the episodes of before that time; return their number."""
        oldest = int(time.time() - seconds)

        async def forget(connection: AsyncConnection) -> int:
            result = await connection.execute(delete(episodes).where(episodes.c.created < oldest))
            return int(result.rowcount)

        return await self._run(forget)

    async def keep_pending(self, request: PendingRequest) -> None:
        """Keep a request until `forget_pending`, so that a new process can finish it.

        Requests that come while others are being kept share the next transaction: a crowd must be answered within 3 s.
        """
        crowd = self._crowd
        crowd.requests.append(request)

        async def keep(connection: AsyncConnection) -> None:
            await connection.execute(insert(pending), [asdict(each) for each in crowd.requests])

        async with self._keeping:
            if not crowd.is_kept:
                self._crowd = _Crowd()
                await self._run(keep)
                crowd.is_kept = True

    async def forget_pending(self, request_id: int) -> None:
        """Delete a request that was answered or given up."""

        async def forget(connection: AsyncConnection) -> None:
            await connection.execute(delete(pending).where(pending.c.id == request_id))

        await self._run(forget)

    async def take_pending(self, *, newer_than_seconds: float) -> list[PendingRequest]:
        """Return what an earlier process left unfinished, oldest first; delete what is too old."""
        oldest = int(time.time() - newer_than_seconds)

        async def take(connection: AsyncConnection) -> list[PendingRequest]:
            await connection.execute(delete(pending).where(pending.c.created < oldest))
            rows = (await connection.execute(select(pending).order_by(pending.c.id))).mappings().all()
            return [PendingRequest(**{str(name): value for name, value in row.items()}) for row in rows]

        return await self._run(take)

    async def read_setting(self, scope: str, name: str) -> str | None:
        """Return a setting's value, if it was set."""

        async def read(connection: AsyncConnection) -> str | None:
            query = select(settings.c.value).where(settings.c.scope == scope, settings.c.name == name)
            value: str | None = await connection.scalar(query)
            return value

        return await self._run(read)

    async def keep_setting(self, scope: str, name: str, value: str) -> None:
        """Set a setting."""

        async def keep(connection: AsyncConnection) -> None:
            await connection.execute(
                text(
                    "INSERT INTO settings (scope, name, value) VALUES (:scope, :name, :value) "
                    "ON CONFLICT (scope, name) DO UPDATE SET value = excluded.value"
                ),
                {"scope": scope, "name": name, "value": value},
            )

        await self._run(keep)

    async def read_counts(self) -> dict[str, int]:
        """Return all counts by name; they name no member and outlive forgetting."""

        async def read(connection: AsyncConnection) -> dict[str, int]:
            return {str(name): int(amount) for name, amount in await connection.execute(select(counts))}

        return await self._run(read)

    async def transact(self, work: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
        """Do another room's work in a transaction of its own."""
        return await self._run(work)

    async def _run(self, work: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
        """Do work in a transaction, unless the store is closed."""
        if self._is_closed:
            raise StoreError("The bot is leaving; please try again in a moment.")
        self._running += 1
        self._idle.clear()
        try:
            return await self._run_or_repair(work)
        finally:
            self._running -= 1
            if self._running == 0:
                self._idle.set()

    async def _run_or_repair(self, work: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
        """Do work in a transaction; if the SQLite file turns out damaged, once more in a new one."""
        engine = self._engine
        try:
            async with engine.begin() as connection:
                return await work(connection)
        except (SQLAlchemyError, OSError) as error:
            if not is_damage(error):
                raise StoreError(explain(error)) from error
            await self._begin_anew(engine)
        try:
            async with self._engine.begin() as connection:
                return await work(connection)
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(explain(error)) from error

    async def _begin_anew(self, damaged: AsyncEngine) -> None:
        async with self._repair:
            if self._engine is not damaged:  # another request was quicker
                return
            await damaged.dispose()
            await asyncio.to_thread(keep_aside, self._url)
            self._engine = await open_engine(self._url)


def _as_kept(row: RowMapping) -> KeptEpisode:
    return KeptEpisode(**{str(name): value for name, value in row.items()})


async def _count(connection: AsyncConnection, name: str, amount: int) -> None:
    await connection.execute(
        text(
            "INSERT INTO counts (name, amount) VALUES (:name, :amount) "
            "ON CONFLICT (name) DO UPDATE SET amount = counts.amount + excluded.amount"
        ),
        {"name": name, "amount": amount},
    )
