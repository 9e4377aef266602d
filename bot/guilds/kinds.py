"""The kinds of settings: how each is stored, checked, told, and asked for in a form."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import discord

from bot.discord.errors import RefusalError
from bot.discord.language.language import Language
from bot.discord.limits import CHOICE_CHARACTERS, CHOICES
from bot.discord.markdown import clean_text, plain
from core.text import Text

Value = TypeVar("Value")
Number = TypeVar("Number", int, float)

FIELD = "value"  # the name of a form's one field
VALUE_CHARACTERS = 100
# Those that people write in: text, voice, announcements, stages, forums, media; and categories, for all below them.
CHANNEL_TYPES = [
    discord.ChannelType.text,
    discord.ChannelType.voice,
    discord.ChannelType.news,
    discord.ChannelType.stage_voice,
    discord.ChannelType.forum,
    discord.ChannelType.media,
    discord.ChannelType.category,
]


@dataclass(frozen=True, kw_only=True)
class Setting(ABC, Generic[Value]):
    """One thing that a server decides; a value is stored as a text."""

    name: str  # in the database and in ids: small letters and underscores
    label: Text  # at most 45 characters in any language, which Discord's forms take
    help: Text  # at most 100
    usual: str  # what holds where nothing is set

    @abstractmethod
    def read(self, stored: str) -> Value:
        """Return what is stored; ValueError where it makes no sense."""

    @abstractmethod
    def check(self, given: Sequence[str]) -> str:
        """Return what was filled in as it is stored.

        Raises:
            RefusalError: It makes no sense.
        """

    @abstractmethod
    def describe(self, stored: str) -> str:
        """Return a value that can be read as people read it, in Discord's markdown."""

    @abstractmethod
    def build_field(self, stored: str, *, offered: Sequence[str], language: Language) -> discord.ui.Item[Any]:
        """Return the form's field, which holds the value now (empty: not set), and may offer values."""


@dataclass(frozen=True, kw_only=True)
class NumberSetting(Setting[Number]):
    """A number within bounds."""

    parse: Callable[[str], Number]  # int or float
    least: Number
    most: Number

    def read(self, stored: str) -> Number:
        """Return the number; ValueError outside its bounds."""
        number = self.parse(stored)
        if not self.least <= number <= self.most:
            raise ValueError(stored)
        return number

    def check(self, given: Sequence[str]) -> str:
        """Return the number as it is stored: a decimal comma is a point."""
        try:
            return f"{self.read(given[0].strip().replace(',', '.')):.10g}"
        except ValueError as error:
            raise RefusalError(
                "{name}: write a number from {least:g} to {most:,.10g}, or nothing for the usual.",
                name=self.label,
                least=self.least,
                most=self.most,
            ) from error

    def describe(self, stored: str) -> str:
        """Return the number with the reader's own signs."""
        return Text("{value:,.10g}", value=self.read(stored))

    def build_field(self, stored: str, *, offered: Sequence[str], language: Language) -> discord.ui.Item[Any]:  # noqa: ARG002 -- every kind's
        """Return a line to type in, with the bounds in it while it is empty."""
        bounds = language.say(Text("{least:g} to {most:,.10g}", least=self.least, most=self.most))
        return build_line(stored, placeholder=bounds)


@dataclass(frozen=True, kw_only=True)
class SwitchSetting(Setting[bool]):
    """On or off."""

    def read(self, stored: str) -> bool:
        """Return whether it is on."""
        if stored not in ("on", "off"):
            raise ValueError(stored)
        return stored == "on"

    def check(self, given: Sequence[str]) -> str:
        """Return which one was chosen."""
        if given[0] not in ("on", "off"):
            raise unknown_value(self.label)
        return given[0]

    def describe(self, stored: str) -> str:
        """Return the word for it."""
        return Text("on") if self.read(stored) else Text("off")

    def build_field(self, stored: str, *, offered: Sequence[str], language: Language) -> discord.ui.Item[Any]:  # noqa: ARG002 -- every kind's
        """Return a menu of both."""
        return _build_menu([("on", language.say(Text("on"))), ("off", language.say(Text("off")))], stored)


@dataclass(frozen=True, kw_only=True)
class ChoiceSetting(Setting[str]):
    """One of the values that are offered at the time."""

    def read(self, stored: str) -> str:
        """Return the value."""
        return stored

    def check(self, given: Sequence[str]) -> str:
        """Return the value; whether there is such a one still is seen when it is used."""
        return clean_text(given[0]).strip()[:VALUE_CHARACTERS]

    def describe(self, stored: str) -> str:
        """Return the value as it is."""
        return plain(stored)

    def build_field(self, stored: str, *, offered: Sequence[str], language: Language) -> discord.ui.Item[Any]:  # noqa: ARG002 -- every kind's
        """Return a menu of the values, of which the one that is set is one in any case."""
        fitting = [value for value in offered if value.strip() and len(value) <= CHOICE_CHARACTERS]
        values = dict.fromkeys(([stored] if stored else []) + fitting)
        return _build_menu([(value, value) for value in values][:CHOICES], stored)


@dataclass(frozen=True, kw_only=True)
class ChannelsSetting(Setting[frozenset[int]]):
    """Channels and categories of the server."""

    def read(self, stored: str) -> frozenset[int]:
        """Return their ids."""
        return frozenset(map(int, stored.split()))

    def check(self, given: Sequence[str]) -> str:
        """Return their ids in order."""
        numbers = {channel for channel in given if re.fullmatch(r"[0-9]{1,20}", channel)}
        if len(numbers) != len(given) or len(numbers) > CHOICES:
            raise unknown_value(self.label)
        return " ".join(sorted(numbers, key=int))

    def describe(self, stored: str) -> str:
        """Return them as Discord shows channels, each reader those that they may see."""
        return " ".join(f"<#{channel}>" for channel in sorted(self.read(stored)))

    def build_field(self, stored: str, *, offered: Sequence[str], language: Language) -> discord.ui.Item[Any]:  # noqa: ARG002 -- every kind's
        """Return Discord's own menu of channels."""
        now = [
            discord.SelectDefaultValue(id=channel, type=discord.SelectDefaultValueType.channel)
            for channel in (sorted(self.read(stored)) if stored else [])
        ]
        return discord.ui.ChannelSelect(
            custom_id=FIELD,
            channel_types=CHANNEL_TYPES,
            min_values=0,
            max_values=CHOICES,
            required=False,
            default_values=now,
        )


def unknown_value(name: Text) -> RefusalError:
    """Return why a value is refused that no form has offered."""
    return RefusalError("{name}: choose one of the values that the form offers.", name=name)


def build_line(stored: str, *, placeholder: str) -> discord.ui.Item[Any]:
    """Return a form's line to type in, which may stay empty."""
    return discord.ui.TextInput(
        custom_id=FIELD,
        default=stored[:VALUE_CHARACTERS] or None,
        placeholder=placeholder[:CHOICE_CHARACTERS],
        required=False,
        max_length=VALUE_CHARACTERS,
    )


def _build_menu(values: Sequence[tuple[str, str]], stored: str) -> discord.ui.Item[Any]:
    options = [
        discord.SelectOption(label=words[:CHOICE_CHARACTERS], value=value, default=value == stored)
        for value, words in values
    ]
    return discord.ui.Select(custom_id=FIELD, options=options, min_values=0, required=False)
