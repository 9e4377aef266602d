"""What somebody probably meant by a line that is no command, or by an option that a command has not."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Protocol

_MAIN = {
    "episode": "line",
    "continue": "length",
    "sweep": "temps",
    "replay": "code",
    "retrain": "corpus",
    "models": "use",
}  # what a value without an option is for
_OTHER_NAMES = {
    **dict.fromkeys(("exit", "q", "bye"), "quit"),
    **dict.fromkeys(("?", "h"), "help"),
    **dict.fromkeys(("list", "runs"), "models"),
    **dict.fromkeys(("again", "go", "more", "next"), "continue"),
    **dict.fromkeys(("generate", "new", "scene", "start", "write"), "episode"),
    "train": "retrain",
}
_OTHER_OPTIONS = {
    **dict.fromkeys(("heat", "t"), "temp"),
    **dict.fromkeys(("chars", "characters", "size", "n", "words"), "length"),
    **dict.fromkeys(("prompt", "start", "text"), "line"),
    **dict.fromkeys(("who", "speaker", "speakers", "names", "people"), "cast"),
    **dict.fromkeys(("where", "scene", "setting", "location", "heading"), "place"),
    **dict.fromkeys(("remove", "erase", "del", "rm"), "delete"),
    **dict.fromkeys(("select", "choose", "switch", "load"), "use"),
    **dict.fromkeys(("to", "as", "into"), "name"),
    **dict.fromkeys(("file", "path", "scripts"), "corpus"),
    "time": "minutes",
    "model": "use",
    "series": "show",
}
_SIGNS = "[:=\uff1a]"  # a colon, and what is typed in its place
_ALL = ("list", "all", "show")  # what /models does without options
_NEW_NAME = re.compile(r"\s*(?:to|as|into)?\s*[:=]?\s*(\S+)\s*")  # behind the old one
_NEAR = 0.75  # of the letters are the same
_CODE_LETTERS = 15  # at least, of an episode code


class HasOptions(Protocol):
    """What is to be known of a command."""

    @property
    def options(self) -> Mapping[str, str]:
        """Its options' names, with a few words about each."""


def find_slip(line: str, commands: Mapping[str, HasOptions]) -> str:
    """Return what somebody probably meant by a line that is no command but looks like one; else an empty text.

    Example: `quit`, `episode temp:0.5` and `temp:0.5` lack their command; `EPISODE: nobody sleeps` is a script's line.
    """
    line = line.strip()
    if lacking := _find_command_of(line, commands):
        return f"/{lacking} {_set_right(line)}"
    word, _, rest = line.partition(" ")
    rest = rest.strip()
    bare = word.removesuffix("()").strip(":;,.!\\/-\uff0f").lower()
    call = f"/{rest}" if bare in _ALL and rest in commands else _find_option(line, commands)
    if call:
        return call
    known = bare if bare in commands else next(iter(get_close_matches(bare, commands, n=1, cutoff=_NEAR)), "")
    other = _OTHER_NAMES.get(bare)
    if other and (not rest or _is_value(rest, commands[other])):
        known = bare = other
    # "EPISODE: nobody sleeps" is a line of a script.
    if not known or (word.endswith(":") and rest and not _begins_with_option(rest, commands[known])):
        return ""
    is_meant = bool(re.match(rf"\w+\s*{_SIGNS}\s*\S", rest)) or (
        bare == known and _is_value(rest, commands[known])
    )
    if rest and not is_meant:
        return ""
    if known == "models" and rest in _ALL:
        rest = ""
    if rest and not re.match(rf"\w+\s*{_SIGNS}", rest):
        rest = _give_option(rest, known, commands[known])
    return f"/{known} {_set_right(rest)}".strip()


def explain_command(line: str, commands: Mapping[str, HasOptions]) -> str:
    """Return that there is no command of the name that a line begins with, with the nearest one."""
    name = line.split(maxsplit=1)[0] if line else ""
    word = re.match(r"\W*(\w*)", name)
    lower = (word[1] if word else name).lower()
    owner = next((each for each, command in commands.items() if lower in command.options), "")
    if owner:
        meant = _give_option(line, owner, commands[owner])
        return f"There is no command /{name[:40]}. Did you mean /{owner} {meant}?"
    close = _OTHER_NAMES.get(lower) or next(iter(get_close_matches(lower, commands, n=1)), "")
    close = close or next((command for command in commands if lower.startswith(command)), "")
    return f"There is no command /{name[:40]}. " + (
        f"Did you mean /{close}?" if close else "Type /help to see what there is."
    )


def explain_option(rest: str, name: str, commands: Mapping[str, HasOptions]) -> str:
    """Return what is wrong with the beginning of `rest`, with the right form where one is near."""
    options = commands[name].options
    shown = rest.split(maxsplit=1)[0][:40]
    if not options:
        return f"/{name} does not know {shown!r}; it takes no options: type /{name}."
    known = ", ".join(f"{option}:" for option in options)
    meant = _give_option(rest, name, commands[name])
    if name == "models" and shown in _ALL:
        meant = "/models alone"
    found = re.match(rf"(\w+)\s*{_SIGNS}", rest)
    if found and not _find_near(found[1], options):
        other = next((each for each, command in commands.items() if found[1].lower() in command.options), "")
        # "QUARK: No" is a line; nothing is known of "mood:dark".
        meant = f"/{other} {_set_right(rest)}" if other else meant * found[1].isupper()
    return (
        f"/{name} does not know {shown!r}; "
        + (f"did you mean {meant}? It" if meant else "it")
        + f" takes {known}."
    )


def find_misspelt_option(value: str, options: Mapping[str, str], *, is_line: bool) -> str:
    """Return where in an unquoted value an option begins that is nearly one of a command's; empty where none does.

    In what is no line of a script any word with a colon is taken for one.

    Example: in `Ops tmp:0.5` it is `tmp:0.5`; in `ODO: so: now` there is none.
    """
    for found in re.finditer(rf"(?:^|(?<=[\s,;]))([a-z]+)\s?{_SIGNS}(?=[^\s:=])", value):
        if found.start() and (not is_line or get_close_matches(found[1], options, n=1, cutoff=_NEAR)):
            return value[found.start() :]
    return ""


def _find_command_of(line: str, commands: Mapping[str, HasOptions]) -> str:
    """Return the command that a line lacks which begins with an option; empty where it does not."""
    found = re.match(rf"([a-z]+){_SIGNS}[^\s:=]", line)
    if found is None:
        return ""
    return next((name for name, command in commands.items() if found[1] in command.options), "")


def _find_option(line: str, commands: Mapping[str, HasOptions]) -> str:
    """Return the call that a line stands for which is an option of some command and a value; else an empty text.

    Example: `length 300`, `use run` and `rename run to other`; `line of sight` is none.
    """
    found = re.fullmatch(r"([a-z]+)\s+(\S+)(\s+(?:to|as|into)\s+\S+)?", line)
    if found is None or (found[3] and found[1] != "rename"):
        return ""
    name = next((each for each, command in commands.items() if found[1] in command.options), "")
    if name != "models" and not re.fullmatch(r"[\d.,]*\d", found[2]):
        return ""
    return f"/{name} {_give_option(line, name, commands[name])}" if name else ""


def _begins_with_option(rest: str, command: HasOptions) -> bool:
    found = re.match(rf"(\w+)\s*{_SIGNS}\s*\S", rest)
    return found is not None and found[1].lower() in command.options


def _is_value(rest: str, command: HasOptions) -> bool:
    """Tell whether what stands behind a command's name is more likely its value than the rest of a sentence."""
    word = rest.split(maxsplit=1)[0] if rest else ""
    is_alone = word == rest
    is_number = re.fullmatch(r"[\d.,;]*\d", word) is not None
    is_code = is_alone and len(word) >= _CODE_LETTERS and word.isalnum()
    is_path = is_alone and re.search(r"\w[./]\w", word) is not None
    has_option = word in command.options and not is_alone
    return is_number or is_code or is_path or has_option or (is_alone and word in _ALL)


def _give_option(rest: str, name: str, command: HasOptions) -> str:
    """Return the beginning of `rest` as an option and its value: `temp 0.5` -> `temp:0.5`; empty where none is near."""
    is_flag, rest = rest.startswith("-"), rest.lstrip("-\u2013 ")
    found = re.match(rf"(\w+)(?:\s*{_SIGNS}+\s*|\s+|$)", rest)
    near = _find_near(found[1], command.options) if found else ""
    if rest == "default" and name == "models":
        near = ""
    if found and near:
        value = _first_value(rest[found.end() :])
        if near == "length" and value and not value[0].isdigit() and "cast" in command.options:
            near = "cast"  # "characters:QUARK"
        renamed = _NEW_NAME.fullmatch(rest[found.end() :].removeprefix(value)) if near == "rename" else None
        return f"{near}:{value or '...'}" + (f" name:{renamed[1]}" if renamed else "")
    if is_flag:
        return ""
    value = _first_value(rest)
    main = _MAIN.get(name, "")
    if name in ("episode", "continue") and re.fullmatch(r"\d+", value):
        main = "length"
    elif name in ("episode", "continue") and re.fullmatch(r"\d*[.,]\d+", value):
        main, value = "temp", value.replace(",", ".")
    elif main == "line":
        value = value if value[:1] in '"\u201c' else f'"{rest[:200]}"'
    elif main == "length":
        return ""
    return f"{main}:{value}" if main in command.options and value else ""


def _find_near(name: str, options: Mapping[str, str]) -> str:
    """Return the option that a name is probably meant for; empty where none is near."""
    lower = name.lower()
    if lower in options:
        return lower
    if _OTHER_OPTIONS.get(lower) in options:
        return _OTHER_OPTIONS[lower]
    begun = next((option for option in options if lower.startswith(option)), "")
    begun = begun or next((option for option in options if len(lower) > 1 and option.startswith(lower)), "")
    return begun or next(iter(get_close_matches(lower, options, n=1)), "")


def _first_value(text: str) -> str:
    """Return the first value of a text, with its quotes: `"No p" temp:1` -> `"No p"`."""
    quoted = re.match("\"[^\"]*\"|\u201c[^\u201d]*\u201d|'[^']*'", text)
    return quoted[0] if quoted else text.split(maxsplit=1)[0] if text.strip() else ""


def _set_right(rest: str) -> str:
    """Return options with colons and small letters: `TEMP=0.5` -> `temp:0.5`."""
    return re.sub(rf"^(\w+)\s*{_SIGNS}\s*", lambda found: f"{found[1].lower()}:", rest)
