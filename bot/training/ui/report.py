"""The report before a training: what was read, what a network would learn from it, and what a training would do."""

from typing import Any

import discord

from bot.discord.language.language import Language
from bot.discord.markdown import plain, shorten
from bot.discord.page import COLOUR
from bot.storage.tables.trainings import TrainingRecord
from bot.training.ui.formats import describe_format
from bot.training.ui.view import block, describe_plan, field
from core.text import Text, read_text

PART_CHARACTERS = 600  # of a list


def build_preview(
    training: TrainingRecord, facts: dict[str, Any], *, place: int, language: Language
) -> discord.Embed:
    """Say what a training is about to do with a text of these facts."""
    say = language.say
    embed = discord.Embed(
        title=say(Text("Train {name}?", name=plain(training.name))),
        description=block(facts["sample"], limit=1_000) or say(Text("*(no text)*")),
        colour=COLOUR,
    )
    corpus = Text(
        "{source}: {characters:,} characters in {episodes}, vocabulary of {vocabulary:,} characters, {held_out:,} "
        "characters held out",
        source=plain(say(read_text(facts["source"]))),
        characters=facts["characters"],
        episodes=Text("{count:,} episode", "{count:,} episodes", count=facts["episodes"]),
        vocabulary=facts["vocabulary"],
        held_out=facts["held_out"],
    )
    fields: list[tuple[Text, str]] = [(Text("Learns from"), say(corpus))]
    read_as = say(Text.joined((describe_format(facts["format"]), facts["encoding"]), ", "))
    fields.append((Text("Read as"), plain(shorten(read_as, limit=PART_CHARACTERS))))
    if facts["speakers"]:
        counted = (f"{name} ({language.number(f'{count:,}')})" for name, count in facts["speakers"].items())
        fields.append((Text("Who speaks"), plain(shorten(", ".join(counted), limit=PART_CHARACTERS))))
    if facts["left_out"]:
        why = "\n".join(
            f"{say(read_text(out['name']))}: {say(read_text(out['why']))}" for out in facts["left_out"]
        )
        fields.append((Text("Left out"), plain(shorten(why, limit=PART_CHARACTERS))))
    if facts["notes"]:
        fields.append((Text("Note"), plain("\n".join(say(read_text(note)) for note in facts["notes"]))))
    fields.append((Text("Begins with"), plain(say(read_text(facts["start"]["why"])))))
    expected = Text(
        "about {bits:.1f} bits per character on text that it has not seen (lower is better), as other texts of this "
        "size",
        bits=facts["estimate"],
    )
    fields.append((Text("Expected"), say(expected)))
    fields.append((Text("Training"), say(describe_plan(training))))
    before = Text("{place} before it", place=place) if place else Text("nobody before it, it begins at once")
    fields.append((Text("Queue"), say(before)))
    for name, value in fields:
        embed.add_field(name=say(name), value=field(value), inline=False)
    footer = Text("Members go on writing with the model in use. The sample above is the cleaned text.")
    embed.set_footer(text=say(footer))
    return embed
