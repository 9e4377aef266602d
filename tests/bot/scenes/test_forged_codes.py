"""Codes that somebody made up: each is answered in a sentence, at once, and holds nobody up."""

import zlib

import base58
import msgpack
import pytest

from bot.scenes.build import build_work
from bot.scenes.request import Request
from core.errors import CoreError
from core.writing.codes.code import code_of
from core.writing.request import SceneRequest
from core.writing.writer import Writer
from tests.core.writing.constraints.direction_runs import SCRIPT, build_writer

MARKS = "a" + "\u0315\u0300" * 12_000  # 24,000 combining marks, which take quadratic time to put in order


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Writer:
    """Return a writer over a network of random weights."""
    return build_writer(tmp_path_factory.mktemp("run") / "run", SCRIPT)


def seal(data: bytes, *, zeros: bytes = b"") -> str:
    """Return bytes as a code whose checksum is right."""
    return base58.b58encode(zeros + data + zlib.crc32(data).to_bytes(4, "big")[:2]).decode()


def forge(writer: Writer, prompt: str, *values: object) -> str:
    """Return a code of the newest version with these values."""
    code = code_of(writer.write(SceneRequest(length=20, seed=1)), writer=writer)
    assert code is not None
    head = base58.b58decode(code)[:7]
    return seal(head + b"".join(map(msgpack.packb, (prompt, *values))))


def forge_first_version(writer: Writer, prompt: str, *, parts: int, length: int) -> str:
    """Return a code of the first version, whose text is packed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(prompt.encode()) + packer.flush()
    part = bytes([0]) + _number(501) + _number(length) + _number(1)
    body = _number(parts) + part * parts + b"\1" + packed
    return seal(bytes([1]) + bytes.fromhex(writer.run.fingerprint[:8]) + bytes(2) + body, zeros=b"\1")


def _number(value: int) -> bytes:
    """Return a number as the first version had it."""
    low, rest = value & 127, value >> 7
    return bytes([low | 128]) + _number(rest) if rest else bytes([low])


@pytest.mark.parametrize(
    "values",
    [
        (2**63,),
        (2**64 - 1, 3, 500, 500),
        (-1,),
        (1.5,),
        (None,),
        (1, 99),
        (1, 3, float("nan")),
        (1, 3, float("inf")),
        (1, 3, -5),
        (1, 3, 500, 10**6),
        (1, 3, 500, 40_001),
        (1, 3, 500, 500, 15, None, -3),
        (1, 3, 500, 500, 15, None, 8, "x" * 2_000),
        (1, 3, 500, 500, 15, "y" * 2_000),
        (1, 3, 500, 500, 15, None, None, None, "z" * 2_000),
        (1, 3, 500, 20, *[[1, 3, 500, 20]] * 100),
        (1, [[[[]]]]),
        (1, {"a": 1}),
    ],
    ids=str,
)
def test_forged_codes_are_answered_in_a_sentence(writer: Writer, values: tuple[object, ...]) -> None:
    """Numbers out of every range, texts that are too long, too many parts: refused before or where it is written."""
    with pytest.raises(CoreError, match=r"[.]$"):
        build_work(Request.of_code(forge(writer, "ODO: No", *values)), None, writer=writer)(lambda: False)


@pytest.mark.parametrize(
    ("prompt", "parts", "sentence"),
    [
        ("x" * 99_000, 100, "at most 80 are replayed"),
        ("x" * 99_000, 50, "at most 40,000 are replayed"),
        ("\ufdfa" * 30_000, 50, "grows to several times its length"),
    ],
)
def test_code_that_unpacks_to_too_much_is_refused(
    writer: Writer, prompt: str, parts: int, sentence: str
) -> None:
    """A short code of a long line in many parts is refused, also where only its letters spelled out are too many."""
    code = forge_first_version(writer, prompt, parts=parts, length=1)
    assert len(code) < 2_000
    with pytest.raises(CoreError, match=sentence):
        build_work(Request.of_code(code), None, writer=writer)(lambda: False)


def test_marks_of_a_code_are_put_in_order_by_the_writing_thread(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event loop leaves 24,000 combining marks as they are; the thread that writes bounds them, and writes."""

    def clean(text: str) -> str:
        raise AssertionError(len(text))

    with monkeypatch.context() as loop:
        loop.setattr("core.data.prompt.clean_line", clean)
        work = build_work(
            Request.of_code(forge_first_version(writer, MARKS, parts=2, length=1)), None, writer=writer
        )
    episode = work(lambda: False)
    assert len(episode.before) == 1
    assert len(episode.prompt) < 100
