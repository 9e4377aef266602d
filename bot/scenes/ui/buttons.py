"""The buttons under a scene; each carries the scene's handle, so it works after any restart."""

import re
from typing import Any, Self

import discord

from bot.discord.language.language import Language, language_of
from core.text import Text

# A scene's handle is its number and a random key; buttons from before keys have the number alone. The longest id has
# 9 + 8 + 36 characters, far under Discord's 100.
HANDLE = r"(?P<episode>[0-9]{1,18}(?:\.[\w-]{1,16})?)"
EPISODE_ID = re.compile(
    rf"hs:(?P<action>go_on|again|hotter|colder|script|details|direct|direct_c|perform):{HANDLE}", re.ASCII
)
PAGE_ID = re.compile(rf"hs:page:{HANDLE}:(?P<number>-?[0-9]{{1,4}}):(?P<way>[bf])", re.ASCII)
LABELS = {
    "go_on": Text("Continue"),
    "again": Text("Another take"),
    "hotter": Text("Hotter"),
    "colder": Text("Colder"),
    "script": Text("Script"),
    "details": Text("Details"),
    "direct": Text("Direct it"),
    "direct_c": Text("Direct it"),  # where the scene is covered
    "perform": Text("Perform"),
}


class EpisodeButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=EPISODE_ID):
    """Continue, Another take, Hotter, Colder, Script, Details, Direct it, Perform."""

    def __init__(self, action: str, episode: str, *, language: Language, disabled: bool = False) -> None:
        style = discord.ButtonStyle.primary if action == "go_on" else discord.ButtonStyle.secondary
        custom_id = f"hs:{action}:{episode}"
        super().__init__(
            discord.ui.Button(
                label=language.say(LABELS[action]), style=style, custom_id=custom_id, disabled=disabled
            )
        )
        self._action = action
        self._episode = episode

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Make the button that was pressed."""
        return cls(match["action"], match["episode"], language=language_of(interaction.locale))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button says."""
        if self._action == "perform":
            await interaction.client.channels.performances.perform_shown(interaction, handle=self._episode)
            return
        await interaction.client.scene_actions.press(interaction, action=self._action, episode=self._episode)


class PageButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=PAGE_ID):
    """To the next or the previous page of a long scene."""

    def __init__(
        self, episode: str, number: int, *, forward: bool, language: Language, disabled: bool = False
    ) -> None:
        custom_id = f"hs:page:{episode}:{number}:{'f' if forward else 'b'}"
        label = language.say(Text("Next page") if forward else Text("Previous page"))
        super().__init__(discord.ui.Button(label=label, custom_id=custom_id, disabled=disabled))
        self._episode = episode
        self._number = number

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Make the button that was pressed."""
        language = language_of(interaction.locale)
        return cls(match["episode"], int(match["number"]), forward=match["way"] == "f", language=language)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Turn the page."""
        await interaction.client.scene_actions.turn_page(
            interaction, episode=self._episode, number=self._number
        )


SCENE_ITEMS = (EpisodeButton, PageButton)  # which discord.py has to know to hear of a press
