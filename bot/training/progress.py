"""How the progress and the result of a training are worded; it knows no Discord."""

from collections.abc import Mapping
from typing import Any

from core.text import Text

BAR_CELLS = 20


def describe_comparison(ending: Mapping[str, Any]) -> str:
    """Say what both models make of the text that the new one has not seen; empty where that makes no sense."""
    found = ending.get("comparison")
    if not isinstance(found, dict) or "problem" in found:
        return ""
    if "new_bits" not in found:
        return ""
    new = Text("new {bits:.3f} bits per character", bits=found["new_bits"])
    if "old_bits" in found:
        return Text(
            "{new}, old {bits:.3f} ({characters:,} characters); lower is better",
            new=new,
            bits=found["old_bits"],
            characters=found["characters"],
        )
    if "old_unknown" in found:
        return Text(
            "{new}; the old model cannot spell {percent:.0f} % of it",
            new=new,
            percent=100 * found["old_unknown"],
        )
    return new


def describe_words(ending: Mapping[str, Any]) -> str:
    """Say how much of what the new model writes is its own text's; empty where nobody knows."""
    found = ending.get("comparison")
    share = found.get("own_words") if isinstance(found, dict) else None
    if share is None:
        return ""
    return Text(
        "Without directions, {percent:.0f} % of the words in its scenes are words of this text.",
        percent=100 * share,
    )


def describe_early() -> Text:
    """Say that a training needed less time than it had."""
    return Text("It ended before its time, as text that it has not seen gained nothing more.")


def is_better(ending: Mapping[str, Any]) -> bool | None:
    """Tell whether the new model makes more of the same held-out text; None where they cannot be compared."""
    found = ending.get("comparison")
    if not isinstance(found, dict) or "new_bits" not in found or "old_bits" not in found:
        return None
    return float(found["new_bits"]) < float(found["old_bits"])


def bar(share: float) -> str:
    """Return a bar: `0.5` -> ten full cells and ten empty ones."""
    full = round(BAR_CELLS * min(1.0, max(0.0, share)))
    return "\N{BLACK PARALLELOGRAM}" * full + "\N{WHITE PARALLELOGRAM}" * (BAR_CELLS - full)


def clock(seconds: float) -> str:
    """Return a duration: `75` -> `1:15`, `3700` -> `1:01:40`."""
    hours, rest = divmod(int(min(max(seconds, 0), 359_999)), 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
