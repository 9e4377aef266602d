"""A path or an address to raw scripts: a file of any kind, a folder or a .zip of them, told apart by their content."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from core.config import Cleaning
from core.data.formats.archive import LOCAL, Limits
from core.data.formats.detect import PLAIN, is_archive, read_file
from core.data.formats.reading import Reading, Script, show_name
from core.data.formats.scripts.episodes import split_episodes
from core.data.formats.scripts.lines import find_speakers
from core.data.formats.scripts.styles import LineStyle
from core.data.formats.tables.json_files import SERIES
from core.data.sources.clean import CLEAN, read_clean
from core.data.sources.download import fetch, is_address
from core.data.sources.files import check_size, read_many, unpack, walk
from core.data.sources.source import Source, choose
from core.errors import CorpusError
from core.text import Text


def read_source(source: Source, *, cleaning: Cleaning = "script", limits: Limits = LOCAL) -> Reading:
    """Return the scripts of `source` that are meant, in order, and what was found and left out on the way.

    Under the notes' cleaning the texts stay as they stand; else their lines are in the common form.

    Raises:
        CorpusError: nothing there, nothing that can be read, an unknown series or episode.
    """
    path = fetch(source.scripts) if is_address(source.scripts) else Path(source.scripts)
    try:
        if path.name.endswith(CLEAN):
            clean = read_clean(path, cleaning=cleaning)
            return replace(clean, scripts=tuple(choose(clean.scripts, source, path.name, is_table=False)))
        if path.is_dir():
            reading = read_many(
                walk(path, limits), Text("The folder {path}", path=str(path)), limits, "folder"
            )
        else:
            check_size(path, limits)
            reading = _read_one(path.read_bytes(), path.name, limits)
    except FileNotFoundError as error:
        raise CorpusError(
            "There is no file {path}; name one that exists with --scripts.", path=str(path)
        ) from error
    except MemoryError as error:
        raise CorpusError(
            "{name} takes more memory than reading may have; give less text.", name=path.name
        ) from error
    except OSError as error:
        raise CorpusError(
            "{path} cannot be read: {reason}.", path=str(path), reason=error.strerror
        ) from error
    _check_number(reading.scripts, path.name, limits)
    whole = tuple(map(_without_halves, reading.scripts))
    if cleaning != "notes":
        whole = split_episodes(whole)
    _check_number(whole, path.name, limits)
    scripts = choose(whole, source, path.name, is_table=reading.format == SERIES)
    if cleaning == "notes":
        return replace(reading, scripts=tuple(scripts))
    scripts, style, went = find_speakers(scripts)
    return replace(
        reading,
        scripts=tuple(scripts),
        format=_describe(reading.format, style, scripts),
        left_out=(*reading.left_out, *went),
    )


def _read_one(data: bytes, name: str, limits: Limits) -> Reading:
    if not is_archive(data):
        if PurePosixPath(name).suffix.lower() == ".zip":
            raise CorpusError("{name} is a damaged .zip archive; pack it anew.", name=show_name(name))
        return read_file(data, name, limits=limits)
    return read_many(unpack(data, name, limits), show_name(name), limits, "archive")


def _check_number(scripts: Sequence[Script], name: str, limits: Limits) -> None:
    if len(scripts) > limits.texts:
        raise CorpusError(
            "{name} has {count:,} texts, more than {most:,}; join some.",
            name=show_name(name),
            count=len(scripts),
            most=limits.texts,
        )


def _without_halves(script: Script) -> Script:
    """Return a script without halves of surrogate pairs, which JSON can hold and no text is."""
    parts = (script.name, script.text, script.label)
    try:
        "".join(parts).encode()
    except UnicodeEncodeError:
        name, text, label = (part.encode("utf-8", "ignore").decode() for part in parts)
        return replace(script, name=name, text=text, label=label)
    return script


def _describe(format_: str, style: LineStyle, scripts: list[Script]) -> str:
    """Say of plain texts how their lines name who speaks."""
    plain = re.compile(rf"(?:(?<=^)|(?<= of )|(?<=, )){PLAIN}(?=$|,| \()")
    if not plain.search(format_):
        return format_
    said = {
        "colon": "text with NAME: at the start of lines",
        "stop": "text with NAME. at the start of lines",
        "block colon": "text with NAME: on lines of their own",
        "block stop": "text with NAME. on lines of their own",
        "block": "text with names on lines of their own",
        "none": "text without speakers",
    }[style.style]
    if any(script.form == "code" for script in scripts):
        said = "program code"
    return plain.sub(said, format_, count=1)
