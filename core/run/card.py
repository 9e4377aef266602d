"""What a person wants to know about a run before using it: the card, and its rows for the console and the bot."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from core.config import TrainConfig
from core.errors import RunError
from core.text import Text

_SOURCE = re.compile(r"(.*?)(?:, series (.+?))?(?:, episodes ([0-9]{1,9}) to ([0-9]{1,9}))?", re.DOTALL)


def write_card(
    name: str, config: TrainConfig, facts: Mapping[str, Any], *, files: Mapping[str, str], notes: str = ""
) -> str:
    """Return the card of a run in Markdown: `files` says what each of its files is, `notes` is Markdown to add.

    Raises:
        RunError: a fact is missing or of the wrong kind.
    """
    summary = "\n".join(f"| {what} | {value} |" for what, value in card_rows(config, facts))
    settings = "\n".join(f"| {key} | {value} |" for key, value in asdict(config).items())
    contents = "\n".join(f"| `{file}` | {what} |" for file, what in files.items())
    added = f"{notes.strip()}\n\n" if notes.strip() else ""
    return f"""# {name}

A character-level LSTM that writes scripts, trained by Holosuite.

| | |
|---|---|
{summary}

It knows the characters of its corpus and nothing else, invents what happens, and has no sense of the truth.

{added}## Files

| file | holds |
|---|---|
{contents}

## Configuration

| setting | value |
|---|---|
{settings}
"""


def card_rows(config: TrainConfig, facts: Mapping[str, Any]) -> list[tuple[Text, str]]:
    """Return (what, value) pairs about a run with these settings and facts.

    Raises:
        RunError: a fact is missing or of the wrong kind.
    """
    try:
        return _rows(config, facts)
    except (KeyError, TypeError, ValueError) as error:
        raise RunError("The facts about this run are damaged. Train it anew.") from error


def describe_source(source: str) -> Text:
    """Return where a run's text came from, as its facts say it in English, so that it can be said in any language."""
    found = _SOURCE.fullmatch(source)
    if found is None:
        return Text.joined((source,))
    name, series, first, last = found.groups()
    parts = [name]
    if series and series != "all":
        parts.append(Text("series {series}", series=series))
    if first:
        parts.append(Text("episodes {first} to {last}", first=int(first), last=int(last)))
    return Text.joined(parts, ", ")


def _rows(config: TrainConfig, facts: Mapping[str, Any]) -> list[tuple[Text, str]]:
    data, result, software = facts["data"], facts["result"], facts["software"]
    learnt = Text(
        "{source}: {episodes}, {characters:,} characters",
        source=describe_source(data["source"]),
        episodes=Text("{count:,} episode", "{count:,} episodes", count=data["episodes"]),
        characters=data["characters"],
    )
    held_out = Text(
        "{held_out:,} of {all:,} targets",
        held_out=data["validation_characters"],
        all=data["training_characters"] + data["validation_characters"],
    )
    network = Text(
        "{layers} x LSTM({units}), {parameters:,} parameters",
        layers=config.layers,
        units=str(config.units),
        parameters=result["parameters"],
    )
    training = Text(
        "preset {preset}, {minutes:.1f} minutes on {device}, {targets:,} targets learnt",
        preset=config.preset,
        minutes=result["seconds"] / 60,
        device=software["device"],
        targets=result["targets"],
    )
    versions = f"Keras {software['keras']}, {software['backend']}, NumPy {software['numpy']}, "
    versions += f"Python {software['python']}"
    usual = config.default_temperature
    if config.temperature_scale == "logits":
        temperature = Text("{usual:g} unless asked otherwise; divides logits, as usual", usual=usual)
    else:
        temperature = Text(
            "{usual:g} unless asked otherwise; divides probabilities, as in the lecture notes", usual=usual
        )
    return [
        (Text("trained on"), learnt),
        (Text("data fingerprint"), data["fingerprint"][:16]),
        *_origin(facts.get("start")),
        (Text("held out"), held_out),
        (Text("result"), _result(result)),
        (Text("network"), network),
        (Text("training"), training),
        (Text("software"), versions),
        (Text("temperature"), temperature),
        (Text("made on"), facts["created"][:10]),
    ]


def _result(result: Mapping[str, Any]) -> Text:
    """Return what the held-out text cost, with the cache of what was said so far where the run has one."""
    network, cached = float(result["bits_per_character"]), result.get("cached_bits_per_character")
    if cached is None:
        return Text("{bits:.3f} bits per character on the held-out text", bits=network)
    return Text(
        "{bits:.3f} bits per character on the held-out text ({network:.3f} by the network alone)",
        bits=float(cached),
        network=network,
    )


def _origin(start: Mapping[str, Any] | None) -> list[tuple[Text, str]]:
    """Return a row about the run whose weights a training began with, if it did not begin with random ones."""
    if start is None:
        return []
    told = Text(
        "{name} ({source}; {targets:,} targets learnt)",
        name=start["name"],
        source=describe_source(start["source"]),
        targets=start["targets"],
    )
    earlier = _origin(start.get("start"))
    if earlier:
        told = Text("{run}, itself from {earlier}", run=told, earlier=earlier[0][1])
    return [(Text("started from"), told)]
