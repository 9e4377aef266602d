"""The bot's commands in a terminal or a pipe, when there is no Discord token."""

import contextlib
import io
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.console.commands import Call, Command, parse_call, read_number
from bot.console.terminal import Terminal
from bot.discord.markdown import unquote
from core.errors import CoreError, PromptError
from core.run.card import card_rows
from core.run.store import Run
from core.writing.codes import code_of, read_code, replay
from core.writing.constraints.cast import split_cast
from core.writing.directions import Directions
from core.writing.episode import Episode
from core.writing.request import SceneRequest, draw_seed
from core.writing.writer import Writer

if TYPE_CHECKING:
    from bot.console.training import ConsoleTraining

_EPISODE_OPTIONS = {
    "temp": "temperature: low repeats itself, high rambles",
    "length": "characters to write",
    "line": "a line to go on from",
    "seed": "an integer; the same one writes the same episode",
    "cast": 'who has lines, such as cast:"QUARK, ODO"',
    "place": 'where it happens, such as place:"Quark\'s"',
    "spelling": "on: every word is one of the scripts'; off: as the model spells",
    "originality": "most words in a row as they stand in the scripts, from 6 on",
}
_GO_ON_OPTIONS = ("temp", "length", "seed", "cast", "spelling", "originality")
_RETRAIN_OPTIONS = {
    "corpus": "a .txt, .json or .zip of scripts, or a folder of .txt files",
    "series": "which series of a .json",
    "episodes": "which episodes, such as 20-69",
    "preset": "default, or notes: the lecture's own way",
    "minutes": "how long it trains; usually 15",
    "epochs": "how often it reads the text, instead of minutes",
    "name": "what the model will be called",
}
_MODELS_OPTIONS = {
    "use": "a model to write with, or default",
    "rename": "a model to give another name:",
    "name": "the new name",
    "delete": "a model to delete",
    "download": "a model to pack into a .zip here",
}
COMMANDS = {
    command.name: command
    for command in (
        Command("episode", "write a new scene", _EPISODE_OPTIONS),
        Command("continue", "go on with the last scene", dict.fromkeys(_GO_ON_OPTIONS, "")),
        Command("sweep", "write one start at several temperatures", {**_EPISODE_OPTIONS, "temps": "such as 0.2,0.5"}),
        Command("replay", "write the scene of a code again", {"code": "as it stands under a scene"}),
        Command("retrain", "train another model on your scripts", _RETRAIN_OPTIONS),
        Command("models", "show the trained models, or use one", _MODELS_OPTIONS),
        Command("about", "show what the model is and how good", {}),
        Command("help", "show the commands", {}),
        Command("quit", "leave", {}),
    )
}  # fmt: skip
_SWITCH = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}
_EXAMPLE = '/episode temp:0.5 length:500 line:"KIRA: No p"'


class Console:
    """Answers command after command with one loaded run."""

    def __init__(self, run: Run, screen: Terminal, *, data: Path | None = None, scripts: str = "") -> None:
        self._run = self._shipped = run
        self._screen = screen
        self._data = data or Path("var")
        self._scripts = scripts
        self._writer = Writer(run)
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
            call = parse_call(line, COMMANDS) if line.startswith("/") else Call("episode", {"line": line})
            self._answers[call.name](call)
        except CoreError as error:
            self._screen.show_problem(str(error))
            return False
        return True

    def places(self) -> list[str]:
        """Return the run's scene headings, the most frequent first."""
        return self._writer.places()

    def speakers(self) -> list[str]:
        """Return the run's speakers, the most talkative first."""
        return self._writer.speakers()

    def _episode(self, call: Call) -> None:
        episode = self._writer.write(_request(call, self._writer.usual))
        self._show(episode, episode.script)

    def _continue(self, call: Call) -> None:
        if self._last is None:
            raise PromptError("There is no scene to go on with yet; start one with /episode.")
        episode = self._writer.go_on(self._last, _request(call, self._last.directions or self._writer.usual))
        self._show(episode, episode.text)

    def _sweep(self, call: Call) -> None:
        default = f"{self._run.config.default_temperature:g}"
        temperatures = [
            read_number("temps", part)
            for part in (call.text("temps") or call.text("temp") or default).split(",")
        ]
        others = {option: value for option, value in call.values.items() if option != "temp"}
        # One seed for all: only the temperature differs.
        request = _request(replace(call, values=others), self._writer.usual)
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
        self._switch(self._workshop().retrain(call, self._run))

    def _models(self, call: Call) -> None:
        run = self._workshop().manage(call, self._run)
        self._switch(run)
        if run is not None:
            self._screen.show_aside(f"{run.path.name} writes from now on.")

    def _workshop(self) -> "ConsoleTraining":
        from bot.console.training import ConsoleTraining  # noqa: PLC0415  # writing does without

        return ConsoleTraining(
            data=self._data, scripts=self._scripts, shipped=self._shipped, screen=self._screen
        )

    def _switch(self, run: Run | None) -> None:
        """Write with another run."""
        if run is not None:
            self._run, self._writer, self._last = run, Writer(run), None

    def _about(self, _: Call) -> None:
        self._screen.show(self._run.name)
        rows = [*card_rows(self._run.config, self._run.facts), ("fingerprint", self._run.fingerprint[:16])]
        for what, value in rows:
            self._screen.show(f"  {what:<17} {value}")

    def _help(self, _: Call) -> None:
        for command in COMMANDS.values():
            options = " ".join(f"{option}:" for option in command.options)
            self._screen.show(f"/{command.name} {options}".rstrip())
            self._screen.show(f"    {command.summary}")
        for option, words in {**_EPISODE_OPTIONS, **_MODELS_OPTIONS, **_RETRAIN_OPTIONS}.items():
            self._screen.show(f"  {option}: {words}")
        self._screen.show(f"For example: {_EXAMPLE}")

    def _show(self, episode: Episode, text: str) -> None:
        self._last = episode
        self._screen.show_script(text)
        if episode.notice:
            self._screen.show_aside(episode.notice)
        ended = ", ended by the model" if episode.ended else ""
        self._screen.show_aside(
            f"-- {self._run.name}, temp:{episode.temperature:g} length:{episode.length} seed:{episode.seed}{ended}"
        )
        originality = self._writer.originality(episode.text)
        if originality is not None:
            self._screen.show_aside(f"-- {originality}")
        code = code_of(episode, writer=self._writer)
        if code is not None:
            self._screen.show_aside(f"-- code:{code}")
        self._screen.show_time(f"-- {len(episode.text)} characters in {1000 * episode.seconds:.0f} ms")


def run_console(
    run_path: Path,
    *,
    history: Path | None = None,
    screen: Terminal | None = None,
    data: Path | None = None,
    scripts: str = "",
) -> int:
    """Read commands until /quit or the input's end; return 0, or 2 if one in a pipe could not be done."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(
            stream, io.TextIOWrapper
        ):  # what is no text, or has no place in the encoding, becomes a "?"
            stream.reconfigure(errors="replace")
    screen = screen or Terminal()
    started = time.perf_counter()
    console = Console(Run.read(run_path), screen, data=data, scripts=scripts)
    interactive = sys.stdin.isatty()
    if interactive:
        screen.show_aside(
            f"Holosuite, run {run_path.name}, ready in {1000 * (time.perf_counter() - started):.0f} ms. "
            f"Try {_EXAMPLE}, or /help."
        )
    failed = False
    for line in _prompted_lines(console, history) if interactive else sys.stdin:
        if not line.strip():
            continue
        if line.strip() in ("/quit", "/exit"):
            break
        try:
            failed |= not console.answer(line.strip())
        except KeyboardInterrupt:
            if not interactive:
                raise
            screen.show_aside("Stopped.")
    return 2 if failed and not interactive else 0


def _request(call: Call, usual: Directions) -> SceneRequest:
    """Return what a command asks; directions that it leaves out are as usual.

    Raises:
        PromptError: an option has a value that cannot be used.
    """
    length, seed = call.integer("length"), call.integer("seed")
    return SceneRequest(
        prompt=unquote(call.text("line") or ""),
        directions=_directions(call, usual),
        temperature=call.number("temp"),
        length=500 if length is None else length,
        seed=draw_seed() if seed is None else seed,
    )


def _directions(call: Call, usual: Directions) -> Directions:
    """Return what a command asks of its scene; what it leaves out is as usual.

    Raises:
        PromptError: an option has a value that cannot be used.
    """
    cast, place, spelling = call.text("cast"), call.text("place"), call.text("spelling")
    if spelling is not None and spelling.lower() not in _SWITCH:
        raise PromptError(f"spelling must be on or off, such as spelling:off, and not {spelling[:40]!r}.")
    originality = call.integer("originality")
    return replace(
        usual,
        cast=usual.cast if cast is None else split_cast(cast),
        place=usual.place if place is None else place,
        spelling=usual.spelling if spelling is None else _SWITCH[spelling.lower()],
        originality=usual.originality if originality is None else originality,
    )


def _prompted_lines(console: Console, history: Path | None) -> Iterator[str]:
    """Yield what a person types, with completion and a history that survives."""
    from prompt_toolkit import PromptSession  # noqa: PLC0415  # a pipe does without
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion  # noqa: PLC0415
    from prompt_toolkit.document import Document  # noqa: PLC0415
    from prompt_toolkit.history import FileHistory, InMemoryHistory  # noqa: PLC0415

    class CommandCompleter(Completer):
        """Proposals commands, then the options that are not there yet, then speakers for a line."""

        def get_completions(self, document: Document, _: CompleteEvent) -> Iterable[Completion]:
            before = document.text_before_cursor
            for offered, start in complete(before, console.speakers(), console.places()):
                yield Completion(offered, start_position=start - len(before))

    remembered: FileHistory | InMemoryHistory = InMemoryHistory()
    if history is not None:
        with contextlib.suppress(OSError):  # without a place for it, the history lasts as long as the console
            history.parent.mkdir(parents=True, exist_ok=True)
            history.touch()
            remembered = FileHistory(str(history))
    session: PromptSession[str] = PromptSession(
        history=remembered, completer=CommandCompleter(), complete_while_typing=False
    )
    while True:
        try:
            yield session.prompt("> ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return


def complete(before: str, speakers: list[str], places: list[str] | None = None) -> Iterator[tuple[str, int]]:
    """Yield (text to offer, position from which it replaces) for what stands before the cursor."""
    if not before.startswith("/") or " " not in before:
        word = before.removeprefix("/")
        yield from ((f"/{name} ", 0) for name in COMMANDS if name.startswith(word))
        return
    name = before[1:].split(" ", 1)[0]
    word_start = before.rfind(" ") + 1
    word = before[word_start:]
    if name not in COMMANDS:
        return
    if "cast:" in before and before.count('"', before.find("cast:")) % 2:
        start = max(before.rfind('"'), before.rfind(",")) + 1
        typed = before[start:].lstrip()
        start = len(before) - len(typed)
        yield from ((speaker, start) for speaker in speakers if speaker.startswith(typed.upper()))
        return
    place_start = before.find("place:")
    if place_start >= 0 and before.count('"', place_start) < 2:  # noqa: PLR2004  # an open quote, or none yet
        start = place_start + len("place:")
        typed = before[start:].lstrip('"').casefold()
        yield from ((f'"{place}" ', start) for place in places or () if place.casefold().startswith(typed))
        return
    line_start = before.find("line:")
    if line_start >= 0 and before.count('"', line_start) < 2:  # noqa: PLR2004  # an open quote
        start = line_start + len("line:")
        typed = before[start:].lstrip('"').upper()
        yield from ((f'"{speaker}: ', start) for speaker in speakers if speaker.startswith(typed))
        return
    yield from (
        (f"{option}:", word_start)
        for option in COMMANDS[name].options
        if option.startswith(word) and f" {option}:" not in before
    )
