"""What a training prints: its line of progress in a narrow terminal, and the numbers of things."""

import io
import re

from core.training.progress.terminal import TerminalProgress

START = {
    "event": "start", "source": "tiny", "episodes": 1, "windows": 9_000, "window_length": 64, "vocabulary": 70,
    "dropped": {}, "minutes": None, "epochs": 1, "parameters": 1_000_000, "device": "CPU", "batch": 16, "steps": 10_000,
    "resumed": False, "start": "Begins with random weights.",
}  # fmt: skip
STEP = {
    "event": "progress", "epoch": 11, "step": 12_345, "steps": 45_678, "loss": 1.234, "bits_per_character": 1.78,
    "characters_per_second": 123_456.0, "seconds_left": 4_000.0, "share": 0.27,
}  # fmt: skip


def test_progress_shows_the_time_left_in_80_columns() -> None:
    """What a person waits for stands before what a narrow terminal cuts off."""
    screen = io.StringIO()
    progress = TerminalProgress(screen)
    progress(START)
    progress(STEP)
    progress.close()
    last = re.split(r"[\r\n]", screen.getvalue().rstrip())[-1]
    assert "1:06:40 left, epoch 12" in last[:80]
    assert "tiny: 1 episode, " in screen.getvalue()
    assert "for 1 epoch on CPU" in screen.getvalue()
