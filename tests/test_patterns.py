"""No regular expression that reads strangers' text takes more than linear time, whatever signs are repeated in it."""

import ast
import re
import re._parser as parser  # type: ignore[import-not-found]  # no other way to see what an expression looks for
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[1]
LOCAL = (
    "bot/app/console",
    "bot/storage/migrations",
    "core/evaluation/scenes",
)  # read what whoever runs the bot types
METHODS = ("match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer")
SIGNS = ("a", " ", "\n", "0", "A ", "- ", "a:", " \n", "a\n")  # besides those that an expression names
SMALL, FACTOR = 300, 8
QUADRATIC = 24  # times as long for `FACTOR` times as much: between 8 and 64
NOTICED = 0.002  # seconds of this thread; what takes less is no danger at any size


@dataclass(frozen=True)
class Use:
    """An expression and how it is used somewhere."""

    where: str
    pattern: str
    flags: int
    method: str

    def __str__(self) -> str:
        """Name the test."""
        return f"{self.where}.{self.method}"


def find_uses() -> Iterator[Use]:
    """Yield each constant expression of the bot and of core, once for each way in which it is used."""
    paths = sorted([*PROJECT.glob("bot/**/*.py"), *PROJECT.glob("core/**/*.py")])
    sources = {path.relative_to(PROJECT).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    for name, source in sources.items():
        if name.startswith(LOCAL):
            continue
        tree = ast.parse(source)
        constants = _constants(tree)
        names = {
            id(node.value): node.targets[0].id
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or not call.args or ast.unparse(call.func)[:3] != "re.":
                continue
            pattern = _text_of(call.args[0], constants)
            if pattern is None:
                continue
            flags = sum(
                {_flag(node) for extra in (*call.args[1:], *call.keywords) for node in ast.walk(extra)}
            )
            method = ast.unparse(call.func)[3:]
            if method in METHODS:
                yield Use(f"{name}:{call.lineno}", pattern, flags, method)
            elif method == "compile" and id(call) in names:
                known = names[id(call)]
                readers = [
                    source,
                    *(each for each in sources.values() if re.search(rf"import.*\b{known}\b", each)),
                ]
                used = {found for each in readers for found in re.findall(rf"\b{known}\.(\w+)\(", each)}
                for each in sorted(used & set(METHODS)) or ["search"]:
                    yield Use(f"{name}:{known}", pattern, flags, each)


def _constants(tree: ast.Module) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = _text_of(node.value, found)
            if text is not None:
                found[node.targets[0].id] = text
    return found


def _text_of(node: ast.expr, constants: dict[str, str]) -> str | None:
    """Return the text that an expression of Python's stands for, if it is made of constants."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int):
        return str(node.value)
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    if isinstance(node, ast.JoinedStr):
        parts = [
            _text_of(part.value if isinstance(part, ast.FormattedValue) else part, constants)
            for part in node.values
        ]
        return None if None in parts else "".join(filter(None, parts))
    return None


def _flag(node: ast.AST) -> int:
    flag = getattr(re, node.attr, 0) if isinstance(node, ast.Attribute) else 0
    return int(flag) if isinstance(flag, re.RegexFlag) else 0


def named_signs(pattern: str, flags: int) -> list[str]:
    """Return the texts that stand in an expression literally."""
    found: list[str] = []

    def walk(tree: object) -> None:
        run = ""
        for operation, argument in (*tree, ("", None)):  # type: ignore[misc]  # a sequence of such pairs
            if str(operation) == "LITERAL":
                run += chr(argument)
                continue
            found.extend([run] if run else [])
            run = ""
            for part in argument if isinstance(argument, tuple | list) else ():
                for inner in part if isinstance(part, list) else [part]:
                    if isinstance(inner, parser.SubPattern):
                        walk(inner)
                    elif isinstance(inner, tuple) and str(inner[0]) == "LITERAL":
                        found.append(chr(inner[1]))

    walk(parser.parse(pattern, flags))
    return list(dict.fromkeys(found))


_SAMPLES = "a A0\t\n.,:;-_*()[]{}<>\"'/|#~^=%`\\&@!?\u00e9"
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")


def example(tree: Any) -> str:  # the parser's own
    """Return a short text that a part of an expression matches, each of its repeats once at least."""
    text = ""
    for operation, argument in tree:
        name = str(operation)
        if name == "LITERAL":
            text += chr(argument)
        elif name in ("NOT_LITERAL", "ANY", "IN"):
            wanted = parser.SubPattern(tree.state, [(operation, argument)])
            text += next((sign for sign in _SAMPLES if _holds(wanted, sign)), "")
        elif name in _REPEATS:
            text += example(argument[2]) * min(max(argument[0], 1), argument[1])
        elif name == "SUBPATTERN":
            text += example(argument[3])
        elif name == "ATOMIC_GROUP":
            text += example(argument)
        elif name == "BRANCH":
            text += example(argument[1][0])
    return text


def _holds(part: Any, sign: str) -> bool:  # the parser's own
    [(operation, argument)] = part
    if str(operation) != "IN":
        return str(operation) == "ANY" or ord(sign) != argument
    found = False
    for kind, value in argument:
        if str(kind) == "NEGATE":
            continue
        category = {"DIGIT": sign.isdigit(), "SPACE": sign.isspace(), "WORD": sign.isalnum() or sign == "_"}
        word = str(value).removeprefix("CATEGORY_")
        is_in = (
            ord(sign) == value
            if str(kind) == "LITERAL"
            else value[0] <= ord(sign) <= value[1]
            if str(kind) == "RANGE"
            else category[word.removeprefix("NOT_")] != word.startswith("NOT_")
        )
        found = found or is_in
    return found != (str(argument[0][0]) == "NEGATE")


def pumped(tree: Any, before: str = "") -> Iterator[tuple[str, str]]:  # the parser's own
    """Yield, for each endless repeat of an expression, a text that leads to it and one that it repeats."""
    for operation, argument in tree:
        name = str(operation)
        inner: list[Any] = []
        if name in _REPEATS:
            inner = [argument[2]]
            if argument[1] == parser.MAXREPEAT:
                yield before, example(argument[2])
        elif name == "BRANCH":
            inner = argument[1]
        elif name in ("SUBPATTERN", "ATOMIC_GROUP", "ASSERT"):
            inner = [argument if name == "ATOMIC_GROUP" else argument[-1]]
        for part in inner:
            yield from pumped(part, before)
        before += example(parser.SubPattern(tree.state, [(operation, argument)]))


def measure(use: Use, text: str) -> float:
    """Return the seconds of this thread that an expression takes for a text."""
    compiled = re.compile(use.pattern, use.flags)
    run: Callable[[str], object] = {"match": compiled.match, "fullmatch": compiled.fullmatch}.get(
        use.method, lambda text: sum(1 for _ in compiled.finditer(text))
    )
    seconds = []
    for _ in range(2):
        began = time.thread_time()
        run(text)
        seconds.append(time.thread_time() - began)
    return min(seconds)


@pytest.mark.parametrize("use", list(find_uses()), ids=str)
def test_expression_takes_linear_time(use: Use) -> None:
    """Eight times as many of the same signs take about eight times as long, not sixty-four."""
    named = named_signs(use.pattern, use.flags)
    pumps = {(start, sign) for sign in (*SIGNS, *named[:10]) for start in ("", *named[:3])}
    pumps |= {(start, sign) for start, sign in pumped(parser.parse(use.pattern, use.flags)) if sign}
    for start, sign in sorted(pumps):
        long = measure(use, start + sign * (FACTOR * SMALL // len(sign)) + "\x01")
        if long > NOTICED:
            short = measure(use, start + sign * (SMALL // len(sign)) + "\x01")
            assert long < QUADRATIC * short, f"{start!r}, and then {sign!r} again and again: {use.pattern}"
