"""Who may ask for a scene now, and here: the server's settings, and discord.py's own cooldown, kept in memory."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from discord.ext import commands

from bot.discord.errors import RefusalError
from bot.guilds.definitions import COOLDOWN
from bot.guilds.settings import GuildSettings
from bot.scenes.request import Asker
from core.text import Text

MOST_REMEMBERED = 10_000  # members


class NotNowError(RefusalError):
    """A member may not ask now, or not here."""

    def __init__(self, sentence: Text, *, is_first: bool) -> None:
        """Say why; `is_first` tells whether they hear it for the first time since they asked last."""
        super().__init__(sentence)
        self.is_first = is_first


class Cooldown:
    """One scene of a member in so many seconds, which a server may choose for itself."""

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Let a member ask every so many seconds where nobody has chosen; 0 for as often as they like."""
        self._clock = clock
        self._seconds = seconds
        # A member's pauses of different lengths are counted apart.
        self._buckets = commands.DynamicCooldownMapping[tuple[int, float]](
            lambda asked: commands.Cooldown(1, asked[1]), lambda asked: asked
        )
        self._refused: set[int] = set()  # members who were told to wait since they asked last

    def begin(self, member_id: int, *, seconds: float | None = None) -> float:
        """Note that a member asks, and return 0; or the seconds that are left until they may."""
        pause = self._seconds if seconds is None else seconds
        left = self._buckets.update_rate_limit((member_id, pause), self._clock()) if pause else None
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

    def forget(self, member_id: int, *, seconds: float | None = None) -> None:
        """Let a member ask again at once: nothing was written."""
        pause = self._seconds if seconds is None else seconds
        bucket = self._buckets.get_bucket((member_id, pause), self._clock()) if pause else None
        if bucket is not None:
            bucket.reset()
        self._refused.discard(member_id)


def admit(asker: Asker, settings: GuildSettings, cooldown: Cooldown) -> None:
    """Make sure that somebody may ask here and now, and note that they do.

    Raises:
        NotNowError: Their server has set that they may not, or they asked a moment ago.
    """
    sentence = _find_reason(asker, settings, cooldown)
    if sentence is not None:
        raise NotNowError(sentence, is_first=cooldown.note_refusal(asker.member_id))


def check_open(asker: Asker, settings: GuildSettings) -> None:
    """Make sure that somebody's server has scenes here and now.

    Raises:
        RefusalError: It has not.
    """
    sentence = _find_closed(asker, settings)
    if sentence is not None:
        raise RefusalError(sentence)


def _find_closed(asker: Asker, settings: GuildSettings) -> Text | None:
    if not settings.is_open(asker.channels):
        return Text("This server has set that I write no scenes in this channel.")
    quiet = settings.quiet_until(datetime.now(UTC))
    if quiet is not None:
        zone = str(quiet.tzinfo)
        return Text("This server has quiet hours until {time} ({zone}).", time=f"{quiet:%H:%M}", zone=zone)
    return None


def _find_reason(asker: Asker, settings: GuildSettings, cooldown: Cooldown) -> Text | None:
    closed = _find_closed(asker, settings)
    if closed is not None:
        return closed
    left = 0.0 if asker.is_administrator else cooldown.begin(asker.member_id, seconds=settings.get(COOLDOWN))
    return Text("Cooldown: try again in {seconds} s.", seconds=max(1, round(left))) if left else None
