"""What a person wants to know about a run before using it: the card, and its rows for the console and the bot."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from core.config import TrainConfig
from core.errors import RunError
from core.wording import count


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


def card_rows(config: TrainConfig, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (what, value) pairs about a run with these settings and facts.

    Raises:
        RunError: a fact is missing or of the wrong kind.
    """
    try:
        return _rows(config, facts)
    except (KeyError, TypeError, ValueError) as error:
        raise RunError("The facts about this run are damaged. Train it anew.") from error


def _rows(config: TrainConfig, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    data, result, software = facts["data"], facts["result"], facts["software"]
    targets = data["training_characters"] + data["validation_characters"]
    logits = config.temperature_scale == "logits"
    return [
        (
            "trained on",
            f"{data['source']}: {count(data['episodes'], 'episode')}, {data['characters']:,} characters",
        ),
        ("data fingerprint", data["fingerprint"][:16]),
        *_origin(facts.get("start")),
        ("held out", f"{data['validation_characters']:,} of {targets:,} targets"),
        ("result", _result(result)),
        ("network", f"{config.layers} x LSTM({config.units}), {result['parameters']:,} parameters"),
        (
            "training",
            (
                f"preset {config.preset}, {result['seconds'] / 60:.1f} minutes on {software['device']}, "
                f"{result['targets']:,} targets learnt"
            ),
        ),
        (
            "software",
            (
                f"Keras {software['keras']}, {software['backend']}, NumPy {software['numpy']}, "
                f"Python {software['python']}"
            ),
        ),
        (
            "temperature",
            f"{config.default_temperature:g} unless asked otherwise; divides "
            + ("logits, as usual" if logits else "probabilities, as in the lecture notes"),
        ),
        ("made on", facts["created"][:10]),
    ]


def _result(result: Mapping[str, Any]) -> str:
    """Return what the held-out text cost, with the cache of what was said so far where the run has one."""
    network, cached = float(result["bits_per_character"]), result.get("cached_bits_per_character")
    if cached is None:
        return f"{network:.3f} bits per character on the held-out text"
    return f"{cached:.3f} bits per character on the held-out text ({network:.3f} by the network alone)"


def _origin(start: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Return a row about the run whose weights a training began with, if it did not begin with random ones."""
    if start is None:
        return []
    told = f"{start['name']} ({start['source']}; {start['targets']:,} targets learnt)"
    earlier = _origin(start.get("start"))
    return [("started from", told + (f", itself from {earlier[0][1]}" if earlier else ""))]
