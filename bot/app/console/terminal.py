"""A script in a terminal: speakers, directions and headings told apart, wrapped to the window; plain in a pipe.

What is said beside it is in the reader's language.
"""

import re
import shutil
import sys
import textwrap
from typing import TextIO

from bot.discord.language.language import Language
from bot.discord.language.options import name_options
from core.data.screenplay import parse_line

_DIRECTION = re.compile(r"\([^()\n]*\)")
_WIDEST = 88  # characters; longer lines are hard to read

# SGR codes: bold, italic, cyan and bold, dim, red.
_STYLES = {"speaker": "1", "direction": "3", "heading": "1;36", "aside": "2", "problem": "31"}


class Terminal:
    """Where the console prints: styled on a terminal, bare text anywhere else."""

    def __init__(
        self,
        stream: TextIO | None = None,
        problems: TextIO | None = None,
        *,
        language: Language | None = None,
    ) -> None:
        self.language = language or Language()
        self._stream = stream or sys.stdout
        self._problems = problems or sys.stderr
        self.is_terminal = self._stream.isatty()

    def show(self, text: str) -> None:
        """Print text, on a terminal without what could steer it."""
        text = self.language.say(text)
        self._print(printable(text) if self.is_terminal else text)

    def show_script(self, script: str) -> None:
        """Print a script; in a pipe character for character."""
        if not self.is_terminal:
            self._print(script)
            return
        width = min(_WIDEST, shutil.get_terminal_size().columns - 2)
        for line in printable(script).split("\n"):
            self._print(self._set(line, width))

    def show_aside(self, text: str) -> None:
        """Print a line about the script."""
        self._print(self._style(self.language.say(text), "aside"))

    def show_time(self, text: str) -> None:
        """Print what differs from one time to the next: on a terminal with the rest, else beside it."""
        if self.is_terminal:
            self.show_aside(text)
        else:
            print(self.language.say(text), file=self._problems, flush=True)

    def show_passing(self, text: str) -> None:
        """Show a line in place of the one before; only on a terminal."""
        if self.is_terminal:
            text = self.language.say(text)
            width = shutil.get_terminal_size().columns - 1
            print(
                f"\r{printable(text)[:width]:<{width}}",
                end="" if text else "\r",
                file=self._stream,
                flush=True,
            )

    def show_problem(self, text: str) -> None:
        """Print what went wrong and what to do."""
        text = name_options(self.language.say(text))
        if self._problems.isatty():
            text = f"\x1b[{_STYLES['problem']}m{printable(text)}\x1b[0m"
        print(text, file=self._problems, flush=True)

    def _set(self, line: str, width: int) -> str:
        """Return one line of a script, wrapped, what follows a speaker indented, and styled."""
        bare = line.strip()
        parsed = parse_line(bare)
        if parsed.kind == "heading":
            return self._style(bare, "heading")
        name = bare[: len(bare) - len(parsed.text)].rstrip() if parsed.kind == "speech" else ""
        wrapped = textwrap.fill(bare, width, subsequent_indent="    " if name else "", break_on_hyphens=False)
        if not wrapped.startswith(name):  # the window is narrower than the name
            return wrapped
        said = _DIRECTION.sub(lambda found: self._style(found[0], "direction"), wrapped[len(name) :])
        return (self._style(name, "speaker") if name else "") + said

    def _style(self, text: str, style: str) -> str:
        return f"\x1b[{_STYLES[style]}m{printable(text)}\x1b[0m" if self.is_terminal else text

    def _print(self, text: str) -> None:
        print(text, file=self._stream, flush=True)


def printable(text: str) -> str:
    """Return `text` without characters that could steer a terminal."""
    return "".join(character for character in text if character == "\n" or character.isprintable())
