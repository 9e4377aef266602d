"""`/models` in the console: the runs below the data directory."""

import shutil
import zipfile
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from bot.app.console.commands import Call
from bot.app.console.terminal import Terminal
from core.data.sources.upload import safe_name
from core.errors import PromptError, RunError
from core.run.layout import FACTS
from core.run.store import Run
from core.text import Text

RUNS = "runs"  # in the data directory, a folder for each run
DEFAULT = "default"


class ConsoleModels:
    """The runs that were trained here."""

    def __init__(self, *, data: Path, shipped: Run, terminal: Terminal) -> None:
        self._data = data.resolve()
        self._shipped = shipped
        self._terminal = terminal

    def answer(self, call: Call, current: Run) -> Run | None:
        """List the runs, or use, rename, delete or download one; return the run to use from now on, if another.

        Raises:
            CoreError: there is no such run, or a name is taken.
        """
        _check_one(call)
        if (chosen := call.text("use")) is not None:
            own = chosen.casefold() in (
                DEFAULT,
                self._shipped.path.name.casefold(),
                self._shipped.name.casefold(),
            )
            return self._shipped if own else self._find(chosen)
        if (chosen := call.text("delete")) is not None:
            run = self._find(chosen)
            shutil.rmtree(run.path)
            self._terminal.show_aside(Text("{name} was deleted.", name=run.name))
            return self._shipped if run.path == current.path else None
        if (chosen := call.text("rename")) is not None:
            return self._rename(self._find(chosen), call.text("name"), current)
        if (chosen := call.text("download")) is not None:
            self._pack(self._find(chosen))
            return None
        self._list(current)
        return None

    def _runs(self) -> list[Run]:
        runs = []
        for path in sorted((self._data / RUNS).glob("*")):
            if (path / FACTS).is_file():
                try:
                    runs.append(read_run(path))
                except RunError as error:
                    self._terminal.show_problem(error.text)
        return runs

    def _find(self, name: str) -> Run:
        for run in self._runs():
            if run.path.name == safe_name(name).lower() or run.path.name == name:
                return run
        shipped = {self._shipped.path.name.casefold(), self._shipped.name.casefold(), DEFAULT}
        if name.casefold() in shipped:
            raise PromptError(
                "{name} came with the console; only models that were trained here are renamed, deleted or packed.",
                name=name[:40],
            )
        names = [self._shipped.path.name, *(run.path.name for run in self._runs())]
        near = next(iter(get_close_matches(name.casefold(), names, n=1)), "")
        if near:
            raise PromptError(
                "There is no run called {name}; did you mean {near}?", name=name[:40], near=near
            )
        raise PromptError(
            "There is no run called {name}; /models shows those that there are.", name=name[:40]
        )

    def _rename(self, run: Run, name: str | None, current: Run) -> Run | None:
        if name is None:
            raise PromptError("Give the new name, such as /models rename:old name:new.")
        place = run.path.with_name(safe_name(name).lower())
        if place.exists():
            raise PromptError("There is a run called {name} already; choose another name.", name=place.name)
        run.path.rename(place)
        self._terminal.show_aside(Text("{old} is called {new} now.", old=run.path.name, new=place.name))
        return read_run(place) if run.path == current.path else None

    def _pack(self, run: Run) -> None:
        place = Path(f"{run.path.name}.zip")
        if place.exists():
            raise PromptError("There is a file {name} here already; move it away first.", name=str(place))
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(run.path.iterdir()):
                archive.write(path, f"{run.path.name}/{path.name}")
        size = place.stat().st_size / 1e6
        self._terminal.show(Text("{name} ({megabytes:.1f} MB)", name=str(place), megabytes=size))

    def _list(self, current: Run) -> None:
        for run in [self._shipped, *self._runs()]:
            size = sum(path.stat().st_size for path in run.path.iterdir()) / 1e6
            mark = "*" if run.path.resolve() == current.path.resolve() else " "
            facts = Text(
                "{bits:.3f} bits per character, {megabytes:.1f} MB, {date}",
                bits=run.bits_per_character,
                megabytes=size,
                date=run.facts["created"][:10],
            )
            self._terminal.show(Text.joined((f"{mark} {run.path.name:<20}", facts)))


def _check_one(call: Call) -> None:
    """Make sure that a command asks for one thing.

    Raises:
        PromptError: for several, or for a new name of nothing.
    """
    asked = [option for option in call.values if option != "name"]
    if len(asked) > 1:
        raise PromptError(
            "Give one of {options}, and not several; one command does one thing.", options=", ".join(asked)
        )
    if "name" in call.values and asked != ["rename"]:
        raise PromptError("A new name goes with rename:, such as /models rename:old name:new.")


def read_run(path: Path) -> Run:
    """Return the run in a folder, which may have been given another name."""
    return replace(Run.read(path), name=path.name)
