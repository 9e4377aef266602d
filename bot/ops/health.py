"""`python -m bot.ops.health`: exit status 0 while the bot's loop runs and it has the gateway, else 1 and why."""

import json
import os
import sys
import time
from pathlib import Path

from dotenv import load_dotenv

from bot.storage.settings import Settings
from core.errors import CoreError

STALE_SECONDS = 20.0  # the file is written every 5 s
LOST_SECONDS = 30.0  # a dropped gateway is usually resumed within a few


def check_health(health_file: Path, *, now: float) -> str:
    """Return what is wrong with the bot that writes a health file, or an empty text; `now` is of `time.monotonic`.

    That clock is the machine's own since its start: nobody sets it back.
    """
    try:
        document = json.loads(health_file.read_text(encoding="utf-8"))
        age = now - float(document["time"])
        lost_since = document["lost_since"]
        down = list(document.get("tasks_down", []))
    except (OSError, ValueError, KeyError, TypeError):
        return "The bot has not written its health file; it is not running, or has just started."
    if age < 0:
        return "The health file is from before this machine's last start; the bot is not running."
    if age > STALE_SECONDS:
        return f"The bot's event loop has been silent for {age:.0f} s."
    if lost_since is not None and now - lost_since > LOST_SECONDS:
        return f"The bot has been without Discord's gateway for {now - lost_since:.0f} s."
    if down:
        return f"The bot's task {down[0]} has failed and waits to be started again; the log says why."
    return ""


def main() -> int:
    """Look at the health file of the settings, which are in the environment and in .env, as the bot's are."""
    load_dotenv(Path(".env"))
    try:
        problem = check_health(Settings.from_env(os.environ).health_file, now=time.monotonic())
    except CoreError as error:
        problem = str(error)
    sys.stdout.write(f"{problem or 'healthy'}\n")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
