"""What the operator decides: every environment variable of the bot, read on call and checked."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from core.errors import ConfigError
from core.run.layout import SHIPPED
from core.runtime.files import expand_home
from core.runtime.threads import count_cores

# Discord's form: the application's id, a time and a signature, each in URL-safe base 64.
TOKEN_FORM = re.compile(r"[\w-]{18,}\.[\w-]{5,}\.[\w-]{20,}", re.ASCII)
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_TARGETS = ("stdout", "file")
SHARED = "shared"  # in place of shard ids
STORES = ("s3://", "gs://", "az://", "file:///")
TRAINERS = ("administrators", "owner", "nobody")
SWITCH = ("off", "on")
Missing = TypeVar("Missing", int, int | None)
HEALTH_FILE = "health.json"  # in the data directory; `python -m bot.ops.health` reads it


@dataclass(frozen=True)
class TrainerRole:
    """A role by its id, which is one server's alone, or by its name in one server: anybody may name a role so."""

    role_id: int = 0
    guild_id: int = 0
    name: str = ""

    def __str__(self) -> str:
        """Return it as a sentence names it."""
        return self.name or str(self.role_id)


def _read_integer(
    values: Mapping[str, str], name: str, missing: Missing, low: int, high: int
) -> int | Missing:
    text = values.get(name)
    if text is None:
        return missing
    if re.fullmatch(r"[0-9]{1,19}", text) is None or not low <= int(text) <= high:
        raise ConfigError(
            "{name} has to be a whole number from {low} to {high}, not {given!r}.",
            name=name, low=str(low), high=str(high), given=text,
        )  # fmt: skip
    return int(text)


def _read_choice(values: Mapping[str, str], name: str, missing: str, choices: tuple[str, ...]) -> str:
    given = values.get(name, missing)
    by_lower_case = {choice.lower(): choice for choice in choices}
    if given.lower() not in by_lower_case:
        raise ConfigError(
            "{name} has to be one of {choices}, not {given!r}.",
            name=name, choices=", ".join(choices), given=given,
        )  # fmt: skip
    return by_lower_case[given.lower()]


def _text(name: str, **options: Any) -> Any:  # noqa: ANN401 -- a dataclass field
    """Return a field for what is taken as it is."""
    return field(default="", metadata={"read": lambda values: values.get(name, "")}, **options)


def _number(default: int | None, name: str, low: int, high: int) -> Any:  # noqa: ANN401 -- as above
    """Return a field for a whole number within bounds."""
    read = partial(_read_integer, name=name, missing=default, low=low, high=high)
    return field(default=default, metadata={"read": read})


def _choice(name: str, choices: tuple[str, ...], *, default: str) -> Any:  # noqa: ANN401 -- as above
    """Return a field for one of some words, in any case."""
    read = partial(_read_choice, name=name, missing=default, choices=choices)
    return field(default=default, metadata={"read": read})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The bot's settings; their defaults suit one small server."""

    token: str = field(default="", repr=False)  # empty: there is no Discord, the console is meant
    run: Path  # the run directory of the model for everybody
    data: Path  # the database, the logs and the health file
    database_url: str = _text("DATABASE_URL", repr=False)  # empty: SQLite in the data directory
    store: str = field(default="", repr=False)  # of runs, an address; empty: the data directory
    # The one server that gets the commands, at once.
    test_guild: int | None = _number(None, "HOLOSUITE_TEST_GUILD", 1, 2**63 - 1)
    threads: int = 1  # episodes written at the same time
    queue: int = _number(100, "HOLOSUITE_QUEUE", 1, 10_000)  # episodes that may wait
    cooldown_seconds: float = 3.0  # between two requests of a member
    # 0 keeps episodes until somebody forgets them.
    retention_days: int = _number(0, "HOLOSUITE_RETENTION_DAYS", 0, 36_500)
    shard_ids: tuple[int, ...] = ()  # empty: all of them
    shares_shards: bool = False  # with the other bots on the database, by lease
    shard_count: int | None = None  # None: what Discord recommends
    log_level: str = _choice("HOLOSUITE_LOG_LEVEL", LOG_LEVELS, default="INFO")
    log_target: str = _choice("HOLOSUITE_LOG", LOG_TARGETS, default="stdout")
    metrics_port: int = _number(0, "HOLOSUITE_METRICS_PORT", 1, 65_535)  # of Prometheus' numbers; 0 for none
    discord_api: str = ""  # another Discord on this machine, for tests
    # Who may train and change models.
    trainers: str = _choice("HOLOSUITE_TRAINERS", TRAINERS, default="administrators")
    trainer_roles: tuple[TrainerRole, ...] = ()  # whose members may, too
    scripts: str = ""  # trained on without an upload; empty: the lecture notes' file
    # The longest training that may be asked for.
    training_minutes: int = _number(60, "HOLOSUITE_TRAINING_MINUTES", 1, 10_000)
    trainings_per_day: int = _number(5, "HOLOSUITE_TRAININGS_PER_DAY", 1, 1_000)  # of a server
    models_per_server: int = _number(10, "HOLOSUITE_MODELS_PER_SERVER", 1, 1_000)
    # Of memory for the servers' models, of which those used last stay.
    loaded_megabytes: int = _number(150, "HOLOSUITE_MODELS_MB", 1, 100_000)
    upload_megabytes: int = _number(25, "HOLOSUITE_UPLOAD_MB", 1, 500)
    # Of memory that reading an upload may take, and the time.
    reading_megabytes: int = _number(1_000, "HOLOSUITE_READING_MB", 300, 100_000)
    reading_seconds: int = _number(60, "HOLOSUITE_READING_SECONDS", 1, 3_600)
    readings: int = _number(4, "HOLOSUITE_READINGS", 1, 64)  # at the same time, one of each server
    offers_per_server: int = _number(3, "HOLOSUITE_OFFERS_PER_SERVER", 1, 100)  # previews that wait for Start
    # On: servers may train on what their members write, of those who say yes.
    learn: str = _choice("HOLOSUITE_LEARN", SWITCH, default="off")
    # Off: no server may switch on what the bot does in channels by itself.
    channels: str = _choice("HOLOSUITE_CHANNELS", SWITCH, default="on")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings from environment variables.

        Raises:
            ConfigError: If one of them has a value that cannot be used.
        """
        values = {name: value.strip() for name, value in environ.items() if value.strip()}
        shard_ids, shard_count = _read_shards(values)
        return cls(
            **{each.name: each.metadata["read"](values) for each in fields(cls) if "read" in each.metadata},
            token=_read_token(values.get("DISCORD_TOKEN", "")),
            run=Path(expand_home(values.get("HOLOSUITE_RUN", str(SHIPPED)))),
            scripts=expand_home(values.get("HOLOSUITE_SCRIPTS", "")),
            data=Path(expand_home(values.get("HOLOSUITE_DATA", "var"))),
            store=_read_store(values.get("HOLOSUITE_STORE", "")),
            # One core is left to the event loop, which must answer Discord within 3 s.
            threads=_read_integer(values, "HOLOSUITE_THREADS", max(1, count_cores() - 1), 1, 64),
            cooldown_seconds=_read_seconds(values, "HOLOSUITE_COOLDOWN", cls.cooldown_seconds),
            shard_ids=shard_ids,
            shares_shards=values.get("HOLOSUITE_SHARDS") == SHARED,
            shard_count=shard_count,
            discord_api=_read_loopback_address(values.get("HOLOSUITE_DISCORD_API", "")),
            trainer_roles=tuple(_read_roles(values.get("HOLOSUITE_TRAINER_ROLES", ""))),
        )

    @property
    def has_workers(self) -> bool:
        """Whether trainings are carried out by workers: several machines have one database and one store."""
        return bool(self.store) and self.database_url.startswith("postgres")

    @property
    def health_file(self) -> Path:
        """Where the running bot tells how it is."""
        return self.data / HEALTH_FILE


def _read_token(text: str) -> str:
    token = text.strip("\"'").removeprefix("Bot ").strip()
    if token and TOKEN_FORM.fullmatch(token) is None:
        # The value is a secret, or nearly one: it is not repeated.
        raise ConfigError(
            "DISCORD_TOKEN does not look like a bot's token, which has three parts with dots between them; "
            'copy it from the developer portal, page "Bot", button "Reset Token".'
        )
    return token


def _read_store(text: str) -> str:
    if text and not text.startswith(STORES):
        # The address may hold a secret: it is not repeated.
        raise ConfigError(
            "HOLOSUITE_STORE has to begin with one of {choices}; empty is the data folder.", choices=", ".join(STORES)
        )  # fmt: skip
    return text


def _read_seconds(values: Mapping[str, str], name: str, missing: float) -> float:
    text = values.get(name)
    if text is None:
        return missing
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= 86_400:  # noqa: PLR2004 -- seconds of a day
        raise ConfigError(
            "{name} has to be a number of seconds from 0 to 86400, not {given!r}.", name=name, given=text
        )
    return seconds


def _read_roles(text: str) -> Iterator[TrainerRole]:
    """Read roles: `"42, 7:Crew"` -> the role 42, and Crew in the server 7."""
    for part in filter(None, map(str.strip, text.split(","))):
        found = re.fullmatch(r"([0-9]{1,19})(?: *: *(.+))?", part)
        if found is None:
            raise ConfigError(
                "HOLOSUITE_TRAINER_ROLES has to be ids of roles with commas between them, or SERVER:NAME, and not "
                "{given!r}: a role of that name can be made in any server.",
                given=part,
            )
        number = int(found[1])
        yield TrainerRole(guild_id=number, name=found[2]) if found[2] else TrainerRole(role_id=number)


def _read_shards(values: Mapping[str, str]) -> tuple[tuple[int, ...], int | None]:
    """Read which shards run here: `"0,1"` of `"4"` -> `(0, 1), 4`."""
    count = _read_integer(values, "SHARD_COUNT", None, 1, 100_000)
    text = values.get("HOLOSUITE_SHARDS", "")
    if not text:
        return (), count
    if text != SHARED and re.fullmatch(r"[0-9]{1,6}( *, *[0-9]{1,6})*", text) is None:
        raise ConfigError(
            "HOLOSUITE_SHARDS has to be shard ids with commas between them, or shared, not {given!r}.", given=text
        )  # fmt: skip
    if count is None:
        raise ConfigError("HOLOSUITE_SHARDS needs SHARD_COUNT, the number of shards on all machines.")
    if text == SHARED:
        return (), count
    shard_ids = tuple(sorted({int(part) for part in text.split(",")}))
    if shard_ids[-1] >= count:
        raise ConfigError(
            "HOLOSUITE_SHARDS names shard {shard}, but SHARD_COUNT is {most}.",
            shard=shard_ids[-1], most=count,
        )  # fmt: skip
    return shard_ids, count


def _read_loopback_address(text: str) -> str:
    """Accept another Discord on this machine alone: a token must never be sent to a stranger."""
    if not text:
        return ""
    try:
        address = urlsplit(text)
        host = address.hostname or ""
        is_loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback or address.scheme != "http":
        raise ConfigError("HOLOSUITE_DISCORD_API may only be like http://127.0.0.1:8000, on this machine.")
    return text.rstrip("/")
