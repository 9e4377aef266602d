"""Episode codes: a short text that stands for a scene's run, prompt, directions, temperature, length, seed and takes.

A code is base 58 of a version, four bytes of the run's fingerprint, two of the digest of its word lists, the prompt and
the requests that wrote the scene as MessagePack, and two bytes of a checksum that tell a mistyped code.
"""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import base58
import msgpack

from core.errors import PromptError
from core.writing.codes_v1 import read_first_version
from core.writing.constraints.place import open_under
from core.writing.directions import Directions
from core.writing.episode import Episode
from core.writing.request import LONGEST, SceneRequest
from core.writing.writer import Writer

LONGEST_CODE = 4000  # characters
MOST_PARTS = 100
_VERSION = 2
_FLAGS = ("spelling", "form", "ending", "loops")
_THOUSANDTHS = 1000
_Kind = TypeVar("_Kind")


@dataclass(frozen=True)
class Code:
    """What a code stands for."""

    fingerprint: str  # the first eight hexadecimal digits of the run's
    digest: str  # the first four of its word lists'; zeros where there were none
    requests: tuple[SceneRequest, ...]  # the first one began the scene, the others went on with it

    def check_size(self, *, most_parts: int = MOST_PARTS, most_characters: int = LONGEST) -> None:
        """Refuse a scene that takes longer to write than others should wait.

        Raises:
            PromptError: it has more parts, or more characters with its prompt.
        """
        characters = len(self.requests[0].prompt) + sum(request.length for request in self.requests)
        for count, most, what in (
            (len(self.requests), most_parts, "parts"),
            (characters, most_characters, "characters"),
        ):
            if count > most:
                raise PromptError(
                    f"That scene has {count:,} {what}, and at most {most:,} are replayed at once; use a code from "
                    "further up in the scene."
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
    code = Code(episode.fingerprint[:8], _digest(writer), (replace(first, prompt=prompt), *others))
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
    # As it stands under a scene, in its file or in a command: "code 8Cf...", "-- code:8Cf...", "/replay code:8Cf...".
    text = re.sub(r"^.*\bcode[:\s]\s*", "", text.strip().strip("`"), flags=re.DOTALL).strip("`\u0022 ")
    try:
        if len(text) > LONGEST_CODE:
            raise ValueError(len(text))  # noqa: TRY301  # caught with those of the functions below
        data = base58.b58decode(text).removeprefix(
            b"\1"
        )  # which kept zeros at the front of the first version's
        version, fingerprint, digest, body = data[0], data[1:5], data[5:7], data[7:-2]
        if _checksum(data[:-2]) != data[-2:]:
            raise ValueError(text)  # noqa: TRY301  # likewise
        read = {_VERSION: _read_requests, 1: read_first_version}.get(version)
        requests = read(body) if read else ()
    except (ValueError, TypeError, LookupError, OverflowError, zlib.error, msgpack.UnpackException) as error:
        raise PromptError(
            f"{text[:24]!r} is no episode code, or not all of it; copy the whole code from under a scene."
        ) from error
    if not requests:
        raise PromptError("That code was made by a newer version of Holosuite; update to use it.")
    return Code(fingerprint.hex(), digest.hex(), requests)


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
    code.check_size()
    if code.digest != _digest(writer) and any(request.directions for request in code.requests):
        raise PromptError(
            "The word lists of this run have changed since that scene, so it cannot be replayed."
        )
    first, *others = code.requests
    episode = writer.write(first, cancelled=cancelled)
    for request in others:
        episode = writer.go_on(episode, request, cancelled=cancelled)
    return episode


def _digest(writer: Writer) -> str:
    return writer.aids.digest[:4] if writer.aids else "0000"


def _write_code(code: Code) -> str:
    first = code.requests[0]
    packed: list[Any] = [first.prompt]
    directions = None
    for request in code.requests:
        # Directions that hold on are left out.
        packed.append(
            _pack_request(request, None if request.directions == directions else request.directions)
        )
        directions = request.directions
    data = bytes([_VERSION]) + bytes.fromhex(code.fingerprint + code.digest) + msgpack.packb(packed)
    return base58.b58encode(data + _checksum(data)).decode()


def _pack_request(request: SceneRequest, directions: Directions | None) -> list[Any]:
    temperature = request.temperature or 0.0
    thousandths = round(temperature * _THOUSANDTHS) if temperature < _THOUSANDTHS else 0
    is_short = thousandths / _THOUSANDTHS == temperature
    packed: list[Any] = [
        thousandths if is_short else temperature,
        request.length,
        request.seed,
        request.takes if request.show is None else [request.takes, request.show],
    ]
    if directions is not None:
        flags = sum(1 << bit for bit, name in enumerate(_FLAGS) if getattr(directions, name))
        packed += [flags, directions.originality, directions.place, *directions.cast]
        while packed[-1] is None:
            packed.pop()
    return packed


def _read_requests(data: bytes) -> tuple[SceneRequest, ...]:
    """Return the requests that bytes hold; one of a wrong kind is refused as bytes that hold none are."""
    prompt, first, *others = msgpack.unpackb(data)
    requests = (_read_request(*part) for part in others)
    return (replace(_read_request(*first), prompt=_expect(str, prompt)), *requests)


def _read_request(  # noqa: PLR0917  # in the order of `_pack_request`, whatever somebody has put there
    temperature: object,
    length: object,
    seed: object,
    takes: object,
    flags: object = None,
    originality: object = None,
    place: object = None,
    *cast: object,
) -> SceneRequest:
    count, show = takes if isinstance(takes, list) else (takes, None)
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
        takes=_expect(int, count),
        show=None if show is None else _expect(str, show),
    )


def _expect(kind: type[_Kind], value: object) -> _Kind:
    if not isinstance(value, kind):
        raise TypeError(value)
    return value


def _checksum(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(4, "big")[:2]
