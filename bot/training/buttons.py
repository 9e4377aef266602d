"""The buttons of a training; each carries its number, so it works after any restart."""

import re
from typing import Any, Self

import discord

from bot.storage.ledger import Job

JOB_ID = re.compile(r"hs:job:(?P<action>start|drop|cancel|use|back):(?P<job>[0-9]{1,18})")
LABELS = {"start": "Start", "drop": "Cancel", "cancel": "Cancel", "use": "Use it", "back": "Go back"}
STYLES = {
    "start": discord.ButtonStyle.success,
    "use": discord.ButtonStyle.primary,
    "cancel": discord.ButtonStyle.danger,
}


class JobButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=JOB_ID):
    """Start and Cancel under a preview, Cancel under a training, Use it and Go back at its end."""

    def __init__(self, action: str, job: int, *, disabled: bool = False) -> None:
        """Make the button of an action on the training of that number."""
        style = STYLES.get(action, discord.ButtonStyle.secondary)
        custom_id = f"hs:job:{action}:{job}"
        super().__init__(
            discord.ui.Button(label=LABELS[action], style=style, custom_id=custom_id, disabled=disabled)
        )
        self._action = action
        self._job = job

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Make the button that was pressed."""
        return cls(match["action"], int(match["job"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button says."""
        await interaction.client.retraining.press(interaction, action=self._action, number=self._job)


def build_buttons(job: Job, *, is_used: bool = False) -> discord.ui.View:
    """Return the buttons that a training has in its state."""
    view = discord.ui.View(timeout=None)
    match job.state:
        case "offered":
            view.add_item(JobButton("start", job.id))
            view.add_item(JobButton("drop", job.id))
        case "waiting" | "running":
            view.add_item(JobButton("cancel", job.id))
        case "done":
            view.add_item(JobButton("use", job.id, disabled=is_used))
            view.add_item(JobButton("back", job.id, disabled=not is_used))
        case _:
            pass
    return view
