"""Discord's rate limits: a bucket for each route and major parameter, and one for everything."""

import hashlib
import math
import time
from collections import deque
from dataclasses import dataclass

from tests.local_discord.http.routing import Call
from tests.local_discord.settings import LocalDiscordSettings

# Requests and seconds, as observed; Discord publishes the headers, not the numbers.
LIMITS = {
    "POST /channels/{channel}/messages": (5, 5.0),
    "PATCH /channels/{channel}/messages/{message}": (5, 5.0),
    "DELETE /channels/{channel}/messages/{message}": (5, 1.0),
    "POST /channels/{channel}/typing": (5, 5.0),
    "POST /webhooks/{application}/{token}": (5, 2.0),
    "PATCH /webhooks/{application}/{token}/messages/{message}": (5, 2.0),
    "GET /users/@me": (30, 30.0),
}
USUAL_LIMIT = (50, 1.0)
UNLIMITED = (10_000, 1.0)
MAJOR_PARAMETERS = ("channel", "guild", "application", "token")


@dataclass
class Window:
    """How much of a bucket is used until it is emptied."""

    limit: int
    ends_at: float  # seconds, time.monotonic()
    used: int = 0


@dataclass(frozen=True)
class Verdict:
    """Whether a request passes, with the headers that say so."""

    headers: dict[str, str]
    retry_after: float | None = None  # seconds; None: it passes
    everywhere: bool = False


class RateLimits:
    """Counts requests; only with the setting `buckets` does it ever refuse one."""

    def __init__(self, settings: LocalDiscordSettings) -> None:
        self._settings = settings
        self._windows: dict[str, Window] = {}
        self._recent: deque[float] = deque(maxlen=settings.global_requests_per_second)

    def count(self, call: Call) -> Verdict:
        """Count a request and say whether it passes."""
        now = time.monotonic()
        name = f"{call.method} {call.template}"
        if name.startswith("POST /interactions/"):
            return Verdict({})  # callbacks have no limit
        if self._settings.buckets and call.parameters.get("token") is None:
            if len(self._recent) == self._recent.maxlen and now - self._recent[0] < 1.0:
                return Verdict({}, retry_after=1.0 - (now - self._recent[0]), everywhere=True)
            self._recent.append(now)
        limit, seconds = LIMITS.get(name, USUAL_LIMIT) if self._settings.buckets else UNLIMITED
        key = "+".join([name, *(call.parameters.get(major, "") for major in MAJOR_PARAMETERS)])
        window = self._windows.get(key)
        if window is None or window.ends_at <= now:
            window = self._windows[key] = Window(limit, now + seconds)
        passes = window.used < window.limit
        window.used += passes
        left = window.ends_at - now
        headers = build_headers(name, limit=limit, remaining=limit - window.used, reset_after=left)
        return Verdict(headers, retry_after=None if passes else left)


def build_headers(name: str, *, limit: int, remaining: int, reset_after: float) -> dict[str, str]:
    """Return the headers that Discord adds to every answer of a limited route."""
    return {
        "X-RateLimit-Bucket": hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(),
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": f"{time.time() + reset_after:.3f}",
        "X-RateLimit-Reset-After": f"{reset_after:.3f}",
    }


def build_refusal(
    name: str, *, retry_after: float | None, everywhere: bool, scope: str
) -> tuple[dict[str, object], dict[str, str]]:
    """Return body and headers of a 429; None leaves out after how many seconds it is over."""
    seconds = 0.0 if retry_after is None else retry_after
    headers = {} if everywhere else build_headers(name, limit=5, remaining=0, reset_after=seconds)
    headers |= {"Retry-After": str(math.ceil(seconds)), "X-RateLimit-Scope": scope}
    if everywhere:
        headers["X-RateLimit-Global"] = "true"
    body: dict[str, object] = {"message": "You are being rate limited.", "global": everywhere}
    return body if retry_after is None else body | {"retry_after": retry_after}, headers
