"""An uploaded corpus, stored for reading: a file of any kind that a training takes, looked at with suspicion.

It knows only the standard library, and never trusts a name or a size that the upload claims; what is in it is read by
a process of its own, from the copy.
"""

import re
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

from core.data.formats.archive import BROKEN, Limits, check_archive, too_large
from core.data.formats.reading import natural_key, show_name
from core.errors import CorpusError
from core.runtime.files import disk_errors

__all__ = ["Limits", "safe_name", "unpack_uploads"]

_LONGEST_SUFFIX = 9  # characters: .markdown


def unpack_uploads(
    uploads: Sequence[Path], *, names: Sequence[str], folder: Path, limits: Limits | None = None
) -> Path:
    """Store uploads, whose sender calls them `names`, below `folder` under harmless names; return what to train on.

    That is the file, or a folder of several.

    Raises:
        CorpusError: one is too large, or a damaged, hostile or empty archive; nothing of that is left in `folder`.
        DeviceError: the disk refuses.
    """
    limits = limits or Limits()
    if len(uploads) == 1:
        return _store(uploads[0], names[0], folder, "", limits)
    together = folder / "texts"
    width = len(str(len(uploads)))
    order = sorted(zip(names, uploads, strict=True), key=lambda named: natural_key(named[0]))
    for number, (name, upload) in enumerate(order, 1):
        same = sum(other == name for other in names) > 1
        _store(upload, name, together, f" {number:0{width}}" if same else "", limits)
    return together


def _store(upload: Path, name: str, folder: Path, number: str, limits: Limits) -> Path:
    """Copy one upload into a folder; `number` tells it from another of its name."""
    suffix = re.sub(r"[^.a-z0-9]", "", Path(name).suffix.lower())[:_LONGEST_SUFFIX]
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        size = upload.stat().st_size
    if suffix != ".zip":
        if size > limits.text_bytes:
            raise CorpusError(too_large(limits))
    elif zipfile.is_zipfile(upload):
        try:
            with zipfile.ZipFile(upload) as archive:
                members, _ = check_archive(archive, name, limits)
        except BROKEN as error:
            raise CorpusError(
                "{name} is a damaged .zip archive; pack it anew.", name=show_name(name)
            ) from error
        if not members:
            raise CorpusError(
                "{name} has no texts in it; pack scripts, chats or tables.", name=show_name(name)
            )
    place = folder / f"{safe_name(Path(name).stem)}{number}{suffix or '.txt'}"
    with disk_errors(folder):
        shutil.copyfile(upload, place)
    return place


def safe_name(name: str) -> str:
    """Return a file name that is harmless anywhere: `"../My show!"` -> `"My_show"`."""
    return re.sub(r"\W+", "_", name).strip("_")[:40] or "scripts"
