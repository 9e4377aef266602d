"""Every number of a training, once, with its unit and a word of help; and the presets that set them."""

import argparse
import re
from collections.abc import Collection
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, Self

from core.errors import ConfigError

# Stands between episodes, so that the network learns how one starts and ends. ASCII's own "end of text":
# cleaning drops control characters, so no script contains it.
END_OF_EPISODE = "\x03"

# Settings of runs made before, which gained nothing; how a run writes never hung on them.
_RETIRED = {
    *("averaging", "recurrent_dropout", "validation", "weight_decay"),
    *("first_series", "first_epochs", "first_learning_rate", "first_dropout"),
}
_SEEDS = 2**32  # what every backend's random numbers start from

Targets = Literal["last", "all"]
Cleaning = Literal["notes", "script"]
Schedule = Literal["constant", "cosine"]
CacheKind = Literal["words", "characters", "none"]
TemperatureScale = Literal["logits", "probabilities"]


def _setting(default: Any, help_: str, *, choices: tuple[str, ...] = ()) -> Any:  # noqa: ANN401  # a field of any type
    """Return a dataclass field whose help and choices the command line shows."""
    return field(default=default, metadata={"help": help_, "choices": choices})


@dataclass(frozen=True)
class TrainConfig:
    """How a corpus is cleaned and cut, what network learns it, and for how long.

    Raises:
        ConfigError: a value that cannot be used, with the range that can.
    """

    preset: str = _setting("default", "name of the preset that these values started from")
    cleaning: Cleaning = _setting("script", "how raw text becomes clean text", choices=("notes", "script"))
    rare_count: int = _setting(5, "characters seen fewer times than this in the corpus are dropped")
    targets: Targets = _setting(
        "all", "learn the next character after each window, or at every position", choices=("last", "all")
    )
    window_length: int = _setting(64, "characters in a window")
    stride: int = _setting(64, "characters from one window to the next")
    validation_share: float = _setting(
        0.1, "share held out for validation: the tail with targets last, else whole episodes"
    )
    units: int = _setting(512, "LSTM units in a layer")
    layers: int = _setting(1, "LSTM layers")
    dropout: float = _setting(0.1, "share of a layer's outputs dropped in training, 0 to less than 1")
    carry_state: bool = _setting(
        default=True, help_='with targets "all", train each window from the state where the one before ended'
    )
    batch: int = _setting(16, "windows in a batch")
    epochs: int = _setting(3, "passes over the corpus, unless --minutes is given")
    minutes: float | None = _setting(None, "minutes of training; the learning rate is planned to end there")
    learning_rate: float = _setting(8e-3, "peak learning rate")
    schedule: Schedule = _setting(
        "cosine", "how the learning rate moves over the training", choices=("constant", "cosine")
    )
    clip_norm: float | None = _setting(1.0, "gradients longer than this are shortened to it")
    start_share: float = _setting(
        0.0,
        "share of the weights begun with (--start) in the final ones, if held-out text gains",
    )
    patience: int | None = _setting(3, "epochs without a better validation loss before training stops early")
    seed: int = _setting(1993, "integer that fixes all randomness of a training")
    mixed_precision: bool = _setting(default=True, help_="compute in half precision on a GPU")
    temperature_scale: TemperatureScale = _setting(
        "logits",
        "what a temperature divides: logits (the field's meaning) or probabilities (the lecture notes')",
        choices=("logits", "probabilities"),
    )
    cache_model: CacheKind = _setting(
        "words",
        "what of the text so far counts beside the network when it writes; runs of before have that of characters",
        choices=("words", "characters", "none"),
    )
    context: bool = _setting(
        default=True,
        help_="with targets all, read beside each character who speaks and spoke before, the place and the label",
    )
    default_temperature: float = _setting(0.5, "temperature of an episode when none is asked for")

    def __post_init__(self) -> None:
        """Check every value."""
        for name in (
            "rare_count",
            "window_length",
            "stride",
            "units",
            "layers",
            "batch",
            "epochs",
        ):
            if getattr(self, name) < 1:
                raise ConfigError(f"{_spell(name)} must be 1 or more, not {getattr(self, name)}.")
        if not 0 <= self.seed < _SEEDS:
            raise ConfigError(f"{_spell('seed')} must be from 0 to {_SEEDS - 1}, not {self.seed}.")
        if not 0 < self.validation_share < 1:
            raise ConfigError(
                f"{_spell('validation_share')} must lie between 0 and 1, not {self.validation_share}."
            )
        for name in ("dropout", "start_share"):
            if not 0 <= getattr(self, name) < 1:
                raise ConfigError(
                    f"{_spell(name)} must be 0 or more and less than 1, not {getattr(self, name)}."
                )
        for name in (
            *("minutes", "learning_rate", "clip_norm"),
            *("patience", "default_temperature"),
        ):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise ConfigError(f"{_spell(name)} must be more than 0, not {value}.")
        self._check_choices()

    def _check_choices(self) -> None:
        for item in fields(self):
            choices = item.metadata["choices"]
            if choices and getattr(self, item.name) not in choices:
                raise ConfigError(
                    f"{_spell(item.name)} must be one of {', '.join(choices)}, not {getattr(self, item.name)!r}."
                )

    @classmethod
    def from_preset(cls, name: str, **changes: Any) -> Self:  # noqa: ANN401  # any field's value
        """Return the preset `name` with `changes` made to it.

        Raises:
            ConfigError: no such preset, or a value that cannot be used.
        """
        if name not in PRESETS:
            raise ConfigError(f"There is no preset {name!r}; choose one of {', '.join(PRESETS)}.")
        return cls(**{"preset": name, **PRESETS[name], **changes})

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Return the configuration that `values` (from a run directory) spell out.

        Raises:
            ConfigError: a name that this version does not know, or a value that cannot be used.
        """
        values = {name: value for name, value in values.items() if name not in _RETIRED}
        unknown = sorted(set(values) - {item.name for item in fields(cls)})
        if unknown:
            raise ConfigError(f"This version does not know the setting {', '.join(unknown)}.")
        try:
            return cls(**{"context": False, **values, "cache_model": _cache_of(values)})
        except TypeError as error:
            raise ConfigError("A setting of the training has a value of the wrong kind.") from error

    def begun_with(self, base: Self, *, given: Collection[str]) -> Self:
        """Return this configuration for a training that begins with the weights of a run under `base`.

        The network is as large as that one; what a preset says of such trainings replaces its own values, but those
        that were `given` stay.
        """
        changes = {"units": base.units, "layers": base.layers, **BEGUN.get(self.preset, {})}
        return replace(self, **{name: value for name, value in changes.items() if name not in given})

    def with_changes(self, **changes: Any) -> Self:  # noqa: ANN401  # any field's value
        """Return a copy with `changes` made."""
        return replace(self, **changes)


# What each preset changes of TrainConfig's own values.
PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    # The shipped run's: some hours on two cores, and the better for it (docs/training.md).
    "best": {"window_length": 128, "batch": 32, "epochs": 6, "learning_rate": 2e-3},
    # Phil Chodrow's lecture, number for number.
    "notes": {
        "cleaning": "notes",
        "rare_count": 1,
        "targets": "last",
        "window_length": 20,
        "stride": 5,
        "validation_share": 0.3,
        "units": 128,
        "dropout": 0.0,
        "batch": 128,
        "epochs": 200,
        "learning_rate": 1e-3,
        "schedule": "constant",
        "clip_norm": None,
        "patience": None,
        "mixed_precision": False,
        "temperature_scale": "probabilities",
        "cache_model": "none",
        "context": False,
        "default_temperature": 0.03,
    },
}
# What it changes besides where a training begins with a run's weights: at a high rate they are soon forgotten, and a
# network that knows so much learns a small text by heart.
BEGUN: dict[str, dict[str, Any]] = {"default": {"learning_rate": 4e-3, "dropout": 0.2}}
NOTES_EPISODES = range(20, 70)

AUTO, RANDOM, OURS = "auto", "none", "shipped"  # what a training may begin with, besides the path of a run


def parse_episodes(text: str) -> range:
    """Return the range that `20-69` or `7` names.

    Raises:
        argparse.ArgumentTypeError: it names none.
    """
    found = re.fullmatch(r"([0-9]{1,6})(?:-([0-9]{1,6}))?", text)
    episodes = range(int(found[1]), int(found[2] or found[1]) + 1) if found else range(0)
    if not episodes:
        raise argparse.ArgumentTypeError(f"{text!r} names no episodes; write them like 20-69 or 7")
    return episodes


def _cache_of(values: dict[str, Any]) -> Any:  # noqa: ANN401  # what a run directory holds
    """Return the cache of a run; one from before there was a choice, a cache or a context goes on writing as it did."""
    cache = values.get("cache_model", False)
    if not isinstance(cache, bool):
        return cache
    return "none" if not cache else "words" if values.get("context") else "characters"


def _spell(name: str) -> str:
    return "--" + name.replace("_", "-")
