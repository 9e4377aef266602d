"""Every setting of a server, once: its name, kind, bounds and text.

To add one, write it here and into `SETTINGS`; `/settings` offers it, and `GuildSettings.get` returns what is set.
"""

from typing import Any

from bot.discord.limits import LEAST_LENGTH, MOST_LENGTH, MOST_TEMPERATURE
from bot.guilds.hours import HoursSetting, ZoneSetting
from bot.guilds.kinds import ChannelsSetting, ChoiceSetting, NumberSetting, Setting, SwitchSetting
from core.text import Text
from core.writing.request import MOST_TAKES

LONGEST_COOLDOWN = 86_400  # seconds

SHOW = ChoiceSetting(
    name="show",
    label=Text("Show"),
    help=Text("Which show the characters of new scenes are from."),
    usual=Text("the model's first"),
)
TEMPERATURE = NumberSetting[float](
    name="temperature",
    label=Text("Temperature"),
    help=Text("How surprising new scenes are."),
    usual=Text("the model's own"),
    parse=float,
    least=0.0,
    most=MOST_TEMPERATURE,
)
LENGTH = NumberSetting[int](
    name="length",
    label=Text("Length"),
    help=Text("How long new scenes are, in characters."),
    usual="500",
    parse=int,
    least=LEAST_LENGTH,
    most=MOST_LENGTH,
)
TAKES = NumberSetting[int](
    name="takes",
    label=Text("Takes"),
    help=Text("Versions of each line, of which the best is kept; fewer while many wait."),
    usual=Text("the model's own"),
    parse=int,
    least=1,
    most=MOST_TAKES,
)
COOLDOWN = NumberSetting[int](
    name="cooldown",
    label=Text("Cooldown in seconds"),
    help=Text("Between two scenes of a member; administrators have none."),
    usual=Text("as the bot's owner has it"),
    parse=int,
    least=0,
    most=LONGEST_COOLDOWN,
)
DETAILS = SwitchSetting(
    name="details",
    label=Text("Details under scenes"),
    help=Text("The quiet line under each scene, with its button Details."),
    usual=Text("on"),
)
QUIET_HOURS = HoursSetting(
    name="quiet_hours",
    label=Text("Quiet hours"),
    help=Text("Hours in which no scenes are written here."),
    usual=Text("none"),
)
TIME_ZONE = ZoneSetting(
    name="time_zone",
    label=Text("Time zone"),
    help=Text("The time zone of quiet hours and programmes; a city is enough."),
    usual="UTC",
)
ONLY_IN = ChannelsSetting(
    name="only_in",
    label=Text("Only in these channels"),
    help=Text("Where scenes may be written, threads included; nowhere else then."),
    usual=Text("everywhere"),
)
NOT_IN = ChannelsSetting(
    name="not_in",
    label=Text("Not in these channels"),
    help=Text("Where no scenes are written, threads included."),
    usual=Text("none"),
)
LEARNING = SwitchSetting(
    name="learning",
    label=Text("Learning from channels"),
    help=Text("Whether a model may be trained on messages, of members who say yes."),
    usual=Text("on"),
)
PERFORMANCES = SwitchSetting(
    name="performances",
    label=Text("Performances and programme"),
    help=Text("Scenes performed line by line, and what comes by itself at planned times."),
    usual=Text("off"),
)
CHIME_IN = ChannelsSetting(
    name="chime_in",
    label=Text("Chime in"),
    help=Text("Where I answer a message now and then with two lines, if I may read it."),
    usual=Text("nowhere"),
)
CHIME_CHANCE = NumberSetting[int](
    name="chime_chance",
    label=Text("Chance of chiming in, in percent"),
    help=Text("How many of a hundred messages I answer; the pause comes on top."),
    usual="2",
    parse=int,
    least=1,
    most=100,
)
CHIME_PAUSE = NumberSetting[int](
    name="chime_pause",
    label=Text("Pause after chiming in, in minutes"),
    help=Text("At least so many minutes between two times in the same channel."),
    usual="60",
    parse=int,
    least=1,
    most=10_080,
)

SETTINGS: tuple[Setting[Any], ...] = (
    SHOW,
    TEMPERATURE,
    LENGTH,
    TAKES,
    COOLDOWN,
    DETAILS,
    QUIET_HOURS,
    TIME_ZONE,
    ONLY_IN,
    NOT_IN,
    LEARNING,
    PERFORMANCES,
    CHIME_IN,
    CHIME_CHANCE,
    CHIME_PAUSE,
)
