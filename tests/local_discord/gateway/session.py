"""A gateway session: what one shard of the bot was told, kept for those who resume."""

from __future__ import annotations

import json
import secrets
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.local_discord.gateway.connection import Connection

REPLAYED_EVENTS = 5000  # how many missed events a session can replay

Spoil = Callable[[str, dict[str, Any]], Any]  # (event, its data) to the data that is sent


class Session:
    """Outlives its connections; every event has a number and waits here for a RESUME."""

    def __init__(self, *, shard: tuple[int, int], intents: int, spoil: Spoil = lambda _, data: data) -> None:
        self.id = secrets.token_hex(16)
        self.shard = shard
        self.intents = intents
        self.sequence = 0
        self.connection: Connection | None = None
        self.disconnected_at: float | None = None  # seconds, time.monotonic()
        self._spoil = spoil
        self._events: deque[tuple[int, str]] = deque(maxlen=REPLAYED_EVENTS)

    def dispatch(self, event: str, data: dict[str, Any]) -> None:
        """Number an event, keep it, and send it where somebody listens."""
        self.sequence += 1
        sent = self._spoil(event, data)
        text = json.dumps({"op": 0, "t": event, "s": self.sequence, "d": sent}, separators=(",", ":"))
        self._events.append((self.sequence, text))
        if self.connection is not None:
            self.connection.send_text(text)

    def can_resume_from(self, sequence: int) -> bool:
        """Tell whether everything after `sequence` is still here."""
        oldest = self._events[0][0] if self._events else self.sequence + 1
        return oldest - 1 <= sequence <= self.sequence

    def replay(self, connection: Connection, *, after: int) -> None:
        """Send what was missed, then take the connection over."""
        for sequence, text in self._events:
            if sequence > after:
                connection.send_text(text)
        self.connection = connection
        self.disconnected_at = None
        self.dispatch("RESUMED", {"_trace": []})

    def leave(self, connection: Connection) -> None:
        """Note that a connection is gone."""
        if self.connection is connection:
            self.connection = None
            self.disconnected_at = time.monotonic()
