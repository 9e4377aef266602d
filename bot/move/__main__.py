"""`python -m bot.move`: takes a bot on SQLite along to PostgreSQL and a store; docs/scale.md says how."""

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.move.move import Moved

TARGETS = ("postgresql", "postgres")


def main(arguments: list[str] | None = None) -> int:
    """Move the bot and return the exit status: 0, or 2 for a problem that was said."""
    parser = argparse.ArgumentParser(prog="python -m bot.move", description=__doc__)
    parser.add_argument("--to", metavar="URL", help="the new PostgreSQL (DATABASE_URL)")
    parser.add_argument("--store", metavar="URL", help="the store of runs (HOLOSUITE_STORE)")
    parser.add_argument(
        "--source", default="", metavar="URL", help="the old SQLite (the one in the data folder)"
    )
    options = parser.parse_args(arguments)

    from dotenv import load_dotenv  # noqa: PLC0415  # nothing heavy before the arguments are known to be right

    load_dotenv(Path(".env"))
    before = os.environ.get("DATABASE_URL", "")
    source = options.source or (before if before.startswith("sqlite") else "")
    if options.to or options.store:
        _begin_anew(options.to, options.store, source)
    return _move(source)


def _begin_anew(target: str | None, store: str | None, source: str) -> None:
    """Run again with the addresses in the environment: a command line is for all users of the machine to read."""
    given = {"DATABASE_URL": target, "HOLOSUITE_STORE": store}
    os.environ.update({name: value for name, value in given.items() if value})
    os.execv(sys.executable, [sys.executable, "-m", "bot.move", *(["--source", source] if source else [])])  # noqa: S606 -- ourselves


def _move(source: str) -> int:
    from bot.move.move import move_bot  # noqa: PLC0415
    from bot.storage.settings import Settings  # noqa: PLC0415
    from core.errors import ConfigError, CoreError  # noqa: PLC0415

    try:
        settings = Settings.from_env(os.environ)
        if not settings.database_url.startswith(TARGETS) or not settings.store:
            raise ConfigError(
                "Where to? Set DATABASE_URL to a PostgreSQL and HOLOSUITE_STORE to a store, in the environment or in "
                ".env, or use --to and --store."
            )
        moved = asyncio.run(
            move_bot(
                source,
                data=settings.data,
                target_url=settings.database_url,
                store=settings.store,
                say=lambda sentence: print(f"{sentence} ...", file=sys.stderr),  # noqa: T201  # the command line's own voice
            )
        )
    except CoreError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    except KeyboardInterrupt:
        print("Interrupted: the new database is as it was; move again.", file=sys.stderr)  # noqa: T201
        return 130
    for sentence in moved.missing:
        print(sentence, file=sys.stderr)  # noqa: T201
    print(_describe(moved))  # noqa: T201
    return 0


def _describe(moved: "Moved") -> str:
    """Return what was moved, and what to do now."""
    counts = moved.rows.counts
    scenes, models, rows = counts.get("episodes", 0), counts.get("models", 0), sum(counts.values())
    there = (
        f"{scenes:,} scenes, {models:,} models and {rows:,} rows in all are in the database, and compared; "
        f"{moved.runs:,} runs are in the store, and fit their fingerprints."
    )
    if moved.rows.is_used:
        return f"{there} They were there before, and a bot has gone on with them since: nothing was changed."
    if moved.rows.was_there:
        return f"{there} They were there before."
    return f"{there} The old bot is as it was. Start the bot with the same two settings now, and not the old one."


if __name__ == "__main__":
    sys.exit(main())
