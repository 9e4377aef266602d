"""The event log of a training: written a line of JSON at a time, and followed by other processes meanwhile."""

import errno
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.run.layout import EVENTS, partial_folder
from core.runtime.files import disk_errors
from core.text import read_text

# Every event is a mapping with "event" (start, progress, epoch, sample, checkpoint, stopped, end, error) and
# "time" (seconds since 1970); what else it has is said where it is sent.
Event = dict[str, Any]
Listener = Callable[[Event], None]


class EventLog:
    """Appends each event to a file, a line at a time, and passes it to a listener."""

    def __init__(self, path: Path, listener: Listener | None = None) -> None:
        self._path = path
        self._listener = listener

    def send(self, event: str, **facts: Any) -> None:  # noqa: ANN401  # any JSON value
        """Append one event.

        Raises:
            DeviceError: the disk refuses.
        """
        entry: Event = {"event": event, "time": round(time.time(), 3), **facts}
        line = json.dumps(entry, ensure_ascii=False) + "\n"
        with disk_errors(self._path), self._path.open("ab", buffering=0) as file:
            start = file.tell()
            data = line.encode()
            # One write: what ends without a newline is a line still on its way, or of a process that died.
            if file.write(data) < len(data):
                file.truncate(start)
                raise OSError(errno.ENOSPC, "the disk took half a line")
        if self._listener is not None:
            self._listener(entry)


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
                self.error = read_text(event.get("message", ""))
            case _:
                pass

    def to_json(self) -> str:
        """Return what `from_json` makes the same of."""
        facts = {
            name: getattr(self, name) for name in ("start", "step", "epoch", "sample", "bits", "is_complete")
        }
        return json.dumps(facts, ensure_ascii=False)

    @classmethod
    def from_json(cls, document: str) -> "Progress":
        """Read what another process has said of a training that runs."""
        return cls(**json.loads(document))

    @property
    def share(self) -> float:
        """How much of the training is done, from 0 to 1."""
        return 1.0 if self.is_complete else float(self.step["share"]) if self.step else 0.0


class EventFile:
    """Follows the events of the training of `run`, where it is half done and where it is complete."""

    def __init__(self, run: Path) -> None:
        self._run = run
        self._offset = 0  # bytes
        self.progress = Progress()

    def read(self) -> Progress:
        """Take in what was written since the last time. A file that was begun anew is read from its start."""
        for path in (partial_folder(self._run) / EVENTS, self._run / EVENTS):
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
