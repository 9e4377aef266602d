"""What the bot asked of the HTTP side, for tests to look at; never a token."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.local_discord.world.messages import Upload


@dataclass(eq=False)
class RecordedRequest:
    """One request and its answer. `path` names an interaction in place of its token."""

    method: str
    path: str
    template: str
    query: Mapping[str, str]
    body: Any
    uploads: Mapping[int, Upload]
    started_at: float  # seconds, time.monotonic()
    finished_at: float | None = None
    status: int | None = None  # None: the answer was broken off
    answer: Any = field(default=None, repr=False)

    @property
    def code(self) -> int | None:
        """Discord's error code, if it was refused."""
        return (
            self.answer.get("code") if isinstance(self.answer, dict) and (self.status or 0) >= 400 else None
        )

    @property
    def refused(self) -> bool:
        """Whether Discord itself said no; rate limits and server faults are not meant."""
        return self.status is not None and 400 <= self.status < 500 and self.status != 429
