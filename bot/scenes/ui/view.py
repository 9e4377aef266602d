"""A kept episode as members see it: a layout with its script in pages, buttons and one line, its details, a file."""

import io
from collections.abc import Iterator
from typing import Any

import discord

from bot.discord.language.language import Language
from bot.discord.limits import LAYOUT_CHARACTERS
from bot.discord.markdown import clean_text, escape_markdown, format_episode, plain, shorten, split_pages
from bot.discord.page import COLOUR, Page
from bot.scenes.request import colder_than, hotter_than
from bot.scenes.ui.buttons import EpisodeButton, PageButton
from bot.storage.tables.scenes import SceneRecord
from core.text import Text
from core.writing.episode import read_parts

MODEL_CHARACTERS = 100  # of a run's name
CAST_CHARACTERS = 300  # of the names under a scene
NOTE_CHARACTERS = 500  # of a remark
QUIET_CHARACTERS = 300  # left for the line under a scene and for whom the scene is
SHOWN_CODE_CHARACTERS = 200  # a longer one stands in the file


def build_page(
    episode: SceneRecord,
    number: int = 0,
    *,
    language: Language,
    is_covered: bool = False,
    has_details: bool = True,
    can_perform: bool = False,
) -> Page:
    """Build page `number`, counted from 0, of an episode; the nearest one if there is no such page.

    The scene comes first, then what can be done with it, then one quiet line. One that is covered is shown to those
    who uncover it. Without details there is no line.
    """
    pages = split_pages(
        format_episode(_readable(episode.earlier), _readable(episode.text), prompt=episode.prompt),
        limit=LAYOUT_CHARACTERS - QUIET_CHARACTERS,
    )
    number = min(max(number, 0), len(pages) - 1)
    scene = discord.ui.Container[Any](
        discord.ui.TextDisplay(pages[number] or language.say(Text("*(silence)*"))),
        accent_colour=COLOUR,
        spoiler=is_covered,
    )
    rows = _build_rows(episode, number, len(pages), language, can_perform=can_perform)
    parts = (scene, *rows)
    if not has_details:
        return Page(parts)
    name = " ".join(clean_text(episode.model).split())
    model = escape_markdown(shorten(name, limit=MODEL_CHARACTERS))
    facts = [model, language.number(f"{episode.temperature:g}"), Text("seed {seed}", seed=str(episode.seed))]
    if len(pages) > 1:
        facts.append(Text("page {page} of {pages}", page=number + 1, pages=len(pages)))
    quiet = " \u00b7 ".join(map(language.say, facts))
    details = EpisodeButton("details", episode.handle, language=language)
    line = discord.ui.Section[Any](f"-# {quiet}", accessory=details)
    return Page((*parts, line))


def build_details(episode: SceneRecord, *, language: Language, is_covered: bool = False) -> Page:
    """Build what tells how an episode came about, for whoever asks: settings, originality, code and time."""
    say = language.say
    facts: list[tuple[str, str]] = [
        (Text("Model"), plain(shorten(episode.model, limit=MODEL_CHARACTERS))),
        (Text("Settings"), escape_markdown(" \u00b7 ".join(map(say, _facts(episode))))),
    ]
    if episode.notice:
        facts.append((Text("About your line"), plain(shorten(say(episode.notice), limit=NOTE_CHARACTERS))))
    if episode.originality:
        facts.append((Text("Originality"), plain(shorten(say(episode.originality), limit=NOTE_CHARACTERS))))
    if episode.code and len(episode.code) <= SHOWN_CODE_CHARACTERS:
        facts.append((Text("Code"), say(Text("for `/replay`")) + f"\n```\n{episode.code}\n```"))
    elif episode.code:
        facts.append((Text("Code"), say(Text("at the end of the script's file"))))
    text = "\n".join(f"**{say(name)}** {value}" for name, value in facts)
    row = discord.ui.ActionRow[Any](
        EpisodeButton("direct_c" if is_covered else "direct", episode.handle, language=language),
        EpisodeButton("script", episode.handle, language=language),
    )
    return Page((discord.ui.TextDisplay(text), row))


def is_covered_page(message: discord.Message | None) -> bool:
    """Tell whether a message of the bot shows a covered scene."""
    parts = message.components if message else []
    return any(part.spoiler for part in parts if isinstance(part, discord.components.Container))


def build_file(episode: SceneRecord, *, language: Language) -> discord.File:
    """Build the whole scene as a text file, with last lines that say how to write it again."""
    script = _readable(episode.script).strip("\n")
    code = f"/replay code:{episode.code}" if episode.code else ""
    asides = [describe(episode, language=language), language.say(episode.originality), code]
    text = f"{script}\n\n" + "".join(f"-- {aside}\n" for aside in asides if aside)
    return discord.File(io.BytesIO(text.encode()), filename=f"episode-{episode.id}.txt")


def describe(episode: SceneRecord, *, language: Language) -> str:
    """Say what wrote an episode and how: model, temperature, length, seed and time."""
    model = shorten(clean_text(episode.model), limit=MODEL_CHARACTERS)
    return " \u00b7 ".join([model, *map(language.say, _facts(episode))])


def _facts(episode: SceneRecord) -> list[Text]:
    facts = [
        Text("temp {temperature:g}", temperature=episode.temperature),
        Text("length {length}", length=str(episode.length)),
        Text("seed {seed}", seed=str(episode.seed)),
        *_describe_directions(episode),
        Text("{seconds:.2f} s", seconds=episode.seconds),
    ]
    return [*facts, Text("the end")] if episode.ended else facts


def _describe_directions(episode: SceneRecord) -> Iterator[Text]:
    """Say which show it is, who plays, and whether the spelling is the model's own without need."""
    parts = read_parts(episode.parts)
    if parts and parts[-1].show:
        yield Text("show {show}", show=shorten(clean_text(parts[-1].show), limit=CAST_CHARACTERS))
    directions = parts[-1].directions if parts else None
    if directions is None:
        return
    if directions.cast:
        cast = shorten(clean_text(", ".join(directions.cast)), limit=CAST_CHARACTERS)
        yield Text("cast {cast}", cast=cast)
    if directions.form and not directions.spelling:
        yield Text("spelling off")


def _readable(text: str) -> str:
    # The corpus's mark between two episodes; a reader sees a gap.
    return text.replace("\x03", "\n\n")


def _build_rows(
    episode: SceneRecord, number: int, pages: int, language: Language, *, can_perform: bool
) -> Iterator[discord.ui.ActionRow[Any]]:
    is_hottest = hotter_than(episode.temperature) <= episode.temperature
    is_coldest = colder_than(episode.temperature) >= episode.temperature

    def button(action: str, *, disabled: bool = False) -> EpisodeButton:
        return EpisodeButton(action, episode.handle, language=language, disabled=disabled)

    def page(to: int, *, forward: bool, disabled: bool) -> PageButton:
        return PageButton(episode.handle, to, forward=forward, language=language, disabled=disabled)

    yield discord.ui.ActionRow(
        button("go_on"),
        button("again"),
        button("hotter", disabled=is_hottest),
        button("colder", disabled=is_coldest),
        button("script"),
    )
    more: list[EpisodeButton | PageButton] = [button("perform")] if can_perform else []
    if pages > 1:
        more += (
            page(number - 1, forward=False, disabled=number == 0),
            page(number + 1, forward=True, disabled=number == pages - 1),
        )
    if more:
        yield discord.ui.ActionRow(*more)
