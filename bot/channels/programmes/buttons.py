"""The buttons of a programme in the list."""

from typing import Any

import discord

from bot.discord.replies.buttons import ActionButton
from core.text import Text

LABELS = {"pause": Text("Pause"), "resume": Text("Resume"), "remove": Text("Remove")}
STYLES = {"remove": discord.ButtonStyle.danger}


class ProgrammeButton(ActionButton, prefix="plan", labels=LABELS, styles=STYLES):
    """Pause, Resume and Remove."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button says."""
        programmes = interaction.client.channels.programmes
        await programmes.press(interaction, action=self.action, number=self.number)
