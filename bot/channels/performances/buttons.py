"""The buttons of a performance."""

from typing import Any

import discord

from bot.discord.replies.buttons import ActionButton
from core.text import Text

LABELS = {"stop": Text("Stop"), "faster": Text("Faster")}
STYLES = {"stop": discord.ButtonStyle.danger}


class PerformanceButton(ActionButton, prefix="perform", labels=LABELS, styles=STYLES):
    """Stop and Faster, above a performance."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button says."""
        performances = interaction.client.channels.performances
        await performances.press(interaction, action=self.action, number=self.number)
