"""The event log of a training: JSON lines that another process can follow while they are written."""

import errno
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.runtime.files import disk_errors

EVENTS = "events.jsonl"

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
