"""What can be pressed and chosen for a reading; each carries its number, so it works after any restart."""

import re
from typing import Any, Self

import discord

from bot.channels.learning.reading.channels import KINDS
from bot.discord.language.language import Language, language_of
from bot.discord.replies.buttons import ActionButton
from bot.storage.tables.readings import DRAFT, READ, READING, ReadingRecord
from core.text import Text

PICK_ID = re.compile(r"hs:pick:(?P<number>[0-9]{1,18})")
MOST_CHANNELS = 25  # "Component Reference", Channel Select
LABELS = {
    "ask": Text("Ask the members"),
    "hidden": Text("Hidden channels, too"),
    "cast": Text("Give a member's lines a character"),
    "begin": Text("Read"),
    "drop": Text("Cancel"),
    "stop": Text("Cancel"),
    "preview": Text("Preview"),
}
PICK = Text("Channels to read")
STYLES = {
    "ask": discord.ButtonStyle.primary,
    "begin": discord.ButtonStyle.success,
    "preview": discord.ButtonStyle.success,
    "stop": discord.ButtonStyle.danger,
}
_BY_STATE = {DRAFT: ("ask", "hidden", "cast", "begin", "drop"), READING: ("stop",), READ: ("preview", "stop")}


class ReadingButton(ActionButton, prefix="read", labels=LABELS, styles=STYLES):
    """Ask, Hidden channels, Cast, Read and Cancel where channels are chosen; Cancel and Preview of a reading."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button says."""
        actions = interaction.client.learning.reading_actions
        await actions.press(interaction, action=self.action, number=self.number)


class ChannelPick(discord.ui.DynamicItem[discord.ui.ChannelSelect[Any]], template=PICK_ID):
    """The channels of a reading."""

    def __init__(self, number: int, *, chosen: tuple[int, ...] = (), language: Language) -> None:
        super().__init__(
            discord.ui.ChannelSelect(
                custom_id=f"hs:pick:{number}",
                channel_types=list(KINDS),
                placeholder=language.say(PICK),
                min_values=0,
                max_values=MOST_CHANNELS,
                default_values=[
                    discord.SelectDefaultValue(id=each, type=discord.SelectDefaultValueType.channel)
                    for each in chosen
                ],
            )
        )
        self._number = number

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Make the menu that was used."""
        return cls(int(match["number"]), language=language_of(interaction.locale))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Take the choice."""
        data: dict[str, Any] = dict(interaction.data or {})
        chosen = [int(value) for value in data.get("values") or ()]
        actions = interaction.client.learning.reading_actions
        await actions.press(interaction, action="pick", number=self._number, chosen=chosen)


def build_reading_buttons(
    reading: ReadingRecord, *, language: Language, chosen: tuple[int, ...] = ()
) -> discord.ui.View:
    """Return what a reading can be asked in its state."""
    view = discord.ui.View(timeout=None)
    if reading.state == DRAFT:
        view.add_item(ChannelPick(reading.id, chosen=chosen, language=language))
    for action in _BY_STATE.get(reading.state, ()):
        is_on = action == "hidden" and reading.hidden
        view.add_item(ReadingButton(action, reading.id, language=language, is_on=is_on))
    return view
