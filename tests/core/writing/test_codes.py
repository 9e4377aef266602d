"""Episode codes: the very same scene from a short text, and a sentence about one that is wrong."""

import math
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import base58
import msgpack
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import PromptError
from core.writing.codes.code import LONGEST_CODE, Code, _write_code, code_of, read_code
from core.writing.codes.replay import replay
from core.writing.directions import Directions
from core.writing.episode import Episode
from core.writing.request import LONGEST, MOST_SEED, MOST_TAKES, SceneRequest
from core.writing.writer import Writer
from tests.core.writing.constraints.direction_runs import GREEK, SCRIPT, build_writer
from tests.core.writing.constraints.direction_scenes import SCENES

LINES = ("", "KIRA: No", "ODO: You're late.\nQUARK: So", " so ", "[Ops]\n\nKIRA: Yes")


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Writer:
    """Return a writer over a run with word lists."""
    return build_writer(tmp_path_factory.mktemp("runs") / "one", SCRIPT)


def random_episode(writer: Writer, seed: int) -> Episode:
    """Return a scene of random directions, in one to three requests."""
    rng = np.random.default_rng(seed)
    casts = ((), ("QUARK", "KIRA"), ("odo", "KIRA", "QUARK"))
    episode = None
    for _ in range(rng.integers(1, 4)):
        asked = Directions(
            cast=casts[rng.integers(3)],
            spelling=bool(rng.integers(2)),
            form=bool(rng.integers(2)),
            ending=bool(rng.integers(2)),
            loops=bool(rng.integers(2)),
            originality=(None, 6, 9)[rng.integers(3)],
        )
        settings = SceneRequest(
            temperature=float(rng.choice([0.0, 0.5, 1 / 3, 2.0, 1e7])),
            length=int(rng.integers(1, 90)),
            seed=int(rng.integers(2**32)),
            takes=int(rng.choice([1, 1, 16])),
        )
        if episode is None:
            line = LINES[rng.integers(len(LINES))]
            place = None if line.startswith("[") else (None, "Ops", "so late")[rng.integers(3)]
            line = "" if asked.cast and "ODO" in line else line
            directions = (None, replace(asked, place=place))[rng.integers(2)]
            episode = writer.write(replace(settings, prompt=line, directions=directions))
        else:
            directions = (None, asked)[rng.integers(2)]
            episode = writer.go_on(episode, replace(settings, directions=directions))
    assert episode is not None
    return episode


def answer(code: str) -> str:
    """Return the sentence with which a code is refused, or nothing if it is read."""
    try:
        read_code(code)
    except PromptError as error:
        return str(error)
    return ""


def test_code_writes_the_very_same_scene(writer: Writer) -> None:
    """Whatever was asked, and in how many requests, the code under the scene writes it again to the character."""
    for seed in range(SCENES):
        episode = random_episode(writer, seed)
        code = code_of(episode, writer=writer)
        assert code is not None
        again = replay(read_code(f" `{code}` "), writer=writer)
        assert (again.script, again.request) == (episode.script, episode.request)
        assert code_of(again, writer=writer) == code


@pytest.mark.parametrize(
    "form", ["{}", "code {}", " code {}\n", "`{}`", "-- code:{}", "/replay code:{}", "code: {}"]
)
def test_code_is_read_as_it_is_printed(writer: Writer, form: str) -> None:
    """The line under a scene, in its file or in a command is as good as the bare code."""
    code = code_of(random_episode(writer, 1), writer=writer)
    assert code is not None
    assert read_code(form.format(code)) == read_code(code)


def test_code_is_short(writer: Writer) -> None:
    """A usual scene takes at most 60 characters, also with a line; one with a cast and a place about 90."""
    usual = SceneRequest(seed=2**32 - 1, directions=writer.usual, takes=3)
    for line, most in (("", 22), ("QUARK: It's open, my friend", 60)):
        short = code_of(writer.write(replace(usual, prompt=line)), writer=writer)
        assert short is not None
        assert len(short) <= most
    asked = replace(writer.usual, cast=("QUARK", "ODO"), place="Quark's")
    long = code_of(
        writer.write(SceneRequest(prompt="QUARK: It's open, my friend", seed=7, directions=asked)),
        writer=writer,
    )
    assert long is not None
    assert len(long) <= 90


def test_code_of_a_mistyped_letter_is_refused(writer: Writer) -> None:
    """Another letter anywhere, one left out, two swapped: a sentence, and never another scene."""
    code = code_of(
        writer.write(SceneRequest(prompt="KIRA: No", seed=7, directions=writer.usual)), writer=writer
    )
    assert code is not None
    wrong = [code[:place] + sign + code[place + 1 :] for place in range(len(code)) for sign in "1aZ0 "]
    wrong += [code[:place] + code[place + 1 :] for place in range(len(code))]
    wrong += [
        code[:place] + code[place + 1] + code[place] + code[place + 2 :] for place in range(len(code) - 1)
    ]
    wrong = [text for text in wrong if text.strip() != code]
    answers = [answer(text) for text in wrong]
    assert sum(not sentence for sentence in answers) <= 1  # the two bytes of the check miss one in 65,536
    assert all("copy the whole code" in text or "newer version" in text for text in answers if text)


@given(st.one_of(st.text(max_size=80), st.text("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcxyz", max_size=200)))
def test_code_of_any_text_is_read_or_refused(text: str) -> None:
    """No text is answered with anything but what it stands for, or a sentence."""
    assert answer(text) == "" or answer(text).endswith(".")


def test_code_that_is_endless_is_refused_at_once() -> None:
    """A code of a million letters is not even counted."""
    with pytest.raises(PromptError, match="is no episode code"):
        read_code("z" * 1_000_000)
    with pytest.raises(PromptError, match="is no episode code"):
        read_code("")


def test_code_of_another_run_names_both(writer: Writer, tmp_path: Path) -> None:
    """Where the run is no longer there, the sentence says which one wrote the scene and which one is here."""
    other = build_writer(tmp_path / "other", GREEK)
    code = code_of(writer.write(SceneRequest(length=20, seed=1)), writer=writer)
    assert code is not None
    with pytest.raises(PromptError) as caught:
        replay(read_code(code), writer=other)
    assert writer.run.fingerprint[:8] in str(caught.value)
    assert other.run.fingerprint[:8] in str(caught.value)


def test_code_of_other_word_lists_is_refused_where_they_mattered(writer: Writer, tmp_path: Path) -> None:
    """With other words in the list a directed scene would be another one; a raw one is the same."""
    bare = build_writer(tmp_path / "bare", SCRIPT, index=False)
    assert bare.run.fingerprint == writer.run.fingerprint
    raw = writer.write(SceneRequest(length=40, seed=3))
    raw_code = code_of(raw, writer=writer)
    directed_code = code_of(
        writer.write(SceneRequest(length=40, seed=3, directions=writer.usual)), writer=writer
    )
    assert raw_code is not None
    assert directed_code is not None
    assert replay(read_code(raw_code), writer=bare).script == raw.script
    with pytest.raises(PromptError, match="way in which this run chooses its words has changed"):
        replay(read_code(directed_code), writer=bare)


def test_code_that_asks_for_too_much_is_refused(writer: Writer) -> None:
    """A code of many long requests, which somebody could make up, is not carried out."""
    part = SceneRequest(temperature=0.5, length=LONGEST, seed=1)
    code = Code(writer.run.fingerprint[:8], "0000", (part, part))
    with pytest.raises(PromptError, match="has 200,000 characters, and at most 100,000"):
        replay(code, writer=writer)
    short = replace(part, length=1)
    with pytest.raises(PromptError, match="has 101 parts, and at most 100"):
        replay(replace(code, requests=(short,) * 101), writer=writer)
    with pytest.raises(PromptError, match="has 21 parts, and at most 20"):
        replace(code, requests=(short,) * 21).check_size(most_parts=20)
    with pytest.raises(PromptError, match="has 1,002 characters, and at most 1,000"):
        replace(code, requests=(replace(short, prompt="x" * 1_000), short)).check_size(most_characters=1_000)


@pytest.mark.parametrize(
    "odd",
    [
        {"temperature": math.nan},
        {"temperature": math.inf},
        {"temperature": -1},
        {"length": 0},
        {"length": LONGEST + 1},
        {"seed": -1},
        {"seed": MOST_SEED + 1},
        {"takes": 0},
        {"takes": MOST_TAKES + 1},
    ],
)
def test_request_of_odd_numbers_is_refused(odd: dict[str, Any]) -> None:
    """A request holds no number that cannot be used, wherever it comes from."""
    with pytest.raises(PromptError, match=" must be "):
        SceneRequest(**odd)


def encode(version: int, body: bytes) -> str:
    """Return a code of any bytes, with a checksum that fits."""
    data = bytes([version, *range(6)]) + body
    return base58.b58encode(data + zlib.crc32(data).to_bytes(4, "big")[:2]).decode()


@pytest.mark.parametrize(
    "values",
    [
        [],
        [""],
        ["", []],
        ["", 7, 3, "hot"],
        ["", 7, 3, 500, "5"],
        ["", 7, 1.5],
        [7, 7],
        ["", 7, [1], [2, 3, 500, 0]],
        ["", 7, 3, 500, 500, "all"],
        ["", 7, 3, 500, 500, 15, 6],
        ["", 7, 3, 500, 500, 15, None, "6"],
        ["", 7, 3, 500, 500, 15, None, None, None, 7],
        ["", 2**63],
        ["", 7, 99],
        ["text", "text"],
        [7],
    ],
)
def test_code_of_a_wrong_form_is_refused(values: list[object]) -> None:
    """A code that somebody has made up, checksum and all, is refused with a sentence, in this and the last version."""
    assert answer(encode(3, b"".join(map(msgpack.packb, values)))).endswith(".")
    assert answer(encode(2, msgpack.packb([values[:1], values[1:]]))).endswith(".")


def test_code_that_is_cut_inside_a_value_is_refused() -> None:
    """A value whose last bytes are missing is none, though the checksum fits."""
    whole = msgpack.packb("") + msgpack.packb(70_000)
    assert answer(encode(3, whole)) == ""
    assert answer(encode(3, whole[:-1])).endswith(".")


def test_code_keeps_the_show() -> None:
    """The show is in the first request alone: those that go on with the scene have it too."""
    requests = (
        SceneRequest(prompt="KIRA: No", directions=Directions(), temperature=0.5, seed=7, show="TNG"),
        SceneRequest(temperature=0.8, length=90, seed=8, show="TNG"),
    )
    later = replace(requests[1], show=None)
    raw = (replace(requests[0], directions=None),)
    for asked, expected in ((requests, (requests[0], later)), (raw, raw)):
        assert read_code(_write_code(Code("1d3c8f02", "a1b2", asked))).requests == expected


@pytest.mark.parametrize(
    ("code", "requests"),
    [
        (
            "WSC1jhNWqQ5yReqND95GpcwzV7f7eibGWHQav2mnMwU3ZPnxbRsjSBMdFFyDMb8QfuHBj2",
            [
                SceneRequest(
                    prompt="QUARK: It's open, my friend",
                    directions=Directions(),
                    temperature=0.5,
                    seed=123456,
                    takes=3,
                )
            ],
        ),
        ("CBNmxz3cLQqaef5i1CwXueXe7LvqGZzJ", [SceneRequest(temperature=1 / 3, length=40, seed=7)]),
        (
            "2euxRXjYLocd8PfTTYd46sCWsUijtQf9AYDYJWd13C5xA1F2fkaUmSBV1vX9P3DxWPidf3SXvN96hJtpn5m",
            [
                SceneRequest(
                    directions=Directions(
                        cast=("QUARK", "ODO"), place="Quark's", ending=False, originality=9
                    ),
                    temperature=0.7,
                    length=90,
                    seed=2**40,
                    takes=16,
                ),
                SceneRequest(temperature=0.0, length=20, seed=1),
                SceneRequest(directions=Directions(), temperature=0.5, seed=3, takes=3),
            ],
        ),
    ],
)
def test_code_of_the_second_version_is_read(code: str, requests: list[SceneRequest]) -> None:
    """A code that the second version gave stands for the requests that it stood for."""
    assert list(read_code(code).requests) == requests


def test_code_is_left_out_where_it_would_be_too_long(writer: Writer) -> None:
    """A scene of a hundred and more requests has none, nor one whose beginning is not known."""
    episode = writer.write(SceneRequest(length=1, seed=1))
    for _ in range(101):
        episode = writer.go_on(episode, SceneRequest(length=1, seed=1))
    assert code_of(episode, writer=writer) is None
    assert code_of(replace(episode, before=()), writer=writer) is None
    quoted = writer.write(SceneRequest(prompt="KIRA: " + "".join(map(str, range(9000))), length=1, seed=1))
    code = code_of(quoted, writer=writer)
    assert code is None or len(code) <= LONGEST_CODE
