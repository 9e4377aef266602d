"""Measuring: processes that take turns, round after round, and rows that say what came of it."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parent.parent
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
# An environment may name an older processor for an older library's sake; what is measured is NumPy's own choice.
_KERNELS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")

Samples = dict[str, list[float]]  # name of what was measured -> its value in each round


@dataclass(frozen=True)
class Options:
    """How long to measure, and with what."""

    quick: bool = False  # a smoke run: every row, tiny sizes, figures that mean nothing
    torch_python: str | None = None  # an interpreter that has torch; None where there is none

    def rounds(self, rounds: int) -> int:
        """Return how often everything takes its turn."""
        return 1 if self.quick else rounds


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    measured: str
    budget: str = ""
    met: bool | None = None  # None where nothing was promised
    values: dict[str, Any] = field(default_factory=dict)  # the figures behind it, for the JSON

    def noting(self, **values: Any) -> "Row":  # noqa: ANN401  # any figure
        """Return the row with more figures for the JSON."""
        return replace(self, values={**self.values, **values})


@dataclass(frozen=True)
class Spread:
    """The median of some rounds, with the lowest and the highest."""

    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Return the spread of `values`."""
        return cls(statistics.median(values), min(values), max(values))

    @classmethod
    def of_ratio(cls, values: Sequence[float], others: Sequence[float]) -> Self:
        """Return the spread of `values / others`, round by round: a slow moment of the machine hits both."""
        return cls.of([value / other for value, other in zip(values, others, strict=True)])

    def show(self, pattern: str) -> str:
        """Return it in words; `pattern` formats one number, such as `"{:.1f}"`."""
        median, lowest, highest = (
            pattern.format(value) for value in (self.median, self.lowest, self.highest)
        )
        return median if lowest == highest else f"{median} ({lowest} to {highest})"


class Child:
    """A process in which `function` (`"module:name"` in this package) measures whenever it is asked to.

    The function is a generator: it prepares, then yields a dictionary of figures each time it is its turn.
    """

    def __init__(
        self,
        function: str,
        *,
        threads: int | None = None,
        one_core: bool = False,
        python: str = sys.executable,
        **arguments: Any,  # noqa: ANN401  # whatever the function takes, as JSON has it
    ) -> None:
        kept = {name: value for name, value in os.environ.items() if name not in _KERNELS}
        environment = {**kept, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
        if threads is not None:
            environment |= dict.fromkeys(_THREADS, str(threads))
        task = json.dumps({"function": function, "one_core": one_core, "arguments": arguments})
        self._function = function
        self._messages = tempfile.TemporaryFile("w+")  # noqa: SIM115  # open as long as the child; shown only if something fails
        self._process = subprocess.Popen(
            [python, "-m", "benchmarks.child", task],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._messages,
            text=True,
            cwd=ROOT,
            env=environment,
        )

    def __enter__(self) -> Self:
        """Return the child."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the child: without further questions it has nothing to do."""
        self._process.communicate()
        self._messages.close()

    def measure(self) -> dict[str, float]:
        """Let the child take its turn and return what it measured."""
        if self._process.stdin is None or self._process.stdout is None:
            raise ValueError("The child was started without pipes.")
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            self._process.wait()
            self._messages.seek(0)
            raise RuntimeError(f"The measurement {self._function} failed:\n{self._messages.read()}")
        return dict(json.loads(answer))


def take_turns(children: Iterable[Child], *, rounds: int) -> Samples:
    """Return what the children measured in each of `rounds`, all of them in every round."""
    samples: Samples = {}
    with ExitStack() as stack:
        started = [stack.enter_context(child) for child in children]
        for _ in range(rounds):
            for child in started:
                for name, value in child.measure().items():
                    samples.setdefault(name, []).append(value)
    return samples


def measure_once(child: Child) -> dict[str, float]:
    """Return what one child measures in one turn."""
    with child:
        return child.measure()


def time_calls(call: Callable[[], object], calls: int) -> float:
    """Return the seconds that one of `calls` calls takes."""
    started = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - started) / calls


def judge(what: str, spread: Spread, pattern: str, *, least: float = 0.0, most: float = 0.0) -> Row:
    """Return the row of a figure whose median should be at least `least`, or at most `most`."""
    values = {"median": spread.median, "lowest": spread.lowest, "highest": spread.highest}
    measured = spread.show(pattern)
    if least:
        return Row(what, measured, f"at least {pattern.format(least)}", spread.median >= least, values)
    if most:
        return Row(what, measured, f"at most {pattern.format(most)}", spread.median <= most, values)
    return Row(what, measured, values=values)
