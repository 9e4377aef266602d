"""Episode codes: a short text that stands for a scene's run, prompt, directions, temperature, length, seed and takes.

A code is base 58 of a version, four bytes of the run's fingerprint, two of the digest of its word lists, MessagePack,
and two bytes of a checksum that tell a mistyped code. Packed are the prompt, the values of the first request, and a
list of values for each request that went on with the scene; usual values at a request's end are left out.
"""

import hashlib
import re
import zlib
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

import base58
import msgpack

from core.errors import PromptError
from core.writing.codes.first_version import read_first_version
from core.writing.constraints.place import open_under
from core.writing.directions import Directions
from core.writing.episode import Episode
from core.writing.request import LONGEST, SceneRequest
from core.writing.takes.score import CHOICE
from core.writing.writer import Writer

LONGEST_CODE = 4000  # characters
MOST_PARTS = 100
_VERSION = 3
_FLAGS = ("spelling", "form", "ending", "loops")
_THOUSANDTHS = 1000
# Takes, temperature in thousandths, length, flags, show, originality and place as most scenes have them. Old codes
# count on these: with other values begins another version.
_USUAL = (3, 500, 500, 15, None, None, None)
_USUAL_LATER = (
    *_USUAL[:3],
    None,
    *_USUAL[4:],
)  # the directions of the request before hold on, as its show does
_Kind = TypeVar("_Kind")


@dataclass(frozen=True)
class Code:
    """What a code stands for."""

    fingerprint: str  # the first eight hexadecimal digits of the run's
    digest: str  # four of what it chooses its words with; zeros where there are no word lists
    requests: tuple[SceneRequest, ...]  # the first one began the scene, the others went on with it

    def check_size(self, *, most_parts: int = MOST_PARTS, most_characters: int = LONGEST) -> None:
        """Refuse a scene that takes longer to write than others should wait.

        Raises:
            PromptError: it has more parts, or more characters with its prompt.
        """
        characters = len(self.requests[0].prompt) + sum(request.length for request in self.requests)
        parts = len(self.requests)
        if parts > most_parts:
            raise PromptError(
                "That scene has {parts:,} parts, and at most {most:,} are replayed at once; use a code from further "
                "up in the scene.",
                parts=parts,
                most=most_parts,
            )
        if characters > most_characters:
            raise PromptError(
                "That scene has {characters:,} characters, and at most {most:,} are replayed at once; use a code "
                "from further up in the scene.",
                characters=characters,
                most=most_characters,
            )


def code_of(episode: Episode, *, writer: Writer) -> str | None:
    """Return the code of `episode`, or None if it would be too long or parts of the scene are of unknown origin."""
    if bool(episode.earlier) != bool(episode.before):
        return None
    first, *others = (*episode.before, episode.request)
    prompt = episode.prompt
    if first.directions is not None and first.directions.place is not None:
        heading = open_under(first.directions.place, "", vocabulary=writer.run.vocabulary)
        prompt = prompt.removeprefix(heading)
    code = Code(episode.fingerprint[:8], digest_of(writer), (replace(first, prompt=prompt), *others))
    try:
        code.check_size()
    except PromptError:
        return None
    text = _write_code(code)
    return text if len(text) <= LONGEST_CODE else None


def read_code(text: str) -> Code:
    """Return what a code stands for.

    Raises:
        PromptError: it is none, mistyped, or of a newer version.
    """
    # As it is copied from a scene's details, its file or a command: "Code for /replay 8Cf...", "-- code:8Cf...".
    text = re.sub(r"^.*\bcode\b\W*(?:for\W+replay\W+)?", "", text, flags=re.DOTALL | re.IGNORECASE)
    text = text.strip("`\u0022 \n")
    try:
        if len(text) > LONGEST_CODE:
            raise ValueError(len(text))  # noqa: TRY301  # caught with those of the functions below
        data = base58.b58decode(text).removeprefix(
            b"\1"
        )  # which kept zeros at the front of the first version's
        version, fingerprint, digest, body = data[0], data[1:5], data[5:7], data[7:-2]
        if _checksum(data[:-2]) != data[-2:]:
            raise ValueError(text)  # noqa: TRY301  # likewise
        read = {_VERSION: _read_requests, 2: _read_second_version, 1: read_first_version}.get(version)
        requests = read(body) if read else ()
    except (ValueError, TypeError, LookupError, OverflowError, zlib.error, msgpack.UnpackException) as error:
        raise PromptError(
            "{text!r} is no episode code, or not all of it; copy the whole code from a scene's details.",
            text=text[:24],
        ) from error
    if not requests:
        raise PromptError("That code was made by a newer version of Holosuite; update to use it.")
    return Code(fingerprint.hex(), digest.hex(), requests)


def digest_of(writer: Writer) -> str:
    """Return what stands in a code for what a writer chooses with: its word lists, and its way among takes."""
    if writer.index is None:
        return "0000"
    if writer.usual_takes == 1:
        return writer.index.digest[:4]
    return hashlib.sha256(f"{CHOICE} {writer.index.digest}".encode()).hexdigest()[:4]


def _write_code(code: Code) -> str:
    first = code.requests[0]
    packed: list[object] = [first.prompt, *_pack_request(first, first.directions, _USUAL)]
    for before, request in pairwise(code.requests):
        directions = None if request.directions == before.directions else request.directions
        packed.append(_pack_request(replace(request, show=None), directions, _USUAL_LATER))
    body = b"".join(map(msgpack.packb, packed))
    data = bytes([_VERSION]) + bytes.fromhex(code.fingerprint + code.digest) + body
    return base58.b58encode(data + _checksum(data)).decode()


def _pack_request(
    request: SceneRequest, directions: Directions | None, usual: tuple[object, ...]
) -> list[object]:
    temperature = request.temperature or 0.0
    thousandths = round(temperature * _THOUSANDTHS) if temperature < _THOUSANDTHS else 0
    is_short = thousandths / _THOUSANDTHS == temperature
    values: list[object] = [request.takes, thousandths if is_short else temperature, request.length]
    if directions is None:
        values += [None, request.show, None, None]
    else:
        flags = sum(1 << bit for bit, name in enumerate(_FLAGS) if getattr(directions, name))
        values += [flags, request.show, directions.originality, directions.place, *directions.cast]
    while values and len(values) <= len(usual) and values[-1] == usual[len(values) - 1]:
        values.pop()
    return [request.seed, *values]


def _read_requests(data: bytes) -> tuple[SceneRequest, ...]:
    """Return the requests that bytes hold; one of a wrong kind is refused as bytes that hold none are."""
    unpacker = msgpack.Unpacker()
    unpacker.feed(data)
    prompt, *values = unpacker
    first = [value for value in values if not isinstance(value, list)]
    others = [value for value in values if isinstance(value, list)]
    if unpacker.tell() != len(data):
        raise ValueError(data)
    requests = (_read_request(*part, usual=_USUAL_LATER) for part in others)
    return (replace(_read_request(*first, usual=_USUAL), prompt=_expect(str, prompt)), *requests)


def _read_second_version(data: bytes) -> tuple[SceneRequest, ...]:
    """Return the requests of a code that has lists of temperature, length, seed, takes and what directions say."""
    prompt, *parts = msgpack.unpackb(data)
    requests = []
    for temperature, length, seed, count, *directions in parts:
        takes, show = count if isinstance(count, list) else (count, None)
        flags, *others = directions or [None]
        values = (takes, temperature, length, flags, show, *others)
        requests.append(_read_request(seed, *values, usual=_USUAL_LATER))
    return (replace(requests[0], prompt=_expect(str, prompt)), *requests[1:])


def _read_request(seed: object, *values: object, usual: tuple[object, ...]) -> SceneRequest:
    """Return a request of what `_pack_request` packs, whatever somebody has put there."""
    takes, temperature, length, flags, show, originality, place, *cast = (*values, *usual[len(values) :])
    directions = None
    if flags is not None:
        bits = _expect(int, flags)
        directions = Directions(
            **{name: bool(bits & 1 << bit) for bit, name in enumerate(_FLAGS)},
            originality=None if originality is None else _expect(int, originality),
            place=None if place is None else _expect(str, place),
            cast=tuple(_expect(str, name) for name in cast),
        )
    return SceneRequest(
        directions=directions,
        temperature=temperature / _THOUSANDTHS
        if isinstance(temperature, int)
        else _expect(float, temperature),
        length=_expect(int, length),
        seed=_expect(int, seed),
        takes=_expect(int, takes),
        show=None if show is None else _expect(str, show),
    )


def _expect(kind: type[_Kind], value: object) -> _Kind:
    if not isinstance(value, kind):
        raise TypeError(value)
    return value


def _checksum(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(4, "big")[:2]
