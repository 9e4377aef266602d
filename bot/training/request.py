"""What an administrator asks of a training, and where."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.discord.errors import RefusalError
from core.config import TrainConfig

GUESSED_SPEED = 5_000.0  # characters a second, before anything was trained here


@dataclass(frozen=True, kw_only=True)
class TrainingRequest:
    """What was typed: everything may be left out."""

    upload_names: tuple[str, ...] = ()  # of the files that the text comes in; none where none was uploaded
    series: str = ""
    episodes: str = ""
    preset: str = "default"
    minutes: float | None = None
    epochs: int | None = None
    name: str = ""
    keep: bool = False
    people: int = 0  # members whose messages it learns from

    @property
    def names_episodes(self) -> bool:
        """Whether the episodes are a number or a range of them."""
        found = re.fullmatch(r"([0-9]{1,6})(?:-([0-9]{1,6}))?", self.episodes)
        return found is not None and int(found[1]) <= int(found[2] or found[1])


@dataclass(frozen=True, kw_only=True)
class TrainingOrigin:
    """Where and by whom it was asked for."""

    guild_id: int
    channel_id: int
    member_id: int


def name_speed(preset: str, units: int) -> str:
    """Return what the speed of a training is remembered by: a larger network than the preset's is slower."""
    usual = TrainConfig.from_preset(preset).units
    return preset if units == usual else f"{preset}, {units} units"


def estimate_seconds(
    request: TrainingRequest, facts: Mapping[str, Any], *, minutes: float | None, speed: float
) -> float:
    """Return how long a training will learn a corpus of these facts; `speed` is 0 before anything was trained here."""
    usual = TrainConfig.from_preset(request.preset).units
    speed = speed or GUESSED_SPEED * min(1, usual / facts["units"]) ** 2
    epochs = request.epochs or facts["most_epochs"]
    seconds: float = epochs * facts["targets"] / speed if epochs else math.inf
    return seconds if minutes is None else min(seconds, 60 * minutes)


def too_many_epochs(epochs: int | None, *, seconds: float, longest: float) -> RefusalError:
    """Return why a training is not begun that would take so many seconds, of at most `longest`."""
    return RefusalError(
        "With epochs:{epochs} this text would take about {minutes:.0f} minutes, and the bot's owner allows "
        "{longest:g}; give fewer epochs, or minutes.",
        epochs=epochs,
        minutes=seconds / 60,
        longest=longest / 60,
    )


def too_many_offers(offers: int) -> RefusalError:
    """Return why a server is not offered another training."""
    return RefusalError(
        "A preview of this server waits for Start; start or cancel it first.",
        "{count} previews of this server wait for Start; start or cancel one of them first.",
        count=offers,
    )
