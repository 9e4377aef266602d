"""A kept episode as members see it: an embed with its script in pages, the buttons under it, and a file."""

import io
from collections.abc import Iterator

import discord

from bot.discord.limits import EMBED_DESCRIPTION_CHARACTERS
from bot.discord.markdown import clean_text, format_episode, plain, shorten, split_pages
from bot.discord.page import COLOUR, Page
from bot.scenes.buttons import EpisodeButton, PageButton
from bot.scenes.request import colder_than, hotter_than
from bot.storage.scenes import SceneRecord
from core.writing.episode import read_parts

MODEL_CHARACTERS = 100  # of a run's name
CAST_CHARACTERS = 300  # of the names under a scene
NOTE_CHARACTERS = 500  # of a remark; with a full page an embed keeps under Discord's 6,000
SHOWN_CODE_CHARACTERS = 200  # a longer one stands in the file
SILENCE = "*(silence)*"
COVER = "||"  # Discord's mark around a spoiler


def build_page(episode: SceneRecord, number: int = 0, *, is_covered: bool = False) -> Page:
    """Build page `number`, counted from 0, of an episode; the nearest one if there is no such page.

    One that is covered is shown to those who uncover it.
    """
    pages = split_pages(
        format_episode(_readable(episode.earlier), _readable(episode.text), prompt=episode.prompt),
        limit=EMBED_DESCRIPTION_CHARACTERS - 2 * len(COVER),
    )
    number = min(max(number, 0), len(pages) - 1)
    shown = pages[number] or SILENCE
    embed = discord.Embed(description=f"{COVER}{shown}{COVER}" if is_covered else shown, colour=COLOUR)
    if episode.notice:
        note = shorten(plain(episode.notice), limit=NOTE_CHARACTERS)
        embed.add_field(name="About your line", value=note, inline=False)
    where = f" \u00b7 page {number + 1} of {len(pages)}" if len(pages) > 1 else ""
    code = f"code {episode.code}"
    if len(code) > SHOWN_CODE_CHARACTERS:
        code = "code: at the end of the script's file"
    originality = shorten(clean_text(episode.originality), limit=NOTE_CHARACTERS)
    lines = [describe(episode) + where, originality, code if episode.code else ""]
    embed.set_footer(text="\n".join(filter(None, lines)))
    return Page(embed, _build_view(episode, number, len(pages)))


def is_covered_page(message: discord.Message | None) -> bool:
    """Tell whether a message of the bot shows a covered scene."""
    embeds = message.embeds if message else []
    return any((embed.description or "").startswith(COVER) for embed in embeds)


def build_file(episode: SceneRecord) -> discord.File:
    """Build the whole scene as a text file, with last lines that say how to write it again."""
    script = _readable(episode.script).strip("\n")
    asides = [describe(episode), episode.originality, f"/replay code:{episode.code}" if episode.code else ""]
    text = f"{script}\n\n" + "".join(f"-- {aside}\n" for aside in asides if aside)
    return discord.File(io.BytesIO(text.encode()), filename=f"episode-{episode.id}.txt")


def describe(episode: SceneRecord) -> str:
    """Say what wrote an episode and how: model, temperature, length, seed and time."""
    facts = [
        shorten(clean_text(episode.model), limit=MODEL_CHARACTERS),
        f"temp {episode.temperature:g}",
        f"length {episode.length}",
        f"seed {episode.seed}",
        *_describe_directions(episode),
        f"{episode.seconds:.2f} s",
    ]
    return " \u00b7 ".join([*facts, "the end"] if episode.ended else facts)


def _describe_directions(episode: SceneRecord) -> Iterator[str]:
    """Say which show it is, who plays, and whether the spelling is the model's own without need."""
    parts = read_parts(episode.parts)
    if parts and parts[-1].show:
        yield shorten(clean_text(f"show {parts[-1].show}"), limit=CAST_CHARACTERS)
    directions = parts[-1].directions if parts else None
    if directions is None:
        return
    if directions.cast:
        yield shorten(clean_text(f"cast {', '.join(directions.cast)}"), limit=CAST_CHARACTERS)
    if directions.form and not directions.spelling:
        yield "spelling off"


def _readable(text: str) -> str:
    # The corpus's mark between two episodes; a reader sees a gap.
    return text.replace("\x03", "\n\n")


def _build_view(episode: SceneRecord, number: int, pages: int) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    view.add_item(EpisodeButton("go_on", episode.id))
    view.add_item(EpisodeButton("again", episode.id))
    is_hottest = hotter_than(episode.temperature) <= episode.temperature
    is_coldest = colder_than(episode.temperature) >= episode.temperature
    view.add_item(EpisodeButton("hotter", episode.id, disabled=is_hottest))
    view.add_item(EpisodeButton("colder", episode.id, disabled=is_coldest))
    view.add_item(EpisodeButton("script", episode.id))
    if pages > 1:
        view.add_item(PageButton(episode.id, number - 1, forward=False, disabled=number == 0))
        view.add_item(PageButton(episode.id, number + 1, forward=True, disabled=number == pages - 1))
    return view
