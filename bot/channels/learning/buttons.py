"""The two buttons of a member's answer; they work after any restart."""

import re
from typing import Any, Self

import discord

from bot.discord.language.language import Language, language_of
from bot.storage.tables.consents import NO, YES
from core.text import Text

CONSENT_ID = re.compile(r"hs:learn:(?P<answer>yes|no)")
LABELS = {YES: Text("Yes, learn from me"), NO: Text("No")}
STYLES = {YES: discord.ButtonStyle.success, NO: discord.ButtonStyle.danger}


class ConsentButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=CONSENT_ID):
    """Yes and No, for whoever presses it."""

    def __init__(self, answer: str, *, language: Language) -> None:
        super().__init__(
            discord.ui.Button(
                label=language.say(LABELS[answer]), style=STYLES[answer], custom_id=f"hs:learn:{answer}"
            )
        )
        self._answer = answer

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Make the button that was pressed."""
        return cls(match["answer"], language=language_of(interaction.locale))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Take the answer."""
        await interaction.client.learning.consent_actions.press(interaction, answer=self._answer)


def build_consent_buttons(*answers: str, language: Language) -> discord.ui.View:
    """Return the buttons of answers."""
    view = discord.ui.View(timeout=None)
    for answer in answers:
        view.add_item(ConsentButton(answer, language=language))
    return view
