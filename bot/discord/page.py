"""What a message of the bot shows: an embed with buttons."""

from dataclasses import dataclass

import discord

COLOUR = discord.Colour(0x2B5C8A)


@dataclass(frozen=True)
class Page:
    """An embed and the buttons under it."""

    embed: discord.Embed
    view: discord.ui.View
