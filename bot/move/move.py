"""A move from its beginning to its end: first the files, then all rows at once."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.move.rows import MovedRows, move_rows
from bot.move.runs import FileMover, MovedFiles
from bot.move.source import open_source
from bot.storage.database import Database
from bot.storage.engine import read_url
from bot.storage.runs.shared import SharedRuns
from bot.storage.text import storable
from core.errors import RunError

OF_HOME = ("models", "model_names")  # tables whose `machine` is where the runs are


@dataclass(frozen=True)
class Moved:
    """What a move has done."""

    rows: MovedRows
    runs: int  # in the store, compared with their fingerprints
    missing: list[str]  # sentences about models that have no whole run


async def move_bot(
    source_url: str, *, data: Path, target_url: str, store: str, say: Callable[[str], None]
) -> Moved:
    """Move a bot; a move that was interrupted is made whole by another one, and nothing of the old bot changes.

    Args:
        source_url: The old database's address; empty for SQLite's file in the data folder.
        data: The data folder of the bot that moves.
        target_url: The new database's address.
        store: The store's address.
        say: Is told how far it is.

    Raises:
        CoreError: Why it cannot be moved.
    """
    url = read_url(target_url, data=data)
    async with open_source(source_url, data=data) as source:
        target = await Database.open(target_url, data=data)
        try:
            runs = await SharedRuns.open(store, data=source.scratch)
            moved = await FileMover(source, runs, say=say).move()
            say("The rows of the database")
            rows = await move_rows(
                source.storage.database,
                target,
                machine=source.machine,
                adapt=_Adaptation(moved, source.machine),
                numbers=source.numbers,
                place=f"on {url.host or 'this machine'}",
            )
        finally:
            await target.close()
    return Moved(rows, runs=len(moved.models) - len(moved.missing), missing=moved.missing)


class _Adaptation:
    """Makes a row what it is to be in the new place."""

    def __init__(self, moved: MovedFiles, machine: str) -> None:
        self._moved = moved
        self._machine = machine

    def __call__(self, table: str, row: dict[str, Any]) -> dict[str, Any]:
        row = {name: storable(value) for name, value in row.items()}
        if table in OF_HOME and row["machine"] == self._machine:
            row["machine"] = self._moved.home
        if table == "models":
            if row["machine"] != self._moved.home:
                raise RunError(
                    f"The run of model {row['id']} is in another store; copy all of that to the new one before, and "
                    "move again."
                )
            row["folder"] = self._moved.models.get(row["id"], row["folder"])
        return row | self._moved.jobs.get(row["id"], {}) if table == "jobs" else row
