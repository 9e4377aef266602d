"""The model's card as an embed: the run's facts, the speed measured here, the counts, and the loss plot."""

import asyncio
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import discord

from bot.discord.limits import EMBED_FIELD_CHARACTERS, EMBED_TITLE_CHARACTERS
from bot.discord.markdown import plain, shorten
from bot.discord.page import COLOUR
from core.run.card import card_rows
from core.run.layout import PLOT
from core.run.store import Run


@dataclass(frozen=True)
class Card:
    """An embed and the files that it shows."""

    embed: discord.Embed
    files: list[discord.File]


async def build_card(run: Run, *, characters_per_second: float, counts: Mapping[str, int]) -> Card:
    """Build the card of a run; its plot is left out where the run directory has gone.

    Args:
        run: The model.
        characters_per_second: The measured speed of one thread; 0 before the first scene.
        counts: How many episodes and characters were written, by name.
    """
    plot = await asyncio.to_thread(_read_plot, run.path)
    embed = discord.Embed(
        title=shorten(plain(run.name), limit=EMBED_TITLE_CHARACTERS),
        description="A small LSTM that writes scripts a character at a time.",
        colour=COLOUR,
    )
    for name, value in card_rows(run.config, run.facts):
        shown = shorten(plain(value), limit=EMBED_FIELD_CHARACTERS)
        embed.add_field(name=name.capitalize(), value=shown or "-", inline=False)
    if characters_per_second:
        speed = f"{characters_per_second:,.0f} characters a second, with NumPy on one core"
        embed.add_field(name="Speed here", value=speed, inline=False)
    written = f"{counts.get('episodes', 0):,} scenes, {counts.get('characters', 0):,} characters"
    embed.add_field(name="Written so far", value=written, inline=False)
    if plot is None:
        embed.set_footer(text="The plot of its losses is not there.")
        return Card(embed, [])
    embed.set_image(url=f"attachment://{PLOT}")
    return Card(embed, [discord.File(io.BytesIO(plot), filename=PLOT)])


def _read_plot(run: Path) -> bytes | None:
    try:
        return (run / PLOT).read_bytes()
    except OSError:
        return None
