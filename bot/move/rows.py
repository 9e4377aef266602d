"""The rows that move: all tables in one transaction, compared before it ends; knows no file."""

import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, delete, insert, select, text
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.schema import leases, metadata, settings
from bot.storage.tables.leases import BOT as LIVING
from bot.storage.tables.leases import read_clock
from bot.storage.tables.settings import BOT, read_setting, write_setting
from core.errors import CoreError

Adapt = Callable[[str, dict[str, Any]], dict[str, Any]]

MARK = "moved here"  # the bot's setting that says whose rows these are, and what they were then
MOVE_LOCK = 1_995  # any number: two who move to one database do so one after another
BATCH = 500  # rows at once


class MoveError(CoreError):
    """Why a bot cannot be moved there."""


class RowDigest:
    """What a database holds: how many rows of each table, and a number that any other row would change."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._sum = 0

    def add(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Take rows in, in any order."""
        self.counts[table.name] += len(rows)
        for row in rows:
            content = json.dumps([table.name, *(row[column.name] for column in table.columns)])
            self._sum += int.from_bytes(hashlib.sha256(content.encode()).digest())

    def __str__(self) -> str:
        """Return it as a text that can be stored."""
        return f"{self.counts.total()} rows, {self._sum % 2**256:064x}"


@dataclass(frozen=True)
class MovedRows:
    """What is in the new database now."""

    counts: Mapping[str, int]
    was_there: bool = False  # since an earlier move
    is_used: bool = False  # and a bot has changed it since


async def move_rows(
    source: Database, target: Database, *, machine: str, adapt: Adapt, numbers: Mapping[str, int], place: str
) -> MovedRows:
    """Copy all rows from one database to another, all or nothing.

    Args:
        source: Where they come from.
        target: An empty one, or one that this bot was moved to before and that no bot has used since.
        machine: The name of the bot's data folder.
        adapt: Makes a row of a table what it is to be in the new place.
        numbers: The last number that a row of a table was given: none is given twice.
        place: Where the new database is, as a sentence names it.

    Raises:
        MoveError: The target holds something else, or does not hold what was written.
        StorageError: It is out of reach.
    """

    async def move(reading: AsyncConnection, writing: AsyncConnection) -> MovedRows:
        await _lock(writing)
        await _check_nobody_lives(writing, place)
        expected, held = await _digest(reading, adapt), await _digest(writing)
        mark = json.loads(await read_setting(writing, BOT, MARK) or "null")
        if held.counts.total() and (mark is None or mark["machine"] != machine):
            raise MoveError(
                f"The database {place} is not empty: {_describe(held.counts)}; name a new one to move to."
            )
        if str(held) == str(expected):
            return MovedRows(held.counts, was_there=mark is not None)
        if mark is not None and mark["rows"] != str(held):
            if mark["rows"] == str(expected):
                return MovedRows(held.counts, was_there=True, is_used=True)
            raise MoveError(
                f"This bot was moved to the database {place} before, and both have gone on since; stay with that one, "
                "or name a new one to move to."
            )
        await _copy(reading, writing, adapt)
        if str(await _digest(writing)) != str(expected):
            raise MoveError(
                f"The database {place} gives back other rows than it was given; nothing was moved."
            )
        await _set_numbers(writing, numbers)
        await write_setting(writing, BOT, MARK, json.dumps({"machine": machine, "rows": str(expected)}))
        return MovedRows(expected.counts)

    return await source.transact(lambda reading: target.transact(lambda writing: move(reading, writing)))


async def _lock(connection: AsyncConnection) -> None:
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": MOVE_LOCK})


async def _check_nobody_lives(connection: AsyncConnection, place: str) -> None:
    """Make sure that no bot serves from a database.

    Raises:
        MoveError: One does.
    """
    living = select(leases.c.owner).where(
        leases.c.kind == LIVING, leases.c.ends >= await read_clock(connection)
    )
    if (await connection.execute(living)).first() is not None:
        raise MoveError(f"A bot runs on the database {place}; stop it for the time of the move.")


async def _read_rows(connection: AsyncConnection) -> AsyncIterator[tuple[Table, list[dict[str, Any]]]]:
    """Yield all rows but leases, which belong to processes, and the mark."""
    for table in metadata.sorted_tables:
        if table is leases:
            continue
        query = select(table).where(settings.c.name != MARK) if table is settings else select(table)
        found = await connection.stream(query)
        async for part in found.mappings().partitions(BATCH):
            yield table, [{str(name): value for name, value in row.items()} for row in part]


async def _digest(connection: AsyncConnection, adapt: Adapt | None = None) -> RowDigest:
    digest = RowDigest()
    async for table, rows in _read_rows(connection):
        digest.add(table, [adapt(table.name, row) for row in rows] if adapt else rows)
    return digest


async def _copy(reading: AsyncConnection, writing: AsyncConnection, adapt: Adapt) -> None:
    for table in metadata.sorted_tables:
        if table is not leases:
            await writing.execute(delete(table))
    async for table, rows in _read_rows(reading):
        try:
            await writing.execute(insert(table), [adapt(table.name, row) for row in rows])
        except (DataError, IntegrityError) as error:
            raise MoveError(
                f"The new database refuses rows of the table {table.name} ({type(error.orig).__name__}); nothing was "
                "moved."
            ) from error


async def _set_numbers(connection: AsyncConnection, numbers: Mapping[str, int]) -> None:
    """Number new rows after all that there ever were: buttons on Discord name them."""
    if connection.dialect.name != "postgresql":
        return
    for table, number in numbers.items():
        if table in metadata.tables and number:
            await connection.execute(
                text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :number)"),
                {"name": table, "number": number},
            )


def _describe(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} rows in {table}" for table, number in sorted(counts.items()) if number)
