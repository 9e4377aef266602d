"""What a text was read as, in any language; `core` names formats in English, as its command line does."""

import re

from core.text import Text

_WHOLE = re.compile(r"(folder|archive) of (.*)", re.DOTALL)
_COUNTED = re.compile(r"(.*) \((\d+) files\)")
_OF_A_KIND = re.compile(r"(table|subtitles) \((.*)\)")
_NAMED = (
    Text("text"),
    Text("text with NAME: at the start of lines"),
    Text("text with NAME. at the start of lines"),
    Text("text with NAME: on lines of their own"),
    Text("text with NAME. on lines of their own"),
    Text("text with names on lines of their own"),
    Text("text without speakers"),
    Text("program code"),
    Text("scripts JSON"),
    Text("JSON lists of lines"),
    Text("JSON list of lines"),
    Text("JSON list"),
    Text("JSON dialogues"),
    Text("Final Draft screenplay"),
    Text("Fountain screenplay"),
    Text("Word document"),
    Text("HTML page"),
    Text("IRC log"),
)
_NAMES = {
    str(name): name for name in _NAMED
}  # what else there is bears an app's name, the same in all languages


def describe_format(format_: str) -> str:
    """Return a format as it can be said: `"folder of table (CSV), PDF"` -> `Text("folder: {kinds}", ...)`."""
    whole = _WHOLE.fullmatch(format_)
    kinds = Text.joined(map(_describe_kind, (whole[2] if whole else format_).split(", ")), ", ")
    if not whole:
        return kinds
    return (
        Text("folder: {kinds}", kinds=kinds)
        if whole[1] == "folder"
        else Text("archive: {kinds}", kinds=kinds)
    )


def _describe_kind(kind: str) -> str:
    if counted := _COUNTED.fullmatch(kind):
        one, count = _describe_kind(counted[1]), int(counted[2])
        return Text("{kind} ({count} file)", "{kind} ({count} files)", kind=one, count=count)
    if found := _OF_A_KIND.fullmatch(kind):
        form = found[2]
        return (
            Text("table ({form})", form=form)
            if found[1] == "table"
            else Text("subtitles ({form})", form=form)
        )
    if kind.endswith(" chat"):
        return Text("{app} chat", app=kind.removesuffix(" chat"))
    return _NAMES.get(kind, kind)
