"""The rules of the house, read from the code: who may import whom, and that nothing happens at import."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.run import Run
from tests.children import ROOT, run_python

# Each room of core: the rooms it knows, then the packages beyond the standard library.
ROOMS: dict[str, tuple[str, str]] = {
    "aids": (
        (
            "directions.ending directions.form directions.lexicon directions.originality errors "
            "files form originality run vocabulary words"
        ),
        "numpy safetensors",
    ),
    "cache_model": ("vocabulary", "numpy"),
    "card": ("config errors", ""),
    "cells": ("", "numpy"),
    "checkpoint": ("errors files lstm model", "keras numpy safetensors"),
    "cleaning": ("", ""),
    "code": ("directions directions.place episode errors", ""),
    "config": ("errors", ""),
    "corpus": ("cleaning config download errors vocabulary", "pandas"),
    "course": ("config corpus errors model windows", "numpy"),
    "device": ("", ""),
    "directions": ("", ""),
    "directions.base": ("sampling words", "numpy"),
    "directions.cast": ("cleaning errors form vocabulary", ""),
    "directions.direct": (
        (
            "aids directions directions.base directions.cast directions.ending directions.form "
            "directions.lexicon directions.loops directions.originality directions.place "
            "directions.spelling errors generator sampling vocabulary words"
        ),
        "",
    ),
    "directions.ending": ("config directions.form words", "numpy"),
    "directions.form": ("config directions.lexicon words", "numpy"),
    "directions.lexicon": ("vocabulary words", "numpy"),
    "directions.loops": ("words", "numpy"),
    "directions.originality": ("directions.form directions.lexicon originality words", "numpy"),
    "directions.place": ("cleaning errors vocabulary", ""),
    "directions.spelling": ("directions.form directions.lexicon words", "numpy"),
    "download": ("errors", "pooch requests"),
    "episode": (
        (
            "aids cleaning config directions directions.direct directions.place errors generator "
            "originality run sampling vocabulary"
        ),
        "numpy",
    ),
    "errors": ("", ""),
    "evaluate": ("cache_model cells config corpus errors generator likelihood run vocabulary", ""),
    "events": ("files", ""),
    "files": ("errors", ""),
    "form": ("", ""),
    "generator": ("cache_model cells config run sampling", "numpy"),
    "index": ("aids corpus errors run", ""),
    "job": ("config corpus errors", ""),
    "learning": ("lstm model threads windows", "keras tensorflow"),
    "likelihood": ("cells generator threads vocabulary", "numpy"),
    "lstm": ("recurrence threads", "keras tensorflow"),
    "memory": ("", ""),
    "model": ("config lstm threads", "keras"),
    "options": ("config", ""),
    "originality": ("", "numpy"),
    "outcome": (
        "aids card checkpoint config corpus course evaluate files form generator model run weights",
        "keras matplotlib numpy",
    ),
    "preview": ("config corpus errors form options upload vocabulary", ""),
    "progress": ("events", "tqdm"),
    "recurrence": ("", "tensorflow"),
    "run": ("config errors files vocabulary", "numpy safetensors"),
    "samples": ("config corpus generator run sampling", "numpy"),
    "sampling": ("config errors", "numpy"),
    "schedule": ("config", ""),
    "session": (
        (
            "checkpoint config corpus course device errors events files job learning memory model outcome run "
            "samples schedule weights windows"
        ),
        "keras numpy safetensors",
    ),
    "ship": ("aids card episode errors events files run", "numpy"),
    "stages": ("checkpoint errors events files job run training", ""),
    "threads": ("", ""),
    "training": ("checkpoint errors events files job run session", "filelock"),
    "trial": ("corpus episode errors evaluate generator options run", "numpy"),
    "upload": ("errors files", ""),
    "vocabulary": ("errors", "numpy"),
    "weights": ("checkpoint config errors model run", "numpy"),
    "windows": ("vocabulary", "numpy"),
    "words": ("vocabulary", "numpy"),
}
HEAVY = {"keras", "tensorflow", "jax", "torch", "pandas", "h5py", "matplotlib", "pooch", "tqdm"}
# What a module may do when it is imported, beside defining: read before the packages that they steer.
ENVIRONMENT = {
    "train.py": [
        "os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')",
        "os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')",
    ],
    "core/evaluate.py": ["os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')"],
}


def parse(path: Path) -> ast.Module:
    """Return a module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield the full names of the modules that a tree imports, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name their module in full"
            yield str(node.module)


def rooms_of(folder: str) -> list[Path]:
    """Return the modules in a folder of the repository, those below too, but for what Alembic runs as programs."""
    return sorted(path for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts)


def test_rooms_are_all_on_the_map() -> None:
    """Every module of core is on the map, and the map has no others."""
    assert {room_of(path) for path in rooms_of("core")} - {"__init__"} == set(ROOMS)


def room_of(path: Path) -> str:
    """Return a room's name on the map, such as `corpus` or `directions.cast`."""
    return ".".join(path.relative_to(ROOT / "core").with_suffix("").parts).removesuffix(".__init__")


def path_of(room: str) -> Path:
    """Return a room's module, or the package of that name."""
    path = ROOT / "core" / room.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_room_imports_what_the_map_says(room: str) -> None:
    """A room of core imports its neighbours on the map and its packages, no more and no fewer."""
    names = set(imports(parse(path_of(room))))
    neighbours = {name.removeprefix("core.") for name in names if name.startswith("core.")}
    packages = {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - {"core"}
    assert (neighbours, packages) == tuple(set(names.split()) for names in ROOMS[room])


def test_only_some_rooms_know_keras_and_pandas() -> None:
    """Pandas is known to the corpus alone, Keras to the network and its training, TensorFlow to layer and step."""
    users = {
        package: {room for room, (_, packages) in ROOMS.items() if package in packages.split()}
        for package in ("pandas", "tensorflow", "keras")
    }
    assert users == {
        "pandas": {"corpus"},
        "tensorflow": {"learning", "lstm", "recurrence"},
        "keras": {"checkpoint", "learning", "lstm", "model", "outcome", "session"},
    }


@pytest.mark.parametrize("path", rooms_of("core"), ids=lambda path: path.stem)
def test_core_knows_no_discord_and_no_bot(path: Path) -> None:
    """Core imports neither Discord's library nor a room of the bot."""
    assert {name.split(".")[0] for name in imports(parse(path))}.isdisjoint({"discord", "bot", "train"})


def reached(start: list[Path]) -> dict[str, set[str]]:
    """Return every module of ours that `start` reaches by imports, and the packages that each imports."""
    found: dict[str, set[str]] = {}
    waiting = list(start)
    while waiting:
        path = waiting.pop()
        name = str(path.relative_to(ROOT))
        if name in found:
            continue
        wanted = set(imports(parse(path)))
        found[name] = {part.split(".")[0] for part in wanted}
        for part in wanted:
            candidates = [
                ROOT / (part.replace(".", "/") + ".py"),
                ROOT / part.replace(".", "/") / "__init__.py",
            ]
            waiting.extend(candidate for candidate in candidates if candidate.exists())
    return found


def test_bot_never_reaches_training() -> None:
    """No module of the bot, and none of core that it reaches, imports Keras, TensorFlow, pandas or their like."""
    modules = reached(rooms_of("bot"))
    assert "core/generator.py" in modules
    assert {name: packages & HEAVY for name, packages in modules.items() if packages & HEAVY} == {}


@pytest.mark.slow
def test_console_process_serves_with_numpy_alone(tmp_path: Path, tiny_run: Run) -> None:
    """A console that has written an episode has not loaded Keras, TensorFlow, pandas, or Discord's library."""
    script = (
        "import sys; from bot.__main__ import main; status = main(['--run', sys.argv[1]]); "
        f"print(sorted({HEAVY | {'discord', 'sqlalchemy'}!r} & set(sys.modules)), status)"
    )
    done = run_python(["-c", script, tiny_run.path], cwd=tmp_path, typed="/episode seed:1 length:20\n")
    assert done.stdout.splitlines()[-1] == "[] 0", done.stderr


def calls_at_import(tree: ast.Module) -> Iterator[ast.Call]:
    """Yield the calls that importing a module makes, decorators and class bodies included."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'":
            continue
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            waiting.extend([*node.decorator_list, *node.args.defaults])
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.Call):
            yield node
        waiting.extend(ast.iter_child_nodes(node))


@pytest.mark.parametrize(
    "path",
    [*rooms_of("core"), *rooms_of("bot"), ROOT / "train.py"],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_nothing_happens_at_import(path: Path) -> None:
    """Importing a module opens no file, reads no environment and sets up no logging, but for two documented lines."""
    name = str(path.relative_to(ROOT))
    forbidden = {
        "open",
        "print",
        "basicConfig",
        "read_text",
        "read_bytes",
        "getenv",
        "mkdir",
        "connect",
        "exec",
    }
    forbidden |= {
        "setdefault",
        "set_dtype_policy",
        "set_random_seed",
        "load_dotenv",
        "addHandler",
        "setLevel",
        "get",
    }
    calls = [
        ast.unparse(call)
        for call in calls_at_import(parse(path))
        if ast.unparse(call.func).rsplit(".", maxsplit=1)[-1] in forbidden
    ]
    assert calls == ENVIRONMENT.get(name, [])


def test_imports_change_nothing(tmp_path: Path) -> None:
    """Importing every room of core that the bot reaches writes no file, and sets no handler of the logs."""
    modules = [
        name.removesuffix(".py").replace("/", ".") for name in reached(rooms_of("bot")) if "core/" in name
    ]
    script = (
        "import importlib, logging, os; before = dict(os.environ); "
        f"[importlib.import_module(name) for name in {modules!r}]; "
        "print(logging.getLogger().handlers, before == dict(os.environ), os.listdir())"
    )
    done = run_python(["-c", script], cwd=tmp_path)
    assert done.stdout == "[] True []\n", done.stderr
