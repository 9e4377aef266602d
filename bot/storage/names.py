"""The names of a server's models and of those being trained: each once, in any case, for the database sees to it."""

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import model_names
from core.errors import CoreError


class LimitError(CoreError):
    """A training or a name that a server may not have."""


async def is_taken(connection: AsyncConnection, *, machine: str, guild_id: int, name: str) -> bool:
    """Tell whether a server has a model, or an unfinished training, of that name in any case."""
    query = select(model_names.c.owner).where(
        model_names.c.machine == machine,
        model_names.c.guild_id == guild_id,
        model_names.c.folded == name.casefold(),
    )
    return (await connection.execute(query)).first() is not None


async def take_name(
    connection: AsyncConnection, *, machine: str, guild_id: int, name: str, owner: int
) -> None:
    """Give a training a name, or another one.

    Raises:
        LimitError: The server has it already.
    """
    mine = (model_names.c.machine == machine, model_names.c.owner == owner)
    values = {"machine": machine, "guild_id": guild_id, "folded": name.casefold(), "owner": owner}
    try:
        if not (await connection.execute(update(model_names).where(*mine).values(values))).rowcount:
            await connection.execute(insert(model_names).values(values))
    except IntegrityError as error:
        raise taken_name() from error


async def release_name(connection: AsyncConnection, *, machine: str, owner: int) -> None:
    """Let another model have the name of one that is gone."""
    mine = (model_names.c.machine == machine, model_names.c.owner == owner)
    await connection.execute(delete(model_names).where(*mine))


def taken_name() -> LimitError:
    """Return why a name cannot be given."""
    return LimitError("This server has a model or a training of that name; choose another name.")
