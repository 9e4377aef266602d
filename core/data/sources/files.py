"""Many files as one reading: a folder or an archive, and which of its files belong together."""

import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from core.data.formats.archive import (
    ARCHIVES,
    BROKEN,
    Limits,
    check_archive,
    read_members,
    too_large,
    why_left_out,
)
from core.data.formats.chats.packages import find_facts
from core.data.formats.detect import read_file
from core.data.formats.reading import NO_FACTS, LeftOut, Reading, Script, natural_key, show_name
from core.errors import CorpusError
from core.text import Text

_SHOWN_REASONS = 200  # things left out that are named one by one


def walk(folder: Path, limits: Limits) -> Iterator[tuple[str, bytes | str]]:
    """Yield (name, bytes) of each file below a folder in natural order, or (name, why it is left out).

    A .zip stands for its files.

    Raises:
        CorpusError: together they are too large, or a .zip is hostile.
    """
    files = [item for item in folder.rglob("*") if item.is_file()]
    left = limits.text_bytes
    for item in sorted(files, key=lambda item: natural_key(item.relative_to(folder).as_posix())):
        name = PurePosixPath(item.relative_to(folder).as_posix())
        is_zip = name.suffix.lower() == ".zip"
        why = why_left_out(name) or (
            "an archive that is no .zip" if name.suffix.lower() in {*ARCHIVES} - {".zip"} else ""
        )
        if why:
            yield str(name), why
            continue
        check_size(item, limits)
        data = item.read_bytes()
        for inner, content in (
            unpack(data, str(name), limits, folder=f"{name.with_suffix('')}/")
            if is_zip
            else ((str(name), data),)
        ):
            left -= len(content) if isinstance(content, bytes) else 0
            if left < 0:
                raise CorpusError(too_large(limits))
            yield inner, content


def unpack(data: bytes, name: str, limits: Limits, *, folder: str = "") -> Iterator[tuple[str, bytes | str]]:
    """Yield (name, bytes) of each file of a .zip in natural order, and (name, why) of those that are left out.

    `folder` stands before each name.

    Raises:
        CorpusError: it is damaged or hostile.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members, left_out = check_archive(archive, name, limits)
            files = sorted(read_members(archive, members, limits), key=lambda file: natural_key(file[0]))
    except BROKEN as error:
        raise CorpusError("{name} is a damaged .zip archive; pack it anew.", name=show_name(name)) from error
    yield from ((folder + inner, content) for inner, content in files)
    yield from ((folder + out.name, out.why) for out in left_out)


def check_size(path: Path, limits: Limits) -> None:
    """Refuse a file that is larger than may be read.

    Raises:
        CorpusError: it is.
    """
    if path.stat().st_size > limits.text_bytes:
        raise CorpusError(
            "{name} has {size:,.0f} MB, and at most {most:g} MB of text may come; bring less.",
            name=path.name,
            size=path.stat().st_size / 1e6,
            most=limits.text_bytes / 1e6,
        )


def read_many(files: Iterable[tuple[str, bytes | str]], place: str, limits: Limits, kind: str) -> Reading:
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
    facts, lists = find_facts(contents)
    for name, data in contents:
        if name in lists:
            left_out.append(LeftOut(name, lists[name]))
            continue
        try:
            readings[name] = read_file(data, name, chat=facts.get(name, NO_FACTS), limits=limits)
        except CorpusError as error:
            problem = problem or error
            left_out.append(LeftOut(name, error.text))
    if not readings:
        if problem is not None and len(contents) == 1:
            raise problem
        nothing = Text(
            "{place} has no text to learn from. Put scripts, chats or tables there, an episode a file.",
            place=place,
        )
        why = [Text("Left out is {name}: {why}", name=out.name, why=out.why) for out in left_out[:1]]
        raise CorpusError(Text.joined((nothing, *why)))
    return _join(readings, left_out, kind)


def _join(readings: dict[str, Reading], left_out: list[LeftOut], kind: str) -> Reading:
    """Return readings of several files as one: a folder, a file of many texts, or a channel is a series."""
    if any(reading.kind != "subtitles" for reading in readings.values()):
        for name in [name for name, reading in readings.items() if reading.kind == "subtitles"]:
            left_out.append(
                LeftOut(
                    name,
                    Text("subtitles, which say nobody's name, beside texts that do; bring them alone"),
                )
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
    left_out += _left_out_of(readings)
    kinds = {reading.kind for reading in readings.values()}
    if kinds == {"chat"}:
        scripts = _join_days(scripts)
    formats = Counter(reading.format for reading in readings.values())
    names = ", ".join(
        f"{format_} ({count} files)" if count > 1 else format_ for format_, count in formats.items()
    )
    encodings = ", ".join(
        dict.fromkeys(reading.encoding for reading in readings.values() if reading.encoding)
    )
    notes = tuple(note for reading in readings.values() for note in reading.notes)
    if len(left_out) > _SHOWN_REASONS:
        more = len(left_out) - _SHOWN_REASONS
        left_out = [
            *left_out[:_SHOWN_REASONS],
            LeftOut(Text("{count:,} more", "{count:,} more", count=more), Text("for such reasons")),
        ]
    return Reading(
        f"{kind} of {names}",
        encodings,
        tuple(scripts),
        tuple(left_out),
        notes,
        kinds.pop() if len(kinds) == 1 else "scripts",
    )


def _left_out_of(readings: dict[str, Reading]) -> list[LeftOut]:
    """Return what readings left out, after the names of their files; messages of chats are counted together."""
    if len(readings) == 1:
        return [out for reading in readings.values() for out in reading.left_out]
    messages = Counter[str]()
    left_out = []
    for name, reading in readings.items():
        for out in reading.left_out:
            if out.messages:
                messages[out.why] += out.messages
            else:
                left_out.append(LeftOut(f"{name}: {out.name}", out.why))
    return left_out + [
        LeftOut(Text("{count:,} message", "{count:,} messages", count=count), why, count)
        for why, count in messages.most_common()
    ]


def _join_days(scripts: list[Script]) -> list[Script]:
    """Return the days of chats, each once: an app may break one off and go on with it in the next file."""
    days: dict[tuple[str, str], list[Script]] = {}
    for script in scripts:
        days.setdefault((script.label, script.name), []).append(script)
    positions = Counter[str]()
    joined = []
    for (label, _), parts in days.items():
        text = "\n".join(part.text for part in parts)
        joined.append(replace(parts[0], position=positions[label], text=text))
        positions[label] += 1
    return joined


def _common_folder(names: list[str]) -> int:
    """Return how many folders all files share, from the top."""
    folders = [PurePosixPath(name).parent.parts for name in names]
    shared = 0
    for parts in zip(*folders, strict=False):
        if len(set(parts)) > 1:
            break
        shared += 1
    return shared
