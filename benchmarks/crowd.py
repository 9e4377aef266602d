"""Scenes a second when many are asked for at once, and whether joining them in one matrix product would gain.

`OPENBLAS_NUM_THREADS=1 python -m benchmarks.crowd --run models/star_trek`. Takes are chosen when a scene is admitted,
as the bot does: fewer, the longer the queue. Beside it stands what it would be if each line always had as many.
"""

import argparse
import asyncio
import sys
import time
from pathlib import Path

import numpy as np

from bot.scenes.build import build_work
from bot.scenes.pool import WriterPool
from bot.scenes.request import Request
from core.run.layout import SHIPPED
from core.runtime.threads import count_cores
from core.writing.inference.cells import CarriedCell, Cell
from core.writing.writer import Writer

AT_ONCE = (1, 8, 32, 200)
LEAST_SCENES = 8  # of a figure: where fewer are written at once, that is done again and again
ROWS = (1, 4, 8, 32)
PRODUCTS = 200


async def measure(*, run: Path, length: int, takes: int | None, most: int) -> None:
    """Print the figures."""
    for threads in range(1, min(2, count_cores()) + 1):
        pool = await WriterPool.open(run, threads=threads, queue=max(AT_ONCE))
        for scenes in filter(lambda number: number <= most, AT_ONCE):
            always = pool.writer.usual_takes if takes is None else takes
            before, _ = await _write(pool, scenes, length=length, takes=always)
            speed, used = await _write(pool, scenes, length=length, takes=None)
            print(
                f"{threads} threads, {scenes:4} scenes at once: {speed:5.2f} scenes of {length} characters a second, "
                f"{used:.1f} takes; {before:5.2f} with always {always}",
                flush=True,
            )
        if threads == 1:
            _print_products(pool.writer)
        await pool.close()


async def _write(pool: WriterPool, scenes: int, *, length: int, takes: int | None) -> tuple[float, float]:
    """Return how many scenes a second are written, so many at once, and how many takes they have on average."""
    rounds = max(1, LEAST_SCENES // scenes)
    used, characters, began = 0, 0, time.perf_counter()
    for number in range(rounds):
        tickets = [
            pool.submit(
                build_work(
                    Request.new(seed=number * scenes + each, length=length, takes=takes),
                    None,
                    writer=pool.writer,
                    waiting=pool.waiting,
                )
            )
            for each in range(scenes)
        ]
        for episode in await asyncio.gather(*(ticket.episode for ticket in tickets)):
            used += episode.request.takes
            characters += len(episode.text)  # a scene may end sooner
    seconds = time.perf_counter() - began
    return characters / length / seconds, used / scenes / rounds


def _print_products(writer: Writer) -> None:
    """Print what a row of the product of one layer takes: one scene's alone, and those of several scenes together."""
    layer, matrix = writer.generator.layers[0], writer.generator.matrices[0]
    for rows in ROWS:
        cell = CarriedCell(layer, matrix) if rows == 1 else Cell(layer, rows)
        cell.hidden[:] = np.random.default_rng(0).normal(size=cell.hidden.shape)
        seconds = []
        for _ in range(PRODUCTS):
            began = time.perf_counter()
            cell.multiply()
            seconds.append(time.perf_counter() - began)
        each = min(seconds) / rows * 1e6  # of a machine that has nothing else to do
        print(f"product of {layer.units} units, {rows:2} rows: {each:4.0f} \N{MICRO SIGN}s a row", flush=True)


def main() -> int:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crowd", description=__doc__)
    parser.add_argument(
        "--run", type=Path, default=SHIPPED, help="run directory of the model (the shipped one)"
    )
    parser.add_argument("--length", type=int, default=500, help="characters of a scene (500)")
    parser.add_argument("--takes", type=int, help="of each line, to compare with (the usual ones)")
    parser.add_argument("--most", type=int, default=max(AT_ONCE), help="scenes at once (200)")
    asyncio.run(measure(**vars(parser.parse_args())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
