"""What the console tells of a model, and of its commands."""

import unicodedata

from bot.app.console.options import COMMANDS, EPISODE_OPTIONS, MODELS_OPTIONS, RETRAIN_OPTIONS
from bot.app.console.terminal import Terminal
from core.run.card import card_rows
from core.run.store import Run
from core.text import Text

EXAMPLE = '/episode temp:0.5 length:500 line:"KIRA: No p"'


def show_model(run: Run, terminal: Terminal) -> None:
    """Print what a model is and how good."""
    say = terminal.language.say
    terminal.show(run.name)
    rows = [*card_rows(run.config, run.facts), (Text("fingerprint"), run.fingerprint[:16])]
    said = [(say(what), say(value)) for what, value in rows]
    widest = max(_count_columns(what) for what, _ in said)
    for what, value in said:
        terminal.show(f"  {what}{' ' * (widest - _count_columns(what))}  {value}")


def show_commands(terminal: Terminal) -> None:
    """Print the commands and their options."""
    say = terminal.language.say
    for command in COMMANDS.values():
        options = " ".join(f"{option}:" for option in command.options)
        terminal.show(f"/{command.name} {options}".rstrip())
        terminal.show(f"    {say(command.summary)}")
    for option, words in {**EPISODE_OPTIONS, **MODELS_OPTIONS, **RETRAIN_OPTIONS}.items():
        terminal.show(f"  {option}: {say(words)}")
    terminal.show(Text("For example: {example}", example=EXAMPLE))


def _count_columns(text: str) -> int:
    """Return how wide a terminal shows a text: Japanese signs take two columns."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
