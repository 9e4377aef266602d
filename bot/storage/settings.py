"""What the operator decides: every environment variable of the bot, read on call and checked."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from core.errors import ConfigError
from core.run.layout import SHIPPED
from core.runtime.threads import count_cores

# Discord's form: the application's id, a time and a signature, each in URL-safe base 64.
TOKEN_FORM = re.compile(r"[\w-]{18,}\.[\w-]{5,}\.[\w-]{20,}", re.ASCII)
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_TARGETS = ("stdout", "file")
SHARED = "shared"  # in place of shard ids
STORES = ("s3://", "gs://", "az://", "file:///")
TRAINERS = ("administrators", "owner", "nobody")
SWITCH = ("off", "on")
Missing = TypeVar("Missing", int, None)
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


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The bot's settings; their defaults suit one small server."""

    token: str = field(default="", repr=False)  # empty: there is no Discord, the console is meant
    run: Path  # the run directory of the model for everybody
    data: Path  # the database, the logs and the health file
    database_url: str = field(default="", repr=False)  # empty: SQLite in the data directory
    store: str = field(default="", repr=False)  # of runs, an address; empty: the data directory
    test_guild: int | None = None  # the one server that gets the commands, at once
    threads: int = 1  # episodes written at the same time
    queue: int = 100  # episodes that may wait
    cooldown_seconds: float = 3.0  # between two requests of a member
    retention_days: int = 0  # 0 keeps episodes until somebody forgets them
    shard_ids: tuple[int, ...] = ()  # empty: all of them
    shares_shards: bool = False  # with the other bots on the database, by lease
    shard_count: int | None = None  # None: what Discord recommends
    log_level: str = "INFO"
    log_target: str = "stdout"
    metrics_port: int = 0  # of Prometheus' numbers; 0 for none
    discord_api: str = ""  # another Discord on this machine, for tests
    trainers: str = "administrators"  # who may train and change models: administrators, owner or nobody
    trainer_roles: tuple[TrainerRole, ...] = ()  # whose members may, too
    scripts: str = ""  # what is trained on without an upload; empty: the lecture notes' file
    training_minutes: float = 60.0  # the longest training that may be asked for
    trainings_per_day: int = 5  # of a server
    models_per_server: int = 10
    loaded_megabytes: int = 150  # of memory for the servers' models, of which those used last stay
    upload_megabytes: int = 25
    reading_megabytes: int = 1_000  # of memory that reading an upload may take
    reading_seconds: float = 60.0  # that it may take
    readings: int = 4  # uploads read at the same time, one of each server
    offers_per_server: int = 3  # previews that wait for Start
    learn: str = "off"  # on: servers may train on what their members write, of those who say yes
    channels: str = "on"  # off: no server may switch on what the bot does in channels by itself

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings from environment variables.

        Raises:
            ConfigError: If one of them has a value that cannot be used.
        """
        values = {name: value.strip() for name, value in environ.items() if value.strip()}
        shard_ids, shard_count = _read_shards(values)
        data = Path(values.get("HOLOSUITE_DATA", "var"))
        return cls(
            token=_read_token(values.get("DISCORD_TOKEN", "")),
            run=Path(values.get("HOLOSUITE_RUN", SHIPPED)),
            data=data,
            database_url=values.get("DATABASE_URL", ""),
            store=_read_store(values.get("HOLOSUITE_STORE", "")),
            test_guild=_read_integer(values, "HOLOSUITE_TEST_GUILD", None, 1, 2**63 - 1),
            # One core is left to the event loop, which must answer Discord within 3 s.
            threads=_read_integer(values, "HOLOSUITE_THREADS", max(1, count_cores() - 1), 1, 64),
            queue=_read_integer(values, "HOLOSUITE_QUEUE", cls.queue, 1, 10_000),
            cooldown_seconds=_read_seconds(values, "HOLOSUITE_COOLDOWN", cls.cooldown_seconds),
            retention_days=_read_integer(values, "HOLOSUITE_RETENTION_DAYS", cls.retention_days, 0, 36_500),
            shard_ids=shard_ids,
            shares_shards=values.get("HOLOSUITE_SHARDS") == SHARED,
            shard_count=shard_count,
            log_level=_read_choice(values, "HOLOSUITE_LOG_LEVEL", cls.log_level, LOG_LEVELS),
            log_target=_read_choice(values, "HOLOSUITE_LOG", cls.log_target, LOG_TARGETS),
            metrics_port=_read_integer(values, "HOLOSUITE_METRICS_PORT", cls.metrics_port, 1, 65_535),
            discord_api=_read_loopback_address(values.get("HOLOSUITE_DISCORD_API", "")),
            trainers=_read_choice(values, "HOLOSUITE_TRAINERS", cls.trainers, TRAINERS),
            trainer_roles=tuple(_read_roles(values.get("HOLOSUITE_TRAINER_ROLES", ""))),
            scripts=values.get("HOLOSUITE_SCRIPTS", ""),
            training_minutes=_read_integer(
                values, "HOLOSUITE_TRAINING_MINUTES", int(cls.training_minutes), 1, 10_000
            ),
            trainings_per_day=_read_integer(
                values, "HOLOSUITE_TRAININGS_PER_DAY", cls.trainings_per_day, 1, 1_000
            ),
            models_per_server=_read_integer(
                values, "HOLOSUITE_MODELS_PER_SERVER", cls.models_per_server, 1, 1_000
            ),
            loaded_megabytes=_read_integer(values, "HOLOSUITE_MODELS_MB", cls.loaded_megabytes, 1, 100_000),
            upload_megabytes=_read_integer(values, "HOLOSUITE_UPLOAD_MB", cls.upload_megabytes, 1, 500),
            reading_megabytes=_read_integer(
                values, "HOLOSUITE_READING_MB", cls.reading_megabytes, 300, 100_000
            ),
            reading_seconds=_read_integer(
                values, "HOLOSUITE_READING_SECONDS", int(cls.reading_seconds), 1, 3_600
            ),
            readings=_read_integer(values, "HOLOSUITE_READINGS", cls.readings, 1, 64),
            offers_per_server=_read_integer(
                values, "HOLOSUITE_OFFERS_PER_SERVER", cls.offers_per_server, 1, 100
            ),
            learn=_read_choice(values, "HOLOSUITE_LEARN", cls.learn, SWITCH),
            channels=_read_choice(values, "HOLOSUITE_CHANNELS", cls.channels, SWITCH),
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
            f"HOLOSUITE_STORE has to begin with one of {', '.join(STORES)}; empty is the data folder."
        )
    return text


def _read_integer(
    values: Mapping[str, str], name: str, missing: Missing, low: int, high: int
) -> int | Missing:
    text = values.get(name)
    if text is None:
        return missing
    if re.fullmatch(r"[0-9]{1,19}", text) is None or not low <= int(text) <= high:
        raise ConfigError(f"{name} has to be a whole number from {low} to {high}, not {text!r}.")
    return int(text)


def _read_seconds(values: Mapping[str, str], name: str, missing: float) -> float:
    text = values.get(name)
    if text is None:
        return missing
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= 86_400:  # noqa: PLR2004 -- seconds of a day
        raise ConfigError(f"{name} has to be a number of seconds from 0 to 86400, not {text!r}.")
    return seconds


def _read_roles(text: str) -> Iterator[TrainerRole]:
    """Read roles: `"42, 7:Crew"` -> the role 42, and Crew in the server 7."""
    for part in filter(None, map(str.strip, text.split(","))):
        found = re.fullmatch(r"([0-9]{1,19})(?: *: *(.+))?", part)
        if found is None:
            raise ConfigError(
                f"HOLOSUITE_TRAINER_ROLES has to be ids of roles with commas between them, or SERVER:NAME, and not "
                f"{part!r}: a role of that name can be made in any server."
            )
        number = int(found[1])
        yield TrainerRole(guild_id=number, name=found[2]) if found[2] else TrainerRole(role_id=number)


def _read_choice(values: Mapping[str, str], name: str, missing: str, choices: tuple[str, ...]) -> str:
    given = values.get(name, missing)
    by_lower_case = {choice.lower(): choice for choice in choices}
    if given.lower() not in by_lower_case:
        raise ConfigError(f"{name} has to be one of {', '.join(choices)}, not {given!r}.")
    return by_lower_case[given.lower()]


def _read_shards(values: Mapping[str, str]) -> tuple[tuple[int, ...], int | None]:
    """Read which shards run here: `"0,1"` of `"4"` -> `(0, 1), 4`."""
    count = _read_integer(values, "SHARD_COUNT", None, 1, 100_000)
    text = values.get("HOLOSUITE_SHARDS", "")
    if not text:
        return (), count
    if text != SHARED and re.fullmatch(r"[0-9]{1,6}( *, *[0-9]{1,6})*", text) is None:
        raise ConfigError(
            f"HOLOSUITE_SHARDS has to be shard ids with commas between them, or {SHARED}, not {text!r}."
        )
    if count is None:
        raise ConfigError(
            "HOLOSUITE_SHARDS needs SHARD_COUNT, the number of shards on all machines together."
        )
    if text == SHARED:
        return (), count
    shard_ids = tuple(sorted({int(part) for part in text.split(",")}))
    if shard_ids[-1] >= count:
        raise ConfigError(f"HOLOSUITE_SHARDS names shard {shard_ids[-1]}, but SHARD_COUNT is {count}.")
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
        raise ConfigError(
            "HOLOSUITE_DISCORD_API may only be an address like http://127.0.0.1:8000, on this machine."
        )
    return text.rstrip("/")
