"""A server's models as an embed."""

import discord

from bot.discord.limits import EMBED_DESCRIPTION_CHARACTERS
from bot.discord.markdown import plain, shorten
from bot.discord.page import COLOUR
from bot.storage.tables.members import NOBODY
from bot.storage.tables.models import SHIPPED, ModelRecord
from bot.storage.tables.trainings import TrainingRecord
from core.run.store import Run

MEGABYTE = 1e6


def build_list(
    models: list[ModelRecord], active: int, queue: list[TrainingRecord], *, shipped: Run
) -> discord.Embed:
    """Show models with size, score, date and who trained them; the one in use is marked."""
    score = f"{shipped.bits_per_character:.3f} bits per character"
    lines = [f"{_mark(SHIPPED, active)}**{plain(shipped.name)}** \u00b7 comes with the bot \u00b7 {score}"]
    lines += [
        f"{_mark(model.id, active)}**{plain(model.name)}** \u00b7 {model.bits:.3f} bits per character \u00b7 "
        f"{model.bytes / MEGABYTE:.1f} MB \u00b7 <t:{model.created}:d> \u00b7 trained by {_name(model.member_id)}"
        for model in models
    ]
    if active != SHIPPED and active not in {model.id for model in models}:
        lines.append("In use is the model that the bot's owner chose for all servers.")
    lines += [f"\N{HOURGLASS WITH FLOWING SAND} {plain(job.name)} \u00b7 {job.state}" for job in queue]
    text = shorten("\n".join(lines), limit=EMBED_DESCRIPTION_CHARACTERS)
    return discord.Embed(title="Models", description=text, colour=COLOUR)


def _name(member_id: int) -> str:
    return "somebody" if member_id == NOBODY else f"<@{member_id}>"


def _mark(number: int, active: int) -> str:
    return "\N{WHITE HEAVY CHECK MARK} " if number == active else "\N{WHITE MEDIUM SMALL SQUARE} "
