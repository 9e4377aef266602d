"""How far a training is, told by the event log in its directory; it knows no Discord."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EVENTS = "events.jsonl"  # in the directory of a run, and of a half-done one
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
