"""Fetching scripts from an address into a cache, once, whole or not at all."""

import hashlib
import sys
from pathlib import Path
from urllib.parse import urlparse

from core.errors import CorpusError

NOTES_ADDRESS = "https://raw.githubusercontent.com/PhilChodrow/PIC16B/master/datasets/star_trek_scripts.json"


def is_address(source: str) -> bool:
    """Return whether `source` names something on the web and not a path."""
    return source.lower().startswith(("http://", "https://"))


def fetch(address: str, *, cache: Path | None = None) -> Path:
    """Return the path of a local copy of `address`, downloading it with a progress bar if there is none yet.

    The copy appears under its final name only when it is complete.

    Raises:
        CorpusError: the address cannot be reached or does not answer with a file.
    """
    import pooch  # noqa: PLC0415  # only a download needs it
    import requests  # noqa: PLC0415  # pooch's own client

    folder = cache or Path(pooch.os_cache("holosuite"))
    pooch.get_logger().setLevel("WARNING")
    try:
        # Two addresses may end in the same file name.
        name = hashlib.sha256(address.encode()).hexdigest()[:16] + "-" + Path(urlparse(address).path).name
        return Path(
            pooch.retrieve(
                address,
                known_hash=None,
                fname=name,
                path=folder,
                downloader=pooch.HTTPDownloader(progressbar=sys.stderr.isatty(), timeout=30),
            )
        )
    except (requests.RequestException, ValueError) as error:
        raise CorpusError(
            f"The scripts could not be downloaded from {address}; check the network, or name a file you have "
            "with --scripts FILE."
        ) from error
    except OSError as error:
        raise CorpusError(
            f"The downloaded scripts could not be stored in {folder}: {error.strerror}."
        ) from error
