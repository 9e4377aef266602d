"""The buttons of a performance; each carries its number, so it works after any restart."""

import re
from typing import Any, Self

import discord

from bot.discord.language.language import Language, language_of
from core.text import Text

PERFORMANCE_ID = re.compile(r"hs:perform:(?P<action>stop|faster):(?P<number>[0-9]{1,18})", re.ASCII)
LABELS = {"stop": Text("Stop"), "faster": Text("Faster")}


class PerformanceButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=PERFORMANCE_ID):
    """Stop and Faster, above a performance."""

    def __init__(self, action: str, number: int, *, language: Language, disabled: bool = False) -> None:
        """Make the button of an action on the performance of that number."""
        style = discord.ButtonStyle.danger if action == "stop" else discord.ButtonStyle.secondary
        button: discord.ui.Button[Any] = discord.ui.Button(
            label=language.say(LABELS[action]),
            style=style,
            custom_id=f"hs:perform:{action}:{number}",
            disabled=disabled,
        )
        super().__init__(button)
        self._action = action
        self._number = number

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Make the button that was pressed."""
        return cls(match["action"], int(match["number"]), language=language_of(interaction.locale))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button says."""
        await interaction.client.channels.performances.press(
            interaction, action=self._action, number=self._number
        )
