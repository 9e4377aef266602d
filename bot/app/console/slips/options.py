"""What somebody probably meant by a command or an option that there is not."""

import re
from collections.abc import Mapping
from difflib import get_close_matches

from bot.app.console.slips.words import (
    ALL,
    OTHER_NAMES,
    SIGNS,
    HasOptions,
    find_begun,
    find_near,
    give_option,
    set_right,
)
from core.text import Text

_NEAR = 0.75  # of the letters are the same
_ASKING = ("help", "h", "?")  # what is typed behind a command to read about it
_NUMBERED = (
    "temp", "length", "seed", "takes", "originality", "spelling", "temps", "minutes", "epochs",
)  # fmt: skip  # what has a number behind it, or a switch
_SETTING = r"(?:[+-]?\d|on\b|off\b)"
_SETTINGS = (
    re.compile(rf"(?<=[\s,;])([A-Za-z]+)\s?{SIGNS}\s?{_SETTING}"),
    re.compile(rf"(?<=[\s,;])--?([A-Za-z]+)\s{_SETTING}"),
    re.compile(rf"(?i)(?<=[\s,;])(temp|length|seed|originality|spelling)\s+{_SETTING}[\d.,]*$"),
)  # in a line of a script, too


def explain_command(line: str, commands: Mapping[str, HasOptions]) -> Text:
    """Return that there is no command of the name that a line begins with, with the nearest one."""
    name = line.split(maxsplit=1)[0] if line else ""
    word = re.match(r"\W*(\w*)", name)
    lower = (word[1] if word else name).lower()
    owner = next((each for each, command in commands.items() if lower in command.options), "")
    owner = "" if lower.rstrip("s") in commands else owner
    if re.match(r"[\d.]+(\s|$)|[\"\u201c]|[A-Z]+:", line):
        owner = "episode"  # /QUARK: No
    if owner:
        meant = give_option(line, owner, commands[owner])
        return Text(
            "There is no command /{name}. Did you mean /{meant}?", name=name[:40], meant=f"{owner} {meant}"
        )
    close = (
        OTHER_NAMES.get(lower)
        or find_begun(lower, commands)
        or next(iter(get_close_matches(lower, commands, n=1)), "")
    )
    close = close or next((command for command in commands if lower.startswith(command)), "")
    if close:
        return Text("There is no command /{name}. Did you mean /{meant}?", name=name[:40], meant=close)
    return Text("There is no command /{name}. Type /help to see what there is.", name=name[:40])


def explain_option(rest: str, name: str, commands: Mapping[str, HasOptions]) -> Text:
    """Return what is wrong with the beginning of `rest`, with the right form where one is near."""
    options = commands[name].options
    shown = rest.split(maxsplit=1)[0][:40]
    if not options:
        return Text(
            "/{name} does not know {shown!r}; it takes no options: type /{name}.", name=name, shown=shown
        )
    known = ", ".join(f"{option}:" for option in options)
    meant = give_option(rest, name, commands[name])
    is_alone = name == "models" and re.split(r"\W", shown)[0] in ALL
    if not is_alone and rest.strip("-/") in _ASKING:
        meant = "/help"
    is_alone = is_alone or (not meant and not re.search(SIGNS, rest))
    if is_alone:
        meant = Text("/{name} alone", name=name)
    found = None if is_alone else re.match(rf"(\w+)\s*{SIGNS}", rest)
    if found and not find_near(found[1], options):
        other = next((each for each, command in commands.items() if found[1].lower() in command.options), "")
        # "QUARK: No" is a line; nothing is known of "mood:dark".
        meant = f"/{other} {set_right(rest)}" if other else meant * found[1].isupper()
    if not meant:
        return Text("/{name} does not know {shown!r}; it takes {known}.", name=name, shown=shown, known=known)
    return Text(
        "/{name} does not know {shown!r}; did you mean {meant}? It takes {known}.",
        name=name,
        shown=shown,
        meant=meant,
        known=known,
    )


def find_misspelt_option(value: str, options: Mapping[str, str], *, is_line: bool) -> str:
    """Return where in an unquoted value an option begins that is nearly one of a command's; empty where none does.

    In what is no line of a script any word with a colon is taken for one.

    Example: in `Ops tmp:0.5` it is `tmp:0.5`, and in `ODO: No -t 0.5` it is `-t 0.5`; in `ODO: so: now` there is none.
    """
    for found in re.finditer(rf"(?:^|(?<=[\s,;]))([A-Za-z]+)\s?{SIGNS}(?=[^\s:=])", value):
        is_near = found[1].islower() and (
            not is_line or get_close_matches(found[1], options, n=1, cutoff=_NEAR)
        )
        if found.start() and (is_near or found[1].lower() in options):
            return value[found.start() :]
    settings = filter(None, (pattern.search(value) for pattern in _SETTINGS))
    begins = (found.start() for found in settings if find_near(found[1], options) in _NUMBERED)
    return value[begin:] if (begin := next(begins, None)) is not None else ""
