"""What an administrator asks of a training, and where."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TrainingRequest:
    """What was typed: everything may be left out."""

    upload_name: str = ""  # of the file that the text comes in; empty where none was uploaded
    series: str = ""
    episodes: str = ""
    preset: str = "default"
    minutes: float | None = None
    epochs: int | None = None
    name: str = ""
    keep: bool = False

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
