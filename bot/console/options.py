"""The console's commands: their names, and what each option means."""

from bot.console.commands import Command

EPISODE_OPTIONS = {
    "temp": "temperature: low repeats itself, high rambles",
    "length": "characters to write",
    "line": "a line to go on from",
    "seed": "an integer; the same one writes the same episode",
    "cast": 'who has lines, such as cast:"QUARK, ODO"',
    "place": 'where it happens, such as place:"Quark\'s"',
    "spelling": "on: every word is one of the scripts'; off: as the model spells",
    "originality": "most words in a row as they stand in the scripts, from 6 on",
}
_GO_ON_OPTIONS = ("temp", "length", "seed", "cast", "spelling", "originality")
RETRAIN_OPTIONS = {
    "corpus": "a .txt, .json or .zip of scripts, or a folder of .txt files",
    "series": "which series of a .json",
    "episodes": "which episodes, such as 20-69",
    "preset": "default, or notes: the lecture's own way",
    "minutes": "how long it trains; usually 15",
    "epochs": "how often it reads the text, instead of minutes",
    "name": "what the model will be called",
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
        Command("continue", "go on with the last scene", dict.fromkeys(_GO_ON_OPTIONS, "")),
        Command("sweep", "write one start at several temperatures", {**EPISODE_OPTIONS, "temps": "such as 0.2,0.5"}),
        Command("replay", "write the scene of a code again", {"code": "as it stands under a scene"}),
        Command("retrain", "train another model on your scripts", RETRAIN_OPTIONS),
        Command("models", "show the trained models, or use one", MODELS_OPTIONS),
        Command("about", "show what the model is and how good", {}),
        Command("help", "show the commands", {}),
        Command("quit", "leave", {}),
    )
}  # fmt: skip
