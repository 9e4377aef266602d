"""The examples in the documentation, written anew by a run: `python -m benchmarks.examples RUN FILE...`.

In a block that begins with ```` ```text ```` and a command (`> /episode temp:0.5 seed:11`), whatever follows each
command is replaced by its answer. A block keeps the lines about a scene (`-- seed:...`) only if it has such lines.
"""

import argparse
import io
import re
import sys
from pathlib import Path

from bot.app.console.console import Console
from bot.app.console.terminal import Terminal
from core.errors import CoreError
from core.run.store import Run

_BLOCK = re.compile(r"^```text\n(> /.*?)^```$", re.MULTILINE | re.DOTALL)


def main(arguments: list[str] | None = None) -> int:
    """Write the examples of the files that the command line names; return 1 if `--check` finds others in them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.examples", description=__doc__)
    parser.add_argument("run", type=Path, help="run directory")
    parser.add_argument("files", type=Path, nargs="+", help="Markdown files")
    parser.add_argument(
        "--check", action="store_true", help="change nothing, and say which files are out of date"
    )
    options = parser.parse_args(arguments)
    stale = []
    for path in options.files:
        try:
            old = path.read_text(encoding="utf-8")
            new = write_examples(old, Run.read(options.run))
        except (CoreError, OSError) as error:
            print(error, file=sys.stderr)
            return 2
        if new != old:
            stale.append(path)
            if not options.check:
                path.write_text(new, encoding="utf-8")
    for path in stale:
        print(f"{path}: {'out of date' if options.check else 'written'}")
    return 1 if stale and options.check else 0


def write_examples(text: str, run: Run) -> str:
    """Return Markdown with the answers of `run` to the commands in it."""
    return _BLOCK.sub(lambda block: f"```text\n{_answer(block[1], run)}\n```", text)


def _answer(block: str, run: Run) -> str:
    """Return the commands of a block, each with its answer, all from one console."""
    written, problems = io.StringIO(), io.StringIO()
    console = Console(run, Terminal(written, problems))
    with_asides = bool(re.search(r"^-- ", block, re.MULTILINE))
    parts = []
    for command in re.findall(r"^> (/.*)$", block, re.MULTILINE):
        for stream in (written, problems):
            stream.seek(0)
            stream.truncate()
        answered = console.answer(command)
        lines = (written if answered else problems).getvalue().strip("\n").split("\n")
        shown = [line.rstrip() for line in lines if with_asides or not line.startswith("-- ")]
        parts.append(f"> {command}\n\n" + "\n".join(shown).strip("\n"))
    return "\n\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
