"""When a programme is due: at a time of day in a time zone, or every so many hours; and why it is left out."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim

from bot.discord.errors import RefusalError
from bot.guilds.settings import GuildSettings
from bot.storage.tables.channels.programmes import ProgrammeRecord
from core.text import Text

HOUR_SECONDS = 3_600
DAYS = {
    "*": Text("every day"),
    "1-5": Text("Monday to Friday"),
    "0,6": Text("Saturday and Sunday"),
    "1": Text("Mondays"),
    "2": Text("Tuesdays"),
    "3": Text("Wednesdays"),
    "4": Text("Thursdays"),
    "5": Text("Fridays"),
    "6": Text("Saturdays"),
    "0": Text("Sundays"),
}


@dataclass(frozen=True)
class Schedule:
    """A time of day on some days, in cron's five fields; or a number of hours."""

    cron: str = ""
    zone: str = "UTC"
    hours: int = 0

    def next_after(self, moment: float, *, begun: float) -> int:
        """Return the first time after a moment that something is due, in seconds since 1970.

        Hours are counted from when the programme was `begun`. A time of day that a clock change leaves out comes right
        after it, and one that comes twice counts once.
        """
        if self.hours:
            step = self.hours * HOUR_SECONDS
            return int(begun + ((moment - begun) // step + 1) * step)
        times = CronSim(self.cron, datetime.fromtimestamp(moment, ZoneInfo(self.zone)))
        return int(next(time for time in (each.timestamp() for each in times) if time > moment))

    def describe(self) -> Text:
        """Say it: `every day at 20:00 (Europe/Berlin)`."""
        if self.hours:
            return Text("every {count} hour", "every {count} hours", count=self.hours)
        minute, hour, _, _, days = self.cron.split()
        time = f"{int(hour):02}:{int(minute):02}"
        return Text("{days} at {time} ({zone})", days=DAYS[days], time=time, zone=self.zone)


def read_schedule(at: str, *, days: str, hours: int | None) -> Schedule:
    """Return the schedule that somebody asks for, in UTC: `"20:00"` on days, or hours alone.

    Raises:
        RefusalError: It is neither, or both, or no time of day.
    """
    if bool(at) == bool(hours):
        raise RefusalError("Give a time of day, such as at:20:00, or a number of hours: one of the two.")
    if hours:
        return Schedule(hours=hours)
    found = re.fullmatch(r"([01]?[0-9]|2[0-3])[:.h]([0-5][0-9])", at.strip())
    if found is None or days not in DAYS:
        raise RefusalError("Write the time of day like 20:00.")
    return Schedule(cron=f"{int(found[2])} {int(found[1])} * * {days}")


def schedule_of(programme: ProgrammeRecord) -> Schedule:
    """Return when a programme is due."""
    return Schedule(cron=programme.cron, zone=programme.zone, hours=programme.hours)


def find_obstacle(
    settings: GuildSettings, programme: ProgrammeRecord, channels: Collection[int]
) -> Text | None:
    """Return why a server's settings leave a programme out at its next time; None where they do not.

    `channels` are the ids of the programme's channel and of what that is in; none where the channel is gone.
    """
    if channels and not settings.is_open(channels):
        return Text("left out: no scenes are written in that channel, see /settings")
    quiet = settings.quiet_until(datetime.fromtimestamp(programme.due, UTC))
    if quiet is None:
        return None
    return Text("left out: quiet hours until {time} ({zone})", time=f"{quiet:%H:%M}", zone=str(quiet.tzinfo))
