"""How long a preview takes of a file of each kind: `python -m benchmarks.previews [--kinds SubRip ...]`.

Each file is given to `train.py --preview --json` on one core, and its report has to name the speakers. Files are so
large that they have that many bytes; a packed one has as many before it is packed. The seconds are the processor's.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.corpora import KINDS, PEOPLE, build

TRAIN = Path(__file__).resolve().parents[1] / "train.py"
MOST_SECONDS = 30.0
_PACKED = {"Excel", "Slack", "Word", "EPUB"}
_TRIED = 0.2  # megabytes of lines by which a kind's own share of the bytes is told


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a row for each kind; return 1 where one took too long or was read wrongly."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.previews", description=__doc__)
    parser.add_argument("--megabytes", type=float, default=25.0)
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    options = parser.parse_args(arguments)
    bad = 0
    print("| kind | MB | characters read | processor, s | memory, MB |\n|---|---|---|---|---|", flush=True)
    for kind in options.kinds:
        with tempfile.TemporaryDirectory() as folder:
            share = 1.0 if kind in _PACKED else _TRIED * 1e6 / len(build(kind, _TRIED)[1])
            name, content = build(kind, options.megabytes * share)
            path = Path(folder) / name
            path.write_bytes(content)
            size = len(content)
            del content
            facts, seconds, megabytes = preview(path)
        found = {who.casefold().replace("_", " ") for who in facts.get("speakers", ())}
        people = {who.casefold() for who in PEOPLE}
        known = kind == "play, First Folio" or people <= {who.replace(".", "") for who in found} | found
        is_bad = seconds > MOST_SECONDS or not known
        bad += is_bad
        note = (
            "" if not is_bad else f" {facts.get('error', '')}{'' if known else f' speakers: {sorted(found)}'}"
        )
        row = f"| {kind} | {size / 1e6:.1f} | {facts.get('characters', 0):,} | {seconds:.1f} | {megabytes:,.0f} |"
        print(row + note, flush=True)
    return 1 if bad else 0


def preview(path: Path) -> tuple[dict[str, Any], float, float]:
    """Return what a preview says of a file, the processor's seconds, and the most memory in MB (10**6 bytes)."""
    read, write = os.pipe()
    process = subprocess.Popen(
        [sys.executable, str(TRAIN), "--scripts", str(path), "--preview", "--json"],
        stdout=write,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as output:
        said = output.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    facts = json.loads(said) if said.strip() else {"error": "no report"}
    return facts, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6


if __name__ == "__main__":
    sys.exit(main())
