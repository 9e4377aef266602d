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
    name, _, rest = line.strip().removeprefix("/").strip().partition(" ")
    if name not in commands:
        raise PromptError(f"There is no command /{name[:40]}. {_suggest(name, commands)}")
    command = commands[name]
    values: dict[str, str] = {}
    rest = rest.strip()
    while rest:
        found = re.match(r"(\w+):", rest)
        if found is None or found[1] not in command.options:
            raise PromptError(f"/{name} {_explain_option(rest, command)}")
        if found[1] in values:
            raise PromptError(f"{found[1]}: stands there twice; give it once.")
        values[found[1]], rest = _take_value(found[1], rest[found.end() :].lstrip(), command.options)
    return Call(name, values)


def find_slip(line: str, commands: Mapping[str, Command]) -> str:
    """Return what somebody probably meant by a line that is no command but looks like one; else an empty text.

    Example: `quit` and `episode temp:0.5` lack their slash; `EPISODE: nobody sleeps` is a line of a script.
    """
    word, _, rest = line.strip().partition(" ")
    bare = word.strip(":;,.!\\-").lower()
    known = bare if bare in commands else next(iter(get_close_matches(bare, commands, n=1, cutoff=0.75)), "")
    if bare in ("exit", "q", "bye"):
        known = "quit" if not rest else ""
    if bare in ("?", "h") and not rest:
        known = "help"
    if not known or (word.endswith(":") and rest):
        return ""
    is_option = re.match(r"\s*\w+\s*[:=]\s*\S", rest) is not None and known in commands
    if rest and not is_option:
        return ""
    return f"/{known} {rest}".strip()


def _take_value(option: str, text: str, options: Mapping[str, str]) -> tuple[str, str]:
    """Return (value, what follows it).

    Raises:
        PromptError: its quotes do not close, or something stands behind them.
    """
    following = rf"(?=\s+(?:{'|'.join(options)}):|\s*$)"
    closing = _QUOTES.get(text[:1])
    if closing:
        # The last quote that an option or the end follows: a line may hold quotes of its own.
        quoted = re.match(rf".(.*?){closing}{following}", text, re.DOTALL)
        if quoted:
            return quoted[1], text[quoted.end() :].strip()
        if closing != "'":  # which may be an apostrophe: 'tis late
            raise PromptError(
                f"The quotation after {option}: does not end, or text stands behind it; write "
                f"{option}:{text[0]}...{closing} and the next option after a space."
            )
    plain = re.match(rf"(.*?){following}", text, re.DOTALL)
    end = plain.end() if plain else len(text)
    return text[:end].strip(), text[end:].strip()


def _explain_option(rest: str, command: Command) -> str:
    """Return what is wrong with the beginning of `rest`, with the right form where one is near."""
    word = rest.split(maxsplit=1)[0]
    found = re.match(r"(\w+)\s*([:=]*)\s*", rest)
    name = (found[1] if found else word)[:40]
    near = name.lower() if name.lower() in command.options else ""
    near = near or next((option for option in command.options if name.lower().startswith(option)), "")
    near = near or next((o for o in command.options if len(name) > 1 and o.startswith(name.lower())), "")
    near = near or next(iter(get_close_matches(name.lower(), command.options, n=1)), "")
    known = ", ".join(f"{option}:" for option in command.options) or "no options"
    if near and found:
        value = rest[found.end() :].split(" ", maxsplit=1)[0][:20] or "..."
        return f"does not know {word[:40]!r}; did you mean {near}:{value}? It takes {known}."
    return f"does not know {word[:40]!r}; it takes {known}."


def _suggest(name: str, commands: Mapping[str, Command]) -> str:
    close = get_close_matches(name.lower(), commands, n=1)
    return f"Did you mean /{close[0]}?" if close else "Type /help to see what there is."
