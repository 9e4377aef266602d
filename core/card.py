"""What a person wants to know about a run before using it, as rows for the card, the console and the bot."""

from collections.abc import Mapping
from typing import Any

from core.config import TrainConfig
from core.errors import RunError


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
        ("trained on", f"{data['source']}: {data['episodes']:,} episodes, {data['characters']:,} characters"),
        ("data fingerprint", data["fingerprint"][:16]),
        ("held out", f"{data['validation_characters']:,} of {targets:,} targets"),
        ("result", f"{result['bits_per_character']:.3f} bits per character on the held-out text"),
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
