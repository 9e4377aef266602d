"""Words that people type in place of the console's own, and how an option's value is told from its name."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Protocol

MAIN = {
    "episode": "line",
    "continue": "length",
    "sweep": "temps",
    "replay": "code",
    "retrain": "corpus",
    "models": "use",
}  # what a value without an option is for
OTHER_NAMES = {
    **dict.fromkeys(("exit", "q", "wq", "bye", "close", "end", "halt", "leave", "logout", "stop"), "quit"),
    **dict.fromkeys(("?", "h", "man", "usage"), "help"),
    **dict.fromkeys(("list", "ls", "runs"), "models"),
    **dict.fromkeys(("again", "go", "more", "next"), "continue"),
    **dict.fromkeys(("generate", "make", "new", "scene", "start", "write"), "episode"),
    **dict.fromkeys(("info", "version"), "about"),
    "train": "retrain",
}
_OTHER_OPTIONS = {
    **dict.fromkeys(("heat", "t"), "temp"),
    **dict.fromkeys(("chars", "characters", "size", "n", "words", "tokens", "max", "limit"), "length"),
    **dict.fromkeys(("prompt", "start", "text"), "line"),
    **dict.fromkeys(("who", "speaker", "speakers", "character", "names", "people", "with"), "cast"),
    **dict.fromkeys(("where", "scene", "setting", "location", "heading", "in", "at"), "place"),
    **dict.fromkeys(("remove", "erase", "del", "rm"), "delete"),
    **dict.fromkeys(("select", "choose", "switch", "load"), "use"),
    **dict.fromkeys(("to", "as", "into"), "name"),
    **dict.fromkeys(("file", "path", "scripts"), "corpus"),
    "time": "minutes",
    "model": "use",
    "series": "show",
}
_TEXTS = ("line", "cast", "place", "show", "corpus", "series", "episodes", "code")  # whose values have spaces
SIGNS = "(?:->|=>|[:=\uff1a]+)"  # a colon, and what is typed in its place
ALL = ("list", "all", "show", "ls")  # what /models does without options
_FILLING = re.compile(r"(?:with|at|using|on|from|by|the|a|an|please)\s+(?=[\w.])", re.IGNORECASE)
_LEAST = 3  # letters; what is shorter is near to too much


class HasOptions(Protocol):
    """What is to be known of a command."""

    @property
    def options(self) -> Mapping[str, str]:
        """Its options' names, with a few words about each."""


def find_begun(name: str, commands: Mapping[str, HasOptions]) -> str:
    """Return the command that somebody began to type: `epi` -> `episode`; empty where there is none."""
    return next((command for command in commands if len(name) > 1 and command.startswith(name)), "")


def find_near(name: str, options: Mapping[str, str]) -> str:
    """Return the option that a name is probably meant for; empty where none is near."""
    lower = name.lower()
    if lower in options:
        return lower
    if _OTHER_OPTIONS.get(lower) in options:
        return _OTHER_OPTIONS[lower]
    if len(lower) < _LEAST:
        return ""
    begun = next((option for option in options if lower.startswith(option)), "")
    begun = begun or next((option for option in options if option.startswith(lower)), "")
    return begun or next(iter(get_close_matches(lower, options, n=1)), "")


def give_option(rest: str, name: str, command: HasOptions) -> str:
    """Return the beginning of `rest` as an option and its value: `temp 0.5` -> `temp:0.5`; empty where none is near."""
    is_flag, rest = rest.startswith("-"), _unpack(rest.lstrip("-\u2013 "), command.options)
    number = re.match(r"(\d[\d.,]*)\s*([a-z]+)\b", rest)
    if number and number[2] in (near := find_near(number[2], command.options)):
        return f"{near}:{number[1]}"  # 5 minutes
    found = re.match(rf"(\w+)(?:\s*{SIGNS}+\s*|\s+(?:is\s+|of\s+)?|$)", rest)
    near = find_near(found[1], command.options) if found else ""
    if rest == "default" and name == "models":
        near = ""
    if found and near:
        behind = rest[found.end() :]
        value = first_value(behind, near, command.options)
        if near == "place" and re.fullmatch(r"[\d.]+", value):
            near = "temp"  # "at 0.5"
        if near == "length" and value and not value[0].isdigit() and "cast" in command.options:
            near = "cast"  # "characters:QUARK"
        renamed = _NEW_NAME.fullmatch(behind.removeprefix(value)) if near == "rename" else None
        return f"{near}:{value or '...'}" + (f" name:{renamed[1]}" if renamed else "")
    return "" if is_flag else _give_main(rest, name, command)


_NEW_NAME = re.compile(r"\s*(?:to|as|into)?\s*[:=]?\s*(\S+)\s*")  # behind the old one


def _give_main(rest: str, name: str, command: HasOptions) -> str:
    """Return a value that stands alone as the option that it is probably of: `300` -> `length:300`."""
    value = first_value(rest)
    main = MAIN.get(name, "")
    if name in ("episode", "continue") and re.fullmatch(r"\d+", value):
        main = "length"
    elif name in ("episode", "continue") and re.fullmatch(r"\d*[.,]\d+", value):
        main, value = "temp", value.replace(",", ".")
    elif name == "retrain" and re.fullmatch(r"\d+", value):
        main = "minutes"
    elif main == "line":
        value = value if value[:1] in '"\u201c' else f'"{rest[:200]}"'
    elif main == "length":
        return ""
    return f"{main}:{value}" if main in command.options and value else ""


def _unpack(rest: str, options: Mapping[str, str]) -> str:
    """Take off what stands before an option: `with temp 0.5` -> `temp 0.5`, `{temp:0.5}` -> `temp:0.5`."""
    packed = re.fullmatch(rf"[\[({{<](\w+{SIGNS}.*?)[\])}}>]", rest)
    if packed and find_near(re.split(r"\W", packed[1])[0], options):
        return packed[1]
    bare = re.sub(rf"^{SIGNS}\s*(?=\d)", "", rest)
    filled = _FILLING.match(bare)
    behind = bare[filled.end() :] if filled else ""
    is_value = behind[:1].isdigit() or re.fullmatch(r"\S*\w[./]\w\S*", behind)
    return behind if is_value or re.split(r"\W", behind)[0].lower() in options else bare


def first_value(text: str, option: str = "", options: Mapping[str, str] | None = None) -> str:
    """Return the first value of a text, with its quotes: `"No p" temp:1` -> `"No p"`.

    That of an option which takes a text reaches to the next option: `QUARK: No temp=1` -> `"QUARK: No"`.
    """
    quoted = re.match("\"[^\"]*\"|\u201c[^\u201d]*\u201d|'[^']*'", text)
    if quoted:
        return quoted[0]
    if option in _TEXTS and text[:1] not in "\"'\u201c":
        following = "|".join(options or ())
        value = re.split(rf"[\s,;]+(?:{following})(?:\s*{SIGNS}|\s+\d)", text)[0].strip()
        return f'"{value}"' if " " in value and '"' not in value else value
    return text.split(maxsplit=1)[0] if text.strip() else ""


def set_right(rest: str) -> str:
    """Return options with colons and small letters: `TEMP=0.5` -> `temp:0.5`."""
    return re.sub(rf"^(\w+)\s*{SIGNS}\s*", lambda found: f"{found[1].lower()}:", rest)
