"""The event log: whole lines of JSON while they are written, and losses in both units."""

import json
import math
import threading
from pathlib import Path

import pytest

from core.errors import DeviceError
from core.run.events import EventLog
from core.run.layout import EVENTS
from core.run.store import Run
from core.runtime.files import write_whole


def test_events_can_be_followed_while_they_are_written(tmp_path: Path) -> None:
    """A reader that waits for a line's end gets every line, whole and in order."""
    path = tmp_path / EVENTS
    log = EventLog(path)
    log.send("start")
    seen: list[int] = []
    done = threading.Event()

    def follow() -> None:
        begun = b""  # the system may show the first page of a line before its second
        with path.open("rb") as file:
            while True:
                last_look = done.is_set()
                *lines, begun = (begun + file.read()).split(b"\n")
                seen.extend(json.loads(line).get("step", -1) for line in lines)
                if last_look:
                    return

    reader = threading.Thread(target=follow)
    reader.start()
    for step in range(500):
        log.send("progress", step=step, text="Größe\n" * 20)
    done.set()
    reader.join()
    assert seen == [-1, *range(500)]


def test_events_reach_the_listener(tmp_path: Path) -> None:
    """The listener gets what the file has."""
    heard: list[dict[str, object]] = []
    EventLog(tmp_path / EVENTS, heard.append).send("end", loss=1.5)
    assert [
        json.loads(line) for line in (tmp_path / EVENTS).read_text(encoding="utf-8").splitlines()
    ] == heard
    assert heard[0]["event"] == "end"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["tiny_run", "notes_run"])
def test_events_tell_a_whole_training(kind: str, request: pytest.FixtureRequest) -> None:
    """A training's events are JSON lines in order of time, from the start to the end, with losses in nats and bits."""
    run: Run = request.getfixturevalue(kind)
    lines = (run.path / EVENTS).read_text(encoding="utf-8").splitlines()
    events = [json.loads(line, parse_constant=pytest.fail) for line in lines]
    assert events[0]["event"] == "start"
    assert events[-1]["event"] == "end"
    assert {event["event"] for event in events} == {
        "start",
        "progress",
        "epoch",
        "sample",
        "checkpoint",
        "finish",
        "end",
    }
    assert [event["time"] for event in events] == sorted(event["time"] for event in events)
    for event in events:
        if event["event"] in {"progress", "epoch"}:
            assert event["bits_per_character"] == pytest.approx(event["loss"] / math.log(2))
    assert events[-1]["bits_per_character"] == run.bits_per_character


def test_events_on_a_full_disk_stay_whole_lines(tmp_path: Path) -> None:
    """A disk that takes half a line gets it back, and the sentence says what to do."""
    path = tmp_path / EVENTS
    log = EventLog(path)
    log.send("start")
    whole = path.read_bytes()
    import resource  # noqa: PLC0415  # not on every system
    import signal  # noqa: PLC0415

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 10, limits[1]))
    try:
        with pytest.raises(DeviceError, match=r"The disk is full|could not be written"):
            log.send("progress", step=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == whole


def test_files_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """A file that cannot be replaced stays as it was, with nothing left beside it."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "kept").touch()
    with pytest.raises(DeviceError, match="could not be written"):
        write_whole(tmp_path / "folder", "new")
    write_whole(tmp_path / "file", "Größe")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "Größe"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
