"""A training as people see it: the progress with its diary of samples, and the end."""

from collections.abc import Mapping
from typing import Any

import discord

from bot.discord.errors import FOLDERS
from bot.discord.language.language import Language
from bot.discord.language.options import name_options
from bot.discord.limits import EMBED_FIELD_CHARACTERS
from bot.discord.markdown import clean_text, plain, shorten
from bot.discord.page import COLOUR
from bot.storage.tables.trainings import TrainingRecord
from bot.training.progress import bar, clock, describe_comparison, describe_early, describe_words, is_better
from core.run.events import Progress
from core.text import Text, read_text
from core.wording import describe_epochs

DEVICE_CHARACTERS = 150
DIARY_EPOCHS = 8  # bits per character of the last ones
GOOD, BAD = discord.Colour(0x2E7D32), discord.Colour(0xB3261E)


def describe_plan(training: TrainingRecord) -> Text:
    """Say with what and for how long a training runs."""
    plan = training.planned()
    minutes = Text("{count:,g} minute", "{count:,g} minutes", count=plan.minutes or 0)
    said = Text(
        "preset {preset}, {budget}, about {time} in all",
        preset=plan.preset,
        budget=describe_epochs(plan.epochs) if plan.epochs else minutes,
        time=clock(plan.seconds),
    )
    if not plan.upload:
        return said
    if plan.people:
        return Text.joined((said, Text("the members' messages are deleted when the training ends")), "; ")
    kept, deleted = (
        Text("the uploaded text is kept with the model"),
        Text("the uploaded text is deleted when the training ends"),
    )
    return Text.joined((said, kept if plan.keep else deleted), "; ")


def build_waiting(training: TrainingRecord, *, place: int, language: Language) -> discord.Embed:
    """Say how many trainings are before one."""
    say = language.say
    embed = discord.Embed(title=_title(training, language), colour=COLOUR)
    before = Text(
        "{count} training is before it on this machine.",
        "{count} trainings are before it on this machine.",
        count=place,
    )
    embed.description = f"\N{HOURGLASS WITH FLOWING SAND} {say(before)}" if place else say(Text("It begins."))
    embed.add_field(name=say(Text("Plan")), value=field(say(describe_plan(training))), inline=False)
    return embed


def build_progress(
    training: TrainingRecord, progress: Progress, note: str, *, language: Language
) -> discord.Embed:
    """Show how far a training is, and what the network writes by now."""
    say = language.say
    embed = discord.Embed(title=_title(training, language), colour=COLOUR)
    lines = [f"{bar(progress.share)} {100 * progress.share:.0f} %", *map(say, _facts(progress))]
    if note:
        lines.append(f"\N{WARNING SIGN} {say(note)}")
    embed.description = "\n".join(lines)
    diary = " \N{RIGHTWARDS ARROW} ".join(
        language.number(f"{bits:.2f}") for bits in progress.bits[-DIARY_EPOCHS:]
    )
    if diary:
        name = Text("Bits per character, on text that it has not seen")
        embed.add_field(name=say(name), value=diary, inline=False)
    if progress.sample:
        after = Text("After {epochs} it writes", epochs=describe_epochs(progress.sample["epoch"]))
        embed.add_field(
            name=say(after),
            value=block(progress.sample["text"], limit=EMBED_FIELD_CHARACTERS) or say(Text("*(nothing)*")),
            inline=False,
        )
    return embed


def build_end(training: TrainingRecord, *, is_used: bool, language: Language) -> discord.Embed:
    """Show what came of a training."""
    say = language.say
    name, ending = plain(training.name), training.ending()
    if training.state == "cancelled":
        title = say(Text("{name} was cancelled", name=name))
        why = read_text(ending["reason"]) if "reason" in ending else Text("Nothing has changed.")
        return discord.Embed(title=title, description=say(why), colour=COLOUR)
    if training.state == "failed":
        reason = name_options(FOLDERS.sub("", say(read_text(ending["reason"]))))
        stays = say(Text("The model in use stays as it is."))
        return discord.Embed(
            title=say(Text("{name} could not be trained", name=name)),
            description=f"{shorten(plain(reason), limit=1_000)}\n\n{stays}",
            colour=BAD,
        )
    embed = discord.Embed(title=say(Text("{name} is trained", name=name)), colour=GOOD)
    embed.description = say(_describe_result(ending, is_used=is_used))
    compared = describe_comparison(ending)
    if compared:
        on = say(Text("On the same held-out text"))
        embed.add_field(name=on, value=field(plain(say(compared))), inline=False)
    samples = ending["samples"]
    old = Text("Old: {name}", name=plain(ending["old_name"]))
    for title, key in ((old, "old"), (Text("New: {name}", name=name), "new")):
        if key in samples:
            text = block(samples[key], limit=EMBED_FIELD_CHARACTERS) or say(Text("*(nothing)*"))
            embed.add_field(name=shorten(say(title), limit=200), value=text, inline=True)
    embed.set_footer(text=say(Text("Both samples have the same beginning and seed.")))
    return embed


def describe_end(training: TrainingRecord) -> Text:
    """Return the line above a training's end: who started it, whom it does not ping."""
    name = plain(training.name)
    match training.state:
        case "done":
            said = Text("the training of {name} has ended.", name=name)
        case "failed":
            said = Text("the training of {name} has failed.", name=name)
        case _:
            said = Text("the training of {name} was cancelled.", name=name)
    # Who wanted to be forgotten is not named.
    return Text.joined((f"<@{training.member_id}>" if training.member_id else "", said), ": ")


def build_closed(training: TrainingRecord, *, language: Language) -> discord.Embed:
    """Return what the message of a training's progress shows once another one tells the end."""
    embed = discord.Embed(title=_title(training, language), colour=COLOUR)
    over = Text("This training is over; the message that answers this one says how it ended.")
    embed.description = language.say(over)
    return embed


def _title(training: TrainingRecord, language: Language) -> str:
    return language.say(Text("Training {name}", name=plain(training.name)))


def _describe_result(ending: Mapping[str, Any], *, is_used: bool) -> Text:
    """Say how good a new model is, and whether it is used."""
    better = is_better(ending)
    used = Text("It is this server's model now.") if is_used else Text("It is not in use.")
    if better is None and is_used:
        used = Text.joined((Text("It cannot be compared with the model before it."), used))
    elif better is False and not is_used:
        used = Text(
            "The model in use is better on the same text, so it stays; {old} writes on. Press *Use it* to change that.",
            old=plain(ending["old_name"]),
        )
    result = Text(
        "{bits:.3f} bits per character (lower is better) on text that it has not seen, after {epochs} and {time} on "
        "{device}.",
        bits=ending["bits"],
        epochs=describe_epochs(ending["epochs"]),
        time=clock(ending["seconds"]),
        device=_device(ending["device"]),
    )
    early = describe_early() if ending.get("early") else ""
    return Text.joined((Text.joined((result, early, describe_words(ending))), used), "\n")


def _facts(progress: Progress) -> list[Text]:
    if progress.start is None:
        return [Text("The text is being read.")]
    device = _device(progress.start["device"])
    if progress.step is None:
        parameters = progress.start["parameters"]
        begun = Text(
            "{parameters:,} parameters on {device}; the first batches take a moment.",
            parameters=parameters,
            device=device,
        )
        return [begun]
    step = progress.step
    loss = Text(
        "Epoch {epoch}, loss {loss:.3f} nats = {bits:.2f} bits per character",
        epoch=step["epoch"] + 1,
        loss=step["loss"],
        bits=step["bits_per_character"],
    )
    speed = Text(
        "{speed:,.0f} characters a second on {device}, about {time} left",
        speed=step["characters_per_second"],
        device=device,
        time=clock(step["seconds_left"]),
    )
    return [loss, speed]


def _device(name: object) -> str:
    return shorten(plain(str(name)), limit=DEVICE_CHARACTERS)


def block(text: str, *, limit: int) -> str:
    """Return text as it is, in a block that it cannot leave."""
    cleaned = clean_text(text).replace("`", "'").strip("\n")
    return f"```\n{shorten(cleaned, limit=limit - 8)}\n```" if cleaned else ""


def field(text: str) -> str:
    """Return text as a field of an embed takes it."""
    return shorten(text, limit=EMBED_FIELD_CHARACTERS) or "-"
