"""Numbers of things as people say them."""

from core.text import Text


def count(number: float, what: str) -> str:
    """Return a number of things in English: `1, "episode"` -> `1 episode`, `2_000` -> `2,000 episodes`."""
    shown = f"{number:,}" if isinstance(number, int) else f"{number:g}"
    return f"{shown} {what}" if number == 1 else f"{shown} {what}s"


def describe_epochs(epochs: float) -> Text:
    """Return a number of epochs as people say it: `5.22642` -> `5.2 epochs`, `1` -> `1 epoch`."""
    return Text("{count:,g} epoch", "{count:,g} epochs", count=round(epochs, 1))
