"""Fetching scripts from an address into a cache, once, whole or not at all."""

import contextlib
import hashlib
import os
import sys
from pathlib import Path
from urllib.parse import unquote, urlparse, urlsplit

from core.errors import CorpusError

NOTES_ADDRESS = "https://raw.githubusercontent.com/PhilChodrow/PIC16B/master/datasets/star_trek_scripts.json"

FROM_ENVIRONMENT = "env:"  # before the name of the variable that holds an address with a secret in it


def is_address(source: str) -> bool:
    """Return whether `source` names something on the web and not a path."""
    return _expand(source).lower().startswith(("http://", "https://"))


def show_address(source: str) -> str:
    """Return an address without what may be a secret: `https://me:pw@host/a.json?key=1` -> `https://host/a.json`.

    A path, and an address that has neither, stay as they are.
    """
    source = _expand(source)
    if "://" not in source:
        return source
    try:
        parts = urlsplit(source)
    except ValueError:
        return source.partition("://")[0] + "://..."
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def secrets_of(source: str) -> tuple[str, ...]:
    """Return the user information, password and query of an address, as it has them and decoded; none of a path."""
    if "://" not in source:
        return ()
    try:
        parts = urlsplit(source)
        found = (parts.netloc.rpartition("@")[0], parts.password or "", parts.query)
    except ValueError:
        return (source,)
    return tuple(dict.fromkeys(text for each in found for text in (each, unquote(each)) if text))


def fetch(address: str, *, cache: Path | None = None) -> Path:
    """Return the path of a local copy of `address`, downloading it with a progress bar if there is none yet.

    `env:NAME` stands for the address in an environment variable.

    The copy appears under its final name only when it is complete.

    Raises:
        CorpusError: the address cannot be reached or does not answer with a file.
    """
    import pooch  # noqa: PLC0415  # only a download needs it
    import requests  # noqa: PLC0415  # pooch's own client

    address = _expand(address)
    folder = cache or Path(pooch.os_cache("holosuite"))
    pooch.get_logger().setLevel("WARNING")
    try:
        # Two addresses may end in the same file name.
        name = hashlib.sha256(address.encode()).hexdigest()[:16] + "-" + Path(urlparse(address).path).name
        with contextlib.ExitStack() as answers:
            download = pooch.HTTPDownloader(
                progressbar=sys.stderr.isatty(),
                timeout=30,
                # pooch leaves the connection open where an answer is refused or breaks off.
                hooks={"response": lambda answer, **_: answers.enter_context(answer)},
            )
            return Path(
                pooch.retrieve(address, known_hash=None, fname=name, path=folder, downloader=download)
            )
    except (requests.RequestException, ValueError) as error:
        raise CorpusError(
            "The scripts could not be downloaded from {address}; check the network, or name a file you "
            "have with --scripts FILE.",
            address=show_address(address),
        ) from error
    except OSError as error:
        raise CorpusError(
            "The downloaded scripts could not be stored in {folder}: {reason}.",
            folder=str(folder),
            reason=error.strerror,
        ) from error


def _expand(source: str) -> str:
    """Return what an environment variable holds for `env:NAME`, and anything else as it is."""
    if not source.startswith(FROM_ENVIRONMENT):
        return source
    return os.environ.get(source.removeprefix(FROM_ENVIRONMENT), "")
