"""The buttons of a training."""

from typing import Any

import discord

from bot.discord.language.language import Language
from bot.discord.replies.buttons import ActionButton
from bot.storage.tables.trainings import TrainingRecord
from core.text import Text

LABELS = {
    "start": Text("Start"),
    "drop": Text("Cancel"),
    "cancel": Text("Cancel"),
    "use": Text("Use it"),
    "back": Text("Go back"),
}
STYLES = {
    "start": discord.ButtonStyle.success,
    "use": discord.ButtonStyle.primary,
    "cancel": discord.ButtonStyle.danger,
}


class TrainingButton(ActionButton, prefix="job", labels=LABELS, styles=STYLES):
    """Start and Cancel under a preview, Cancel under a training, Use it and Go back at its end."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button says."""
        await interaction.client.training_actions.press(interaction, action=self.action, number=self.number)


def build_buttons(training: TrainingRecord, *, language: Language, is_used: bool = False) -> discord.ui.View:
    """Return the buttons that a training has in its state."""
    view = discord.ui.View(timeout=None)
    match training.state:
        case "offered":
            view.add_item(TrainingButton("start", training.id, language=language))
            view.add_item(TrainingButton("drop", training.id, language=language))
        case "waiting" | "running":
            view.add_item(TrainingButton("cancel", training.id, language=language))
        case "done":
            view.add_item(TrainingButton("use", training.id, language=language, disabled=is_used))
            view.add_item(TrainingButton("back", training.id, language=language, disabled=not is_used))
        case _:
            pass
    return view
