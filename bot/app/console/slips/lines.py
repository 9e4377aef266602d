"""What somebody probably meant by a line without a slash: a command, or a line of a script."""

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

_NEAR = 0.75  # of the letters are the same
_CODE_LETTERS = 15  # at least, of an episode code
_MARKS = {"`": "`", '"': '"', "'": "'", "\u201c": "\u201d"}  # around what was copied
_FILLING = frozenset(
    (
        *("please", "now", "me", "the", "a", "an", "this", "that", "it", "on"),
        *("show", "again", "another", "writing", "scene", "episode"),
    )
)  # what stands beside a command in a sentence
_COPIED = re.compile(r"(?:^|[\s>$])[/\\\uff0f](\w+)\b(.*)", re.DOTALL)
_WISH = re.compile(
    r"(?:please )?(?:write |make |generate |start |give me |show me )?(?:an? |the |another )?(?:new )?"
    r"(?:scene|episode) (?=(?:at|in|with) )"
)
_VALUE = r"(?:[\d.,]*\d|on|off)"  # of an option that takes no text


def find_slip(line: str, commands: Mapping[str, HasOptions]) -> str:
    """Return what somebody probably meant by a line that is no command but looks like one; else an empty text.

    Example: `quit`, `episode temp:0.5` and `temp:0.5` lack their command; `EPISODE: nobody sleeps` is a script's line.
    """
    line = line.strip()
    if line.endswith(_MARKS.get(line[:1], "\n")) and line[1:2] in ("/", "\uff0f"):
        line = line[1:-1].strip()
    ways = (_find_phrase, _find_copied, _find_wish, _find_lacking, _find_list, _find_option, _find_begun)
    return next((call for find in ways if (call := find(line, commands))), "")


def _find_begun(line: str, commands: Mapping[str, HasOptions]) -> str:
    """Return the call that a line stands for which begins with a command's name, or nearly; else an empty text."""
    word, _, rest = line.partition(" ")
    rest = rest.strip()
    bare = word.removesuffix("()").strip(":;,.!\\/-\uff0f").lower()
    known = bare if bare in commands else next(iter(get_close_matches(bare, commands, n=1, cutoff=_NEAR)), "")
    for other in (OTHER_NAMES.get(bare), find_begun(bare, commands)):
        if other and (
            (not rest and other != find_begun(bare, commands))
            or _begins_with_option(rest, commands[other])
            or (bare in OTHER_NAMES and _is_value(rest, commands[other]))
        ):
            known = bare = other
    # "EPISODE: nobody sleeps" is a line of a script.
    if not known or (word.endswith(":") and rest and not _begins_with_option(rest, commands[known])):
        return ""
    is_meant = bool(re.match(rf"\w+\s*{SIGNS}\s*\S", rest)) or (
        bare == known and _is_value(rest, commands[known])
    )
    if rest and not is_meant:
        return ""
    if known == "models" and rest in ALL:
        rest = ""
    if rest and not re.match(rf"\w+\s*{SIGNS}", rest):
        rest = give_option(rest, known, commands[known])
    return f"/{known} {set_right(rest)}".strip()


def _find_phrase(line: str, commands: Mapping[str, HasOptions]) -> str:
    """Return the command that a few words ask for: `please continue`, `write a scene`; empty where they do not.

    "Help us" and "EPISODE: me" are no such words.
    """
    if re.search(r"[^\W\d]:", line):
        return ""
    words = [
        word for word in re.findall(r"\w+|\?", re.sub(r"\?+", "?", line.lower())) if word not in _FILLING
    ]
    words = words or re.findall(r"\w+", line.lower())[-1:]
    if words[:1] == ["help"] and len(words) > 1 and words[1] in commands:
        return "/help"
    if len(words) != 1:
        return ""
    name = words[0] if words[0] in commands else OTHER_NAMES.get(words[0], "")
    return f"/{name}" if name else ""


def _find_copied(line: str, commands: Mapping[str, HasOptions]) -> str:
    """Return the call in a line that was copied with what stood before it: `> /episode temp:0.5`."""
    copied = _COPIED.search(line)
    name = copied[1].lower() if copied else ""
    return f"/{name} {set_right(copied[2].strip())}".strip() if copied and name in commands else ""


def _find_wish(line: str, commands: Mapping[str, HasOptions]) -> str:
    """Return the call for `a scene with Quark` and its like."""
    wish = _WISH.match(line.lower())
    return f"/episode {give_option(line[wish.end() :], 'episode', commands['episode'])}" if wish else ""


def _find_list(line: str, commands: Mapping[str, HasOptions]) -> str:
    """Return the call for `list models`."""
    word, _, rest = line.lower().partition(" ")
    return f"/{rest.strip()}" if word in ALL and rest.strip() in commands else ""


def _find_lacking(line: str, commands: Mapping[str, HasOptions]) -> str:
    """Return a line that begins with an option, with the command that it lacks."""
    name = _find_command_of(line, commands)
    return f"/{name} {_give_all(line, commands[name])}" if name else ""


def _find_command_of(line: str, commands: Mapping[str, HasOptions]) -> str:
    """Return the command that a line lacks which begins with an option; empty where it does not."""
    found = re.match(rf"([A-Za-z]+){SIGNS}\s*[^\s:=]", line)
    if found is None:
        return ""
    name = next((each for each, command in commands.items() if found[1].lower() in command.options), "")
    # In capitals it may be a speaker's name, if not one of a scene's options.
    return name if found[1].islower() or name == "episode" else ""


def _give_all(line: str, command: HasOptions) -> str:
    """Return the option that a line begins with as it is written, and what follows."""
    found = re.match(rf"(\w+)\s*{SIGNS}\s*", line)
    text = line[found.end() :] if found else line
    return f"{found[1].lower()}:{text}" if found and find_near(found[1], command.options) else line


def _find_option(line: str, commands: Mapping[str, HasOptions]) -> str:
    """Return the call that a line stands for which is an option of some command and a value; else an empty text.

    Example: `length 300`, `use run` and `rename run to other`; `line of sight` is none.
    """
    found = re.fullmatch(r"([a-z]+)\s+(\S+)(\s+(?:to|as|into)\s+\S+)?", line)
    several = re.fullmatch(rf"([a-z]+)\s+({_VALUE})((?:,?\s+[a-z]+\s*(?:{SIGNS}\s*|\s){_VALUE})+)", line)
    if several:
        return _find_options(line, commands)
    if found is None or (found[3] and found[1] != "rename"):
        return ""
    name = next((each for each, command in commands.items() if found[1] in command.options), "")
    is_path = found[1] == "corpus" and re.search(r"\w[./]\w", found[2])
    if name != "models" and not is_path and not re.fullmatch(_VALUE, found[2]):
        return ""
    return f"/{name} {give_option(line, name, commands[name])}" if name else ""


def _find_options(line: str, commands: Mapping[str, HasOptions]) -> str:
    """Return the call that options and numbers stand for: `temp 0.5 length 200` -> `/episode temp:0.5 length:200`."""
    pairs = re.findall(rf"([a-z]+)\s*(?:{SIGNS})?\s*({_VALUE})", line)
    name = next(
        (each for each, command in commands.items() if all(option in command.options for option, _ in pairs)),
        "",
    )
    return f"/{name} " + " ".join(f"{option}:{value}" for option, value in pairs) if name else ""


def _begins_with_option(rest: str, command: HasOptions) -> bool:
    found = re.match(rf"(\w+)\s*{SIGNS}\s*\S", rest)
    return found is not None and found[1].lower() in command.options


def _is_value(rest: str, command: HasOptions) -> bool:
    """Tell whether what stands behind a command's name is more likely its value than the rest of a sentence."""
    rest = re.sub(r"^(?:with|on|from|using)\s+", "", rest)
    word = rest.split(maxsplit=1)[0] if rest else ""
    is_alone = word == rest
    is_number = re.fullmatch(r"[\d.,;]*\d", word) is not None
    is_code = is_alone and len(word) >= _CODE_LETTERS and word.isalnum()
    is_path = is_alone and re.search(r"\w[./]\w", word) is not None
    has_option = word in command.options and not is_alone
    return is_number or is_code or is_path or has_option or (is_alone and word in ALL)
