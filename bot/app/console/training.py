"""`/retrain` in the console: a training in the foreground."""

import asyncio
import secrets
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

from bot.app.console.commands import Call
from bot.app.console.models import RUNS, read_run
from bot.app.console.terminal import Terminal
from bot.training.process import ask_child, full_disk, missing_packages, read_log_end, start_training
from bot.training.progress import bar, clock, describe_comparison, describe_early, describe_words
from core.config import PRESETS
from core.data.sources.upload import safe_name
from core.errors import CoreError, PromptError, TrainingError
from core.run.events import EventFile, Progress
from core.run.layout import FACTS, partial_folder
from core.run.store import Run
from core.runtime.files import expand_home
from core.text import Text, read_text
from core.wording import describe_epochs

USUAL_MINUTES = 15.0
POLL_SECONDS = 0.5
PREVIEW_SECONDS = 300.0
ACCEPTANCE_SECONDS = 600.0


class ConsoleTraining:
    """Trains runs below a data directory."""

    def __init__(self, *, data: Path, scripts: str, terminal: Terminal) -> None:
        """Keep runs in a data directory; `scripts` is what is trained on where nothing is named."""
        self._data = data.resolve()
        self._scripts = str(Path(scripts).resolve()) if scripts and "://" not in scripts else scripts
        self._terminal = terminal

    def retrain(self, call: Call, current: Run) -> Run | None:
        """Train as the command says and return the new run; None where the person says no, or stops it.

        Raises:
            CoreError: the text, the options, the disk or the training do not allow it.
        """
        problem = missing_packages()
        if problem:
            raise TrainingError(problem)
        self._data.mkdir(parents=True, exist_ok=True)
        if full_disk(self._data):
            raise TrainingError(full_disk(self._data))
        minutes, epochs = call.number("minutes"), call.integer("epochs")
        if minutes is not None and epochs is not None:
            raise PromptError("Give minutes or epochs, and not both.")
        if any(number is not None and number <= 0 for number in (minutes, epochs)):
            raise PromptError("A training takes more than 0 minutes, or 1 epoch and more.")
        preset = call.text("preset") or "default"
        if preset not in PRESETS:
            raise PromptError(
                "There is no preset {preset!r}; choose one of {presets}.",
                preset=preset[:40],
                presets=", ".join(PRESETS),
            )
        work = self._data / "jobs" / secrets.token_hex(8)
        work.mkdir(parents=True)
        try:
            facts = self._preview(call, preset, work, current)
            name = self._name(call)
            budget = ["--epochs", str(epochs)] if epochs else ["--minutes", f"{minutes or USUAL_MINUTES:g}"]
            self._show_preview(facts, name, _describe_budget(minutes or USUAL_MINUTES, epochs))
            if not self._agrees():
                return None
            which = [f"--series={facts['series']}"]
            which += [f"--scripts={facts['scripts']}"] if facts["scripts"] else []
            which += [f"--episodes={facts['chosen']}"] if facts["chosen"] else []
            out = f"{RUNS}/{name}"
            how = [*budget, "--preset", preset, f"--start={facts['start']['run']}"]
            if not self._train([*which, *how, "--out", out], out, work):
                return None
            arguments = [out, "--old", str(current.path.resolve()), *which]
            try:
                verdict = asyncio.run(
                    ask_child(
                        "core.evaluation.acceptance", arguments, data=self._data, seconds=ACCEPTANCE_SECONDS
                    )
                )
            except CoreError:
                shutil.rmtree(self._data / out, ignore_errors=True)
                raise
        finally:
            shutil.rmtree(work, ignore_errors=True)
        run = read_run(self._data / out)
        self._show_end(verdict, old=current.name, new=run)
        return run

    def _preview(self, call: Call, preset: str, work: Path, current: Run) -> dict[str, Any]:
        corpus = call.text("corpus")
        if corpus is not None and "://" not in corpus:
            corpus = expand_home(corpus)
        arguments = ["--preset", preset, f"--own={current.path.resolve()}"]
        if corpus is not None and corpus.lower().endswith(".zip"):
            arguments += ["--upload", str(Path(corpus).resolve()), f"--name={Path(corpus).name}"]
            arguments += ["--into", str((work / "corpus").relative_to(self._data))]
        elif corpus is not None:
            arguments.append(f"--scripts={corpus if '://' in corpus else Path(corpus).resolve()}")
        elif self._scripts:
            arguments.append(f"--scripts={self._scripts}")
        series, episodes = call.text("series"), call.text("episodes")
        if series or (corpus and corpus.lower().endswith(".json")):
            arguments.append(f"--series={series or 'all'}")
        if episodes:
            arguments.append(f"--episodes={episodes}")
        if corpus is not None and "://" not in corpus and not Path(corpus).exists():
            raise PromptError(
                "There is no file {name}; name a text of any kind, or a folder or .zip of them.",
                name=corpus[:200],
            )
        return asyncio.run(
            ask_child("core.evaluation.preview", arguments, data=self._data, seconds=PREVIEW_SECONDS)
        )

    def _name(self, call: Call) -> str:
        """Return the name of the run: the one that was asked for, or one that is free."""
        asked = call.text("name")
        corpus = call.text("corpus")
        name = safe_name(asked or (Path(corpus).stem if corpus else call.text("series") or "ds9")).lower()
        taken = {path.name for path in (self._data / RUNS).glob("*") if (path / FACTS).is_file()}
        if asked and name in taken:
            raise PromptError("There is a run called {name} already; choose another name.", name=name)
        return next(
            candidate
            for number in range(1, len(taken) + 2)
            if (candidate := name if number == 1 else f"{name}-{number}") not in taken
        )

    def _agrees(self) -> bool:
        """Ask a person in a terminal; a pipe has said what it wants."""
        if not sys.stdin.isatty():
            return True
        asked = self._terminal.language.say(Text("Start? [y/N]"))
        return input(f"{asked} ").strip().lower() in {"y", "yes"}

    def _train(self, arguments: list[str], out: str, work: Path) -> bool:
        """Train in the foreground; tell whether there is a run, and not a stop by Ctrl-C."""
        log = work / "training.log"
        child, process = start_training([*arguments, "--overwrite"], data=self._data, log=log)
        events = EventFile(self._data / out)
        try:
            while process.poll() is None:
                self._show_progress(events.read())
                time.sleep(POLL_SECONDS)
        except KeyboardInterrupt:
            child.signal(signal.SIGKILL)
            process.wait()
            self._clear(out)
            cancelled = Text("The training was cancelled; nothing has changed.")
            self._terminal.show_aside(Text.joined(("\n", cancelled), ""))
            return False
        progress = events.read()
        self._show_progress(progress)
        if process.returncode:
            self._clear(out)
            why = progress.error or read_log_end(log)
            said = why or Text("Its process ended with {status}.", status=process.returncode)
            raise TrainingError("The training failed: {said}", said=said)
        return True

    def _clear(self, out: str) -> None:
        # Its lock stays: unlinked, it would let two others hold a lock of the same name.
        shutil.rmtree(partial_folder(self._data / out), ignore_errors=True)

    def _show_preview(self, facts: dict[str, Any], name: str, budget: Text) -> None:
        self._terminal.show_script(facts["sample"])
        corpus = Text(
            "{source}: {characters:,} characters in {episodes}, vocabulary of {vocabulary:,} characters",
            source=read_text(facts["source"]),
            characters=facts["characters"],
            episodes=Text("{count:,} episode", "{count:,} episodes", count=facts["episodes"]),
            vocabulary=facts["vocabulary"],
        )
        self._show_remark(corpus)
        self._show_remark(Text("begins with: {why}", why=read_text(facts["start"]["why"])))
        for note in facts["notes"]:
            self._show_remark(read_text(note))
        self._show_remark(
            Text("{name} will be trained for {budget}; Ctrl-C stops it", name=name, budget=budget)
        )

    def _show_remark(self, text: str) -> None:
        self._terminal.show_aside(Text.joined(("--", text)))

    def _show_progress(self, progress: Progress) -> None:
        step = progress.step
        if step is None:
            return
        line = Text(
            "{percent:3.0f} %, {clock} left, epoch {epoch}, {bits:.2f} bits per character, {speed:,.0f} characters/s",
            percent=100 * progress.share,
            clock=clock(step["seconds_left"]),
            epoch=step["epoch"] + 1,
            bits=step["bits_per_character"],
            speed=step["characters_per_second"],
        )
        self._terminal.show_passing(Text.joined((bar(progress.share), line)))

    def _show_end(self, verdict: dict[str, Any], *, old: str, new: Run) -> None:
        self._terminal.show_passing("")
        for title, key in ((old, "old"), (new.name, "new")):
            if key in verdict["samples"]:
                self._show_remark(Text("{name} writes:", name=title))
                self._terminal.show_script(verdict["samples"][key])
        if new.facts["result"].get("early"):
            self._show_remark(describe_early())
        compared = describe_comparison(verdict)
        self._show_remark(compared or Text("{bits:.3f} bits per character", bits=verdict["bits"]))
        if words := describe_words(verdict):
            self._show_remark(words)
        self._show_remark(
            Text(
                "{name} writes from now on; next time: {command}",
                name=new.name,
                command=f"python -m bot --run {new.path}",
            )
        )


def _describe_budget(minutes: float, epochs: int | None) -> Text:
    if epochs:
        return describe_epochs(epochs)
    return Text("{count:,g} minute", "{count:,g} minutes", count=minutes)
