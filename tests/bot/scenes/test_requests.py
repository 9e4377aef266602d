"""Requests, the pause between them, suggestions, translations, health and logs: the small rooms."""

import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from bot.discord.errors import OneAtATime, RefusalError
from bot.ops.health import check_health
from bot.ops.logs import LastErrors, RedactingFormatter
from bot.scenes.admission import Cooldown
from bot.scenes.autocomplete import choose_cast, choose_lines, choose_places
from bot.scenes.build import build_work, read_directions
from bot.scenes.cog import EpisodeCog
from bot.scenes.request import Request, change_heat, colder_than, go_on, hotter_than, take_again
from bot.scenes.ui.form import direct_anew
from bot.storage.tables.scenes import SceneRecord
from core.errors import CoreError, PromptError
from core.writing.codes.code import code_of
from core.writing.directions import Directions
from core.writing.episode import Episode, read_parts, write_parts
from core.writing.request import SceneRequest
from tests.bot.storage.test_database import EPISODE
from tests.core.writing.constraints.direction_runs import SCRIPT, build_writer


def test_takes_are_fewer_the_longer_the_queue_is(tmp_path: Path) -> None:
    """What is left open is chosen when a scene is admitted; what was asked for stays."""
    writer = build_writer(tmp_path / "run", SCRIPT)

    def count_takes(waiting: int, takes: int | None = None) -> int:
        request = replace(Request.new(seed=1, length=20, takes=takes), usual_takes=8)
        return build_work(request, None, writer=writer, waiting=waiting)(lambda: False).request.takes

    assert [count_takes(waiting) for waiting in (0, 7, 8, 16, 24, 200)] == [8, 8, 4, 2, 1, 1]
    assert count_takes(200, takes=3) == 3


def test_request_survives_json() -> None:
    """A request kept in the database is the same when it is read."""
    request = Request.new("QUARK: \u201cNo\u201d", temperature=0.3, length=100, seed=5)
    assert Request.from_json(request.to_json()) == request
    # One bot of several on a database may be newer than the others.
    assert Request.from_json(json.dumps(json.loads(request.to_json()) | {"mood": "dark"})) == request


def test_request_says_how_much_may_be_copied() -> None:
    """It is an option, reaches the scene, also from the queue's JSON; one that Discord forbids is refused."""
    assert "originality" in [option.name for option in EpisodeCog.episode.parameters]
    request = Request.from_json(Request.new(seed=1, originality=8).to_json())
    assert read_directions(request, usual=Directions()).originality == 8
    assert read_directions(Request.new(seed=1), usual=Directions(originality=7)).originality == 7
    with pytest.raises(PromptError, match="originality has to be a number from 6 to 100"):
        Request.new(originality=5)


def test_nothing_is_done_twice_at_the_same_time() -> None:
    """What is under way for a key is refused meanwhile, and may be asked for again after it, however that ended."""
    under_way = OneAtATime()
    with pytest.raises(KeyError), under_way.hold(1), under_way.hold(2):  # noqa: PT012 -- what follows is inside
        with pytest.raises(RefusalError, match="being written already"), under_way.hold(1):
            pass
        raise KeyError
    with under_way.hold(1):
        pass


def test_request_goes_on_from_the_end_of_a_long_line() -> None:
    """Of a line that is too long the end counts; what no database takes is left out."""
    request = Request.new("x" * 5_000 + "end\0\ud800")
    assert request.line.endswith("xend")
    assert len(request.line) == 1_000
    assert Request.new("ODO: No.\n" * 200).line.startswith("ODO: No.\n")  # not in the middle of a name
    assert Request.new("Constable " * 200).line.startswith("Constable ")


def test_request_of_a_button_keeps_what_the_button_does_not_change() -> None:
    """Another take changes the seed, Hotter the temperature, Continue the beginning; the length stays."""
    again, hotter, more = take_again(EPISODE), change_heat(EPISODE, hotter=True), go_on(EPISODE)
    assert (again.line, again.temperature, again.length) == ("", 0.5, 500)
    assert (hotter.line, hotter.temperature, hotter.seed) == ("", 0.7, EPISODE.seed)
    assert again.again == hotter.again == EPISODE.id  # whose line it is
    assert (more.after, more.temperature, more.length) == (EPISODE.id, 0.5, 500)


@pytest.mark.parametrize(("length", "fitted"), [(20_000, 4_000), (5, 20)])
def test_buttons_of_a_replayed_scene_ask_for_what_members_may(length: int, fitted: int) -> None:
    """A scene from a code may be longer, shorter or hotter than members' own; its buttons come as near as they may."""
    replayed = replace(EPISODE, length=length, temperature=7.5)
    again, hotter, more = take_again(replayed), change_heat(replayed, hotter=True), go_on(replayed)
    anew = direct_anew(replayed, {})
    assert {each.length for each in (again, hotter, more, anew)} == {fitted}
    assert {each.temperature for each in (again, hotter, more, anew)} == {2.0}


def test_temperature_steps_stay_within_discords_range() -> None:
    """However often a button is pressed, the temperature is between 0 and 2, and reaches both."""
    hot = cold = 0.5
    for _ in range(30):
        hot, cold = hotter_than(hot), colder_than(cold)
    assert (hot, cold) == (2.0, 0.0)
    assert hotter_than(0.0) == 0.1


def test_cooldown_lets_a_member_ask_again_after_the_pause() -> None:
    """The pause is each member's own and ends by itself."""
    now = [1.0]
    cooldown = Cooldown(3.0, clock=lambda: now[0])
    assert cooldown.begin(1) == 0
    assert cooldown.begin(1) == 3.0
    assert cooldown.begin(2) == 0
    now[0] = 4.01
    assert cooldown.begin(1) == 0


def test_cooldown_remembers_nobody_for_longer_than_needed() -> None:
    """A million members leave no trace once their pause is over."""
    now = [1.0]
    cooldown = Cooldown(1.0, clock=lambda: now[0])
    for member in range(20_000):
        now[0] = 10.0 * member + 1
        cooldown.begin(member)
    assert len(cooldown._buckets._cache) <= 1_000


def test_suggestions_are_speakers_and_places_then_own_lines() -> None:
    """What begins with the typed letters comes first; a place is found without its bracket."""
    model = ["QUARK: ", "ODO: ", "[Quark's]", "[Promenade]"]
    assert choose_lines(model, ["QUARK: No deal", "Hello"], "qu") == [
        "QUARK: ",
        "[Quark's]",
        "QUARK: No deal",
    ]
    assert choose_lines(model, ["Hello"], "") == [*model, "Hello"]


def test_suggestions_fit_discords_choices() -> None:
    """Never more than 25, none empty, longer than 100 characters or of two lines; own lines keep a place."""
    own = ["x" * 101, "", "two\nlines", "mine"]
    chosen = choose_lines([f"SPEAKER {number}: " for number in range(60)], own, "")
    assert len(chosen) == 25
    assert chosen[-1] == "mine"


def test_health_is_good_while_the_bot_writes_and_is_connected(tmp_path: Path) -> None:
    """A fresh file without a lost gateway is healthy; a short loss is, too."""
    file = tmp_path / "health.json"
    file.write_text(json.dumps({"time": 100.0, "lost_since": None}))
    assert check_health(file, now=105.0) == ""
    file.write_text(json.dumps({"time": 100.0, "lost_since": 95.0}))
    assert check_health(file, now=105.0) == ""


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"time": 0.0, "lost_since": null}', "silent"),
        ('{"time": 9999.0, "lost_since": null}', "before this machine's last start"),
        ('{"time": 100.0, "lost_since": 10.0}', "gateway"),
        ("", "not written"),
        ("[]", "not written"),
    ],
)
def test_health_turns_bad(tmp_path: Path, content: str, problem: str) -> None:
    """A hanging loop, a lost gateway and a missing file are each told."""
    file = tmp_path / "health.json"
    file.write_text(content)
    assert problem in check_health(file, now=105.0)
    assert "not written" in check_health(tmp_path / "none.json", now=105.0)


def test_log_holds_no_secret() -> None:
    """A token is taken out of messages, arguments and stack traces; interactions' tokens out of addresses."""
    formatter = RedactingFormatter(("the-token", ""))
    error = ValueError("the-token in an error")
    record = logging.LogRecord(
        "x", logging.ERROR, "", 0, "the-token %s", ("the-token",), (ValueError, error, error.__traceback__)
    )
    text = formatter.format(record)
    assert "the-token" not in text
    assert "ValueError" in text
    address = "https://discord.com/api/v10/webhooks/123/aW50ZXJhY3Rpb246MTIzNDU2Nzg5/messages/@original"
    record = logging.LogRecord("x", logging.ERROR, "", 0, address, None, None)
    assert "aW50ZXJhY3Rpb24" not in formatter.format(record)


def test_last_errors_are_few_and_short() -> None:
    """The owner is shown a line of each of the last five errors."""
    last = LastErrors()
    last.setFormatter(RedactingFormatter(()))
    for number in range(9):
        last.handle(logging.LogRecord("x", logging.ERROR, "", 0, f"mishap {number}\nmore", None, None))
    assert [line.split("mishap ")[1][:1] for line in last.lines] == ["4", "5", "6", "7", "8"]


def test_cast_is_offered_name_after_name() -> None:
    """After a comma the speakers who are not on the list are offered, and a name nobody has heard of stays."""
    speakers = ["QUARK", "ODO", "O'BRIEN"]
    assert choose_cast(speakers, "") == speakers
    assert choose_cast(speakers, "Quark, o") == ["Quark, ODO", "Quark, O'BRIEN", "Quark, o"]
    assert choose_cast(speakers, "odo,odo") == ["odo, odo"]
    assert choose_cast(speakers, "x" * 200) == []
    assert len(choose_cast([f"A{number}" for number in range(60)], "a")) == 25


def test_places_that_begin_with_what_was_typed_come_first() -> None:
    """A place is found by its beginning or by what it holds, with or without a bracket."""
    assert choose_places(["Upper Promenade", "Promenade", "Ops"], "[prom") == ["Promenade", "Upper Promenade"]


def test_parts_of_a_scene_survive_json() -> None:
    """What was asked for each part is read as it was kept, with and without directions."""
    directed = SceneRequest(
        prompt="So",
        temperature=0.5,
        length=100,
        seed=7,
        takes=8,
        directions=Directions(cast=("QUARK", "王"), place="Ops", originality=8),
    )
    second = SceneRequest(temperature=0.3, length=20, seed=1)
    episode = replace(
        Episode("f" * 64, "", "a", "b", second, ended=False, notice="", seconds=0.1), before=(directed,)
    )
    assert read_parts(write_parts(episode)) == (directed, second)
    assert write_parts(replace(episode, before=())) == ""
    assert read_parts("") == ()


def test_parts_kept_by_an_earlier_version_are_read() -> None:
    """What an earlier version kept of a scene's parts is read as the requests that they were."""
    kept = (
        '[{"temperature": 0.5, "length": 80, "seed": 3, "top_p": 1.0, "directions": {"cast": ["ODO"], "place": "Ops", '
        '"spelling": false, "form": true, "ending": true, "loops": true, "originality": 8}}, '
        '{"temperature": 0.3, "length": 20, "seed": 1, "top_p": 1.0, "directions": null}]'
    )
    directions = Directions(cast=("ODO",), place="Ops", spelling=False, originality=8)
    assert read_parts(kept) == (
        SceneRequest(directions=directions, temperature=0.5, length=80, seed=3),
        SceneRequest(temperature=0.3, length=20, seed=1),
    )


def test_code_makes_a_request_of_its_own() -> None:
    """A code's line is kept with the request, and what is no code is refused with a sentence."""
    with pytest.raises(PromptError, match="no episode code"):
        Request.of_code("@everyone")


def test_old_scene_goes_on_as_the_raw_model_and_without_a_code(tmp_path: Path) -> None:
    """A scene that was kept before its parts were is continued without directions, and no code pretends to know it."""
    writer = build_writer(tmp_path / "run", SCRIPT)
    first = writer.write(SceneRequest(prompt="QUARK: No", length=40, seed=3))
    old = replace(EPISODE, fingerprint=first.fingerprint, prompt=first.prompt, text=first.text, seed=3)

    def never() -> bool:
        return False

    request = Request.new(length=40, seed=5)
    more = build_work(replace(request, after=1), old, writer=writer)(never)
    assert more.directions is None
    assert code_of(more, writer=writer) is not None
    long_ago = replace(old, earlier=first.text)
    more = build_work(replace(request, after=1), long_ago, writer=writer)(never)
    assert write_parts(more) == ""
    assert code_of(more, writer=writer) is None
    with pytest.raises(CoreError, match="no longer stored"):
        build_work(replace(request, after=1), None, writer=writer)


def test_buttons_keep_directions_and_a_code_repeats_them(tmp_path: Path) -> None:
    """Another take, Hotter and Continue keep cast, place and spelling; the code of the last part writes all of it."""
    writer = build_writer(tmp_path / "run", SCRIPT)
    kept = EPISODE

    def write(request: Request, source: SceneRecord | None = None) -> SceneRecord:
        episode = build_work(request, source, writer=writer)(lambda: False)
        code = code_of(episode, writer=writer)
        assert code is not None
        values = {name: getattr(episode, name) for name in ("prompt", "earlier", "text", "ended", "seed")}
        return replace(
            kept,
            id=1,
            line=request.line,
            fingerprint=episode.fingerprint,
            temperature=episode.temperature,
            length=episode.length,
            parts=write_parts(episode),
            code=code,
            **values,
        )

    scene = write(Request.new("", length=80, seed=3, cast="Quark, odo", place="ops", spelling=False))
    asked = read_parts(scene.parts)[-1].directions
    assert asked is not None
    assert (asked.cast, asked.place, asked.spelling) == (("QUARK", "ODO"), "Ops", False)
    more = write(go_on(scene), scene)
    hotter = write(change_heat(scene, hotter=True), scene)
    again = write(take_again(more), more)
    for each in (more, hotter, again):
        assert read_parts(each.parts)[-1].directions == asked
    assert again.earlier == more.earlier == scene.text
    assert hotter.prompt == scene.prompt
    for each in (scene, more, hotter, again):
        assert write(Request.of_code(each.code)).script == each.script


def test_reply_in_letters_that_the_model_lacks_is_refused(tmp_path: Path) -> None:
    """A scene does not go on with a line of which nothing is left, whoever says it."""
    writer = build_writer(tmp_path / "run", SCRIPT)
    first = writer.write(SceneRequest(length=40, seed=3, directions=writer.usual))
    scene = replace(EPISODE, id=1, fingerprint=first.fingerprint, text=first.text, parts=write_parts(first))
    for speaker in ("", "Ann"):
        with pytest.raises(PromptError, match="none of these characters"):
            build_work(replace(go_on(scene), line="\u6f22\u5b57", speaker=speaker), scene, writer=writer)
