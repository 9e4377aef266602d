"""Requests, the pause between them, suggestions, translations, health and logs: the small rooms."""

import json
import logging
from pathlib import Path

import discord
import pytest

from bot.cooldown import Cooldown
from bot.health import check_health
from bot.logs import LastErrors, RedactingFormatter
from bot.request import Request, change_heat, colder_than, go_on, hotter_than, take_again
from bot.suggestions import choose_lines
from bot.translations import LANGUAGES, Translator
from tests.test_bot_store import EPISODE


def test_request_survives_json() -> None:
    """A request kept in the database is the same when it is read."""
    request = Request.new("QUARK: \u201cNo\u201d", temperature=0.3, length=100, seed=5)
    assert Request.from_json(request.to_json()) == request


def test_request_goes_on_from_the_end_of_a_long_line() -> None:
    """Of a line that is too long the end counts; what no database takes is left out."""
    request = Request.new("x" * 5_000 + "end\0\ud800")
    assert request.line.endswith("xend")
    assert len(request.line) == 1_000


def test_request_of_a_button_keeps_what_the_button_does_not_change() -> None:
    """Another take changes the seed, Hotter the temperature, Continue the beginning; the length stays."""
    again, hotter, more = take_again(EPISODE), change_heat(EPISODE, hotter=True), go_on(EPISODE)
    assert (again.line, again.temperature, again.length) == ("QUARK: No", 0.5, 500)
    assert (hotter.line, hotter.temperature, hotter.seed) == ("QUARK: No", 0.7, EPISODE.seed)
    assert (more.after, more.temperature, more.length) == (EPISODE.id, 0.5, 500)


def test_temperature_steps_stay_within_discords_range() -> None:
    """However often a button is pressed, the temperature is between 0 and 2, and reaches both."""
    hot = cold = 0.5
    for _ in range(30):
        hot, cold = hotter_than(hot), colder_than(cold)
    assert (hot, cold) == (2.0, 0.0)
    assert hotter_than(0.0) == 0.1


def test_cooldown_lets_a_member_ask_again_after_the_pause() -> None:
    """The pause is each member's own and ends by itself."""
    now = [0.0]
    cooldown = Cooldown(3.0, clock=lambda: now[0])
    assert cooldown.begin(1) == 0
    assert cooldown.begin(1) == 3.0
    assert cooldown.begin(2) == 0
    now[0] = 3.0
    assert cooldown.begin(1) == 0


def test_cooldown_remembers_nobody_for_longer_than_needed() -> None:
    """A million members leave no trace once their pause is over."""
    now = [0.0]
    cooldown = Cooldown(1.0, clock=lambda: now[0])
    for member in range(20_000):
        now[0] = float(member)
        cooldown.begin(member)
    assert len(cooldown._asked) <= 1_000


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


@pytest.mark.parametrize("locale", sorted(LANGUAGES, key=str))
async def test_translations_say_everything_in_every_language(locale: discord.Locale) -> None:
    """Each text of the commands is there in German, Spanish and French, within Discord's 100 characters."""
    translator = Translator()
    await translator.load()
    texts = translator._texts[LANGUAGES[locale]]
    assert texts.keys() == translator._texts["de"].keys()
    assert all(0 < len(text) <= 100 for text in texts.values())


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
