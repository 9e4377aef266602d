"""A training as people see it: the preview, the progress with its diary of samples, and the end."""

from typing import Any

import discord

from bot.discord.limits import EMBED_FIELD_CHARACTERS
from bot.discord.markdown import clean_text, plain, shorten
from bot.discord.page import COLOUR
from bot.storage.tables.trainings import TrainingRecord
from bot.training.progress import EARLY, bar, clock, describe_comparison, describe_words, is_better
from core.run.events import Progress
from core.wording import count, describe_epochs

DEVICE_CHARACTERS = 150
DIARY_EPOCHS = 8  # bits per character of the last ones
GOOD, BAD = discord.Colour(0x2E7D32), discord.Colour(0xB3261E)


def build_preview(training: TrainingRecord, facts: dict[str, Any], *, place: int) -> discord.Embed:
    """Say what a training is about to do with a text of these facts."""
    embed = discord.Embed(
        title=f"Train {plain(training.name)}?",
        description=_block(facts["sample"], limit=1_500) or "*(no text)*",
        colour=COLOUR,
    )
    corpus = (
        f"{facts['characters']:,} characters in {count(facts['episodes'], 'episode')}, "
        f"vocabulary of {facts['vocabulary']:,} characters, {facts['held_out']:,} characters held out"
    )
    embed.add_field(name="Learns from", value=_field(plain(facts["source"]) + ": " + corpus), inline=False)
    if facts["speakers"]:
        embed.add_field(name="Who speaks", value=_field(plain(", ".join(facts["speakers"]))), inline=False)
    if facts["notes"]:
        embed.add_field(name="Note", value=_field(plain("\n".join(facts["notes"]))), inline=False)
    embed.add_field(name="Begins with", value=_field(plain(facts["start"]["why"])), inline=False)
    embed.add_field(name="Training", value=_field(describe_plan(training)), inline=False)
    before = f"{place} before it" if place else "nobody before it, it begins at once"
    embed.add_field(name="Queue", value=before, inline=False)
    embed.set_footer(
        text="Members go on writing with the model in use. The sample above is the cleaned text."
    )
    return embed


def describe_plan(training: TrainingRecord) -> str:
    """Say with what and for how long a training runs."""
    plan = training.planned()
    budget = describe_epochs(plan.epochs) if plan.epochs else count(plan.minutes or 0, "minute")
    text = "is kept with the model" if plan.keep else "is deleted when the training ends"
    upload = f"; the uploaded text {text}" if plan.upload else ""
    return f"preset {plan.preset}, {budget}, about {clock(plan.seconds)} in all{upload}"


def build_waiting(training: TrainingRecord, *, place: int) -> discord.Embed:
    """Say how many trainings are before one."""
    embed = discord.Embed(title=f"Training {plain(training.name)}", colour=COLOUR)
    before = "1 training is" if place == 1 else f"{place} trainings are"
    embed.description = (
        f"\N{HOURGLASS WITH FLOWING SAND} {before} before it on this machine." if place else "It begins."
    )
    embed.add_field(name="Plan", value=_field(describe_plan(training)), inline=False)
    return embed


def build_progress(training: TrainingRecord, progress: Progress, note: str) -> discord.Embed:
    """Show how far a training is, and what the network writes by now."""
    embed = discord.Embed(title=f"Training {plain(training.name)}", colour=COLOUR)
    lines = [f"{bar(progress.share)} {100 * progress.share:.0f} %", *_facts(progress)]
    if note:
        lines.append(f"\N{WARNING SIGN} {note}")
    embed.description = "\n".join(lines)
    diary = " \N{RIGHTWARDS ARROW} ".join(f"{bits:.2f}" for bits in progress.bits[-DIARY_EPOCHS:])
    if diary:
        embed.add_field(name="Bits per character, on text that it has not seen", value=diary, inline=False)
    if progress.sample:
        embed.add_field(
            name=f"After {describe_epochs(progress.sample['epoch'])} it writes",
            value=_block(progress.sample["text"], limit=EMBED_FIELD_CHARACTERS) or "*(nothing)*",
            inline=False,
        )
    return embed


def build_end(training: TrainingRecord, *, is_used: bool) -> discord.Embed:
    """Show what came of a training."""
    name, ending = plain(training.name), training.ending()
    if training.state == "cancelled":
        return discord.Embed(title=f"{name} was cancelled", description="Nothing has changed.", colour=COLOUR)
    if training.state == "failed":
        embed = discord.Embed(title=f"{name} could not be trained", colour=BAD)
        embed.description = (
            shorten(plain(ending["reason"]), limit=1_000) + "\n\nThe model in use stays as it is."
        )
        return embed
    embed = discord.Embed(title=f"{name} is trained", colour=GOOD)
    used = "It is this server's model now." if is_used else "It is not in use."
    better = is_better(ending)
    if better is None and is_used:
        used = "It cannot be compared with the model before it. " + used
    elif better is False and not is_used:
        used = f"The model in use is better on the same text, so it stays; {plain(ending['old_name'])} writes on. "
        used += "Press *Use it* to change that."
    embed.description = (
        f"{ending['bits']:.3f} bits per character (lower is better) on text that it has not seen, "
        f"after {describe_epochs(ending['epochs'])} and {clock(ending['seconds'])} on {_device(ending['device'])}."
        + (f" {EARLY}" if ending.get("early") else "")
        + f" {describe_words(ending)}"
        + f"\n{used}"
    )
    compared = describe_comparison(ending)
    if compared:
        embed.add_field(name="On the same held-out text", value=_field(plain(compared)), inline=False)
    samples = ending["samples"]
    for title, key in ((f"Old: {plain(ending['old_name'])}", "old"), (f"New: {name}", "new")):
        if key in samples:
            text = _block(samples[key], limit=EMBED_FIELD_CHARACTERS) or "*(nothing)*"
            embed.add_field(name=shorten(title, limit=200), value=text, inline=True)
    embed.set_footer(text="Both samples have the same beginning and seed.")
    return embed


def describe_end(training: TrainingRecord) -> str:
    """Return the line above a training's end: who started it, whom it does not ping."""
    who = f"<@{training.member_id}>: the" if training.member_id else "The"
    how = {"done": "has ended", "failed": "has failed"}.get(training.state, "was cancelled")
    return f"{who} training of {plain(training.name)} {how}."


def build_closed(training: TrainingRecord) -> discord.Embed:
    """Return what the message of a training's progress shows once another one tells the end."""
    embed = discord.Embed(title=f"Training {plain(training.name)}", colour=COLOUR)
    embed.description = "This training is over; the message that answers this one says how it ended."
    return embed


def _facts(progress: Progress) -> list[str]:
    if progress.start is None:
        return ["The text is being read."]
    device = _device(progress.start["device"])
    if progress.step is None:
        return [f"{progress.start['parameters']:,} parameters on {device}; the first batches take a moment."]
    step = progress.step
    loss = f"loss {step['loss']:.3f} nats = {step['bits_per_character']:.2f} bits per character"
    speed = f"{step['characters_per_second']:,.0f} characters a second on {device}"
    return [f"Epoch {step['epoch'] + 1}, {loss}", f"{speed}, about {clock(step['seconds_left'])} left"]


def _device(name: object) -> str:
    return shorten(plain(str(name)), limit=DEVICE_CHARACTERS)


def _block(text: str, *, limit: int) -> str:
    """Return text as it is, in a block that it cannot leave."""
    cleaned = clean_text(text).replace("`", "'").strip("\n")
    return f"```\n{shorten(cleaned, limit=limit - 8)}\n```" if cleaned else ""


def _field(text: str) -> str:
    return shorten(text, limit=EMBED_FIELD_CHARACTERS) or "-"
