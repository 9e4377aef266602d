"""A kept episode as members see it: a layout with its script in pages, buttons and one line, its details, a file."""

import io
from collections.abc import Iterator
from typing import Any

import discord

from bot.discord.limits import LAYOUT_CHARACTERS
from bot.discord.markdown import clean_text, escape_markdown, format_episode, plain, shorten, split_pages
from bot.discord.page import COLOUR, Page
from bot.scenes.request import colder_than, hotter_than
from bot.scenes.ui.buttons import EpisodeButton, PageButton
from bot.storage.tables.scenes import SceneRecord
from core.writing.episode import read_parts

MODEL_CHARACTERS = 100  # of a run's name
CAST_CHARACTERS = 300  # of the names under a scene
NOTE_CHARACTERS = 500  # of a remark
QUIET_CHARACTERS = 300  # left for the line under a scene and for whom the scene is
SHOWN_CODE_CHARACTERS = 200  # a longer one stands in the file
SILENCE = "*(silence)*"


def build_page(episode: SceneRecord, number: int = 0, *, is_covered: bool = False) -> Page:
    """Build page `number`, counted from 0, of an episode; the nearest one if there is no such page.

    The scene comes first, then what can be done with it, then one quiet line. One that is covered is shown to those
    who uncover it.
    """
    pages = split_pages(
        format_episode(_readable(episode.earlier), _readable(episode.text), prompt=episode.prompt),
        limit=LAYOUT_CHARACTERS - QUIET_CHARACTERS,
    )
    number = min(max(number, 0), len(pages) - 1)
    scene = discord.ui.Container[Any](
        discord.ui.TextDisplay(pages[number] or SILENCE), accent_colour=COLOUR, spoiler=is_covered
    )
    name = " ".join(clean_text(episode.model).split())
    model = escape_markdown(shorten(name, limit=MODEL_CHARACTERS))
    facts = [model, f"{episode.temperature:g}", f"seed {episode.seed}"]
    if len(pages) > 1:
        facts.append(f"page {number + 1} of {len(pages)}")
    quiet = " \u00b7 ".join(facts)
    line = discord.ui.Section[Any](f"-# {quiet}", accessory=EpisodeButton("details", episode.handle))
    return Page((scene, *_build_rows(episode, number, len(pages)), line))


def build_details(episode: SceneRecord, *, is_covered: bool = False) -> Page:
    """Build what tells how an episode came about, for whoever asks: settings, originality, code and time."""
    facts: list[tuple[str, str]] = [("Model", plain(shorten(episode.model, limit=MODEL_CHARACTERS)))]
    facts += [("Settings", escape_markdown(" \u00b7 ".join(_facts(episode))))]
    if episode.notice:
        facts.append(("About your line", plain(shorten(episode.notice, limit=NOTE_CHARACTERS))))
    if episode.originality:
        facts.append(("Originality", plain(shorten(episode.originality, limit=NOTE_CHARACTERS))))
    if episode.code:
        is_short = len(episode.code) <= SHOWN_CODE_CHARACTERS
        code = f"```\n{episode.code}\n```" if is_short else "at the end of the script's file"
        facts.append(("Code", f"for `/replay`\n{code}" if is_short else code))
    text = "\n".join(f"**{name}** {value}" for name, value in facts)
    direct = "direct_c" if is_covered else "direct"
    row = discord.ui.ActionRow[Any](
        EpisodeButton(direct, episode.handle), EpisodeButton("script", episode.handle)
    )
    return Page((discord.ui.TextDisplay(text), row))


def is_covered_page(message: discord.Message | None) -> bool:
    """Tell whether a message of the bot shows a covered scene."""
    parts = message.components if message else []
    return any(part.spoiler for part in parts if isinstance(part, discord.components.Container))


def build_file(episode: SceneRecord) -> discord.File:
    """Build the whole scene as a text file, with last lines that say how to write it again."""
    script = _readable(episode.script).strip("\n")
    asides = [describe(episode), episode.originality, f"/replay code:{episode.code}" if episode.code else ""]
    text = f"{script}\n\n" + "".join(f"-- {aside}\n" for aside in asides if aside)
    return discord.File(io.BytesIO(text.encode()), filename=f"episode-{episode.id}.txt")


def describe(episode: SceneRecord) -> str:
    """Say what wrote an episode and how: model, temperature, length, seed and time."""
    return " \u00b7 ".join([shorten(clean_text(episode.model), limit=MODEL_CHARACTERS), *_facts(episode)])


def _facts(episode: SceneRecord) -> list[str]:
    facts = [
        f"temp {episode.temperature:g}",
        f"length {episode.length}",
        f"seed {episode.seed}",
        *_describe_directions(episode),
        f"{episode.seconds:.2f} s",
    ]
    return [*facts, "the end"] if episode.ended else facts


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


def _build_rows(episode: SceneRecord, number: int, pages: int) -> Iterator[discord.ui.ActionRow[Any]]:
    is_hottest = hotter_than(episode.temperature) <= episode.temperature
    is_coldest = colder_than(episode.temperature) >= episode.temperature
    yield discord.ui.ActionRow(
        EpisodeButton("go_on", episode.handle),
        EpisodeButton("again", episode.handle),
        EpisodeButton("hotter", episode.handle, disabled=is_hottest),
        EpisodeButton("colder", episode.handle, disabled=is_coldest),
        EpisodeButton("script", episode.handle),
    )
    if pages > 1:
        yield discord.ui.ActionRow(
            PageButton(episode.handle, number - 1, forward=False, disabled=number == 0),
            PageButton(episode.handle, number + 1, forward=True, disabled=number == pages - 1),
        )
