"""Archives read with suspicion: names that point outside, links, passwords, bombs and lies are refused or bounded."""

import lzma
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.data.formats.reading import LeftOut, show_name
from core.errors import CorpusError
from core.text import Text

ARCHIVES = (".zip", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".tar", ".jar")
BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, NotImplementedError)
_RUBBISH = {"__macosx", "thumbs.db", "desktop.ini", "ehthumbs.db", "$recycle.bin"}
_ABOUT = re.compile(
    r"(?:read[\s_-]?me|licen[cs]e|copying|copyright|change ?log|contributing|authors|notice|disclaimer|"
    r"code[\s_-]of[\s_-]conduct)"
    r"(?:[\s_.\-(\d].*)?",
    re.IGNORECASE,
)
_NO_TEXTS = {
    *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".svg"),
    *(".ico", ".heic", ".tif", ".tiff", ".opus", ".mp3", ".ogg"),
    *(".wav", ".m4a", ".flac", ".mp4", ".mkv", ".mov", ".avi"),
    *(".webm", ".3gp", ".vcf", ".exe", ".dll", ".so", ".pyc"),
    *(".ttf", ".woff", ".woff2", ".css", ".js", ".db"),
    *(".sqlite", ".npz", ".keras", ".safetensors", ".lock", ".tgs"),
}  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """How much a source may be."""

    text_bytes: int = 50_000_000  # unpacked
    ratio: int = 200  # unpacked over packed, of one member; a script's text packs to a third
    members: int = 20_000  # Slack has a file for each channel and day
    texts: int = 50_000  # read from all files: each takes a third of a millisecond, however short it is


LOCAL = Limits(
    text_bytes=1_000_000_000, members=100_000, texts=1_000_000
)  # of somebody's own files, at a command line
_MARKUP = 6  # times as much may be the XML of a document


def why_left_out(path: PurePosixPath) -> str:
    """Return why a file of a folder or an archive is not learnt from; empty if it may be."""
    if path.name.startswith(".") or any(part.casefold() in _RUBBISH for part in path.parts):
        return Text("a file of the system's own")
    if any(part.startswith(".") for part in path.parts):
        return Text("in a hidden folder")
    if _ABOUT.fullmatch(path.stem) and path.suffix.casefold() in {
        "",
        ".txt",
        ".md",
        ".rst",
        ".html",
        ".htm",
        ".pdf",
        ".docx",
    }:
        return Text("about the texts, and none of them")
    if path.suffix.casefold() in _NO_TEXTS:
        return Text("no text ({kind})", kind=path.suffix.casefold())
    return ""


def check_archive(
    archive: zipfile.ZipFile, name: str, limits: Limits
) -> tuple[list[zipfile.ZipInfo], list[LeftOut]]:
    """Return the members that may be texts, and those that are not.

    Raises:
        CorpusError: it is hostile or too large.
    """
    members = archive.infolist()
    if len(members) > limits.members:
        raise CorpusError(
            "{name} has {count:,} files, more than {most:,}; join some.",
            name=show_name(name),
            count=len(members),
            most=limits.members,
        )
    for member in members:
        _check_member(member)
    wanted, left_out = [], []
    for member in members:
        if member.is_dir():
            continue
        path = PurePosixPath(member.filename.replace("\\", "/"))
        why = why_left_out(path)
        if not why and path.suffix.lower() in ARCHIVES:
            raise CorpusError(
                "{name} holds another archive, {inner}; pack the texts without one.",
                name=show_name(name),
                inner=show_name(str(path)),
            )
        if why:
            left_out.append(LeftOut(str(path), why))
        else:
            wanted.append(member)
    _check_sizes(wanted, limits)
    return wanted, left_out


def read_members(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], limits: Limits
) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of each member, nothing of it written; what is declared may be a lie.

    Raises:
        CorpusError: together they are too large.
    """
    left = limits.text_bytes
    for member in members:
        with archive.open(member) as file:
            data = file.read(left + 1)  # one byte more than allowed is asked for
        left -= len(data)
        if left < 0:
            raise CorpusError(too_large(limits))
        yield member.filename.replace("\\", "/"), data


def check_document(archive: zipfile.ZipFile, name: str, limits: Limits) -> None:
    """Check the parts of a document that is an archive (.docx, .xlsx, .epub).

    Raises:
        CorpusError: it unpacks to more than any document does.
    """
    size = sum(
        member.file_size
        for member in archive.infolist()
        if not member.filename.lower().endswith((".png", ".jpg", ".jpeg"))
    )
    if size > _MARKUP * min(limits.text_bytes, Limits.text_bytes) or len(archive.infolist()) > limits.members:
        raise CorpusError(
            "{name} unpacks to {size:,.0f} MB, more than any script; save its text as .txt or .csv.",
            name=show_name(name),
            size=size / 1e6,
        )
    if any(member.flag_bits & 1 for member in archive.infolist()):
        raise CorpusError("{name} is locked with a password; save it without one.", name=show_name(name))


def too_large(limits: Limits) -> Text:
    """Say how much text may come."""
    return Text("That is more than {size:g} MB of text; bring less.", size=limits.text_bytes / 1e6)


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.orig_filename
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name) or "\0" in name:
        raise CorpusError(
            "The archive holds a file named {name}, which points outside of it; pack it anew.",
            name=show_name(name),
        )
    mode = stat.S_IFMT(member.external_attr >> 16)
    if mode not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise CorpusError(
            "The archive holds a link or a device, {name}; pack the files themselves.", name=show_name(name)
        )
    if member.flag_bits & 1:
        raise CorpusError("The archive is locked with a password; pack it without one.")


def _check_sizes(members: list[zipfile.ZipInfo], limits: Limits) -> None:
    for member in members:
        if member.file_size > limits.text_bytes:
            raise CorpusError(
                "{name} is {size:,.0f} MB unpacked, and at most {most:g} MB of text may come; bring less.",
                name=show_name(member.filename),
                size=member.file_size / 1e6,
                most=limits.text_bytes / 1e6,
            )
        if member.file_size > limits.ratio * max(member.compress_size, 100):
            raise CorpusError(
                "{name} is packed {count} times smaller than it is, as no script is; bring the text itself.",
                name=show_name(member.filename),
                count=limits.ratio,
            )
    if sum(member.file_size for member in members) > limits.text_bytes:
        raise CorpusError(too_large(limits))
