"""A text kept clean, as its preview read it, so that the training reads and cleans nothing again."""

import json
from dataclasses import asdict, replace
from pathlib import Path

from core.config import Cleaning
from core.data.formats.reading import Reading, Script
from core.errors import CorpusError
from core.runtime.files import write_whole

CLEAN = ".clean.json"  # how such a file's name ends


def write_clean(path: Path, reading: Reading, *, cleaning: Cleaning) -> None:
    """Write a reading whose scripts are clean.

    Raises:
        DeviceError: the disk refuses.
    """
    document = {
        "cleaning": cleaning,
        "format": reading.format,
        "encoding": reading.encoding,
        "kind": reading.kind,
        "scripts": [asdict(script) for script in reading.scripts],
    }
    write_whole(path, json.dumps(document).encode())


def read_clean(path: Path, *, cleaning: Cleaning) -> Reading:
    """Return what `write_clean` wrote; under another cleaning its texts count as not clean.

    Raises:
        CorpusError: it is no such file.
        OSError: it cannot be read.
    """
    try:
        document = json.loads(path.read_bytes())
        same = document.pop("cleaning") == cleaning
        scripts = tuple(replace(Script(**script), is_clean=same) for script in document.pop("scripts"))
        return Reading(scripts=scripts, **document)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CorpusError("{name} is damaged; bring the text again.", name=path.name) from error
