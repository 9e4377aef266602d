"""How often a member may ask; kept in memory, because it lasts for seconds."""

import time
from collections.abc import Callable

PRUNE_FROM = 1_000  # members, before those who may ask again are taken out


class Cooldown:
    """The time each member asked last."""

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Let a member ask every so many seconds."""
        self._seconds = seconds
        self._clock = clock
        self._asked: dict[int, float] = {}

    def begin(self, member_id: int) -> float:
        """Note that a member asks, and return 0; or the seconds that are left until they may."""
        now = self._clock()
        left = self._asked.get(member_id, -self._seconds) + self._seconds - now
        if member_id in self._asked and left > 0:
            return left
        if len(self._asked) >= PRUNE_FROM:
            self._asked = {
                member: asked for member, asked in self._asked.items() if now - asked < self._seconds
            }
        self._asked[member_id] = now
        return 0.0

    def forget(self, member_id: int) -> None:
        """Let a member ask again at once."""
        self._asked.pop(member_id, None)
