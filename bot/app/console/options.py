"""The console's commands: their names, and what each option means."""

from bot.app.console.commands import Command

EPISODE_OPTIONS = {
    "temp": "temperature: low repeats itself, high rambles",
    "length": "characters to write",
    "line": "a line to continue",
    "seed": "an integer; the same one writes the same episode",
    "cast": 'only these characters speak, such as cast:"QUARK, ODO"',
    "show": "which of its shows the model writes, such as show:TNG",
    "place": 'where it happens, such as place:"Quark\'s"',
    "spelling": "on: only words of the scripts; off: the model's own spelling",
    "takes": "versions of each line, of which the best is kept, 1 to 16",
    "originality": "longest phrase that may be copied, in words, 6 or more",
}
_GO_ON_OPTIONS = ("temp", "length", "seed", "cast", "spelling", "takes", "originality")
RETRAIN_OPTIONS = {
    "corpus": "scripts, tables, chats, subtitles or documents: a file, a folder or a .zip",
    "series": "which series of a .json",
    "episodes": "which episodes, such as 20-69",
    "preset": "default, or notes: as the lecture trains",
    "minutes": "training time in minutes; default 15",
    "epochs": "passes over the text, instead of minutes",
    "name": "name of the model",
}
MODELS_OPTIONS = {
    "use": "a model to write with, or default",
    "rename": "a model to give another name:",
    "name": "the new name",
    "delete": "a model to delete",
    "download": "a model to pack into a .zip here",
}
COMMANDS = {
    command.name: command
    for command in (
        Command("episode", "write a new scene", EPISODE_OPTIONS),
        Command("continue", "continue the last scene", dict.fromkeys(_GO_ON_OPTIONS, "")),
        Command("sweep", "write one start at several temperatures", {**EPISODE_OPTIONS, "temps": "such as 0.2,0.5"}),
        Command("replay", "replay a scene from its code", {"code": "the code under a scene"}),
        Command("retrain", "train another model on your scripts", RETRAIN_OPTIONS),
        Command("models", "show the trained models, or use one", MODELS_OPTIONS),
        Command("about", "show what the model is and how good", {}),
        Command("help", "show the commands", {}),
        Command("quit", "leave", {}),
    )
}  # fmt: skip
