"""The menu of settings and the button that undoes a change; each works after any restart."""

import re
from typing import Any, Self

import discord

from bot.discord.language.language import Language, language_of
from core.text import Text

NAME = r"(?P<name>[a-z_]{1,30})"
MENU_ID = re.compile("hs:settings:choose")
UNDO_ID = re.compile(rf"hs:settings:undo:{NAME}:(?P<version>[0-9]{{1,9}})", re.ASCII)
LABELS = {"undo": Text("Undo")}
PLACEHOLDER = Text("Change a setting")


class SettingMenu(discord.ui.DynamicItem[discord.ui.Select[Any]], template=MENU_ID):
    """Which setting to change."""

    def __init__(self, options: list[discord.SelectOption], *, language: Language) -> None:
        menu: discord.ui.Select[Any] = discord.ui.Select(
            custom_id=MENU_ID.pattern, placeholder=language.say(PLACEHOLDER), options=options
        )
        super().__init__(menu)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], _match: re.Match[str], /
    ) -> Self:
        """Make the menu that was used."""
        options = item.options if isinstance(item, discord.ui.Select) else []
        return cls(options, language=language_of(interaction.locale))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Open the form of the setting that was chosen."""
        data: dict[str, Any] = dict(interaction.data or {})
        await interaction.client.setting_actions.choose(interaction, name=str(data["values"][0]))


class UndoButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=UNDO_ID):
    """Takes the last change of a setting back."""

    def __init__(self, name: str, version: int, *, language: Language) -> None:
        custom_id = f"hs:settings:undo:{name}:{version}"
        super().__init__(discord.ui.Button(label=language.say(LABELS["undo"]), custom_id=custom_id))
        self._name = name
        self._version = version

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Make the button that was pressed."""
        return cls(match["name"], int(match["version"]), language=language_of(interaction.locale))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Take the change back."""
        await interaction.client.setting_actions.undo(interaction, name=self._name, version=self._version)


SETTING_ITEMS = (SettingMenu, UndoButton)
