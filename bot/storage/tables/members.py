"""What is stored of one member, over all tables."""

import json
import time
from dataclasses import dataclass

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.schema import deletions, episode_words, episodes, jobs, learners, models, pending
from bot.storage.tables.channels.performances import performances
from bot.storage.tables.channels.programmes import programmes, season_episodes
from bot.storage.tables.consents import has_answered, withdraw
from bot.storage.tables.readings import readings
from bot.storage.tables.scenes import NO_SCENES_WORDS
from bot.storage.tables.trainings import TrainingRecord, as_training

NOBODY = 0  # no member's id
_AGAIN_SECONDS = 60.0  # after which the database is written anew whatever was found
REMEMBERED_SECONDS = 1_200.0  # that it is known who was forgotten: longer than a request can be on its way


@dataclass(frozen=True)
class Deletion:
    """What was deleted of a member, and what the caller has to see to."""

    scenes: int  # the member's own
    copies: int  # others' scenes that had the member's words
    trainings: tuple[TrainingRecord, ...]  # offered, waiting or running, or with a text that was kept
    learning: tuple[TrainingRecord, ...] = ()  # that hold what the member wrote in a server's channels
    has_answered: bool = False  # whether the bot may learn from them; what stays is a no
    is_empty: bool = False  # they were forgotten a moment ago, and there was nothing new


async def read_trainings(database: Database, member_id: int) -> tuple[TrainingRecord, ...]:
    """Return the trainings that a member has begun or was offered."""
    return tuple(map(as_training, await database.rows(select(jobs).where(jobs.c.member_id == member_id))))


async def delete_member(database: Database, member_id: int) -> Deletion:
    """Delete what is stored of a member, and what they typed wherever it was copied; `Database.purge` has to follow.

    A server's trainings and models are its own and stay, without the name of who started them. A yes to being learnt
    from becomes a no, and a no stays.
    """

    async def remove(connection: AsyncConnection) -> Deletion:
        now = time.time()
        before = select(deletions.c.time).where(deletions.c.member_id == member_id)
        is_again = now - (await connection.scalar(before) or 0) < _AGAIN_SECONDS
        words = select(episode_words.c.episode_id).where(episode_words.c.member_id == member_id)
        gone = or_(episodes.c.member_id == member_id, episodes.c.id.in_(words))
        theirs = select(episodes.c.id, episodes.c.code, episodes.c.member_id).where(gone)
        found = (await connection.execute(theirs)).all()
        numbers = {int(number) for number, _, _ in found}
        await _delete_pending(connection, member_id, numbers, {str(code) for _, code, _ in found if code})
        await connection.execute(delete(episodes).where(gone))
        await connection.execute(NO_SCENES_WORDS)
        learning = await withdraw(connection, member_id, guild_id=None)
        rows = (await connection.execute(select(jobs).where(jobs.c.member_id == member_id))).mappings()
        trainings = tuple(map(as_training, rows))
        await connection.execute(delete(jobs).where(jobs.c.member_id == member_id, jobs.c.state == "offered"))
        await connection.execute(delete(learners).where(learners.c.training_id.not_in(select(jobs.c.id))))
        # A title may be the member's, or have been made of their words.
        titled = or_(performances.c.member_id == member_id, performances.c.scene_id.in_(numbers))
        await connection.execute(update(performances).where(titled).values(title=""))
        for table in (jobs, models, readings, performances):
            own = update(table).where(table.c.member_id == member_id)
            await connection.execute(own.values(member_id=NOBODY))
        planned = select(programmes.c.id).where(programmes.c.member_id == member_id)
        await connection.execute(delete(season_episodes).where(season_episodes.c.programme_id.in_(planned)))
        await connection.execute(delete(programmes).where(programmes.c.member_id == member_id))
        old = deletions.c.time < now - REMEMBERED_SECONDS
        await connection.execute(delete(deletions).where(or_(old, deletions.c.member_id == member_id)))
        await connection.execute(insert(deletions).values(member_id=member_id, time=now))
        own_scenes = sum(int(author) == member_id for _, _, author in found)
        return Deletion(
            own_scenes,
            len(found) - own_scenes,
            trainings,
            learning=learning,
            has_answered=await has_answered(connection, member_id),
            is_empty=is_again and not (found or trainings),
        )

    return await database.transact(remove)


async def delete_what_is_over(database: Database, *, promise_seconds: float) -> None:
    """Delete what is kept for a while alone: who was forgotten, and requests that nobody can answer any more."""
    now = time.time()
    await database.execute(delete(deletions).where(deletions.c.time < now - REMEMBERED_SECONDS))
    await database.execute(delete(pending).where(pending.c.created < now - promise_seconds))


async def _delete_pending(
    connection: AsyncConnection, member_id: int, scenes: set[int], codes: set[str]
) -> None:
    """Delete the requests on their way that are the member's, or hold their words."""
    rows = (await connection.execute(select(pending.c.id, pending.c.member_id, pending.c.request))).all()
    for number, author, text in rows:
        request = json.loads(text)
        copies = request.get("after") in scenes or request.get("again") in scenes
        copies = copies or member_id in request.get("quoted", ()) or request.get("code") in codes
        if author == member_id or copies:
            await connection.execute(delete(pending).where(pending.c.id == number))
