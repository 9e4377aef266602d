"""Buttons that carry in their id what to do and with what, so that they work after any restart."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import discord

from bot.discord.language.language import Language, language_of
from core.text import Text


class ActionButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=re.compile("hs:none")):
    """A button of some actions on something that has a number; a kind of them says what a press does.

    Args of a kind: `prefix` of its ids, which no other kind has; the `labels` of its actions, and their `styles` where
    they are not secondary.
    """

    _prefix: ClassVar[str]
    _labels: ClassVar[Mapping[str, Text]]
    _styles: ClassVar[Mapping[str, discord.ButtonStyle]]

    def __init_subclass__(
        cls, *, prefix: str, labels: Mapping[str, Text], styles: Mapping[str, discord.ButtonStyle]
    ) -> None:
        """Note what a kind's buttons look like."""
        actions = "|".join(labels)
        super().__init_subclass__(
            template=re.compile(rf"hs:{prefix}:(?P<action>{actions}):(?P<number>[0-9]{{1,18}})", re.ASCII)
        )
        cls._prefix, cls._labels, cls._styles = prefix, labels, styles

    def __init__(
        self, action: str, number: int, *, language: Language, disabled: bool = False, is_on: bool = False
    ) -> None:
        """Make the button of an action on the thing of that number; one that `is_on` shows that."""
        usual = discord.ButtonStyle.primary if is_on else discord.ButtonStyle.secondary
        super().__init__(
            discord.ui.Button(
                label=language.say(self._labels[action]),
                style=self._styles.get(action, usual),
                custom_id=f"hs:{self._prefix}:{action}:{number}",
                disabled=disabled,
            )
        )
        self.action = action
        self.number = number

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Make the button that was pressed."""
        return cls(match["action"], int(match["number"]), language=language_of(interaction.locale))
