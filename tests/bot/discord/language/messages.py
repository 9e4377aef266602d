"""The messages that the program's source has for people, found in its syntax; and what is wrong with their writing.

A message is the first argument of `Text(...)`, of an error of `core.errors`, or of a command's `locale_str`.
"""

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[4]
COMMANDS = ("translated", "locale_str")
# What is read at a command line alone, in English as its options are: by who trains, measures or moves a bot.
COMMAND_LINE = (
    "bot/move/",
    "bot/worker/serve.py",
    "core/config.py",
    "core/evaluate.py",
    "core/evaluation/pairs.py",
    "core/evaluation/score.py:score_file",
    "core/evaluation/scenes/",
    "core/training/results/",
    "core/training/loop.py:_stop",
)


@dataclass(frozen=True, order=True)
class Message:
    """A message, its plural where it has one, and where it stands first."""

    message: str
    plural: str = ""
    place: str = ""


@dataclass(frozen=True)
class Found:
    """All messages of the source, and the places of those that cannot be translated."""

    messages: tuple[Message, ...]
    faults: tuple[str, ...]


@functools.cache
def find_messages() -> Found:
    """Read the source of the bot and of the core."""
    messages: dict[tuple[str, str], Message] = {}
    faults: list[str] = []
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in _sources()}
    errors = _find_errors(list(trees.values()))
    for path, tree in trees.items():
        name = path.relative_to(PROJECT).as_posix()
        errors_here = set() if name.startswith(COMMAND_LINE) else errors
        for call, function in _calls(tree):
            callee = call.func.id if isinstance(call.func, ast.Name) else ""
            place = f"{name}:{call.lineno}"
            is_command_line = f"{name}:{function}" in COMMAND_LINE
            if not call.args or callee not in {"Text", *COMMANDS, *errors_here} or is_command_line:
                continue
            is_put_together = isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
            if callee not in COMMANDS and is_put_together:
                faults.append(place)
            literals = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
            words = [literal for literal in literals if isinstance(literal, str) and literal]
            if words:
                found = Message(words[0], words[1] if len(words) > 1 else "", place)
                messages.setdefault((found.message, found.plural), found)
    return Found(tuple(sorted(messages.values())), tuple(faults))


def _sources() -> Iterator[Path]:
    for folder in ("bot", "core"):
        yield from sorted((PROJECT / folder).rglob("*.py"))


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    """Yield the calls, each with the name of the function that it stands in."""

    def walk(node: ast.AST, function: str) -> Iterator[tuple[ast.Call, str]]:
        for child in ast.iter_child_nodes(node):
            is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            inner = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else function
            if isinstance(child, ast.Call):
                yield child, function
            yield from walk(child, inner if is_function else function)

    yield from walk(tree, "")


def _find_errors(trees: list[ast.Module]) -> set[str]:
    """Return the names of all classes below `CoreError`; a class's name stands once in the project."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    known = {"CoreError"}
    while more := {name for name, above in bases.items() if above & known} - known:
        known |= more
    return known
