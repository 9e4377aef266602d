"""What tests make go wrong on purpose in the HTTP side: 429, 5xx, slowness, lost connections."""

from dataclasses import dataclass, field
from enum import Enum, auto
from fnmatch import fnmatchcase

from tests.local_discord.http.errors import Reason


class FaultKind(Enum):
    """What happens to the request."""

    RATE_LIMIT = auto()
    STATUS = auto()
    SLOW = auto()
    DROP = auto()
    REFUSE = auto()


@dataclass(eq=False)
class Fault:
    """One fault and how often it still happens."""

    kind: FaultKind
    pattern: str
    times: int | None  # None: until cleared
    seconds: float | None = 0.0  # retry_after, which None leaves out, or how slow
    status: int = 0
    applied: bool = False  # whether the request is carried out although its answer is lost
    everywhere: bool = False  # a rate limit's global flag
    scope: str = "user"
    reason: Reason | None = None
    happened: int = field(default=0, init=False)

    def concerns(self, *names: str) -> bool:
        """Tell whether it is this fault's turn for a request known by these names."""
        left = self.times is None or self.happened < self.times
        return left and any(fnmatchcase(name, self.pattern) for name in names)


class Faults:
    """The faults in force, and the ways to cause them.

    Patterns are `METHOD /path` with `*`, or a template in the path's place: `"PATCH /webhooks/*"`,
    `"POST /channels/{channel}/messages"`, `"*"`. Of several faults that concern a request the first
    happens; slowness comes in addition.
    """

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def rate_limit(
        self,
        pattern: str = "*",
        *,
        retry_after: float | None = 0.2,
        times: int | None = 1,
        everywhere: bool = False,
        scope: str | None = None,
    ) -> Fault:
        """Answer 429; `everywhere` makes it the global limit, and None leaves `retry_after` out of the body."""
        shown = scope or ("global" if everywhere else "user")
        return self._add(
            Fault(
                FaultKind.RATE_LIMIT, pattern, times, seconds=retry_after, everywhere=everywhere, scope=shown
            )
        )

    def fail(
        self, pattern: str = "*", *, status: int = 502, times: int | None = 1, applied: bool = False
    ) -> Fault:
        """Answer with a server's error; `applied` carries the request out before."""
        return self._add(Fault(FaultKind.STATUS, pattern, times, status=status, applied=applied))

    def refuse(self, pattern: str, reason: Reason, *, times: int | None = 1) -> Fault:
        """Answer with one of Discord's own refusals, whatever was asked."""
        return self._add(Fault(FaultKind.REFUSE, pattern, times, reason=reason))

    def slow(self, pattern: str = "*", *, seconds: float, times: int | None = 1) -> Fault:
        """Wait before the request is looked at."""
        return self._add(Fault(FaultKind.SLOW, pattern, times, seconds=seconds))

    def drop(self, pattern: str = "*", *, times: int | None = 1, applied: bool = False) -> Fault:
        """Break the connection in the middle of the answer; `applied` carries the request out before."""
        return self._add(Fault(FaultKind.DROP, pattern, times, applied=applied))

    def clear(self) -> None:
        """End all faults."""
        self._faults.clear()

    def remove(self, fault: Fault) -> None:
        """End one fault."""
        if fault in self._faults:
            self._faults.remove(fault)

    def take_delay(self, *names: str) -> float:
        """Return how many seconds this request has to wait."""
        delay = 0.0
        for fault in self._faults:
            if fault.kind is FaultKind.SLOW and fault.concerns(*names):
                fault.happened += 1
                delay += fault.seconds or 0.0
        return delay

    def take(self, *names: str) -> Fault | None:
        """Return the fault that happens to this request, and count it."""
        for fault in self._faults:
            if fault.kind is not FaultKind.SLOW and fault.concerns(*names):
                fault.happened += 1
                return fault
        return None

    def _add(self, fault: Fault) -> Fault:
        self._faults.append(fault)
        return fault
