"""Read uploads made to exhaust the machine as /retrain's preview does: `python -m benchmarks.hostile_uploads`."""

import argparse
import asyncio
import io
import json
import random
import resource
import shutil
import statistics
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from bot.storage.settings import Settings
from bot.training.process import ask_child
from core.errors import CoreError

MEGABYTE = 1_000_000
LARGEST = 25 * MEGABYTE  # bytes
TICK_SECONDS = 0.005
LINE = "ODO: You are under arrest, number {}.\n"
Shape = Callable[[random.Random, int], bytes]


def speech(dice: random.Random, size: int) -> str:
    """Return a script of so many characters."""
    lines = [LINE.format(dice.randrange(10**6)) for _ in range(200)]
    return ("".join(lines) * (size // sum(map(len, lines)) + 1))[:size]


SHAPES: dict[str, Shape] = {
    "script": lambda dice, size: speech(dice, size).encode(),
    "series of one episode": lambda _, size: json.dumps(
        {f"series {number}": {"one": "ODO: No."} for number in range(size // 35)}
    ).encode(),
    "episodes of one line": lambda _, size: json.dumps(
        {"DS9": {str(number): "ODO: No." for number in range(size // 20)}}
    ).encode(),
    "signs that grow": lambda _, size: ("\ufdfa" * (size // 3)).encode(),
    "combining marks": lambda _, size: ("a" + "\u0315\u0300" * (size // 4)).encode(),
    "marks in a script": lambda dice, size: (
        speech(dice, size // 2) + "e" + "\u0315\u0300" * (size // 8)
    ).encode(),
    "no blank lines": lambda _, size: ("they went on and on with it and came\n" * (size // 37)).encode(),
    "one line": lambda _, size: b"x" * size,
    "line breaks": lambda _, size: b"\n" * size,
    "deep JSON": lambda _, size: b"[" * (size // 2) + b"]" * (size // 2),
    "surrogates": lambda _, size: b'{"DS9": {"a": "' + rb"\ud800" * (size // 6) + rb"\u0000" + b'"}}',
    "brackets and colons": lambda _, size: ("[(:" * (size // 3)).encode(),
    "noise": lambda dice, size: dice.randbytes(size),
    "UTF-16": lambda dice, size: speech(dice, size // 2).encode("utf-16"),
    "table": lambda _, size: b"speaker,line\n" + b'ODO,"No, no"\n' * (size // 13),
    "HTML": lambda _, size: b"<div>" * (size // 5),
    "HTML that closes nothing": lambda _, size: b"<dt>" * (size // 12) + b"</b>No. " * (size // 12),
    "XML": lambda _, size: b"<FinalDraft><Content>" + b"<Paragraph><Text>a</Text>" * (size // 26),
    "subtitles": lambda _, size: b"1\n00:00:01,000 --> 00:00:02,000\nNo.\n\n" * (size // 37),
    "numbers": lambda _, size: b"9" * size,
}


def build(dice: random.Random) -> tuple[str, str, bytes]:
    """Return an upload's shapes, its name, and what is in it: one shape or a mixture, plain or in an archive."""
    names = dice.sample(sorted(SHAPES), dice.choice((1, 1, 1, 2, 3)))
    size = int(10 ** (4 + 3.39 * dice.random() ** 2)) // len(names)  # half of them below 80 kB
    parts = [SHAPES[name](dice, size) for name in names]
    ending = dice.choice((".txt", ".json", ".csv", ".html", ".fdx", ".srt", ".zip"))
    if ending != ".zip":
        return " + ".join(names), f"upload{ending}", b"".join(parts)[:LARGEST]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number, part in enumerate(parts):
            archive.writestr(f"{number}.{dice.choice(('txt', 'json', 'html'))}", part)
    return f"{' + '.join(names)} in an archive", "upload.zip", packed.getvalue()[:LARGEST]


async def read(data: Path, folder: str, name: str, content: bytes) -> tuple[float, str]:
    """Read an upload as the preview does; return the seconds that it took, and the sentence that refused it, if any."""
    settings = Settings(run=data, data=data)
    await asyncio.to_thread((data / folder).mkdir)
    await asyncio.to_thread((data / folder / "upload").write_bytes, content)
    arguments = ["--preset", "default", "--upload", f"{folder}/upload", f"--name={name}"]
    began, sentence = time.perf_counter(), ""
    try:
        await ask_child(
            "core.evaluation.preview",
            [*arguments, "--into", f"{folder}/corpus"],
            data=data,
            seconds=settings.reading_seconds,
            megabytes=settings.reading_megabytes,
        )
    except CoreError as error:
        sentence = str(error)
    finally:
        await asyncio.to_thread(shutil.rmtree, data / folder)
    return time.perf_counter() - began, sentence


async def measure(*, uploads: int, seed: int, beside: int, seconds: float) -> int:
    """Read uploads one after another, now and then another server's script beside one; print the figures."""
    dice = random.Random(seed)  # noqa: S311 -- no secret
    delays: list[float] = []
    waits: list[tuple[float, str]] = []
    neighbours: list[float] = []
    answers: Counter[str] = Counter()

    async def tick() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(TICK_SECONDS)
            delays.append(time.perf_counter() - began - TICK_SECONDS)

    ticking = asyncio.create_task(tick())
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(uploads):
            if time.perf_counter() - started > seconds:
                break
            what, name, content = await asyncio.to_thread(build, dice)
            reading = asyncio.create_task(read(Path(folder), f"hostile{number}", name, content))
            if number % beside == 0:
                script = speech(dice, 200_000).encode()
                neighbours.append((await read(Path(folder), f"neighbour{number}", "a.txt", script))[0])
            took, sentence = await reading
            waits.append((took, what))
            answers["refused" if sentence else "answered"] += 1
            if sentence and (len(sentence) > 1_000 or not sentence.endswith(".")):
                answers["refused in no sentence"] += 1
                print(f"{what}: {sentence[:200]!r}")
    ticking.cancel()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1_024 / MEGABYTE
    print(f"uploads                      {len(waits):8d} ({dict(answers)})")
    median, (most, longest) = statistics.median(took for took, _ in waits), max(waits)
    print(f"seconds, median / most       {median:8.1f} / {most:.1f} ({longest})")
    print(f"memory of a reading, most    {peak:8.0f} MB")
    print(f"another server's, most       {max(neighbours):8.1f} s of {len(neighbours)}")
    print(f"event loop's delay, 99 %     {statistics.quantiles(delays, n=100)[98] * 1_000:8.1f} ms")
    return 1 if answers["refused in no sentence"] else 0


def main() -> int:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile_uploads", description=__doc__)
    parser.add_argument("--uploads", type=int, default=2_000, help="how many (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of what is uploaded (%(default)s)")
    parser.add_argument("--beside", type=int, default=10, help="one of so many has a neighbour (%(default)s)")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="after which no other is begun")
    options = parser.parse_args()
    return asyncio.run(
        measure(uploads=options.uploads, seed=options.seed, beside=options.beside, seconds=options.seconds)
    )


if __name__ == "__main__":
    sys.exit(main())
