"""The rules of the house, read from the code: who may import whom, and that nothing happens at import."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.run.store import Run
from tests.children import ROOT, run_python

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
    assert "core/writing/generator.py" in modules
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
