"""The console's commands: their names, and what each option means."""

from bot.app.console.commands import Command
from core.text import Text

EPISODE_OPTIONS = {
    "temp": Text("temperature: low repeats itself, high rambles"),
    "length": Text("characters to write"),
    "line": Text("a line to continue"),
    "seed": Text("an integer; the same one writes the same episode"),
    "cast": Text('only these characters speak, such as cast:"QUARK, ODO"'),
    "show": Text("which of its shows the model writes, such as show:TNG"),
    "place": Text('where it happens, such as place:"Quark\'s"'),
    "spelling": Text("on: only words of the scripts; off: the model's own spelling"),
    "takes": Text("versions of each line, of which the best is kept, 1 to 16"),
    "originality": Text("longest phrase that may be copied, in words, 6 or more"),
}
_SWEEP_OPTIONS = {**EPISODE_OPTIONS, "temps": Text("such as 0.2,0.5")}
_GO_ON_OPTIONS = ("temp", "length", "seed", "cast", "spelling", "takes", "originality")
RETRAIN_OPTIONS = {
    "corpus": Text("scripts, tables, chats, subtitles or documents: a file, a folder or a .zip"),
    "series": Text("which series of a .json"),
    "episodes": Text("which episodes, such as 20-69"),
    "preset": Text("default, or notes: as the lecture trains"),
    "minutes": Text("training time in minutes; default 15"),
    "epochs": Text("passes over the text, instead of minutes"),
    "name": Text("name of the model"),
}
MODELS_OPTIONS = {
    "use": Text("a model to write with, or default"),
    "rename": Text("a model to give another name:"),
    "name": Text("the new name"),
    "delete": Text("a model to delete"),
    "download": Text("a model to pack into a .zip here"),
}
COMMANDS = {
    command.name: command
    for command in (
        Command("episode", Text("write a new scene"), EPISODE_OPTIONS),
        Command("continue", Text("continue the last scene"), dict.fromkeys(_GO_ON_OPTIONS, "")),
        Command("sweep", Text("write one start at several temperatures"), _SWEEP_OPTIONS),
        Command("replay", Text("replay a scene from its code"), {"code": Text("the code under a scene")}),
        Command("retrain", Text("train another model on your scripts"), RETRAIN_OPTIONS),
        Command("models", Text("show the trained models, or use one"), MODELS_OPTIONS),
        Command("about", Text("show what the model is and how good"), {}),
        Command("help", Text("show the commands"), {}),
        Command("quit", Text("leave"), {}),
    )
}  # fmt: skip
