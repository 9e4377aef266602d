"""Commands as Discord spells them, read from a line of text: `/episode temp:0.5 line:"KIRA: No p"`."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.app.console.slips.options import explain_command, explain_option, find_misspelt_option
from bot.discord.markdown import QUOTES
from core.errors import PromptError
from core.text import Text

_EXAMPLES = {
    "seed": "1993",
    "takes": "3",
    "originality": "8",
    "epochs": "3",
    "minutes": "15",
    "temps": "0.2,0.5",
}
# Words that begin with an apostrophe, and so no quotation.
_ELISIONS = re.compile(
    r"'(tis|twas|twere|twill|em|til|till|cause|cos|bout|round|neath|course|nother|n|s)\b", re.IGNORECASE
)
_QUOTES = {**QUOTES, "`": "`", "\u00bb": "\u00ab", "\u2039": "\u203a", "\u300c": "\u300d"}


@dataclass(frozen=True)
class Command:
    """A command's name and what it accepts: option names with a few words about each."""

    name: str
    summary: Text
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
            raise PromptError(
                "{option} is empty; write something after {option}: or leave it out.", option=option
            )
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
            example = _EXAMPLES.get(option, "500")
            raise PromptError(
                "{option} must be a whole number, such as {option}:{example}, and not {value!r}.",
                option=option,
                example=example,
                value=value[:40],
            )
        return int(value)


def read_number(option: str, text: str) -> float:
    """Return `text` as a finite number.

    Raises:
        PromptError: it is none.
    """
    try:
        number = math.nan if "_" in text else float(text)  # Python reads 0_5 as 5
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        example = _EXAMPLES.get(option, "0.5")
        raise PromptError(
            "{option} must be a number, such as {option}:{example}, and not {value!r}.",
            option=option,
            example=example,
            value=text[:40],
        )
    return number


def parse_call(line: str, commands: Mapping[str, Command]) -> Call:
    """Return the call in `line`; an option's value reaches to the next option, its quotes taken off.

    Example: `/episode line:"ODO: temp: none" temp:0.5` has the values `line=ODO: temp: none`, `temp=0.5`.

    Raises:
        PromptError: no such command or option, an option twice, or text that belongs to none.
    """
    name, _, rest = line.strip().removeprefix("/").strip().partition(" ")
    if name not in commands:
        raise PromptError(explain_command(line.strip().removeprefix("/").strip(), commands))
    command = commands[name]
    options = command.options
    values: dict[str, str] = {}
    rest = rest.strip()
    while rest:
        found = re.match(r"(\w+):", rest)
        if found is None or found[1] not in options:
            raise PromptError(explain_option(rest, name, commands))
        if found[1] in values:
            raise PromptError("{option}: stands there twice; give it once.", option=found[1])
        value, behind = _take_value(found[1], rest[found.end() :], options)
        if not rest[found.end() :].lstrip().startswith(tuple(_QUOTES)):
            misspelt = find_misspelt_option(value, options, is_line=found[1] == "line")
            if misspelt.startswith(tuple(f"{option}:" for option in options)):
                raise PromptError("Write a space before {option}, and nothing else.", option=misspelt[:40])
            if misspelt:
                raise PromptError(explain_option(misspelt, name, commands))
        values[found[1]], rest = value, behind
    return Call(name, values)


def _take_value(option: str, text: str, options: Mapping[str, str]) -> tuple[str, str]:
    """Return (value, what follows it).

    Raises:
        PromptError: its quotes do not begin or end, or something stands behind them.
    """
    following = rf"(?=\s+(?:{'|'.join(options)}):|\s*$)"
    if re.match(rf"\s+(?:{'|'.join(options)}):", text):
        return "", text.strip()
    text = text.lstrip()
    opening = text[:1]
    closing = _QUOTES.get(opening)
    if closing:
        # The last quote that an option or the end follows: a line may hold quotes of its own.
        quoted = re.match(rf".(.*?){closing}{following}", text, re.DOTALL)
        if quoted and not _ends_before(quoted[1], closing):
            return quoted[1], text[quoted.end() :].strip()
        if not _ELISIONS.match(text):  # 'tis late
            raise PromptError(
                "The quotation after {option}: does not end, or text stands behind it; write {example} and the next "
                "option after a space.",
                option=option,
                example=f"{option}:{opening}...{closing}",
            )
    plain = re.match(rf"(.*?){following}", text, re.DOTALL)
    end = plain.end() if plain else len(text)
    value = text[:end].strip()
    if (
        value.count('"') % 2
        or value.startswith('\\"')
        or value.count("\u201d") > value.count("\u201c") + value.count("\u201e")
    ):
        raise PromptError(
            'The quotation after {option}: does not begin; write {option}:"..." with both quotes.',
            option=option,
        )
    return value, text[end:].strip()


def _ends_before(inner: str, closing: str) -> bool:
    """Tell whether a quotation ends inside a text: at a quote that stands behind a word, before any that begins one."""
    first = inner.find(closing)
    return closing == '"' and first > 0 and not inner[first - 1].isspace() and inner[first - 1] not in "\\([-"
