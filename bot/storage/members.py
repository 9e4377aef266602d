"""What is stored of one member, over all tables."""

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.schema import episodes, jobs, models, pending

NOBODY = 0  # no member's id


async def delete_member(database: Database, member_id: int) -> int:
    """Delete what is stored of a member; return the number of scenes that were.

    A server's trainings and models are its own and stay, without the name of who started them.
    """

    async def remove(connection: AsyncConnection) -> int:
        for table in (jobs, models):
            theirs = update(table).where(table.c.member_id == member_id)
            await connection.execute(theirs.values(member_id=NOBODY))
        await connection.execute(delete(pending).where(pending.c.member_id == member_id))
        result = await connection.execute(delete(episodes).where(episodes.c.member_id == member_id))
        return int(result.rowcount)

    return await database.transact(remove)
