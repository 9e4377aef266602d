"""The first version of episode codes, read so that scenes from before the second one can be written again."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace

from core.errors import PromptError
from core.writing.directions import Directions
from core.writing.request import SceneRequest

_MOST_REQUESTS = 100
_MOST_BYTES = 100_000  # of the text in a code
_LIST, _NAMES = "\x1f", "\x1e"  # between texts, and between the names of a cast
_DIRECTED, _HAS_ORIGINALITY, _HAS_TOP_P, _SAME = 1 << 4, 1 << 5, 1 << 6, 1 << 7


def read_first_version(data: bytes) -> tuple[SceneRequest, ...]:
    """Return the requests that the bytes after a code's version, run and word lists hold.

    Raises:
        PromptError: they ask for what is no longer there.
        ValueError, LookupError, zlib.error: they are none.
    """
    at = iter(data)
    parts = [_read_request(at) for _ in range(_bounded(_read_number(at)))]
    prompt, *texts = _read_texts(bytes(at))
    requests: list[SceneRequest] = []
    for same, request in parts:
        asked = request.directions
        if asked and same:
            asked = requests[-1].directions
        elif asked and texts:
            cast, place, *texts = texts
            asked = replace(asked, cast=tuple(cast.split(_NAMES)) if cast else (), place=place or None)
        requests.append(replace(request, directions=asked))
    return (replace(requests[0], prompt=prompt), *requests[1:])


def _read_request(at: Iterator[int]) -> tuple[bool, SceneRequest]:
    """Return whether the directions are those of the request before, and the request without its texts."""
    flags = _read_byte(at)
    thousandths = _read_number(at)
    temperature = (thousandths - 1) / 1000 if thousandths else _read_double(at)
    length, seed = _read_number(at), _read_number(at)
    if flags & _HAS_TOP_P:
        raise PromptError("That code asks for top_p, which is no longer offered; ask for the scene anew.")
    asked = None
    if flags & _DIRECTED:
        spelling, form, ending, loops = (bool(flags & 1 << bit) for bit in range(4))
        limit = _read_number(at) if flags & _HAS_ORIGINALITY else None
        asked = Directions(spelling=spelling, form=form, ending=ending, loops=loops, originality=limit)
    return bool(flags & _SAME), SceneRequest(
        temperature=temperature, length=length, seed=seed, directions=asked
    )


def _read_byte(at: Iterator[int]) -> int:
    byte = next(at, None)
    if byte is None:
        raise ValueError("the bytes end too early")
    return byte


def _read_number(at: Iterator[int]) -> int:
    """Return a number of seven bits a byte, the lowest first (LEB128)."""
    number = shift = 0
    while True:
        byte = _read_byte(at)
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:  # noqa: PLR2004  # the last one
            return number


def _read_double(at: Iterator[int]) -> float:
    return float(struct.unpack(">d", bytes(_read_byte(at) for _ in range(8)))[0])


def _read_texts(packed: bytes) -> list[str]:
    """Return texts that are UTF-8, deflated where the first byte says so."""
    plain = packed[1:]
    if packed[:1] == b"\1":
        unpacker = zlib.decompressobj(wbits=-15)
        plain = unpacker.decompress(plain, _MOST_BYTES)
        if not unpacker.eof:
            raise ValueError(len(packed))
    return plain.decode().split(_LIST)


def _bounded(count: int) -> int:
    if not 1 <= count <= _MOST_REQUESTS:
        raise ValueError(count)
    return count
