"""What a server has planned, at one glance; and the list of a season."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord

from bot.channels.programmes.buttons import ProgrammeButton
from bot.channels.programmes.schedule import schedule_of
from bot.discord.language.language import Language
from bot.discord.limits import EMBED_DESCRIPTION_CHARACTERS
from bot.discord.markdown import plain, shorten
from bot.discord.page import COLOUR, Page
from bot.storage.tables.channels.programmes import ProgrammeRecord, SeasonEpisode
from core.text import Text

SHOWN_CHARACTERS = 400  # of one programme: eight of them fit a message
_WORDS = 60  # characters of its cast


def build_programmes(
    programmes: Sequence[ProgrammeRecord],
    obstacles: Mapping[int, Text | None],
    *,
    is_on: bool,
    language: Language,
    changed: str = "",
) -> Page:
    """Build the list, each programme with its buttons.

    Args:
        programmes: What is planned.
        obstacles: By a programme's number, why its next scene is left out.
        is_on: Whether anything comes at all.
        language: The reader's.
        changed: What was done just now.
    """
    say = language.say
    head = [f"### {say(Text('Programme of this server'))}"]
    if changed:
        head.append(say(changed))
    if not is_on:
        head.append(
            say(Text("It is off: nothing comes until an administrator switches it on with /settings."))
        )
    if not programmes:
        head.append(say(Text("Nothing is planned; `/programme add` plans something.")))
    parts: list[discord.ui.Item[Any]] = [discord.ui.TextDisplay("\n".join(head))]
    for programme in programmes:
        when = "\n".join(_describe_time(programme, obstacles.get(programme.id), language))
        what = shorten("\n".join(_describe(programme, language)), limit=SHOWN_CHARACTERS - len(when) - 1)
        action = "resume" if programme.is_paused else "pause"
        row = discord.ui.ActionRow[Any](
            ProgrammeButton(action, programme.id, language=language),
            ProgrammeButton("remove", programme.id, language=language),
        )
        parts += (discord.ui.TextDisplay(f"{what}\n{when}"), row)
    return Page(tuple(parts))


def build_season(title: str, episodes: Sequence[SeasonEpisode], *, language: Language) -> discord.Embed:
    """Build the list of a season's episodes, the newest ones where not all fit."""
    lines = [
        f"**{episode.number}** {plain(episode.title or language.say(Text('Untitled')))} \u00b7 <t:{episode.due}:D>"
        for episode in episodes
    ]
    shown: list[str] = []
    left = EMBED_DESCRIPTION_CHARACTERS
    for line in reversed(lines):
        left -= len(line) + 1
        if left < 0:
            break
        shown.insert(0, line)
    text = "\n".join(shown) or language.say(Text("There is no episode yet."))
    return discord.Embed(title=shorten(plain(title), limit=200), description=text, colour=COLOUR)


def _describe(programme: ProgrammeRecord, language: Language) -> Iterator[str]:
    say = language.say
    kind = Text("performance") if programme.is_performed else Text("scene")
    facts: list[str] = [f"<#{programme.channel_id}>", say(kind), say(schedule_of(programme).describe())]
    yield f"**{plain(programme.title)}** \u00b7 " + " \u00b7 ".join(facts)
    words = (programme.cast, programme.place, programme.show)
    asked = [plain(shorten(word, limit=_WORDS)) for word in words if word]
    if programme.goes_on:
        asked.append(say(Text("each episode goes on from the one before")))
    if asked:
        yield " \u00b7 ".join(asked)


def _describe_time(programme: ProgrammeRecord, obstacle: Text | None, language: Language) -> Iterator[str]:
    say = language.say
    if programme.is_paused:
        yield say(Text("paused"))
        return
    yield say(Text("next: {time}", time=f"<t:{programme.due}:F> (<t:{programme.due}:R>)"))
    if obstacle:
        yield say(obstacle)
