"""Commands as Discord spells them, read from a line of text: `/episode temp:0.5 line:"KIRA: No p"`."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from core.errors import PromptError

_QUOTES = {'"': '"', "\u201c": "\u201d", "\u201e": "\u201c", "\u2018": "\u2019", "'": "'"}


@dataclass(frozen=True)
class Command:
    """A command's name and what it accepts: option names with a few words about each."""

    name: str
    summary: str
    options: Mapping[str, str]


@dataclass(frozen=True)
class Call:
    """A command that somebody typed: its name and the values of its options, as texts."""

    name: str
    values: Mapping[str, str]

    def text(self, option: str) -> str | None:
        """Return a text option, or None if it was not given.

        Raises:
            PromptError: it is empty.
        """
        value = self.values.get(option)
        if value is not None and not value.strip():
            raise PromptError(f"{option} is empty; write something after {option}: or leave it out.")
        return value

    def number(self, option: str) -> float | None:
        """Return a number option, or None if it was not given.

        Raises:
            PromptError: it is not a number.
        """
        value = self.values.get(option)
        return None if value is None else read_number(option, value)

    def integer(self, option: str) -> int | None:
        """Return a whole-number option, or None if it was not given.

        Raises:
            PromptError: it is not a whole number.
        """
        value = self.values.get(option)
        if value is None:
            return None
        if not re.fullmatch(r"[+-]?\d{1,18}", value.strip()):
            raise PromptError(
                f"{option} must be a whole number, such as {option}:500, and not {value[:40]!r}."
            )
        return int(value)


def read_number(option: str, text: str) -> float:
    """Return `text` as a finite number.

    Raises:
        PromptError: it is none.
    """
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise PromptError(f"{option} must be a number, such as {option}:0.5, and not {text[:40]!r}.")
    return number


def parse_call(line: str, commands: Mapping[str, Command]) -> Call:
    """Return the call in `line`; an option's value reaches to the next option, its quotes taken off.

    Example: `/episode line:"ODO: temp: none" temp:0.5` has the values `line=ODO: temp: none`, `temp=0.5`.

    Raises:
        PromptError: no such command or option, an option twice, or text that belongs to none.
    """
    name, _, rest = line.strip().removeprefix("/").partition(" ")
    if name not in commands:
        raise PromptError(f"There is no command /{name[:40]}. {_suggest(name, commands)}")
    command = commands[name]
    values: dict[str, str] = {}
    rest = rest.strip()
    while rest:
        found = re.match(r"(\w+):", rest)
        if found is None or found[1] not in command.options:
            wrong = (found[1] if found else rest.split()[0])[:40]
            known = ", ".join(f"{option}:" for option in command.options) or "no options"
            raise PromptError(f"/{name} does not know {wrong!r}; it takes {known}.")
        if found[1] in values:
            raise PromptError(f"{found[1]}: stands there twice; give it once.")
        values[found[1]], rest = _take_value(rest[found.end() :].lstrip(), command.options)
    return Call(name, values)


def _take_value(text: str, options: Mapping[str, str]) -> tuple[str, str]:
    """Return (value, what follows it)."""
    following = rf"(?=\s+(?:{'|'.join(options)}):|\s*$)"
    closing = _QUOTES.get(text[:1])
    if closing:
        # The last quote that an option or the end follows: a line may hold quotes of its own.
        quoted = re.match(rf".(.*?){closing}{following}", text, re.DOTALL)
        if quoted:
            return quoted[1], text[quoted.end() :].strip()
    plain = re.match(rf"(.*?){following}", text, re.DOTALL)
    end = plain.end() if plain else len(text)
    return text[:end].strip(), text[end:].strip()


def _suggest(name: str, commands: Mapping[str, Command]) -> str:
    close = get_close_matches(name, commands, n=1)
    return f"Did you mean /{close[0]}?" if close else "Type /help to see what there is."
