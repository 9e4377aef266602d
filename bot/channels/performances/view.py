"""What is shown of a performance beside its lines: the message above it, and the card at its end."""

from collections.abc import Sequence
from typing import Any

import discord

from bot.channels.performances.buttons import PerformanceButton
from bot.channels.performances.lines import PerformedLine, speakers_of_lines
from bot.discord.language.language import Language
from bot.discord.markdown import clean_text, escape_markdown
from bot.discord.page import COLOUR, Page
from bot.scenes.ui.buttons import EpisodeButton
from bot.storage.tables.channels.performances import PerformanceRecord
from bot.storage.tables.scenes import SceneRecord
from core.data.screenplay import places_in
from core.text import Text

FASTEST = 4  # times the usual pace
_SPEAKERS = 3  # that a title names
ENDS = {
    "ended": Text("The performance is over."),
    "stopped": Text("The performance was stopped."),
    "gone": Text("The performance ended early: its scene or its thread is gone."),
}


def title_of(scene: SceneRecord, lines: list[PerformedLine], *, language: Language) -> str:
    """Return what a performance is called: `QUARK, ODO · Quark's`."""
    speakers = speakers_of_lines(lines)
    names = ", ".join(speakers[:_SPEAKERS]) + (", \u2026" if len(speakers) > _SPEAKERS else "")
    place = next(iter(places_in(scene.script)), "")
    title = " \u00b7 ".join(clean_text(part) for part in (names, place) if part)
    return title or language.say(Text("A performance"))


def build_opening(
    performance: PerformanceRecord, title: str, *, count: int, better: Sequence[Text], language: Language
) -> Page:
    """Build the message above a performance; `better` are the rights with which it would be a better one."""
    say = language.say
    said = [
        f"### {escape_markdown(title)}",
        say(Text("A performance of {count} line.", "A performance of {count} lines.", count=count)),
    ]
    if better:
        rights = Text.joined(better, ", ")
        hint = Text(
            "It would be better with these rights of mine: {rights}. Each character then speaks in a thread, with a "
            "name and a face of their own.",
            rights=rights,
        )
        said.append(f"-# {say(hint)}")
    fastest = performance.pace >= FASTEST
    row = discord.ui.ActionRow[Any](
        PerformanceButton("faster", performance.id, language=language, disabled=fastest),
        PerformanceButton("stop", performance.id, language=language),
    )
    return Page((discord.ui.TextDisplay("\n".join(said)), row))


def build_closed(title: str, state: str, *, language: Language) -> Page:
    """Build what the message above a performance is once that is over."""
    text = f"### {escape_markdown(title)}\n{language.say(ENDS[state])}"
    return Page((discord.ui.TextDisplay(text),))


def build_end(scene: SceneRecord, performance: PerformanceRecord, *, count: int, language: Language) -> Page:
    """Build the card at the end, with what can be done with the scene."""
    if performance.state == "stopped":
        said = Text("Stopped after {position} of {lines} lines.", position=performance.position, lines=count)
    else:
        said = Text("The end.")
    card = discord.ui.Container[Any](
        discord.ui.TextDisplay(f"**{language.say(said)}**"), accent_colour=COLOUR
    )
    actions = ("go_on", "again", "perform", "script")
    row = discord.ui.ActionRow[Any](
        *(EpisodeButton(action, scene.handle, language=language) for action in actions)
    )
    return Page((card, row))
