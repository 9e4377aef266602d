"""The buttons of a programme in the list; each carries its number, so it works after any restart."""

import re
from typing import Any, Self

import discord

from bot.discord.language.language import Language, language_of
from core.text import Text

PROGRAMME_ID = re.compile(r"hs:plan:(?P<action>pause|resume|remove):(?P<number>[0-9]{1,18})", re.ASCII)
LABELS = {"pause": Text("Pause"), "resume": Text("Resume"), "remove": Text("Remove")}


class ProgrammeButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=PROGRAMME_ID):
    """Pause, Resume and Remove."""

    def __init__(self, action: str, number: int, *, language: Language) -> None:
        """Make the button of an action on the programme of that number."""
        style = discord.ButtonStyle.danger if action == "remove" else discord.ButtonStyle.secondary
        custom_id = f"hs:plan:{action}:{number}"
        super().__init__(
            discord.ui.Button(label=language.say(LABELS[action]), style=style, custom_id=custom_id)
        )
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
        await interaction.client.channels.programmes.press(
            interaction, action=self._action, number=self._number
        )
