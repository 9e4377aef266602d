"""The way to the database: opening, checking, migrating, and a sentence for all that can go wrong."""

import asyncio
import errno
import logging
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.storage.schema import REVISION, metadata
from core.errors import ConfigError, CoreError
from core.text import Text

BUSY_SECONDS = 5  # that SQLite waits while another program writes
MIGRATION_LOCK = 1_993  # any number: bots that start together on PostgreSQL migrate one after another

# SQLite's result codes, PostgreSQL's ("Appendix A", Error Codes), and the system's.
DAMAGED = {("sqlite", sqlite3.SQLITE_CORRUPT), ("sqlite", sqlite3.SQLITE_NOTADB)}
BUSY = {
    ("sqlite", sqlite3.SQLITE_BUSY),
    ("sqlite", sqlite3.SQLITE_LOCKED),
    ("state", "55P03"),
    ("state", "40P01"),
}
FULL = {("sqlite", sqlite3.SQLITE_FULL), ("state", "53100"), ("system", errno.ENOSPC)}
CLOSED = {("sqlite", sqlite3.SQLITE_CANTOPEN), ("sqlite", sqlite3.SQLITE_READONLY), ("state", "42501")}

log = logging.getLogger(__name__)


class StorageError(CoreError):
    """The database cannot be used."""


def read_url(database_url: str, *, data: Path) -> URL:
    """Return the database's address; without one, SQLite's file in the data directory.

    Raises:
        ConfigError: If it is no address of SQLite or PostgreSQL.
    """
    if not database_url:
        return URL.create("sqlite+aiosqlite", database=str(data / "holosuite.db"))
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        url = URL.create("unknown")
    drivers = {
        "sqlite": "sqlite+aiosqlite",
        "postgresql": "postgresql+asyncpg",
        "postgres": "postgresql+asyncpg",
    }
    driver = drivers.get(url.drivername.split("+")[0])
    if driver is None or (driver.startswith("sqlite") and not url.database):
        # The value holds a password: it is not repeated.
        raise ConfigError(
            "DATABASE_URL has to be like postgresql://name:password@host/database or sqlite:///folder/file.db."
        )
    if "sslmode" in url.query:  # as hosts of PostgreSQL write it; the driver has another word
        url = url.set(
            query={"ssl" if name == "sslmode" else name: value for name, value in url.query.items()}
        )
    return url.set(drivername=driver)


async def open_engine(url: URL, *, is_successor: bool = False) -> AsyncEngine:
    """Connect, check the database's health, and bring its tables up to date.

    A damaged SQLite file is kept aside under another name, and a new one begun; `is_successor` says that this has
    been done already.

    Raises:
        ConfigError: If the driver does not take the address.
        StorageError: If the database is locked, out of reach, or from a newer version of the bot.
    """
    for attempt in range(2):
        engine, has_connected = _create_engine(url), False
        try:
            async with engine.begin() as connection:
                has_connected = True
                await connection.run_sync(_check_and_migrate)
                if attempt or is_successor:
                    await connection.run_sync(_begin_numbers)
        except (SQLAlchemyError, OSError) as error:
            await engine.dispose()
            if attempt == 0 and is_damage(error):
                await asyncio.to_thread(keep_aside, url)
                continue
            raise StorageError(_explain_start(error, url)) from error
        except (TypeError, ValueError, OverflowError) as error:
            await engine.dispose()
            if has_connected:
                raise
            # Its text may repeat a value.
            raise ConfigError(
                "The driver does not take a port or an option of DATABASE_URL ({reason}); leave that out.",
                reason=type(error).__name__,
            ) from error
        except BaseException:
            await engine.dispose()
            raise
        return engine
    raise StorageError("The database is damaged, and so is the new one that was begun; look at the disk.")


def is_damage(error: BaseException) -> bool:
    """Tell whether SQLite says that its file is no sound database."""
    return bool(_read_codes(error) & DAMAGED)


def keep_aside(url: URL) -> None:
    """Rename a damaged SQLite file and what belongs to it, so that a new one can be begun."""
    database = Path(str(url.database))
    stamp = time.strftime("%Y%m%d-%H%M%S")
    aside = next(
        name for number in range(1_000) if not (name := Path(f"{database}.damaged-{stamp}-{number}")).exists()
    )
    for ending in ("-wal", "-shm", ""):
        part = Path(f"{database}{ending}")
        if part.exists():
            part.rename(f"{aside}{ending}")
    log.error(
        "The database %s was damaged: it is kept aside as %s, and a new one is begun.", database, aside.name
    )


def explain(error: BaseException) -> Text:
    """Return a sentence about a failure while running, safe to show to anybody."""
    codes = _read_codes(error)
    if codes & BUSY:
        return Text("The database is busy; try again in a moment.")
    if codes & FULL:
        return Text("The bot's disk is full, so it cannot store new scenes; tell its owner.")
    return Text("The database cannot be reached; try again later.")


def _read_codes(error: BaseException) -> set[tuple[str, object]]:
    """Return the numbers and codes of a failure: its words may be names that somebody chose, such as `full`."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    number = getattr(cause, "sqlite_errorcode", None)
    # The low byte is the kind of error; the rest says more about it.
    kind = number & 0xFF if isinstance(number, int) else None
    state, system = getattr(cause, "sqlstate", None), getattr(cause, "errno", None)
    return {("sqlite", kind), ("state", state), ("system", system)}


def _create_engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        try:
            return create_async_engine(url, pool_size=5, pool_pre_ping=True, hide_parameters=True)
        except ModuleNotFoundError as error:
            raise ConfigError(
                "DATABASE_URL needs a driver that is not installed: pip install 'holosuite[postgresql]'."
            ) from error
    database = Path(str(url.database))
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            "The folder {path} cannot be used; check HOLOSUITE_DATA.", path=database.parent
        ) from error
    # One connection: SQLite has one writer at a time anyway, and nobody in this process waits for a lock.
    engine = create_async_engine(
        url,
        pool_size=1,
        max_overflow=0,
        pool_timeout=60,
        connect_args={"timeout": BUSY_SECONDS},
        hide_parameters=True,  # an error's text goes to the log, and members' lines do not
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 -- the driver's own type
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # A commit survives whatever ends the process; only a power cut may take the last ones back.
    cursor.execute("PRAGMA synchronous = NORMAL")
    # What is deleted is overwritten, and nothing is put beside the database meanwhile.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.close()


def _check_and_migrate(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # Takes the lock for writing now, so that another program's is noticed at the start.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if verdict != "ok":
            damage = sqlite3.DatabaseError(verdict)
            damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise DBAPIError("PRAGMA quick_check", None, damage)
    elif connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": MIGRATION_LOCK})
    if _read_revision(connection) == REVISION:
        return
    # Alembic is loaded for the migration alone: it takes a tenth of the bot's memory.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes.update(connection=connection, metadata=metadata)
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StorageError(
            "The database was made by a newer version of the bot; install that version again, or set another "
            "DATABASE_URL or HOLOSUITE_DATA."
        ) from error


def _begin_numbers(connection: Connection) -> None:
    """Number what buttons name after all that the database before may have had: old buttons still carry those."""
    numbered = text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'")
    for (name,) in connection.execute(numbered).all():
        same = {"name": name, "seq": int(time.time())}
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), same)
        connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"), same)


def _read_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def _explain_start(error: BaseException, url: URL) -> Text:
    is_file, codes = url.get_backend_name() == "sqlite", _read_codes(error)
    place, reason = url.database if is_file else url.host or "localhost", type(error).__name__
    if codes & BUSY:
        return Text("The database {place} is locked by another program; stop that one.", place=place)
    if codes & CLOSED and is_file:
        return Text("{place} cannot be opened for writing; check HOLOSUITE_DATA and its owner.", place=place)
    if codes & CLOSED:
        return Text("The database {place} is closed to its user; check what they may do there.", place=place)
    if codes & FULL:
        return Text("The disk with the database {place} is full; make room.", place=place)
    return Text(
        "The database {place} cannot be reached ({why}); check DATABASE_URL.", place=place, why=reason
    )
