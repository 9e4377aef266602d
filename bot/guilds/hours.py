"""Hours of the day and the zone that they are meant in, as settings: quiet hours."""

import difflib
import re
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import discord

from bot.discord.errors import RefusalError
from bot.discord.language.language import Language
from bot.discord.markdown import plain
from bot.guilds.kinds import VALUE_CHARACTERS, Setting, build_line

# 22:00-07:00, 22-7 or 10.30 - 12; any dash.
_HOURS = re.compile(
    r"(\d{1,2})(?:[:.h](\d{2}))?\s*[-\u2010-\u2015\u301c~]\s*(\d{1,2})(?:[:.h](\d{2}))?h?", re.ASCII
)
_EXAMPLE = "22:00-07:00"


@dataclass(frozen=True)
class Hours:
    """A part of each day, which may go over midnight."""

    begin: time
    end: time

    def ends(self, now: datetime) -> datetime | None:
        """Return when the part ends that `now`, a time with its zone, is in; None where it is in none."""
        for day in (now.date() - timedelta(days=1), now.date()):
            begin = datetime.combine(day, self.begin, now.tzinfo)
            last = day if self.begin < self.end else day + timedelta(days=1)
            end = datetime.combine(last, self.end, now.tzinfo)
            if begin <= now < end:
                return end
        return None

    def __str__(self) -> str:
        """Return them as they are stored: `22:00-07:00`."""
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, kw_only=True)
class HoursSetting(Setting[Hours]):
    """Hours of each day."""

    def read(self, stored: str) -> Hours:
        """Return the hours."""
        found = _HOURS.fullmatch(stored.strip())
        if found is None:
            raise ValueError(stored)
        begin, end = (
            time(int(hour) % 24, int(minute or 0)) for hour, minute in (found.group(1, 2), found.group(3, 4))
        )
        if begin == end or max(int(found[1]), int(found[3])) > 24:  # noqa: PLR2004 -- midnight, as some write it
            raise ValueError(stored)
        return Hours(begin, end)

    def check(self, given: Sequence[str]) -> str:
        """Return the hours as they are stored."""
        try:
            return str(self.read(given[0]))
        except ValueError as error:
            raise RefusalError(
                "{name}: write them like {example}, or nothing for none.", name=self.label, example=_EXAMPLE
            ) from error

    def describe(self, stored: str) -> str:
        """Return the hours."""
        return str(self.read(stored))

    def build_field(self, stored: str, *, offered: Sequence[str], language: Language) -> discord.ui.Item[Any]:  # noqa: ARG002 -- every kind's
        """Return a line to type in."""
        return build_line(stored, placeholder=_EXAMPLE)


@dataclass(frozen=True, kw_only=True)
class ZoneSetting(Setting[ZoneInfo]):
    """A time zone by its name in the world's list of zones, such as `Europe/Berlin`."""

    def read(self, stored: str) -> ZoneInfo:
        """Return the zone."""
        try:
            return ZoneInfo(stored)
        except (KeyError, OSError) as error:
            raise ValueError(stored) from error

    def check(self, given: Sequence[str]) -> str:
        """Return the zone's name; a city is enough, in any case of letters."""
        wanted = "_".join(given[0].split()).casefold()
        zones = {zone.casefold(): zone for zone in sorted(zoneinfo.available_timezones())}
        cities = {zone.rpartition("/")[2]: name for zone, name in zones.items() if "/" in zone}
        found = zones.get(wanted) or cities.get(wanted)
        if found is not None:
            return found
        near = difflib.get_close_matches(wanted, [*zones, *cities], n=1) or ["europe/berlin"]
        raise RefusalError(
            "There is no time zone {zone}; write one like {example}.",
            zone=given[0][:VALUE_CHARACTERS],
            example=zones.get(near[0]) or cities[near[0]],
        )

    def describe(self, stored: str) -> str:
        """Return the zone's name."""
        return plain(stored)

    def build_field(self, stored: str, *, offered: Sequence[str], language: Language) -> discord.ui.Item[Any]:  # noqa: ARG002 -- every kind's
        """Return a line to type in."""
        return build_line(stored, placeholder="Europe/Berlin")
