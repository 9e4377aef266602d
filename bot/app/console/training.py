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
from core.text import read_text
from core.wording import count

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
            raise PromptError(f"There is no preset {preset[:40]!r}; choose one of {', '.join(PRESETS)}.")
        work = self._data / "jobs" / secrets.token_hex(8)
        work.mkdir(parents=True)
        try:
            facts = self._preview(call, preset, work, current)
            name = self._name(call)
            budget = ["--epochs", str(epochs)] if epochs else ["--minutes", f"{minutes or USUAL_MINUTES:g}"]
            self._show_preview(facts, name, " ".join(budget).removeprefix("--"))
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
            corpus = str(Path(corpus).expanduser())
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
                f"There is no file {corpus[:200]}; name a text of any kind, or a folder or .zip of them."
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
            raise PromptError(f"There is a run called {name} already; choose another name.")
        return next(
            candidate
            for number in range(1, len(taken) + 2)
            if (candidate := name if number == 1 else f"{name}-{number}") not in taken
        )

    def _agrees(self) -> bool:
        """Ask a person in a terminal; a pipe has said what it wants."""
        if not sys.stdin.isatty():
            return True
        return input("Start? [y/N] ").strip().lower() in {"y", "yes"}

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
            self._terminal.show_aside("\nThe training was cancelled; nothing has changed.")
            return False
        progress = events.read()
        self._show_progress(progress)
        if process.returncode:
            self._clear(out)
            said = progress.error or read_log_end(log) or f"Its process ended with {process.returncode}."
            raise TrainingError(f"The training failed: {said}")
        return True

    def _clear(self, out: str) -> None:
        # Its lock stays: unlinked, it would let two others hold a lock of the same name.
        shutil.rmtree(partial_folder(self._data / out), ignore_errors=True)

    def _show_preview(self, facts: dict[str, Any], name: str, budget: str) -> None:
        self._terminal.show_script(facts["sample"])
        self._terminal.show_aside(
            f"-- {read_text(facts['source'])}: {facts['characters']:,} characters in "
            f"{count(facts['episodes'], 'episode')}, vocabulary of {facts['vocabulary']:,}"
        )
        self._terminal.show_aside(f"-- begins with: {read_text(facts['start']['why'])}")
        for note in facts["notes"]:
            self._terminal.show_aside(f"-- {read_text(note)}")
        self._terminal.show_aside(f"-- {name} will be trained for {budget}; Ctrl-C stops it")

    def _show_progress(self, progress: Progress) -> None:
        step = progress.step
        if step is None:
            return
        line = (
            f"{bar(progress.share)} {100 * progress.share:3.0f} %, {clock(step['seconds_left'])} left, "
            f"epoch {step['epoch'] + 1}, {step['bits_per_character']:.2f} bits per character, "
            f"{step['characters_per_second']:,.0f} characters/s"
        )
        self._terminal.show_passing(line)

    def _show_end(self, verdict: dict[str, Any], *, old: str, new: Run) -> None:
        self._terminal.show_passing("")
        for title, key in ((old, "old"), (new.name, "new")):
            if key in verdict["samples"]:
                self._terminal.show_aside(f"-- {title} writes:")
                self._terminal.show_script(verdict["samples"][key])
        if new.facts["result"].get("early"):
            self._terminal.show_aside(f"-- {describe_early()}")
        compared = describe_comparison(verdict)
        self._terminal.show_aside(
            f"-- {compared}" if compared else f"-- {verdict['bits']:.3f} bits per character"
        )
        if words := describe_words(verdict):
            self._terminal.show_aside(f"-- {words}")
        self._terminal.show_aside(
            f"-- {new.name} writes from now on; next time: python -m bot --run {new.path}"
        )
