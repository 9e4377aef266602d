"""An uploaded corpus, read with suspicion: a .txt, .json or .zip becomes checked text files in a folder of ours.

It knows only the standard library, and never trusts a name, a size or an encoding that the upload claims.
"""

import lzma
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.errors import CorpusError
from core.runtime.files import disk_errors

KINDS = (".txt", ".json", ".zip")
_ARCHIVES = (".zip", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".tar", ".jar")
_RUBBISH = ("__MACOSX", "Thumbs.db", "desktop.ini")
_SHOWN_CHARACTERS = 60  # of a name, in a sentence
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, NotImplementedError)


@dataclass(frozen=True)
class Limits:
    """How much an upload may be."""

    text_bytes: int = 50_000_000  # unpacked
    ratio: int = 200  # unpacked over packed, of one member; a script's text packs to a third
    members: int = 2_000


def unpack_upload(upload: Path, *, name: str, folder: Path, limits: Limits | None = None) -> Path:
    """Write the texts of `upload`, whose sender calls it `name`, below `folder`; return what to train on.

    That is a .txt file, a .json file, or a folder of .txt files, in UTF-8 whatever they were in.

    Raises:
        CorpusError: the upload cannot be used, with the reason; nothing of it is left in `folder`.
        DeviceError: the disk refuses.
    """
    limits = limits or Limits()
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    kind = Path(name).suffix.lower()
    if kind not in KINDS:
        raise CorpusError(f"{show_name(name)} is no .txt, .json or .zip file; upload one of these.")
    place = folder / safe_name(Path(name).stem)
    with disk_errors(folder):
        if kind != ".zip":
            if upload.stat().st_size > limits.text_bytes:
                raise CorpusError(_too_large(limits))
            return _write(place.with_name(place.name + kind), decode_text(upload.read_bytes(), name))
    texts = list(_read_archive(upload, name, limits))
    tables = [(member, text) for member, text in texts if member.lower().endswith(".json")]
    if tables and len(texts) > 1:
        raise CorpusError(
            f"{show_name(name)} holds a .json beside other files; upload the .json alone, or a .zip of .txt files."
        )
    with disk_errors(place):
        if tables:
            return _write(place.with_name(place.name + ".json"), tables[0][1])
        place.mkdir(exist_ok=True)
        for number, (member, text) in enumerate(sorted(texts)):
            _write(place / f"{number:04d}-{safe_name(PurePosixPath(member).stem)}.txt", text)
    return place


def decode_text(data: bytes, name: str) -> str:
    """Return the text of UTF-8, or of UTF-16 with its mark.

    Raises:
        CorpusError: it is binary, or in another encoding.
    """
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    if b"\0" in data[:100_000] and not wide:
        raise CorpusError(f"{show_name(name)} is a binary file and not a text.")
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"{show_name(name)} is not UTF-8 text (byte {error.start:,}); save it as UTF-8 and upload it again."
        ) from error
    if "\0" in text:
        raise CorpusError(f"{show_name(name)} is a binary file and not a text.")
    return text


def safe_name(name: str) -> str:
    """Return a file name that is harmless anywhere: `"../My show!"` -> `"My_show"`."""
    return re.sub(r"\W+", "_", name).strip("_")[:40] or "scripts"


def show_name(name: str) -> str:
    """Return a name that somebody else chose as it may stand in a sentence."""
    shown = "".join(character if character.isprintable() else "?" for character in name)
    return repr(shown if len(shown) <= _SHOWN_CHARACTERS else shown[: _SHOWN_CHARACTERS - 1] + "…")


def _read_archive(upload: Path, name: str, limits: Limits) -> Iterator[tuple[str, str]]:
    """Yield (name, text) of each text in an archive, nothing of it written.

    Raises:
        CorpusError: it is damaged, hostile, too large, or has no text.
    """
    try:
        with zipfile.ZipFile(upload) as archive:
            members = archive.infolist()
            if len(members) > limits.members:
                raise CorpusError(
                    f"{show_name(name)} has {len(members):,} files, more than {limits.members:,}; join some."
                )
            for member in members:
                _check_member(member)
            wanted = [member for member in members if _is_text(member)]
            if not wanted:
                raise CorpusError(f"{show_name(name)} has no .txt or .json file in it.")
            _check_sizes(wanted, limits)
            left = limits.text_bytes
            for member in wanted:
                with archive.open(member) as file:
                    # What is declared may be a lie: one byte more than allowed is asked for.
                    data = file.read(left + 1)
                left -= len(data)
                if left < 0:
                    raise CorpusError(_too_large(limits))
                yield member.filename, decode_text(data, member.filename)
    except _BROKEN as error:
        raise CorpusError(f"{show_name(name)} is no sound .zip archive; pack it anew.") from error


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.orig_filename
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name) or "\0" in name:
        raise CorpusError(
            f"The archive holds a file named {show_name(name)}, which points outside of it; pack it anew."
        )
    mode = stat.S_IFMT(member.external_attr >> 16)
    if mode not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise CorpusError(
            f"The archive holds a link or a device, {show_name(name)}; pack the files themselves."
        )
    if member.flag_bits & 1:
        raise CorpusError("The archive is locked with a password; pack it without one.")
    if path.suffix.lower() in _ARCHIVES:
        raise CorpusError(
            f"The archive holds another archive, {show_name(name)}; pack the texts without one."
        )


def _is_text(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    hidden = path.name.startswith(".") or any(part in _RUBBISH for part in path.parts)
    return not member.is_dir() and not hidden and path.suffix.lower() in (".txt", ".json")


def _check_sizes(members: list[zipfile.ZipInfo], limits: Limits) -> None:
    if sum(member.file_size for member in members) > limits.text_bytes:
        raise CorpusError(_too_large(limits))
    for member in members:
        if member.file_size > limits.ratio * max(member.compress_size, 100):
            raise CorpusError(
                f"{show_name(member.filename)} is packed {limits.ratio} times smaller than it is, as no script is; "
                "upload the text itself."
            )


def _too_large(limits: Limits) -> str:
    return f"That is more than {limits.text_bytes / 1e6:g} MB of text; upload less."


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
