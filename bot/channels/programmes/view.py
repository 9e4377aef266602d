"""What a server has planned, at one glance; and the list of a season."""

from collections.abc import Iterator, Sequence
from typing import Any

import discord

from bot.channels.programmes.buttons import ProgrammeButton
from bot.channels.programmes.scheduler import schedule_of
from bot.discord.language.language import Language
from bot.discord.limits import EMBED_DESCRIPTION_CHARACTERS
from bot.discord.markdown import plain, shorten
from bot.discord.page import COLOUR, Page
from bot.storage.tables.channels.programmes import ProgrammeRecord, SeasonEpisode
from core.text import Text

SHOWN_CHARACTERS = 400  # of one programme: eight of them fit a message
_WORDS = 60  # characters of its cast


def build_programmes(
    programmes: Sequence[ProgrammeRecord], *, is_on: bool, language: Language, changed: str = ""
) -> Page:
    """Build the list, each programme with its buttons; `changed` says what was done to it just now."""
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
        text = shorten("\n".join(_describe(programme, language)), limit=SHOWN_CHARACTERS)
        action = "resume" if programme.is_paused else "pause"
        row = discord.ui.ActionRow[Any](
            ProgrammeButton(action, programme.id, language=language),
            ProgrammeButton("remove", programme.id, language=language),
        )
        parts += (discord.ui.TextDisplay(text), row)
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
    if programme.is_paused:
        yield say(Text("paused"))
    else:
        yield say(Text("next: {time}", time=f"<t:{programme.due}:F> (<t:{programme.due}:R>)"))
