"""A path or an address to raw scripts: a file of any kind, a folder or a .zip of them, told apart by their content."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from core.config import Cleaning
from core.data.download import NOTES_ADDRESS, fetch, is_address, show_address
from core.data.formats.archive import (
    ARCHIVES,
    BROKEN,
    LOCAL,
    Limits,
    check_archive,
    read_members,
    too_large,
    why_left_out,
)
from core.data.formats.chats.exports import read_slack_people
from core.data.formats.detect import PLAIN, is_archive, read_file
from core.data.formats.reading import LeftOut, Reading, Script, natural_key, show_name
from core.data.formats.scripts.lines import LineStyle, find_speakers
from core.data.formats.tables.json_files import SERIES, load_json
from core.errors import CorpusError

NOTES_SERIES = "DS9"  # the lecture notes', where nobody names another
_SLACK_LISTS = {
    "users.json",
    "channels.json",
    "groups.json",
    "dms.json",
    "mpims.json",
    "integration_logs.json",
    "canvases.json",
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SHOWN_REASONS = 200  # things left out that are named one by one


@dataclass(frozen=True)
class Source:
    """Where scripts are and which of them are meant."""

    scripts: str = NOTES_ADDRESS  # a path or an address
    series: str = ""  # labels with commas between them, or "all"; empty for DS9 where there is one, else all
    episodes: range | None = None  # positions in a series, first 0; None for all

    def __str__(self) -> str:
        """Return the source as a model card says it."""
        name = show_address(self.scripts) if is_address(self.scripts) else Path(self.scripts).name
        which = (
            "" if self.episodes is None else f", episodes {self.episodes.start} to {self.episodes.stop - 1}"
        )
        series = f", series {self.series}" if self.series and Path(name).suffix.lower() == ".json" else ""
        return f"{name}{series}{which}"


def read_source(source: Source, *, cleaning: Cleaning = "script", limits: Limits = LOCAL) -> Reading:
    """Return the scripts of `source` that are meant, in order, and what was found and left out on the way.

    Under the notes' cleaning the texts stay as they stand; else their lines are in the common form.

    Raises:
        CorpusError: nothing there, nothing that can be read, an unknown series or episode.
    """
    path = fetch(source.scripts) if is_address(source.scripts) else Path(source.scripts)
    try:
        if path.is_dir():
            reading = _read_many(_walk(path, limits), f"The folder {path}", limits, "folder")
        else:
            _check_size(path, limits)
            reading = _read_one(path.read_bytes(), path.name, limits)
    except FileNotFoundError as error:
        raise CorpusError(f"There is no file {path}; name one that exists with --scripts.") from error
    except MemoryError as error:
        raise CorpusError(f"{path.name} takes more memory than reading may have; give less text.") from error
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror}.") from error
    whole = tuple(map(_without_halves, reading.scripts))
    scripts = _choose(whole, source, path.name, is_table=reading.format == SERIES)
    if cleaning == "notes":
        return replace(reading, scripts=tuple(scripts))
    scripts, style = find_speakers(scripts)
    return replace(reading, scripts=tuple(scripts), format=_describe(reading.format, style, scripts))


def read_scripts(source: Source) -> list[Script]:
    """Return the scripts of `source` as they stand, in order.

    Raises:
        CorpusError: as `read_source`.
    """
    return list(read_source(source, cleaning="notes").scripts)


def described(source: Source, reading: Reading) -> str:
    """Return the source as a model card says it, with the series that were read where none was named."""
    labels = list(dict.fromkeys(script.label for script in reading.scripts))
    if source.series or labels != [NOTES_SERIES]:
        return str(source)
    return str(replace(source, series=NOTES_SERIES))


def _check_size(path: Path, limits: Limits) -> None:
    if path.stat().st_size > limits.text_bytes:
        raise CorpusError(f"{path.name} has {path.stat().st_size / 1e6:,.0f} MB. {too_large(limits)}")


def _read_one(data: bytes, name: str, limits: Limits) -> Reading:
    if not is_archive(data):
        if PurePosixPath(name).suffix.lower() == ".zip":
            raise CorpusError(f"{show_name(name)} is no sound .zip archive; pack it anew.")
        return read_file(data, name, limits=limits)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members, left_out = check_archive(archive, name, limits)
            files = sorted(read_members(archive, members, limits), key=lambda file: natural_key(file[0]))
    except BROKEN as error:
        raise CorpusError(f"{show_name(name)} is no sound .zip archive; pack it anew.") from error
    reading = _read_many(iter(files), show_name(name), limits, "archive")
    return replace(reading, left_out=(*reading.left_out, *left_out))


def _walk(folder: Path, limits: Limits) -> Iterator[tuple[str, bytes | str]]:
    """Yield (name, bytes) of each file below a folder in natural order, or (name, why it is left out)."""
    files = [item for item in folder.rglob("*") if item.is_file()]
    for item in sorted(files, key=lambda item: natural_key(item.relative_to(folder).as_posix())):
        name = PurePosixPath(item.relative_to(folder).as_posix())
        why = why_left_out(name) or ("an archive in a folder" if name.suffix.lower() in ARCHIVES else "")
        if not why:
            _check_size(item, limits)
        yield str(name), why or item.read_bytes()


def _read_many(files: Iterable[tuple[str, bytes | str]], place: str, limits: Limits, kind: str) -> Reading:
    """Return what all files hold together; one that cannot be read is left out and named."""
    readings: dict[str, Reading] = {}
    left_out: list[LeftOut] = []
    contents: list[tuple[str, bytes]] = []
    problem: CorpusError | None = None
    for name, data in files:
        if isinstance(data, str):
            left_out.append(LeftOut(name, data))
        else:
            contents.append((name, data))
    people = _slack_people(contents)
    for name, data in contents:
        path = PurePosixPath(name)
        is_day = bool(people) and _DAY.fullmatch(path.stem) is not None
        if people and path.name in _SLACK_LISTS:
            left_out.append(LeftOut(name, "a list of Slack's, and no messages"))
            continue
        try:
            readings[name] = read_file(
                data,
                name,
                people=people,
                label=path.parent.name if is_day else "",
                episode=path.stem if is_day else "",
                limits=limits,
            )
        except CorpusError as error:
            problem = problem or error
            left_out.append(LeftOut(name, str(error)))
    if not readings:
        if problem is not None and len(contents) == 1:
            raise problem
        found = f"; {left_out[0].name}: {left_out[0].why}" if left_out else ""
        raise CorpusError(
            f"{place} has no text to learn from{found}. Put scripts, chats or tables there, an episode a file."
        )
    return _join(readings, left_out, kind)


def _slack_people(files: list[tuple[str, bytes]]) -> dict[str, str]:
    for name, data in files:
        if PurePosixPath(name).name == "users.json":
            return read_slack_people(load_json(data))
    return {}


def _join(readings: dict[str, Reading], left_out: list[LeftOut], kind: str) -> Reading:
    """Return readings of several files as one: a folder, a file of many texts, or a channel is a series."""
    if any(reading.kind != "subtitles" for reading in readings.values()):
        for name in [name for name, reading in readings.items() if reading.kind == "subtitles"]:
            left_out.append(
                LeftOut(name, "subtitles, which say nobody's name, beside texts that do; bring them alone")
            )
            del readings[name]
    common = _common_folder(list(readings))
    scripts: list[Script] = []
    ends = Counter[str]()  # the first free position of each series
    for name, reading in readings.items():
        inner = PurePosixPath(name).parts[common:]
        own = inner[0] if len(inner) > 1 else ""
        if len(reading.scripts) > 1 and len(readings) > 1 and not own:
            own = PurePosixPath(name).stem
        begins = dict(ends)
        for script in reading.scripts:
            label = script.label or own
            position = begins.get(label, 0) + script.position
            ends[label] = max(ends[label], position + 1)
            scripts.append(replace(script, label=label, position=position))
        left_out.extend(
            LeftOut(f"{name}: {out.name}", out.why) if len(readings) > 1 else out for out in reading.left_out
        )
    formats = Counter(reading.format for reading in readings.values())
    names = ", ".join(
        f"{format_} ({count} files)" if count > 1 else format_ for format_, count in formats.items()
    )
    encodings = ", ".join(
        dict.fromkeys(reading.encoding for reading in readings.values() if reading.encoding)
    )
    notes = tuple(note for reading in readings.values() for note in reading.notes)
    kinds = {reading.kind for reading in readings.values()}
    if len(left_out) > _SHOWN_REASONS:
        more = len(left_out) - _SHOWN_REASONS
        left_out = [*left_out[:_SHOWN_REASONS], LeftOut(f"{more:,} more", "for such reasons")]
    return Reading(
        f"{kind} of {names}",
        encodings,
        tuple(scripts),
        tuple(left_out),
        notes,
        kinds.pop() if len(kinds) == 1 else "scripts",
    )


def _common_folder(names: list[str]) -> int:
    """Return how many folders all files share, from the top."""
    folders = [PurePosixPath(name).parent.parts for name in names]
    shared = 0
    for parts in zip(*folders, strict=False):
        if len(set(parts)) > 1:
            break
        shared += 1
    return shared


def _without_halves(script: Script) -> Script:
    """Return a script without halves of surrogate pairs, which JSON can hold and no text is."""
    parts = (script.name, script.text, script.label)
    try:
        "".join(parts).encode()
    except UnicodeEncodeError:
        name, text, label = (part.encode("utf-8", "ignore").decode() for part in parts)
        return replace(script, name=name, text=text, label=label)
    return script


def _choose(scripts: tuple[Script, ...], source: Source, name: str, *, is_table: bool) -> list[Script]:
    """Return the scripts that `source` asks for, by their labels and positions."""
    series: dict[str, list[Script]] = {}
    for script in scripts:
        series.setdefault(script.label, []).append(script)
    wanted = list(series)
    if source.series and source.series != "all":
        asked = [label.strip() for label in source.series.split(",")]
        for label in asked:
            if label not in series and any(series):
                raise CorpusError(
                    f"{name} has no series {label!r}. It has: {', '.join(list(series)[:12])}. Choose with --series."
                )
        wanted = asked if any(series) else wanted
    elif not source.series and is_table and NOTES_SERIES in series:
        wanted = [NOTES_SERIES]
    return [script for label in wanted for script in _choose_episodes(series[label], source)]


def _choose_episodes(scripts: list[Script], source: Source) -> list[Script]:
    wanted = source.episodes
    if wanted is None:
        return scripts
    last = max(script.position for script in scripts)
    if not 0 <= wanted.start < wanted.stop <= last + 1:
        raise CorpusError(
            f"Episodes {wanted.start} to {wanted.stop - 1} are not all there: {show_address(source.scripts)} has 0 to "
            f"{last}. Choose with --episodes."
        )
    return [script for script in scripts if script.position in wanted]


def _describe(format_: str, style: LineStyle, scripts: list[Script]) -> str:
    """Say of plain texts how their lines name who speaks."""
    if PLAIN not in re.split(r"[ ,]", format_):
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
    return re.sub(rf"\b{PLAIN}\b", said, format_, count=1)
