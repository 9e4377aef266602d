"""Episode codes: a short text that stands for a scene's run, line, directions, temperature, length and seed.

A code is bytes in base 58: a version, four bytes of the run's fingerprint, two of the digest of its word lists, the
requests that wrote the scene one after the other, the line, and two bytes that tell a mistyped code.
"""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from core.errors import PromptError
from core.writing.constraints.place import open_under
from core.writing.directions import Directions
from core.writing.writer import LONGEST, Episode, Writer, WriteRequest

LONGEST_CODE = 4000  # characters
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"  # none that look alike
_VERSION = 1
_MOST_REQUESTS = 100
_MOST_BYTES = 100_000  # of the text in a code
_LIST = "\x1f"  # between texts: cleaning drops control characters, so none of them contains it
_NAMES = "\x1e"  # between the names of a cast
_FLAGS = ("spelling", "form", "ending", "loops")
_DIRECTED, _HAS_ORIGINALITY, _HAS_TOP_P, _SAME = 1 << 4, 1 << 5, 1 << 6, 1 << 7
_THOUSANDTHS = 1000


@dataclass(frozen=True)
class Code:
    """What a code stands for."""

    fingerprint: str  # the first eight hexadecimal digits of the run's
    digest: str  # the first four of its word lists'; zeros where there were none
    line: str  # without the heading of the place
    requests: tuple[WriteRequest, ...]  # the first one began the scene, the others went on with it


def code_of(episode: Episode, *, writer: Writer) -> str | None:
    """Return the code of `episode`, or None if it is not known how the scene before it was written."""
    if bool(episode.earlier) != bool(episode.before):
        return None
    requests = (*episode.before, episode.request)
    if len(requests) > _MOST_REQUESTS or sum(request.length for request in requests) > LONGEST:
        return None
    place = requests[0].directions.place if requests[0].directions else None
    line = episode.prompt
    if place is not None:
        line = line.removeprefix(open_under(place, "", vocabulary=writer.run.vocabulary))
    texts = [line]
    body = bytearray([_VERSION, *bytes.fromhex(episode.fingerprint[:8]), *bytes.fromhex(_digest(writer))])
    body += _pack_number(len(requests))
    previous: Directions | None = None
    for request in requests:
        body += _pack_request(request, same=bool(request.directions) and request.directions == previous)
        if request.directions and request.directions != previous:
            texts += (_NAMES.join(request.directions.cast), request.directions.place or "")
        previous = request.directions
    body += _pack_texts(texts)
    code = _to_base58(bytes(body) + zlib.crc32(body).to_bytes(4, "big")[:2])
    return code if len(code) <= LONGEST_CODE else None


def read_code(text: str) -> Code:
    """Return what a code stands for.

    Raises:
        PromptError: it is none, mistyped, or of a newer version.
    """
    text = text.strip().strip("`")
    try:
        data = _from_base58(text)
        body, check = data[:-2], data[-2:]
        if len(body) < 8 or zlib.crc32(body).to_bytes(4, "big")[:2] != check:  # noqa: PLR2004  # version, run, words
            raise ValueError(text)  # noqa: TRY301  # caught with those of the functions below
        code = _read_body(body) if body[0] == _VERSION else None
    except (ValueError, OverflowError, zlib.error) as error:
        raise PromptError(
            f"{text[:24]!r} is no episode code, or not all of it; copy the whole code from under a scene."
        ) from error
    if code is None:
        raise PromptError("That code was made by a newer version of Holosuite; update to use it.")
    return code


def replay(code: Code, *, writer: Writer, cancelled: Callable[[], bool] | None = None) -> Episode:
    """Return the very scene that `code` stands for, or its beginning once `cancelled` returns true.

    Raises:
        PromptError: it was written by another run, or with other word lists.
    """
    run = writer.run
    if not run.fingerprint.startswith(code.fingerprint):
        raise PromptError(
            f"That scene was written by the run {code.fingerprint}, and this is {run.fingerprint[:8]} ({run.name}); it "
            "can be replayed only where that run is in use."
        )
    if sum(request.length for request in code.requests) > LONGEST:
        raise PromptError(f"That scene is longer than the {LONGEST:,} characters that are written at once.")
    if code.digest != _digest(writer) and any(request.directions for request in code.requests):
        raise PromptError(
            "The word lists of this run have changed since that scene, so it cannot be replayed."
        )
    first, *others = code.requests
    episode = writer.write(
        code.line,
        temperature=first.temperature,
        length=first.length,
        seed=first.seed,
        top_p=first.top_p,
        directions=first.directions,
        cancelled=cancelled,
    )
    for request in others:
        episode = writer.go_on(
            episode,
            temperature=request.temperature,
            length=request.length,
            seed=request.seed,
            top_p=request.top_p,
            directions=request.directions,
            cancelled=cancelled,
        )
    return episode


def _digest(writer: Writer) -> str:
    return writer.aids.digest[:4] if writer.aids else "0000"


def _pack_request(request: WriteRequest, *, same: bool) -> bytes:
    """Return a request but for its texts: flags, temperature, length, seed, then what the flags announce."""
    asked = request.directions
    flags = sum(1 << bit for bit, name in enumerate(_FLAGS) if asked and getattr(asked, name))
    flags |= _DIRECTED if asked else 0
    flags |= _HAS_ORIGINALITY if asked and asked.originality is not None else 0
    flags |= _HAS_TOP_P if request.top_p < 1 else 0
    flags |= _SAME if same else 0
    packed = bytes([flags]) + _pack_temperature(request.temperature)
    packed += _pack_number(request.length) + _pack_number(request.seed)
    if asked and asked.originality is not None:
        packed += _pack_number(asked.originality)
    return packed + (struct.pack(">d", request.top_p) if request.top_p < 1 else b"")


def _pack_temperature(temperature: float) -> bytes:
    """Return thousandths + 1, or 0 and all eight bytes of a number that has more digits."""
    thousandths = round(temperature * _THOUSANDTHS) if temperature < _THOUSANDTHS else 0
    if thousandths / _THOUSANDTHS == temperature:
        return _pack_number(thousandths + 1)
    return b"\0" + struct.pack(">d", temperature)


def _pack_number(number: int) -> bytes:
    """Return a number from 0 on, seven bits a byte, the lowest first (LEB128)."""
    packed = bytearray()
    while number >= 128:  # noqa: PLR2004  # seven bits
        packed.append(number & 127 | 128)
        number >>= 7
    return bytes([*packed, number])


def _pack_texts(texts: list[str]) -> bytes:
    """Return texts as UTF-8, deflated where that is shorter; a first byte says which."""
    plain = _LIST.join(texts).encode()
    if not plain.strip(_LIST.encode()):
        return b""
    packer = zlib.compressobj(9, wbits=-15)
    deflated = packer.compress(plain) + packer.flush()
    return b"\1" + deflated if len(deflated) < len(plain) else b"\0" + plain


class _Bytes:
    """Bytes read from the front."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        if self.at + count > len(self.data):
            raise ValueError(count)
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self) -> int:
        number = shift = 0
        while True:
            byte = self.take(1)[0]
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:  # noqa: PLR2004  # the last one
                return number

    def double(self) -> float:
        return float(struct.unpack(">d", self.take(8))[0])

    def rest(self) -> bytes:
        return self.take(len(self.data) - self.at)


def _read_body(body: bytes) -> Code:
    data = _Bytes(body)
    data.take(1)
    fingerprint, digest = data.take(4).hex(), data.take(2).hex()
    count = data.number()
    if not 1 <= count <= _MOST_REQUESTS:
        raise ValueError(count)
    parts = [_read_request(data) for _ in range(count)]
    line, *texts = _read_texts(data.rest())
    requests: list[WriteRequest] = []
    previous: Directions | None = None
    for flags, request in parts:
        asked = request.directions
        if asked and flags & _SAME:
            asked = previous
        elif asked:
            cast, place = (texts.pop(0), texts.pop(0)) if texts else ("", "")
            asked = replace(asked, cast=tuple(cast.split(_NAMES)) if cast else (), place=place or None)
        requests.append(WriteRequest(request.temperature, request.length, request.seed, request.top_p, asked))
        previous = asked
    return Code(fingerprint, digest, line, tuple(requests))


def _read_request(data: _Bytes) -> tuple[int, WriteRequest]:
    flags = data.take(1)[0]
    thousandths = data.number()
    temperature = (thousandths - 1) / _THOUSANDTHS if thousandths else data.double()
    length, seed = data.number(), data.number()
    asked = None
    if flags & _DIRECTED:
        spelling, form, ending, loops = (bool(flags & 1 << bit) for bit in range(len(_FLAGS)))
        limit = data.number() if flags & _HAS_ORIGINALITY else None
        asked = Directions(spelling=spelling, form=form, ending=ending, loops=loops, originality=limit)
    top_p = data.double() if flags & _HAS_TOP_P else 1.0
    return flags, WriteRequest(temperature, length, seed, top_p, asked)


def _read_texts(packed: bytes) -> list[str]:
    if not packed:
        return [""]
    plain = packed[1:]
    if packed[0]:
        unpacker = zlib.decompressobj(wbits=-15)
        plain = unpacker.decompress(plain, _MOST_BYTES)
        if not unpacker.eof:
            raise ValueError(len(packed))
    return plain.decode().split(_LIST)


def _to_base58(data: bytes) -> str:
    number = int.from_bytes(b"\1" + data, "big")  # the one keeps zeros at the front
    signs = []
    while number:
        number, index = divmod(number, len(_ALPHABET))
        signs.append(_ALPHABET[index])
    return "".join(reversed(signs))


def _from_base58(text: str) -> bytes:
    if not 1 <= len(text) <= LONGEST_CODE:
        raise ValueError(len(text))
    number = 0
    for sign in text:
        number = number * len(_ALPHABET) + _ALPHABET.index(sign)
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    if data[:1] != b"\1":
        raise ValueError(text)
    return data[1:]
