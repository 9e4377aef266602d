"""Measure what the design promises and print one table: `python -m benchmarks [SUBJECT...]`."""

import argparse
import importlib
import importlib.util
import json
import os
import platform
import shutil
import sys
import time
from dataclasses import asdict
from pathlib import Path

from benchmarks.measure import Options, Row

SUBJECTS = ("generation", "step", "directions", "training", "growth", "process")


def main(arguments: list[str] | None = None) -> int:
    """Measure the subjects, print the table, and return 1 if a budget is missed (never in a smoke run)."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"of {', '.join(SUBJECTS)} (all)")
    parser.add_argument("--json", type=Path, help="also write the table, with every figure, to this file")
    parser.add_argument(
        "--quick", action="store_true", help="a smoke run: every row, figures that mean nothing"
    )
    parser.add_argument("--torch", help="a Python that has torch, to compare with (this one, if it has)")
    options = parser.parse_args(arguments)
    unknown = set(options.subjects) - set(SUBJECTS)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; choose from {', '.join(SUBJECTS)}")
    torch_python = options.torch or (sys.executable if importlib.util.find_spec("torch") else None)
    measure_options = Options(quick=options.quick, torch_python=torch_python)

    started = time.perf_counter()
    rows: dict[str, list[Row]] = {}
    for subject in options.subjects or SUBJECTS:
        module = importlib.import_module(f"benchmarks.{subject}")
        rows[subject] = []
        for row in module.rows(measure_options):
            rows[subject].append(row)
            _show_progress(f"{subject}: {row.what}: {row.measured}")
    _show_progress("")
    print(render(rows))
    minutes = (time.perf_counter() - started) / 60
    print(f"\n{_machine()}; {minutes:.1f} minutes.")
    if options.json is not None:
        document = {
            "machine": _machine(),
            "minutes": minutes,
            "quick": options.quick,
            "rows": [{"subject": subject, **asdict(row)} for subject, them in rows.items() for row in them],
        }
        options.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    missed = any(row.met is False for them in rows.values() for row in them)
    return 1 if missed and not options.quick else 0


def render(rows: dict[str, list[Row]]) -> str:
    """Return the table in Markdown."""
    lines = ["| what | measured | budget | met |", "|---|---|---|---|"]
    for subject, them in rows.items():
        lines.append(f"| **{subject}** | | | |")
        for row in them:
            met = {True: "yes", False: "no", None: ""}[row.met]
            lines.append(f"| {row.what} | {row.measured} | {row.budget} | {met} |")
    return "\n".join(lines)


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {platform.system()}"


def _show_progress(words: str) -> None:
    """Show on standard error, in one line, how far the measuring is."""
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns - 1
        print(f"\r{words[:width]:<{width}}", end="" if words else "\r", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
