"""How far a training is, told by the event log in its directory; it knows no Discord."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EVENTS = "events.jsonl"  # in the directory of a run, and of a half-done one
BAR_CELLS = 20
Event = dict[str, Any]


@dataclass
class Progress:
    """What a training's events say by now."""

    start: Event | None = None
    step: Event | None = None  # the last "progress"
    epoch: Event | None = None  # the last one that ended
    sample: Event | None = None
    bits: list[float] = field(default_factory=list)  # per character on the held-out text, a number an epoch
    error: str = ""
    is_complete: bool = False
    is_stopped: bool = False

    def note(self, event: Event) -> None:
        """Take one event in."""
        match event.get("event"):
            case "start":
                self.start, self.error, self.is_stopped = event, "", False
                if not event.get("resumed"):
                    self.bits = []
            case "progress":
                self.step = event
            case "epoch":
                self.epoch = event
                self.bits.append(float(event["validation_bits_per_character"]))
            case "sample":
                self.sample = event
            case "end":
                self.is_complete = True
            case "stopped":
                self.is_stopped = True
            case "error":
                self.error = str(event.get("message", ""))
            case _:
                pass

    @property
    def share(self) -> float:
        """How much of the training is done, from 0 to 1."""
        return 1.0 if self.is_complete else float(self.step["share"]) if self.step else 0.0


class EventFile:
    """Reads the events of one training as they are written, where it is half done and where it is complete."""

    def __init__(self, run: Path) -> None:
        """Follow the training whose complete run will be at `run`."""
        self._run = run
        self._offset = 0  # bytes
        self.progress = Progress()

    def read(self) -> Progress:
        """Take in what was written since the last time. A file that was begun anew is read from its start."""
        for path in (self._run.with_name(f"{self._run.name}.partial") / EVENTS, self._run / EVENTS):
            try:
                with path.open("rb") as file:
                    if file.seek(0, 2) < self._offset:
                        self._offset, self.progress = 0, Progress()
                    file.seek(self._offset)
                    data = file.read()
            except OSError:
                continue
            whole, newline, _ = data.rpartition(b"\n")  # the rest is half a line of a process that died
            self._offset += len(whole) + len(newline)
            for line in whole.splitlines():
                self._note(line)
            break
        return self.progress

    def _note(self, line: bytes) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            return
        if isinstance(event, dict):
            self.progress.note(event)


def describe_comparison(ending: Mapping[str, Any]) -> str:
    """Say what both models make of the text that the new one has not seen; empty where that makes no sense."""
    found = ending.get("comparison")
    if not isinstance(found, dict) or "problem" in found:
        return ""
    if "new_bits" not in found:
        return ""
    new = f"new {found['new_bits']:.3f} bits per character"
    if "old_bits" in found:
        return f"{new}, old {found['old_bits']:.3f} ({found['characters']:,} characters)"
    if "old_unknown" in found:
        return f"{new}; the old model cannot spell {100 * found['old_unknown']:.0f} % of it"
    return new


def bar(share: float) -> str:
    """Return a bar: `0.5` -> ten full cells and ten empty ones."""
    full = round(BAR_CELLS * min(1.0, max(0.0, share)))
    return "\N{BLACK PARALLELOGRAM}" * full + "\N{WHITE PARALLELOGRAM}" * (BAR_CELLS - full)


def clock(seconds: float) -> str:
    """Return a duration: `75` -> `1:15`, `3700` -> `1:01:40`."""
    hours, rest = divmod(int(min(max(seconds, 0), 359_999)), 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
