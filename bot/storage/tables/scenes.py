"""The stored scenes, and how many were ever written."""

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import RowMapping, Select, delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.schema import counts, deletions, episode_words, episodes
from bot.storage.text import dump_text, load_text
from core.errors import CoreError
from core.wording import count

log = logging.getLogger(__name__)
_DAY_SECONDS = 86_400.0
SENTENCES = ("notice", "originality")  # columns that are said in the reader's language
WHOSE = episode_words.c.member_id.label("whose")
WORDS = (episode_words, episode_words.c.episode_id == episodes.c.id)
# Deletes whose words were in scenes that are gone.
NO_SCENES_WORDS = delete(episode_words).where(episode_words.c.episode_id.not_in(select(episodes.c.id)))


class DeletedError(CoreError):
    """A scene is not stored because a member wanted to be forgotten."""


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
    key: str = ""  # random, so that nobody guesses its handle; empty in scenes from before keys
    place: str = ""  # where it was written, and is given back alone; empty where that is not known
    words_of: frozenset[int] = frozenset()  # the members whose words are in it

    @property
    def handle(self) -> str:
        """What stands for the scene on Discord: `12.Xk3_9aBc`."""
        return f"{self.id}.{self.key}" if self.key else str(self.id)

    @property
    def script(self) -> str:
        """The whole scene."""
        return self.prompt + self.earlier + self.text


class SceneRepository:
    """The table of scenes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, scene: SceneRecord, *, begun: float = math.inf) -> SceneRecord:
        """Store a scene and count it; return it with its number. The same request is stored once.

        `begun` is when it was asked for, in seconds since 1970.

        Raises:
            DeletedError: Meanwhile a member wanted to be forgotten who asked for it, or whose words are in it.
        """
        values = {name: value for name, value in asdict(scene).items() if name not in ("id", "words_of")}
        values |= {name: dump_text(getattr(scene, name)) for name in SENTENCES}

        async def add(connection: AsyncConnection) -> SceneRecord:
            same = select(episodes).where(episodes.c.request_id == scene.request_id)
            row = (await connection.execute(same)).mappings().first()
            if row is not None:
                whose = await connection.execute(_whose_words(row["id"]))
                return _as_scene(dict(row), frozenset(int(member) for (member,) in whose))
            gone = select(deletions).where(
                deletions.c.member_id.in_({scene.member_id, *scene.words_of}), deletions.c.time >= begun
            )
            if (await connection.execute(gone)).first() is not None:
                raise DeletedError(
                    "That scene is not stored: /forget-me was used while it was being written."
                )
            result = await connection.execute(insert(episodes).values(values))
            await _count(connection, "episodes", 1)
            await _count(connection, "characters", len(scene.text))
            number: int = result.inserted_primary_key[0]  # type: ignore[index]  # one row has one key
            words = [{"episode_id": number, "member_id": member} for member in sorted(scene.words_of)]
            if words:
                await connection.execute(insert(episode_words), words)
            return replace(scene, id=number)

        return await self._database.transact(add)

    async def read(self, number: int) -> SceneRecord | None:
        """Return the scene of that number, unless it was deleted."""
        # One statement: between two, the scene and whose words it holds may be deleted.
        rows = await self._database.rows(
            select(episodes, WHOSE).outerjoin(*WORDS).where(episodes.c.id == number)
        )
        if not rows:
            return None
        return _as_scene(
            {str(name): value for name, value in rows[0].items() if name != WHOSE.name}, _whose(rows)
        )

    async def read_by_request(self, request_id: int) -> SceneRecord | None:
        """Return the scene that a request got, unless it was deleted."""
        row = await self._database.row(select(episodes.c.id).where(episodes.c.request_id == request_id))
        return None if row is None else await self.read(int(row["id"]))

    async def read_by_handle(self, handle: str, *, place: str) -> SceneRecord | None:
        """Return the scene of a handle, in the place where it was written; None anywhere else."""
        number, _, key = handle.partition(".")
        scene = await self.read(int(number))
        if scene is None or scene.key != key or scene.place not in ("", place):
            return None
        return scene

    async def whose_code(self, code: str) -> frozenset[int] | None:
        """Return whose words a code holds, by the first scene that it was given to; None if there is none."""
        first = select(func.min(episodes.c.id)).where(episodes.c.code == code).scalar_subquery()
        rows = await self._database.rows(
            select(WHOSE).select_from(episodes).outerjoin(*WORDS).where(episodes.c.id == first)
        )
        return _whose(rows) if rows else None

    async def read_recent_lines(self, member_id: int, *, limit: int) -> list[str]:
        """Return the lines that the member gave last, newest first, each once."""
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
        number = await self._database.execute(delete(episodes).where(episodes.c.created < oldest))
        await self._database.execute(NO_SCENES_WORDS)
        if number:
            await self._database.purge_log()
        return number

    async def delete_daily(self, days: int) -> None:
        """Delete the scenes that are older than so many days, every day; none with 0."""
        while days:
            with contextlib.suppress(CoreError):
                deleted = await self.delete_older_than(days * _DAY_SECONDS)
                log.info("%s older than %s: deleted.", count(deleted, "scene"), count(days, "day"))
            await asyncio.sleep(_DAY_SECONDS)

    async def read_counts(self) -> dict[str, int]:
        """Return the counts of all scenes ever written; they name no member and outlive deletion."""
        return {str(row["name"]): int(row["amount"]) for row in await self._database.rows(select(counts))}


def _whose_words(number: int) -> Select[Any]:
    return select(episode_words.c.member_id).where(episode_words.c.episode_id == number)


def _whose(rows: Sequence[RowMapping]) -> frozenset[int]:
    return frozenset(int(row[WHOSE.name]) for row in rows if row[WHOSE.name] is not None)


def _as_scene(row: Mapping[str, Any], words_of: frozenset[int]) -> SceneRecord:
    values: dict[str, Any] = {
        name: load_text(value) if name in SENTENCES else value for name, value in row.items()
    }
    return SceneRecord(**values, words_of=words_of)


async def _count(connection: AsyncConnection, name: str, amount: int) -> None:
    await connection.execute(
        text(
            "INSERT INTO counts (name, amount) VALUES (:name, :amount) "
            "ON CONFLICT (name) DO UPDATE SET amount = counts.amount + excluded.amount"
        ),
        {"name": name, "amount": amount},
    )
