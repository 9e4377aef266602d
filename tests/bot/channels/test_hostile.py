"""Hostile text in all that the bot does in channels by itself: titles, names, faces, lines and files."""

import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.chiming.cog import first_lines
from bot.channels.learning.reading.corpus import name_speakers
from bot.channels.performances.lines import read_lines
from bot.channels.performances.names import mend_name
from bot.channels.performances.view import build_closed, build_end, build_opening, title_of
from bot.channels.programmes.actions import TITLE_CHARACTERS, clean_title
from bot.channels.programmes.book import Chapter, Season, build_book
from bot.channels.programmes.broadcast import build_heading, name_episode
from bot.channels.programmes.schedule import find_obstacle
from bot.channels.programmes.titles import choose_title
from bot.channels.programmes.view import build_programmes, build_season
from bot.discord.language.language import read_language
from bot.discord.limits import (
    CAST_CHARACTERS,
    LAYOUT_CHARACTERS,
    MESSAGE_CHARACTERS,
    PLACE_CHARACTERS,
    THREAD_NAME_CHARACTERS,
)
from bot.discord.markdown import format_script, plain, shorten
from bot.discord.page import Page
from bot.guilds.settings import GuildSettings
from bot.scenes.ui.view import build_page
from bot.storage.tables.channels.programmes import MOST, SeasonEpisode
from bot.training.ui.report import build_preview
from tests.bot.channels.performances.test_performance import ELSEWHERE
from tests.bot.channels.programmes.test_programme import PLANNED
from tests.bot.discord.test_hostile import texts_of
from tests.bot.storage.test_database import EPISODE
from tests.bot.storage.test_trainings import JOB
from tests.bot.test_promises import PLAN
from tests.hostile_text import HOSTILE, live_markup
from tests.local_discord.http.errors import FormErrors
from tests.local_discord.limits.components import check_components
from tests.local_discord.limits.webhooks import check_webhook_name

OURS = re.compile(r"<#\d+>|<t:\d+:[A-Z]>|^### |^-# ", re.MULTILINE)  # what the bot itself puts into a text
CODE = st.sampled_from(["en", "de", "ja"])


def check_shown(texts: Sequence[str]) -> None:
    """Make sure that nothing of texts is live but the bot's own marks."""
    for text in texts:
        assert live_markup(OURS.sub("", text)) == [], text


def check_page(page: Page, greeting: str = "") -> None:
    """Make sure that Discord takes a page, and that nothing on it is live."""
    view = page.build_view(greeting=greeting)
    errors = FormErrors()
    check_components(errors, [part.to_component_dict() for part in view.children], version_two=True)
    errors.raise_if_any()
    check_shown([part.content for part in view.walk_children() if isinstance(part, discord.ui.TextDisplay)])


@given(st.tuples(*[HOSTILE] * 4), CODE)
@settings(max_examples=25)
def test_programmes_of_hostile_words_are_listed_and_announced_harmlessly(
    words: tuple[str, ...], code: str
) -> None:
    """The list of programmes, the heading of an episode and the list of a season hold nothing live, and fit."""
    language, title = read_language(code), clean_title(words[0])
    assert 1 <= len(title) <= TITLE_CHARACTERS
    cast, place, show = words[1][:CAST_CHARACTERS], words[2][:PLACE_CHARACTERS], words[3][:CAST_CHARACTERS]
    quiet = GuildSettings({"quiet_hours": "00:00-23:59", "time_zone": "America/Argentina/ComodRivadavia"})
    planned = [
        replace(PLANNED, id=number, title=title, cast=cast, place=place, show=show, goes_on=True, due=2**31)
        for number in range(1, MOST + 1)
    ]
    obstacles = {each.id: find_obstacle(quiet, each, {2}) for each in planned}
    changed = plain(title)
    page = build_programmes(planned, obstacles, is_on=False, language=language, changed=changed)
    check_page(page)
    assert all("2038" in text or "<t:" in text for text in texts_of(page)[1:])
    said = choose_title(f"ODO: {words[1]}\nQUARK: {words[2]}")
    episode = SeasonEpisode(programme_id=1, number=999, due=5, title=said)
    scene = replace(EPISODE, text=words[3] * 30, model=words[1])
    check_page(build_page(scene, language=language), build_heading(title, episode))
    embed = build_season(title, [episode] * 300, language=language)
    check_shown([str(embed.title), *str(embed.description).splitlines()])
    assert len(embed) <= 6_000


@given(st.tuples(*[HOSTILE] * 3))
def test_files_of_a_hostile_season_are_well_formed(words: tuple[str, ...]) -> None:
    """A season's EPUB is XML that can be read, whatever its title and its scripts hold."""
    title = clean_title(words[0])
    episode = SeasonEpisode(programme_id=1, number=1, due=5, title=choose_title(words[1]))
    chapter = Chapter(name_episode("", episode).strip(), "\n".join(words), "2026-11-27T20:00:00Z")
    book = Season(1, title, "de", [chapter], "missing")
    with zipfile.ZipFile(BytesIO(build_book(book, "epub"))) as archive:
        for name in archive.namelist():
            if name.endswith(("xhtml", "opf", "xml")):
                ET.fromstring(archive.read(name))  # noqa: S314 -- of our own making
    for form in ("md", "txt"):
        assert build_book(book, form).decode()


@given(st.tuples(*[HOSTILE] * 4), st.booleans(), CODE)
def test_performance_of_a_hostile_scene_is_harmless_and_within_limits(
    words: tuple[str, ...],
    is_covered: bool,  # noqa: FBT001 -- hypothesis hands it over
    code: str,
) -> None:
    """Names, lines, the thread and the messages around them are what Discord takes, and nothing of them is live."""
    first, second, third, fourth = words
    script = f"[{first}]\n{second}: {third}\nODO [{fourth}]: {first * 20}\n({second})\n{third}"
    scene = replace(EPISODE, prompt="", text=script)
    lines = read_lines(scene, is_covered=is_covered)
    language = read_language(code)
    for line in lines:
        for said in (line.text, line.plain):
            assert 1 <= len(said.strip()) <= MESSAGE_CHARACTERS
        if line.speaker:
            check_name(line.speaker)
        bare = line.text[2:-2] if is_covered else line.text
        check_shown([*bare.splitlines(), line.plain.removesuffix(line.text)])
    title = title_of(scene, lines, language=language)
    assert 1 <= len(shorten(title, limit=THREAD_NAME_CHARACTERS).strip()) <= THREAD_NAME_CHARACTERS
    for page in (
        build_opening(ELSEWHERE, title, count=len(lines), better=(), language=language),
        build_closed(title, "gone", language=language),
        build_end(scene, ELSEWHERE, count=len(lines), language=language),
    ):
        check_page(page)
    chimed = shorten(format_script("\n".join(first_lines(script))), limit=MESSAGE_CHARACTERS)
    check_shown(chimed.splitlines())


def check_name(name: str) -> None:
    """Make sure that Discord takes a webhook's name."""
    errors = FormErrors()
    check_webhook_name(errors, ("username",), name)
    errors.raise_if_any()


@pytest.mark.parametrize("wild", ["dis\u200bcord", "CLYDE", "clclydeyde", "here", "```", "@#:", "a" * 99])
def test_names_that_discord_refuses_are_mended(wild: str) -> None:
    """A face's character has a name that Discord takes, or none."""
    mended = mend_name(wild)
    if mended:
        check_name(mended)


@given(st.lists(HOSTILE, min_size=3, max_size=3), CODE)
def test_hostile_names_of_members_and_channels_are_shown_harmlessly(names: list[str], code: str) -> None:
    """What a preview says of learnt lines has nothing live in it, whatever members and channels are called."""
    speakers = name_speakers(dict(enumerate(names)), {})
    assert len({each.casefold() for each in speakers.values()}) == len(names)
    facts: dict[str, Any] = {
        "sample": "", "source": names[0], "characters": 9, "episodes": 2, "vocabulary": 3, "held_out": 4,
        "speakers": dict.fromkeys(speakers.values(), 1), "notes": [names[1]], "start": {"why": names[2]},
        "format": "", "encoding": "UTF-8", "left_out": [{"name": names[1], "why": names[0]}], "estimate": 2.0,
    }  # fmt: skip
    training = replace(JOB, name=names[0], plan=PLAN.to_json())
    embed = build_preview(training, facts, place=1, language=read_language(code)).to_dict()
    for field in embed["fields"]:
        text = re.sub(r"^`[^`]*`$", "", field["value"])
        assert 1 <= len(field["value"]) <= 1_024
        check_shown(text.splitlines())


def test_layout_has_room() -> None:
    """A heading above a full page is cut, so that Discord takes both."""
    page = Page((discord.ui.TextDisplay("x" * (LAYOUT_CHARACTERS - 10)),))
    assert texts_of(page)[0]
    check_page(page, "### A heading that is too long")
