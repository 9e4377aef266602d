"""`Request`, what a member asks for, in numbers and text alone, so that it can be kept and done later.

What it leaves open is decided when its turn comes: by the model, the queue and the server's settings.
`bot.scenes.build` makes of it the `core.writing.request.SceneRequest` that a writer carries out and a code stands for.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Self

from bot.discord.limits import (
    CAST_CHARACTERS,
    LEAST_LENGTH,
    LEAST_ORIGINALITY,
    LINE_CHARACTERS,
    MOST_LENGTH,
    MOST_ORIGINALITY,
    MOST_SEED,
    MOST_TEMPERATURE,
    PLACE_CHARACTERS,
)
from bot.guilds.definitions import DETAILS, SHOW, TAKES, TEMPERATURE
from bot.guilds.definitions import LENGTH as USUAL_LENGTH
from bot.guilds.settings import GuildSettings
from bot.storage.tables.scenes import SceneRecord
from bot.storage.text import storable
from core.errors import PromptError
from core.writing.codes.code import read_code
from core.writing.request import MOST_TAKES

SHORT_SEEDS = 1_000_000  # seeds that we choose are short enough to type
HOTTER = 1.4  # a factor, because the useful temperatures of some runs lie near 0.02
LEAST_HOT = 0.1  # the step up from 0, which no factor leaves
LENGTH = 500  # characters, unless somebody asks for another number


@dataclass(frozen=True)
class Asker:
    """Who asks, and whether the cooldown holds for them too."""

    member_id: int
    is_administrator: bool
    guild_id: int | None = None  # None outside of servers
    channel_id: int = 0
    channels: frozenset[int] = frozenset()  # the channel, and the thread's channel and category that it is in

    @property
    def place(self) -> str:
        """Where they ask: a server, or outside of servers a conversation."""
        return name_place(self.guild_id, self.channel_id)


@dataclass(frozen=True, kw_only=True)
class Request:
    """One scene to write, as it was asked for."""

    line: str = ""  # to go on from
    speaker: str = ""  # who says the line, where it is no script; empty for a line that goes on as it stands
    is_covered: bool = False  # as a spoiler, which the scene is shown as, too
    temperature: float | None = None  # None: the model's own
    length: int | None = None  # characters; None: as many as usual
    seed: int
    after: int = 0  # number of the kept episode that this one goes on from
    again: int = 0  # number of the kept episode that is written a second time
    cast: str = ""  # names with commas; empty for everybody
    place: str = ""  # heading to open under; empty for any
    spelling: bool | None = None  # None: as the model can
    takes: int | None = None  # versions of each line; None: as many as the queue leaves time for
    usual_takes: int | None = None  # of the server, where the queue leaves time for them; None: of the model
    originality: int | None = None  # most words in a row as in the scripts; None: as the model does
    show: str = ""  # which of the model's shows; empty for the first
    code: str = ""  # of the scene to write again; the rest is then as the code says
    guild_id: int = 0  # of the server whose model writes it; 0 outside of servers
    channel_id: int = 0
    quoted: tuple[int, ...] = ()  # the members whose words the line is; none where the asker gave it
    language: str = "en"  # of the answer, as `read_language` names it
    has_details: bool = True  # whether the scene is shown with the line under it

    @property
    def where(self) -> str:
        """The place that the scene belongs to: a server, or outside of servers a conversation."""
        return name_place(self.guild_id, self.channel_id)

    def asked_by(self, asker: Asker, *, language: str) -> Self:
        """Return the request with where it was asked, and in which language."""
        return replace(self, guild_id=asker.guild_id or 0, channel_id=asker.channel_id, language=language)

    def completed(self, settings: GuildSettings, *, shows: Sequence[str]) -> Self:
        """Return the request with what its server has set, where it leaves that open; `shows` are the model's.

        A scene from a code is what the code says, and one that goes on or is taken again stays in its own show.
        """
        show = settings.get(SHOW)
        is_new = not (self.code or self.after or self.again)
        return replace(
            self,
            temperature=settings.get(TEMPERATURE) if self.temperature is None else self.temperature,
            length=settings.get(USUAL_LENGTH) if self.length is None else self.length,
            usual_takes=settings.get(TAKES),
            show=show if show and is_new and not self.show and show in shows else self.show,
            has_details=settings.get(DETAILS) is not False,
        )

    @property
    def characters(self) -> int:
        """How many characters are asked for."""
        return self.length or LENGTH

    def words_of(self, asker: int) -> frozenset[int]:
        """Return the members whose words are in it."""
        quoted = frozenset(self.quoted) if self.line else frozenset()
        typed = self.cast or self.place or self.code or (self.line and not quoted)
        return quoted | {asker} if typed else quoted

    @classmethod
    def new(
        cls,
        line: str = "",
        *,
        temperature: float | None = None,
        length: int | None = None,
        seed: int | None = None,
        cast: str = "",
        place: str = "",
        spelling: bool | None = None,
        takes: int | None = None,
        show: str = "",
        originality: int | None = None,
    ) -> Self:
        """Return a request for a new scene; without a seed, one is chosen now.

        Raises:
            PromptError: If a value is one that Discord's own app would not have sent.
        """
        _check("temp", temperature, 0, MOST_TEMPERATURE)
        _check("length", length, LEAST_LENGTH, MOST_LENGTH)
        _check("seed", seed, 0, MOST_SEED)
        _check("takes", takes, 1, MOST_TAKES)
        _check("originality", originality, LEAST_ORIGINALITY, MOST_ORIGINALITY)
        chosen = secrets.randbelow(SHORT_SEEDS) if seed is None else seed
        return cls(
            line=_cut_line(storable(line)),
            temperature=temperature,
            length=length,
            seed=chosen,
            cast=storable(cast)[:CAST_CHARACTERS],
            place=storable(place)[: PLACE_CHARACTERS + 1],  # one more, for the sentence that refuses it
            spelling=spelling,
            takes=takes,
            originality=originality,
            show=storable(show)[:CAST_CHARACTERS],
        )

    @classmethod
    def of_code(cls, code: str) -> Self:
        """Return a request for the scene that a code stands for.

        Raises:
            PromptError: If it is no code.
        """
        return cls(line=storable(read_code(code).requests[0].prompt), seed=0, code=code.strip())

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote; what only a newer version knows is left out."""
        known = {field.name for field in fields(cls)}
        values = {name: value for name, value in json.loads(text).items() if name in known}
        return cls(**{**values, "quoted": tuple(values.get("quoted", ()))})

    def to_json(self) -> str:
        """Return the request as JSON."""
        return json.dumps(asdict(self))


def name_place(guild_id: int | None, channel_id: int) -> str:
    """Return what stands for a server, or outside of servers for a conversation."""
    return f"server {guild_id}" if guild_id else f"channel {channel_id}"


def _cut_line(line: str) -> str:
    """Return the end of a long line, which the model goes on from: from where a line, or at least a word, begins."""
    end = line[-LINE_CHARACTERS:]
    if len(end) == len(line):
        return line
    rests = (end.partition(sign)[2] for sign in "\n ")
    return next((rest for rest in rests if len(rest) > LINE_CHARACTERS // 2), end)


def _check(option: str, value: float | None, least: float, most: float) -> None:
    # Discord checks the commands' ranges, discord.py does not: a forged value comes as anything.
    if value is not None and not (isinstance(value, int | float) and least <= value <= most):
        raise PromptError(
            "{option} has to be a number from {least:g} to {most:.10g}.",
            option=option,
            least=least,
            most=most,
        )


def fit_length(episode: SceneRecord) -> int:
    """Return an episode's length as a member may ask for it; one from a code may have had any."""
    return min(max(episode.length, LEAST_LENGTH), MOST_LENGTH)


def fit_temperature(episode: SceneRecord) -> float:
    """Return an episode's temperature as a member may ask for it."""
    return min(episode.temperature, MOST_TEMPERATURE)


def go_on(episode: SceneRecord) -> Request:
    """Ask for what comes after an episode."""
    again = Request.new(temperature=fit_temperature(episode), length=fit_length(episode))
    return replace(again, after=episode.id)


def take_again(episode: SceneRecord) -> Request:
    """Ask for the same scene with another seed."""
    # The line is the scene's own, and stays there alone.
    again = Request.new(temperature=fit_temperature(episode), length=fit_length(episode))
    return replace(again, again=episode.id)


def change_heat(episode: SceneRecord, *, hotter: bool) -> Request:
    """Ask for the same scene with the same seed at another temperature."""
    temperature = hotter_than(episode.temperature) if hotter else colder_than(episode.temperature)
    return replace(take_again(episode), temperature=temperature, seed=episode.seed)


def hotter_than(temperature: float) -> float:
    """Return the next temperature up, within Discord's range: 0.5 -> 0.7."""
    return min(
        MOST_TEMPERATURE, float(f"{max(temperature * HOTTER, LEAST_HOT if not temperature else 0):.2g}")
    )


def colder_than(temperature: float) -> float:
    """Return the next temperature down: 0.7 -> 0.5, and at the bottom 0."""
    colder = float(f"{temperature / HOTTER:.2g}")
    return colder if colder > 0.005 else 0.0  # noqa: PLR2004 -- below that nothing changes any more
