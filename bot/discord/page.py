"""What a message of the bot shows: a layout of texts and buttons."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import discord

from bot.discord.limits import LAYOUT_CHARACTERS
from bot.discord.markdown import shorten

COLOUR = discord.Colour(0x2B5C8A)


@dataclass(frozen=True)
class Page:
    """The parts of a layout, from top to bottom; they belong to one message."""

    parts: tuple[discord.ui.Item[Any], ...]

    def build_view(self, *, greeting: str = "") -> discord.ui.LayoutView:
        """Return the layout, under a line that says for whom or what it is where that is not clear, if that fits."""
        view = discord.ui.LayoutView(timeout=None)
        if greeting:
            texts = (part for whole in self.parts for part in _walk(whole))
            left = LAYOUT_CHARACTERS - sum(
                len(part.content) for part in texts if isinstance(part, discord.ui.TextDisplay)
            )
            view.add_item(discord.ui.TextDisplay(shorten(greeting, limit=left)))
        for part in self.parts:
            view.add_item(part)
        return view


def _walk(part: discord.ui.Item[Any]) -> Iterator[discord.ui.Item[Any]]:
    yield part
    if isinstance(part, discord.ui.Container | discord.ui.Section | discord.ui.ActionRow):
        yield from part.walk_children()
