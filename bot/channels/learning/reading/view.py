"""A reading as people see it: the question to the members, the choice of channels, and how far it is."""

from collections.abc import Sequence

import discord

from bot.discord.language.language import Language
from bot.discord.limits import EMBED_FIELD_CHARACTERS
from bot.discord.markdown import shorten
from bot.discord.page import COLOUR
from bot.storage.tables.readings import DRAFT, OVER, READ, ReadingChannel, ReadingRecord
from bot.storage.text import load_text
from bot.training.progress import bar
from core.text import Text


def build_question(asker_id: int, channel_ids: Sequence[int]) -> Text:
    """Return what is asked of a server's members, by whom and for which channels."""
    rules = (
        Text("May I learn from what you write here?"),
        Text(
            "{name} wants to train a model for this server on {channels}: it learns how you write, and writes scenes "
            "like that, for this server alone.",
            name=f"<@{asker_id}>",
            channels=_name_channels(channel_ids) or Text("some of its channels"),
        ),
        Text(
            "- Only messages of those who press *Yes* are read, older ones and new ones. Of everybody else nothing is "
            "read: no message, no name, no reply to them."
        ),
        Text(
            "- Never read: commands to other bots, age-restricted channels, private threads, files, links, mentions, "
            "quotes, e-mail addresses and telephone numbers. Channels that not everybody sees are read only if an "
            "administrator ticks them."
        ),
        Text(
            "- Your lines have your display name, or the name of a character that an administrator gives you. What is "
            "read is deleted when the training has ended. The model stays, and may write what you wrote."
        ),
        Text(
            "- *No* deletes what is kept of you at once and holds until you change it; so do /consent and /forget-me, "
            "at any time. Whoever does not answer is not read."
        ),
    )
    return Text.joined(rules, "\n")


def build_choice(
    reading: ReadingRecord,
    channels: Sequence[ReadingChannel],
    *,
    answers: tuple[int, int],
    problems: Sequence[Text],
    language: Language,
) -> discord.Embed:
    """Show an administrator what was chosen so far, how many said yes and no, and which channels are not read."""
    say = language.say
    willing, unwilling = answers
    lines = [
        Text("Choose channels, and ask their members. Only messages of those who said yes are read."),
        Text(
            "{count} member has said yes, {unwilling} said no.",
            "{count} members have said yes, {unwilling} said no.",
            count=willing,
            unwilling=unwilling,
        ),
        Text("Channels that not everybody sees are read, too.") if reading.hidden else "",
        *(Text.joined(("\N{WARNING SIGN}", problem)) for problem in problems),
    ]
    embed = discord.Embed(
        title=say(Text("Train on channels")), description=say(Text.joined(lines, "\n")), colour=COLOUR
    )
    if channels:
        _add_channels(embed, channels, language)
    return embed


def build_reading(
    reading: ReadingRecord, channels: Sequence[ReadingChannel], *, language: Language
) -> discord.Embed:
    """Show how far a reading is, or why it is over."""
    say = language.say
    embed = discord.Embed(title=say(Text("Reading channels")), colour=COLOUR)
    if reading.state == OVER:
        embed.description = say(load_text(reading.note))
        return embed
    looked, taken = (sum(getattr(each, name) for each in channels) for name in ("looked", "taken"))
    counts = Text(
        "{looked:,} messages looked at, {taken:,} of them of members who said yes.",
        looked=looked,
        taken=taken,
    )
    if reading.state == READ:
        more = Text(
            "It is read. Press Preview within an hour to see it and to begin the training; after that it is deleted."
        )
        embed.description = f"{say(counts)}\n{say(more)}"
    else:
        share = sum(map(_share, channels)) / max(1, len(channels))
        embed.description = f"{bar(share)} {100 * share:.0f} %\n{say(counts)}"
    if channels:
        _add_channels(embed, channels, language)
    if reading.state != DRAFT:
        asked = Text("Asked for by {name}. Members answer with /consent.", name=f"<@{reading.member_id}>")
        if reading.member_id:
            embed.add_field(name="\u200b", value=say(asked), inline=False)
    return embed


def _share(channel: ReadingChannel) -> float:
    """Return how far a channel is read, by time: it was made when its number says."""
    if channel.is_done:
        return 1.0
    now, then, begun = (
        discord.utils.utcnow().timestamp(),
        discord.utils.snowflake_time(channel.cursor).timestamp(),
        discord.utils.snowflake_time(channel.channel_id).timestamp(),
    )
    return min(1.0, max(0.0, (now - then) / max(1.0, now - begun)))


def _add_channels(embed: discord.Embed, channels: Sequence[ReadingChannel], language: Language) -> None:
    names = shorten(_name_channels([each.channel_id for each in channels]), limit=EMBED_FIELD_CHARACTERS)
    embed.add_field(name=language.say(Text("Channels")), value=names, inline=False)


def _name_channels(channel_ids: Sequence[int]) -> str:
    return ", ".join(f"<#{each}>" for each in channel_ids)
