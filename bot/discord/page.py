"""What a message of the bot shows: a layout of texts and buttons."""

from dataclasses import dataclass
from typing import Any

import discord

COLOUR = discord.Colour(0x2B5C8A)


@dataclass(frozen=True)
class Page:
    """The parts of a layout, from top to bottom; they belong to one message."""

    parts: tuple[discord.ui.Item[Any], ...]

    def build_view(self, *, greeting: str = "") -> discord.ui.LayoutView:
        """Return the layout, under a line that says for whom it is where that is not clear."""
        view = discord.ui.LayoutView(timeout=None)
        if greeting:
            view.add_item(discord.ui.TextDisplay(greeting))
        for part in self.parts:
            view.add_item(part)
        return view
