"""The buttons of a training; each carries its number, so it works after any restart."""

import re
from typing import Any, Self

import discord

from bot.discord.language.language import Language, language_of
from bot.storage.tables.trainings import TrainingRecord
from core.text import Text

TRAINING_ID = re.compile(r"hs:job:(?P<action>start|drop|cancel|use|back):(?P<number>[0-9]{1,18})")
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


class TrainingButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=TRAINING_ID):
    """Start and Cancel under a preview, Cancel under a training, Use it and Go back at its end."""

    def __init__(self, action: str, number: int, *, language: Language, disabled: bool = False) -> None:
        style = STYLES.get(action, discord.ButtonStyle.secondary)
        custom_id = f"hs:job:{action}:{number}"
        super().__init__(
            discord.ui.Button(
                label=language.say(LABELS[action]), style=style, custom_id=custom_id, disabled=disabled
            )
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
        await interaction.client.training_actions.press(interaction, action=self._action, number=self._number)


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
