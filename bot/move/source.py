"""The bot that moves: it does not run, and its database is read from a copy, so that nothing of it changes."""

import asyncio
import contextlib
import fcntl
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.data_folder import hold_data_folder, read_machine
from bot.storage.engine import read_url
from bot.storage.repositories import Repositories
from bot.storage.schema import metadata
from bot.training.process import LOCK
from core.errors import ConfigError

ENDINGS = ("", "-wal", "-journal")  # of the files that SQLite's database is in


@dataclass(frozen=True)
class MovingBot:
    """A bot that is to move."""

    data: Path
    machine: str
    scratch: Path  # a folder for what is deleted in the end
    storage: Repositories  # a copy, brought up to date
    numbers: Mapping[str, int]  # table -> the last number that a row of it was given


@contextlib.asynccontextmanager
async def open_source(database_url: str, *, data: Path) -> AsyncIterator[MovingBot]:
    """Hold a bot's data folder against its start, and read its database from a copy, until the context ends.

    Raises:
        CoreError: There is no bot, it runs, or its database cannot be read.
    """
    file = Path(str(read_url(database_url, data=data).database))
    if not await asyncio.to_thread(lambda: (data / "machine").is_file() and file.is_file()):
        raise ConfigError(
            f"There is no bot with a SQLite database to move in {data}; set HOLOSUITE_DATA to its data folder."
        )
    lock = await asyncio.to_thread(hold_data_folder, data)
    try:
        await asyncio.to_thread(_check_trainings, data)
        machine = await asyncio.to_thread(read_machine, data)
        prefix = f"holosuite-move-{machine}-"
        await asyncio.to_thread(_sweep, prefix)
        with tempfile.TemporaryDirectory(prefix=prefix) as folder:
            scratch = Path(folder)
            await asyncio.to_thread(_copy, file, scratch / "copy.db")
            storage = await Repositories.open(
                f"sqlite:///{scratch / 'copy.db'}", data=scratch, machine=machine
            )
            try:
                if storage.database.copies():
                    raise ConfigError(
                        f"The database {file} is damaged; start its bot, which begins a new one, or put a backup there."
                    )
                await storage.database.transact(_check_tables)
                yield MovingBot(
                    data, machine, scratch, storage, await storage.database.transact(_read_numbers)
                )
            finally:
                await storage.close()
    finally:
        lock.release()


def _check_trainings(data: Path) -> None:
    """Make sure that no training's process works in a data folder: it outlives its bot.

    Raises:
        ConfigError: One does.
    """
    with contextlib.suppress(FileNotFoundError), (data / LOCK).open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigError(
                f"A training still runs in {data}; wait for its end, or start the bot and cancel it."
            ) from error


def _sweep(prefix: str) -> None:
    """Delete what a move of the same bot has left that was killed: it holds what members wrote."""
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)


def _copy(file: Path, copy: Path) -> None:
    try:
        for ending in ENDINGS:
            if Path(f"{file}{ending}").exists():
                shutil.copyfile(f"{file}{ending}", f"{copy}{ending}")
    except OSError as error:
        raise ConfigError(
            f"The database {file} cannot be copied to {copy.parent} ({error.strerror}); TMPDIR names another folder."
        ) from error


async def _check_tables(connection: AsyncConnection) -> None:
    """Make sure that all tables of the database are known, and would move.

    Raises:
        ValueError: One is not.
    """
    names = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    unknown = names - metadata.tables.keys() - {"alembic_version"}
    if unknown:
        raise ValueError(f"tables that nothing here describes: {sorted(unknown)}")


async def _read_numbers(connection: AsyncConnection) -> dict[str, int]:
    rows = await connection.execute(text("SELECT name, seq FROM sqlite_sequence"))
    return {str(name): int(number) for name, number in rows}
