"""The rules of imports: the contracts in `pyproject.toml` break where they should, and nothing happens at import."""

import ast
import shutil
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from core.run.store import Run
from tests.children import ROOT, run_python

MOST_ENTRIES = 12  # of a folder
UNCOUNTED = {"__init__.py", "__pycache__"}
MOST_LINES = 250  # of a module
HEAVY = {"keras", "tensorflow", "jax", "torch", "pandas", "h5py", "matplotlib", "pooch", "tqdm"}
# What a module may do when it is imported, beside defining: read before the packages that they steer.
ENVIRONMENT = {
    "train.py": [
        "os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')",
        "os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')",
    ],
    "core/evaluate.py": ["os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')"],
    "core/evaluation/pairs.py": ["os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')"],
    "core/evaluation/scenes/__main__.py": ["os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')"],
}


@cache
def parse(path: Path) -> ast.Module:
    """Return a module's syntax tree, which several tests look at."""
    return ast.parse(path.read_text(encoding="utf-8"))


def rooms_of(folder: str) -> list[Path]:
    """Return the modules in a folder of the repository, those below too, but for what Alembic runs as programs."""
    return sorted(path for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("core/writing/sampling.py", "from core.writing.writer import Writer", "No circle of imports"),
        ("core/run/layout.py", "from core.writing.writer import Writer", "core's folders are layers"),
        ("core/errors.py", "from bot.storage.settings import Settings", "core knows no Discord"),
        ("core/writing/inference/cells.py", "import pandas", "The bot's process reaches nothing that trains"),
    ],
)
def test_contracts_break_where_an_import_breaks_them(
    tmp_path: Path, module: str, line: str, broken: str
) -> None:
    """A circle, a layer's import of a higher one, Discord in core or pandas in the bot's reach fails `make lint`."""
    for folder in ("bot", "core"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    script = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    done = run_python(["-c", script, "--no-cache"], cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert done.returncode == 1, done.stdout + done.stderr
    assert any(broken in found and "BROKEN" in found for found in done.stdout.splitlines()), done.stdout


@pytest.mark.slow
def test_console_process_serves_with_numpy_alone(tmp_path: Path, tiny_run: Run) -> None:
    """A console that has written an episode has not loaded Keras, TensorFlow, pandas, or Discord's library."""
    script = (
        "import sys; from bot.__main__ import main; status = main(['--run', sys.argv[1]]); "
        f"print(sorted({HEAVY | {'discord', 'sqlalchemy'}!r} & set(sys.modules)), status)"
    )
    done = run_python(["-c", script, tiny_run.path], cwd=tmp_path, typed="/episode seed:1 length:20\n")
    assert done.stdout.splitlines()[-1] == "[] 0", done.stderr


def test_bot_package_imports_no_training_package(tmp_path: Path) -> None:
    """Loading all of the bot brings in neither TensorFlow nor keras nor pandas."""
    script = (
        "import sys, bot.app.serve, bot.app.console.console, bot.app.console.training; "
        "print({'tensorflow', 'keras', 'pandas'} & {name.split('.')[0] for name in sys.modules})"
    )
    assert run_python(["-c", script], cwd=tmp_path).stdout == "set()\n"


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
    """Importing what the bot has of core changes no environment, writes no file and sets no handler of the logs."""
    modules = [
        str(path.relative_to(ROOT)).removesuffix(".py").replace("/", ".")
        for folder in ("core/run", "core/runtime", "core/writing")
        for path in rooms_of(folder)
    ]
    script = (
        "import importlib, logging, os; before = dict(os.environ); "
        f"[importlib.import_module(name) for name in {modules!r}]; "
        "print(logging.getLogger().handlers, before == dict(os.environ), os.listdir())"
    )
    done = run_python(["-c", script], cwd=tmp_path)
    assert done.stdout == "[] True []\n", done.stderr


def repeated_classes(paths: list[Path]) -> list[str]:
    """Return the names that more than one class has."""
    names = Counter(
        node.name for path in paths for node in ast.walk(parse(path)) if isinstance(node, ast.ClassDef)
    )
    return sorted(name for name, count in names.items() if count > 1)


def test_class_names_stand_once() -> None:
    """One word for one idea: no class of the bot and core has the name of another."""
    assert repeated_classes([*rooms_of("core"), *rooms_of("bot")]) == []


def crowded(folder: Path) -> list[str]:
    """Return the folders that hold more than twelve entries beside `__init__`."""
    return [
        str(path.relative_to(folder))
        for path in [folder, *folder.rglob("*")]
        if path.is_dir()
        and path.name not in UNCOUNTED
        and sum(entry.name not in UNCOUNTED for entry in path.iterdir()) > MOST_ENTRIES
    ]


def long_modules(folder: Path) -> list[str]:
    """Return the modules of more than 250 lines."""
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*.py")
        if len(path.read_text(encoding="utf-8").splitlines()) > MOST_LINES
    ]


@pytest.mark.parametrize("folder", ["bot", "core"])
def test_folders_hold_at_most_twelve_entries(folder: str) -> None:
    """A folder of the bot or core fits a look: twelve modules and folders, all that is below counted alike."""
    assert crowded(ROOT / folder) == []


@pytest.mark.parametrize("folder", ["bot", "core"])
def test_modules_have_at_most_250_lines(folder: str) -> None:
    """No module of the bot or core is longer than one sitting."""
    assert long_modules(ROOT / folder) == []


def test_rules_of_size_break_where_they_are_broken(tmp_path: Path) -> None:
    """A thirteenth entry, a 251st line and a second class of a name are found; twelve and 250 are not."""
    for name in ("full", "crowded"):
        (tmp_path / name).mkdir()
        for number in range(12):
            (tmp_path / name / f"{number}.py").write_text("line\n" * 250, encoding="utf-8")
        (tmp_path / name / "__init__.py").touch()
    (tmp_path / "crowded" / "long.py").write_text("line\n" * 251, encoding="utf-8")
    (tmp_path / "full" / "1.py").write_text("class Job: ...\n", encoding="utf-8")
    (tmp_path / "full" / "2.py").write_text("def f():\n    class Job: ...\n", encoding="utf-8")
    assert crowded(tmp_path) == ["crowded"]
    assert long_modules(tmp_path) == ["crowded/long.py"]
    assert repeated_classes(sorted((tmp_path / "full").rglob("*.py"))) == ["Job"]
