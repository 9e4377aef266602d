"""The stored scenes, and how many were ever written."""

import time
from dataclasses import asdict, dataclass, replace

from sqlalchemy import RowMapping, delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.schema import counts, episodes


@dataclass(frozen=True, kw_only=True)
class SceneRecord:
    """A scene as the database holds it; `id` is 0 until it is stored."""

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


class SceneRepository:
    """The table of scenes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, scene: SceneRecord) -> SceneRecord:
        """Store a scene and count it; return it with its number. The same request is stored once."""
        values = {name: value for name, value in asdict(scene).items() if name != "id"}

        async def add(connection: AsyncConnection) -> SceneRecord:
            same = select(episodes).where(episodes.c.request_id == scene.request_id)
            row = (await connection.execute(same)).mappings().first()
            if row is not None:
                return _as_scene(row)
            result = await connection.execute(insert(episodes).values(values))
            await _count(connection, "episodes", 1)
            await _count(connection, "characters", len(scene.text))
            number: int = result.inserted_primary_key[0]  # type: ignore[index]  # one row has one key
            return replace(scene, id=number)

        return await self._database.transact(add)

    async def read(self, number: int) -> SceneRecord | None:
        """Return the scene of that number, unless it was deleted."""
        row = await self._database.row(select(episodes).where(episodes.c.id == number))
        return None if row is None else _as_scene(row)

    async def read_recent_lines(self, member_id: int, *, limit: int) -> list[str]:
        """Return the member's own last lines, newest first, each once."""
        newest = (
            select(episodes.c.line)
            .where(episodes.c.member_id == member_id, episodes.c.line != "")
            .order_by(episodes.c.id.desc())
            .limit(4 * limit)
        )
        return list(dict.fromkeys(str(row["line"]) for row in await self._database.rows(newest)))[:limit]

    async def delete_older_than(self, seconds: float) -> int:
        """Delete the scenes of before that time; return their number."""
        oldest = int(time.time() - seconds)
        return await self._database.execute(delete(episodes).where(episodes.c.created < oldest))

    async def read_counts(self) -> dict[str, int]:
        """Return the counts of all scenes ever written; they name no member and outlive deletion."""
        return {str(row["name"]): int(row["amount"]) for row in await self._database.rows(select(counts))}


def _as_scene(row: RowMapping) -> SceneRecord:
    return SceneRecord(**{str(name): value for name, value in row.items()})


async def _count(connection: AsyncConnection, name: str, amount: int) -> None:
    await connection.execute(
        text(
            "INSERT INTO counts (name, amount) VALUES (:name, :amount) "
            "ON CONFLICT (name) DO UPDATE SET amount = counts.amount + excluded.amount"
        ),
        {"name": name, "amount": amount},
    )
