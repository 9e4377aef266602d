"""The bot's commands in a terminal or a pipe, when there is no Discord token."""

import io
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bot.app.console.commands import Call, parse_call
from bot.app.console.models import ConsoleModels
from bot.app.console.names import check_cast, check_place
from bot.app.console.options import COMMANDS
from bot.app.console.pages import EXAMPLE, show_commands, show_model
from bot.app.console.prompt import read_lines
from bot.app.console.scene_options import read_request, read_temperatures
from bot.app.console.slips.lines import find_slip
from bot.app.console.terminal import Terminal
from bot.discord.language.language import language_of_environment
from core.errors import CoreError, PromptError
from core.run.store import Run
from core.text import Text
from core.writing.codes.code import code_of, read_code
from core.writing.codes.replay import replay
from core.writing.directions import Directions
from core.writing.episode import Episode
from core.writing.request import SceneRequest
from core.writing.writer import Writer


class Console:
    """Answers command after command with one loaded run."""

    def __init__(self, run: Run, terminal: Terminal, *, data: Path | None = None, scripts: str = "") -> None:
        self._run = self._shipped = run
        self._terminal = terminal
        self._data = data or Path("var")
        self._scripts = scripts
        self._writer = Writer(run)
        self._reading = self._writer.reading()  # of the last scene, which /continue goes on with
        self._last: Episode | None = None
        self._answers: dict[str, Callable[[Call], None]] = {
            "episode": self._episode,
            "continue": self._continue,
            "sweep": self._sweep,
            "replay": self._replay,
            "retrain": self._retrain,
            "models": self._models,
            "about": self._about,
            "help": self._help,
        }

    def answer(self, line: str) -> bool:
        """Answer one line; return whether it could be done.

        Anything that is no command is a line to go on from.
        """
        try:
            call = self._read(line)
            self._answers[call.name](call)
        except CoreError as error:
            self._terminal.show_problem(error.text)
            return False
        return True

    def _read(self, line: str) -> Call:
        """Return the command in a line, or the scene that goes on from it.

        Raises:
            PromptError: It is neither, but probably one that was mistyped.
        """
        if line.startswith("/"):
            return parse_call(line, COMMANDS)
        meant = find_slip(line, COMMANDS)
        if meant:
            raise PromptError(
                'Did you mean {meant}? To write on from that line, type /episode line:"{line}".',
                meant=meant,
                line=line,
            )
        return Call("episode", {"line": line})

    def places(self) -> list[str]:
        """Return the run's scene headings, the most frequent first."""
        return self._writer.places()

    def speakers(self) -> list[str]:
        """Return the run's speakers, the most talkative first."""
        return self._writer.speakers()

    def shows(self) -> list[str]:
        """Return the shows that the run can write."""
        return list(self._writer.casts.shows)

    def _episode(self, call: Call) -> None:
        episode = self._writer.write(self._request(call, self._writer.usual))
        self._show(episode, episode.script)

    def _request(self, call: Call, usual: Directions) -> SceneRequest:
        return read_request(self._check(call), usual, takes=self._writer.usual_takes)

    def _check(self, call: Call) -> Call:
        """Return a command whose names are the run's own, or nobody's.

        Raises:
            PromptError: a name is probably mistyped.
        """
        check_cast(call.values.get("cast", ""), self._writer.speakers())
        check_place(call.values.get("place", ""), self._writer.places())
        return call

    def _continue(self, call: Call) -> None:
        if self._last is None:
            raise PromptError("There is no scene to go on with yet; start one with /episode.")
        episode = self._writer.go_on(
            self._last,
            self._request(call, self._last.directions or self._writer.usual),
            reading=self._reading,
        )
        self._show(episode, episode.text)

    def _sweep(self, call: Call) -> None:
        if call.text("temps") and call.text("temp"):
            raise PromptError("Give temps or temp, and not both; temps:0.2,0.5 has several.")
        default = f"{self._run.config.default_temperature:g}"
        temperatures = read_temperatures(call.text("temps") or call.text("temp") or default)
        others = {option: value for option, value in call.values.items() if option != "temp"}
        # One seed for all: only the temperature differs.
        request = self._request(replace(call, values=others), self._writer.usual)
        for temperature in temperatures:
            episode = self._writer.write(replace(request, temperature=temperature))
            self._show(episode, episode.script)

    def _replay(self, call: Call) -> None:
        code = call.text("code")
        if code is None:
            raise PromptError(
                "Give the code that stands under a scene, such as /replay code:8CfUWCK6Gc5EWNvr1F7YF."
            )
        episode = replay(read_code(code), writer=self._writer)
        self._show(episode, episode.script)

    def _retrain(self, call: Call) -> None:
        from bot.app.console.training import ConsoleTraining  # noqa: PLC0415  # writing does without

        training = ConsoleTraining(data=self._data, scripts=self._scripts, terminal=self._terminal)
        self._switch(training.retrain(call, self._run))

    def _models(self, call: Call) -> None:
        models = ConsoleModels(data=self._data, shipped=self._shipped, terminal=self._terminal)
        run = models.answer(call, self._run)
        self._switch(run)
        if run is not None:
            self._terminal.show_aside(Text("{name} writes from now on.", name=run.path.name))

    def _switch(self, run: Run | None) -> None:
        """Write with another run."""
        if run is not None:
            self._run, self._writer, self._last = run, Writer(run), None
            self._reading = self._writer.reading()

    def _about(self, _: Call) -> None:
        show_model(self._run, self._terminal)

    def _help(self, _: Call) -> None:
        show_commands(self._terminal)

    def _show(self, episode: Episode, text: str) -> None:
        self._last = episode
        self._terminal.show_script(text)
        if episode.notice:
            self._terminal.show_aside(episode.notice)
        ended = Text(", ended by the model") if episode.ended else ""
        show = f"show:{episode.request.show} " if episode.request.show else ""
        # As it is typed, in any language.
        options = f"{show}temp:{episode.temperature:g} length:{episode.length} seed:{episode.seed}"
        self._terminal.show_aside(Text.joined((f"-- {self._run.name}, {options}", ended), ""))
        originality = self._writer.originality(episode.text)
        if originality is not None:
            self._terminal.show_aside(Text.joined(("--", originality.sentence)))
        code = code_of(episode, writer=self._writer)
        if code is not None:
            self._terminal.show_aside(f"-- code:{code}")
        self._terminal.show_time(
            Text(
                "-- {count:,} character in {milliseconds:.0f} ms",
                "-- {count:,} characters in {milliseconds:.0f} ms",
                count=len(episode.text),
                milliseconds=1000 * episode.seconds,
            )
        )


def run_console(
    run_path: Path,
    *,
    history: Path | None = None,
    terminal: Terminal | None = None,
    data: Path | None = None,
    scripts: str = "",
) -> int:
    """Read commands until /quit or the input's end; return 0, or 2 if one in a pipe could not be done."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(
            stream, io.TextIOWrapper
        ):  # what is no text, or has no place in the encoding, becomes a "?"
            stream.reconfigure(errors="replace")
    terminal = terminal or Terminal(language=language_of_environment(os.environ))
    started = time.perf_counter()
    console = Console(Run.read(run_path), terminal, data=data, scripts=scripts)
    interactive = sys.stdin.isatty()
    if interactive:
        terminal.show_aside(
            Text(
                "Holosuite, run {name}, ready in {milliseconds:.0f} ms. Try {example}, or /help.",
                name=run_path.name,
                milliseconds=1000 * (time.perf_counter() - started),
                example=EXAMPLE,
            )
        )
    failed = False
    typed = (
        read_lines(history, speakers=console.speakers, places=console.places, shows=console.shows)
        if interactive
        else sys.stdin
    )
    for line in typed:
        if not line.strip():
            continue
        if line.strip()[:1] == "/" and line.strip()[1:].strip() in ("quit", "exit"):
            break
        try:
            failed |= not console.answer(line.strip())
        except KeyboardInterrupt:
            if not interactive:
                raise
            terminal.show_aside(Text("Stopped."))
    return 2 if failed and not interactive else 0
