"""How often a member may ask, by discord.py's own cooldown; kept in memory, because it lasts for seconds."""

import time
from collections.abc import Callable

from discord.ext import commands

from bot.discord.errors import RefusalError

MOST_REMEMBERED = 10_000  # members


class CooldownError(RefusalError):
    """A member asks again too soon."""

    def __init__(self, seconds: float, *, is_first: bool) -> None:
        """Say when they may; `is_first` tells whether they hear it for the first time since they asked last."""
        super().__init__("Cooldown: try again in {seconds} s.", seconds=max(1, round(seconds)))
        self.is_first = is_first


class Cooldown:
    """One scene of a member in so many seconds."""

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Let a member ask every so many seconds; 0 for as often as they like."""
        self._clock = clock
        self._seconds = seconds
        self._buckets = commands.CooldownMapping[int](commands.Cooldown(1, seconds), lambda member: member)
        self._refused: set[int] = set()  # members who were told to wait since they asked last

    def begin(self, member_id: int) -> float:
        """Note that a member asks, and return 0; or the seconds that are left until they may."""
        left = self._buckets.update_rate_limit(member_id, self._clock()) if self._seconds else None
        if left is None:
            self._refused.discard(member_id)
        return left or 0.0

    def note_refusal(self, member_id: int) -> bool:
        """Note that a member was told to wait; tell whether for the first time in this pause."""
        is_first = member_id not in self._refused
        if len(self._refused) >= MOST_REMEMBERED:
            self._refused.clear()
        self._refused.add(member_id)
        return is_first

    def forget(self, member_id: int) -> None:
        """Let a member ask again at once: nothing was written."""
        bucket = self._buckets.get_bucket(member_id, self._clock())
        if bucket is not None:
            bucket.reset()
        self._refused.discard(member_id)
