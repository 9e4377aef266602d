"""Which members may be learnt from in which server, and which trainings learn from them."""

import contextlib
from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, Select, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database, lock_guild
from bot.storage.engine import StorageError
from bot.storage.schema import consents, jobs, learners
from bot.storage.tables.trainings import TrainingRecord, as_training

YES, NO = "yes", "no"


class ConsentRepository:
    """The answers of members; who has not answered has not said yes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, guild_id: int, member_id: int) -> str:
        """Return YES, NO, or an empty text where a member has not answered."""
        row = await self._database.row(_answer_of(guild_id, member_id))
        return "" if row is None else str(row["answer"])

    async def read_willing(self, guild_id: int) -> Mapping[int, str]:
        """Return who said yes in a server, each with whose lines theirs are; empty for their own name."""
        query = select(consents).where(consents.c.guild_id == guild_id, consents.c.answer == YES)
        return {int(row["member_id"]): str(row["speaker"]) for row in await self._database.rows(query)}

    async def count(self, guild_id: int) -> tuple[int, int]:
        """Return how many said yes and no in a server."""
        query = select(consents.c.answer, func.count().label("number")).where(consents.c.guild_id == guild_id)
        rows = await self._database.rows(query.group_by(consents.c.answer))
        found = {str(row["answer"]): int(row["number"]) for row in rows}
        return found.get(YES, 0), found.get(NO, 0)

    async def count_servers(self, member_id: int) -> int:
        """Return in how many servers a member has said yes."""
        query = select(consents.c.guild_id).where(consents.c.member_id == member_id, consents.c.answer == YES)
        return len(await self._database.rows(query))

    async def allow(self, guild_id: int, member_id: int) -> None:
        """Note a yes."""
        await self._database.transact(
            lambda connection: _write(connection, guild_id=guild_id, member_id=member_id, answer=YES)
        )

    async def refuse(self, member_id: int, *, guild_id: int | None) -> tuple[TrainingRecord, ...]:
        """Note a no in a server, or for None in all where the member has answered; see `withdraw`."""

        async def refuse(connection: AsyncConnection) -> tuple[TrainingRecord, ...]:
            if guild_id is not None:
                await _write(connection, guild_id=guild_id, member_id=member_id, answer=NO)
            return await withdraw(connection, member_id, guild_id=guild_id)

        trainings = await self._database.transact(refuse)
        with contextlib.suppress(StorageError):  # what follows from a no is not kept waiting for it
            await self._database.purge_log()
        return trainings

    async def cast(self, guild_id: int, member_id: int, speaker: str) -> bool:
        """Let a member's lines be a character's, or for an empty text their own; false without a yes."""
        willing = (
            consents.c.guild_id == guild_id,
            consents.c.member_id == member_id,
            consents.c.answer == YES,
        )
        return bool(await self._database.execute(update(consents).where(*willing).values(speaker=speaker)))

    async def lapse(self, guild_id: int) -> None:
        """Forget who said yes in a server that the bot is no longer in; who said no keeps it."""
        left = (consents.c.guild_id == guild_id, consents.c.answer == YES)
        await self._database.execute(delete(consents).where(*left))

    async def note_learners(self, training: TrainingRecord, members: Iterable[int]) -> bool:
        """Note whose messages a training learns from; false if one of them has said no meanwhile."""
        rows = [{"training_id": training.id, "member_id": member} for member in sorted(members)]

        async def add(connection: AsyncConnection) -> bool:
            await lock_guild(connection, training.guild_id)
            willing = select(consents.c.member_id).where(
                consents.c.guild_id == training.guild_id, consents.c.answer == YES
            )
            if not {row["member_id"] for row in rows} <= set(await connection.scalars(willing)):
                return False
            await connection.execute(insert(learners), rows)
            return True

        return await self._database.transact(add)

    async def count_learners(self, training_ids: Iterable[int]) -> Mapping[int, int]:
        """Return from how many members, who have not said no since, each training or its model learnt."""
        query = select(learners.c.training_id, func.count().label("number"))
        query = query.where(learners.c.training_id.in_(list(training_ids))).group_by(learners.c.training_id)
        return {int(row["training_id"]): int(row["number"]) for row in await self._database.rows(query)}


async def withdraw(
    connection: AsyncConnection, member_id: int, *, guild_id: int | None
) -> tuple[TrainingRecord, ...]:
    """Turn a member's yes into no, in a server or for None in all, and take them from what has learnt from them.

    Returns the trainings that hold their words, for the caller to see to.
    """
    answered = select(consents.c.guild_id).where(consents.c.member_id == member_id)
    for server in sorted(await connection.scalars(answered)):
        if guild_id in (None, server):
            await lock_guild(connection, server)
    given: list[ColumnElement[bool]] = [consents.c.member_id == member_id]
    concerned: list[ColumnElement[bool]] = [
        jobs.c.id.in_(select(learners.c.training_id).where(learners.c.member_id == member_id))
    ]
    if guild_id is not None:
        given.append(consents.c.guild_id == guild_id)
        concerned.append(jobs.c.guild_id == guild_id)
    await connection.execute(update(consents).where(*given).values(answer=NO, speaker=""))
    found = tuple(map(as_training, (await connection.execute(select(jobs).where(*concerned))).mappings()))
    theirs = (learners.c.member_id == member_id, learners.c.training_id.in_([each.id for each in found]))
    await connection.execute(delete(learners).where(*theirs))
    return tuple(training for training in found if training.state in ("offered", "waiting", "running"))


async def has_answered(connection: AsyncConnection, member_id: int) -> bool:
    """Tell whether a member's answer is stored for any server."""
    query = select(consents.c.guild_id).where(consents.c.member_id == member_id).limit(1)
    return (await connection.execute(query)).first() is not None


def _answer_of(guild_id: int, member_id: int) -> Select[tuple[str]]:
    return select(consents.c.answer).where(consents.c.guild_id == guild_id, consents.c.member_id == member_id)


async def _write(connection: AsyncConnection, *, guild_id: int, member_id: int, answer: str) -> None:
    await connection.execute(
        text(
            "INSERT INTO consents (guild_id, member_id, answer, speaker) "
            "VALUES (:guild_id, :member_id, :answer, '') "
            "ON CONFLICT (guild_id, member_id) DO UPDATE SET answer = excluded.answer"
        ),
        {"guild_id": guild_id, "member_id": member_id, "answer": answer},
    )
