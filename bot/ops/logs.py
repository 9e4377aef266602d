"""The bot's log: plain lines to standard output or to rotating files, never with a secret in them."""

import logging
import os
import re
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping
from logging.handlers import RotatingFileHandler

from bot.storage.settings import Settings
from core.data.sources.download import secrets_of
from core.errors import ConfigError

FILE_BYTES = 2_000_000
FILES = 5
LAST_ERRORS = 5
CHATTY = ("alembic.runtime.plugins",)  # say at INFO what no operator asks
# At DEBUG they repeat every event and every value: members' lines, and tokens that speak for the bot.
TALKATIVE = {
    **dict.fromkeys(("discord", "aiosqlite", "asyncpg", "aiohttp", "asyncio"), logging.INFO),
    "sqlalchemy": logging.WARNING,  # it has the values at INFO
}
# An interaction's or webhook's token in an address, such as discord.py names in its errors.
TOKEN_IN_ADDRESS = re.compile(r"((?:webhooks|interactions)/[0-9]+/)[\w.%-]{20,}")
# Of the store's maker and the database's, in the environment: `AWS_SECRET_ACCESS_KEY`, `PGPASSWORD`.
CREDENTIAL = re.compile(r"(AWS_|AZURE_|GOOGLE_|PG)\w*(SECRET|KEY|TOKEN|PASSWORD)")


class RedactingFormatter(logging.Formatter):
    """Formats a record, stack trace and all, and takes out what must not be read."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
        self.converter = time.gmtime
        self.default_msec_format = "%s.%03dZ"
        self._secrets = tuple(secret for secret in secrets if secret)

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's lines without secrets."""
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return TOKEN_IN_ADDRESS.sub(r"\1[secret]", text)


class LastErrors(logging.Handler):
    """Remembers the last errors' first lines, for the owner."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: deque[str] = deque(maxlen=LAST_ERRORS)

    def emit(self, record: logging.LogRecord) -> None:
        """Remember a record: its first line, and the kind of exception."""
        lines = self.format(record).splitlines() or [""]
        self.lines.append(lines[0] if len(lines) == 1 else f"{lines[0]} ({lines[-1]})")


def set_up_logging(settings: Settings) -> LastErrors:
    """Send the log where the settings say, and return who remembers the last errors.

    Raises:
        ConfigError: If the log's files cannot be written.
    """
    handler: logging.Handler = logging.StreamHandler(sys.stdout)
    if settings.log_target == "file":
        folder = settings.data / "logs"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handler = RotatingFileHandler(
                folder / "holosuite.log", maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8"
            )
        except OSError as error:
            raise ConfigError(
                "The log cannot be written in {path}; check HOLOSUITE_DATA.", path=folder
            ) from error
    last_errors = LastErrors()
    formatter = RedactingFormatter(
        (
            settings.token,
            settings.database_url,
            *secrets_of(settings.scripts),
            *secrets_of(settings.database_url),
            *secrets_of(settings.store),
            *_read_credentials(os.environ),
        )
    )
    root = logging.getLogger()
    for each in (handler, last_errors):
        each.setFormatter(formatter)
        root.addHandler(each)
    root.setLevel(settings.log_level)
    for talkative, level in TALKATIVE.items():
        logging.getLogger(talkative).setLevel(max(root.level, level))
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(max(root.level, logging.WARNING))
    return last_errors


def _read_credentials(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield the store's credentials, and the database's."""
    return (value for name, value in environ.items() if CREDENTIAL.fullmatch(name))
