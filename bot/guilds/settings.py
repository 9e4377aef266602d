"""What a server has set, and what follows from it for who asks something there."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime

from bot.guilds.definitions import NOT_IN, ONLY_IN, QUIET_HOURS, TIME_ZONE
from bot.guilds.kinds import Setting, Value
from bot.storage.tables.guild_settings import GuildSettingRepository


class GuildSettings:
    """The settings of one server; of a place that is no server, none is set."""

    def __init__(self, stored: Mapping[str, str]) -> None:
        self._stored = stored

    def stored(self, setting: Setting[Value]) -> str:
        """Return a setting's value as it is stored; empty where it is not set, or cannot be read any more."""
        return self._stored[setting.name] if self.get(setting) is not None else ""

    def get(self, setting: Setting[Value]) -> Value | None:
        """Return a setting's value; None where it is not set, or was stored by a version that meant another thing."""
        with suppress(KeyError, ValueError):
            return setting.read(self._stored[setting.name])
        return None

    def is_open(self, channels: Collection[int]) -> bool:
        """Tell whether scenes may be written in a channel: its id, and those of what it is in."""
        allowed, blocked = self.get(ONLY_IN), self.get(NOT_IN) or frozenset()
        return (not allowed or not allowed.isdisjoint(channels)) and blocked.isdisjoint(channels)

    def quiet_until(self, now: datetime) -> datetime | None:
        """Return when the quiet hours end that `now`, a time with its zone, is in; None outside of them."""
        hours = self.get(QUIET_HOURS)
        return hours.ends(now.astimezone(self.get(TIME_ZONE) or UTC)) if hours else None


async def read_guild_settings(repository: GuildSettingRepository, guild_id: int | None) -> GuildSettings:
    """Return what a server has set."""
    return GuildSettings(await repository.read(guild_id) if guild_id else {})
