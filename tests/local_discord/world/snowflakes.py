"""Discord's ids: milliseconds since 2015 in the upper bits, so later things have larger ids."""

import time
from datetime import UTC, datetime

DISCORD_EPOCH = 1_420_070_400_000  # milliseconds
TIMESTAMP_SHIFT = 22  # bits


class Snowflakes:
    """A source of ids that never repeats and never goes back."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        """Return a new id that carries the present time."""
        present = (int(time.time() * 1000) - DISCORD_EPOCH) << TIMESTAMP_SHIFT
        self._last = max(present, self._last + 1)
        return self._last


def read_time(snowflake: int) -> str:
    """Return the ISO 8601 time in an id, as payloads show it."""
    seconds = ((snowflake >> TIMESTAMP_SHIFT) + DISCORD_EPOCH) / 1000
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def write_time() -> str:
    """Return the present time as payloads show it."""
    return datetime.now(UTC).isoformat()
