"""Numbers of things as people say them."""


def count(number: float, what: str) -> str:
    """Return a number of things: `1, "episode"` -> `1 episode`, `2_000` -> `2,000 episodes`."""
    shown = f"{number:,}" if isinstance(number, int) else f"{number:g}"
    return f"{shown} {what}" if number == 1 else f"{shown} {what}s"


def describe_epochs(epochs: float) -> str:
    """Return a number of epochs as people say it: `5.22642` -> `5.2 epochs`, `1` -> `1 epoch`."""
    number = f"{epochs:.1f}".removesuffix(".0")
    return f"{number} epoch" if number == "1" else f"{number} epochs"
