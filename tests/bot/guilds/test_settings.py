"""What servers set: each kind of value, what follows from it, and `/settings` on the real bot."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from bot.discord.errors import RefusalError, say
from bot.discord.language.language import LANGUAGES, Language, read_language
from bot.guilds.definitions import CHIME_CHANCE, CHIME_IN, NOT_IN, PERFORMANCES, SETTINGS
from bot.guilds.kinds import Setting
from bot.guilds.settings import GuildSettings
from bot.guilds.view import build_form, build_settings
from bot.scenes.build import build_work
from bot.scenes.request import Request, go_on, take_again
from bot.storage.data_folder import read_machine
from bot.storage.repositories import Repositories
from bot.storage.tables.guild_settings import SettingChange
from core.writing.codes.code import code_of
from tests.bot.bot_process import described, footer, running_bot, scene_of
from tests.bot.channels.performances.test_performance import ELSEWHERE
from tests.bot.channels.programmes.test_programme import PLANNED
from tests.bot.discord.test_hostile import texts_of
from tests.bot.storage.test_database import EPISODE
from tests.bot.test_promises import GRANTED
from tests.core.writing.constraints.direction_runs import SCRIPT, build_writer
from tests.hostile_text import HOSTILE, live_markup
from tests.local_discord import Channel, Interaction, LocalDiscord, Member, Message, Permission

STORED = {
    "show": "TNG",
    "temperature": "0.7",
    "length": "200",
    "takes": "3",
    "cooldown": "60",
    "details": "off",
    "quiet_hours": "22:00-07:00",
    "time_zone": "Europe/Berlin",
    "only_in": "5 7",
    "not_in": "9",
}
SET = GuildSettings(STORED)


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("temperature", "0,7", "0.7"),
        ("temperature", " 2 ", "2"),
        ("length", "4000", "4000"),
        ("quiet_hours", "22-7", "22:00-07:00"),
        ("quiet_hours", "22.30 \u2013 24", "22:30-00:00"),
        ("time_zone", "berlin", "Europe/Berlin"),
        ("time_zone", "america/new york", "America/New_York"),
        ("details", "off", "off"),
        ("not_in", "7", "7"),
    ],
)
def test_values_are_read_as_people_write_them(name: str, typed: str, stored: str) -> None:
    """A comma, a city and an hour without minutes are understood; what is stored reads back as the same."""
    setting = next(each for each in SETTINGS if each.name == name)
    assert setting.check([typed]) == stored
    assert setting.check([stored]) == stored


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("temperature", "2.1", "Temperature: write a number from 0 to 2"),
        ("temperature", "nan", "Temperature: write a number"),
        ("length", "20.5", "Length: write a number from 20 to 4,000"),
        ("quiet_hours", "7-7", "Quiet hours: write them like 22:00-07:00"),
        ("quiet_hours", "25-26", "Quiet hours: write them like"),
        ("time_zone", "Berln", "There is no time zone Berln; write one like Europe/Berlin"),
        ("time_zone", "../../etc/passwd", "There is no time zone"),
        ("not_in", "ops", "Not in these channels: choose"),
        ("details", "maybe", "Details under scenes: choose"),
    ],
)
def test_values_that_make_no_sense_are_refused_with_what_does(name: str, typed: str, said: str) -> None:
    """What cannot be used is refused in a sentence that says what can."""
    setting = next(each for each in SETTINGS if each.name == name)
    with pytest.raises(RefusalError, match=said):
        setting.check([typed])


def _try(setting: Setting[Any], text: str) -> tuple[str, str]:
    """Return a value as it is stored, or else what is said instead."""
    try:
        return setting.check([text]), ""
    except RefusalError as error:
        return "", say(error, Language())


@given(HOSTILE)
def test_hostile_values_are_refused_or_shown_harmlessly(text: str) -> None:
    """Whatever a form is sent with, the answer has nothing live in it, and what is stored reads back."""
    for setting in SETTINGS:
        stored, refusal = _try(setting, text)
        assert live_markup(refusal) == []
        if stored:
            settings = GuildSettings({setting.name: stored})
            change = SettingChange(setting.name, None, stored, 1)
            page = build_settings(settings, shows=(text, "x"), change=change, language=Language())
            shown = [part for part in texts_of(page) if "<#" not in part]
            assert [live_markup(part.replace("### ", "")) for part in shown] == [[]] * len(shown)


@pytest.mark.parametrize(
    ("hour", "until"),
    [
        ("2026-11-27T20:59", ""),
        ("2026-11-27T21:00", "28 07:00"),
        ("2026-11-28T05:59", "28 07:00"),
        ("2026-11-28T06:00", ""),
    ],
)
def test_quiet_hours_go_over_midnight_in_the_servers_zone(hour: str, until: str) -> None:
    """Hours from 22 to 7 in Berlin are 21 to 6 in UTC in winter, and end in the morning."""
    found = SET.quiet_until(datetime.fromisoformat(hour).replace(tzinfo=UTC))
    assert (f"{found:%d %H:%M}" if found else "") == until


def test_channels_count_with_what_they_are_in() -> None:
    """A thread is where its channel is, and a channel where its category is; a block wins."""
    assert SET.is_open({5})
    assert SET.is_open({1, 7})
    assert not SET.is_open({1})
    assert not SET.is_open({1, 5, 9})
    assert GuildSettings({}).is_open({1})
    assert GuildSettings({"not_in": "9"}).is_open({1})
    assert not GuildSettings({"not_in": "9"}).is_open({9})


def test_settings_complete_what_a_request_leaves_open() -> None:
    """A request's own values stay; what it leaves out is the server's, and a show that the model lacks nobody's."""
    shows = ("DS9", "TNG")
    open_request = Request.new().completed(SET, shows=shows)
    assert (open_request.temperature, open_request.length, open_request.usual_takes) == (0.7, 200, 3)
    assert (open_request.show, open_request.has_details) == ("TNG", False)
    own = Request.new(temperature=0.0, length=20, takes=1, show="DS9").completed(SET, shows=shows)
    assert (own.temperature, own.length, own.takes, own.show) == (0.0, 20, 1, "DS9")
    assert Request.new().completed(SET, shows=("DS9",)).show == ""
    for more in (go_on(replace(EPISODE, id=1)), take_again(replace(EPISODE, id=1))):
        kept = more.completed(SET, shows=shows)
        assert (kept.temperature, kept.length, kept.show, kept.usual_takes) == (0.5, 500, "", 3)
    assert Request.new().completed(GuildSettings({"temperature": "hot"}), shows=shows).temperature is None


def test_code_of_a_scene_replays_it_whatever_the_server_sets(tmp_path: Path) -> None:
    """What a server sets is part of the scene's code, and changes nothing of a scene from a code."""
    writer = build_writer(tmp_path / "run", SCRIPT)
    first = build_work(Request.new(seed=3).completed(SET, shows=()), None, writer=writer)(lambda: False)
    assert (first.temperature, first.length) == (0.7, 200)
    code = code_of(first, writer=writer)
    assert code
    for stored in ({}, STORED, {"temperature": "0.1", "length": "20", "takes": "1"}):
        request = Request.of_code(code).completed(GuildSettings(stored), shows=("TNG",))
        assert build_work(request, None, writer=writer)(lambda: False).text == first.text


@pytest.mark.parametrize("code", ["en", *sorted(set(LANGUAGES.values()))])
def test_settings_fit_discord_in_every_language(code: str) -> None:
    """The list with all set, and the form of each setting, keep to the lengths that Discord's forms have."""
    language = read_language(code)
    stored = {**STORED, "only_in": " ".join(str(10**18 + n) for n in range(25)), "show": "x" * 100}
    settings = GuildSettings({**stored, "not_in": stored["only_in"]})
    change = SettingChange("only_in", stored["only_in"], settings.stored(NOT_IN), 7)
    texts = texts_of(build_settings(settings, shows=("a", "b"), change=change, language=language))
    assert sum(map(len, texts)) <= 4_000
    for setting in SETTINGS:
        form = build_form(setting, settings.stored(setting), offered=("a",), language=language).to_dict()
        label = form["components"][0]
        assert len(form["title"]) <= 45
        assert len(label["label"]) <= 45
        assert 0 < len(language.say(setting.help)) <= 100


async def change(discord: LocalDiscord, person: Member, name: str, given: Sequence[str] | str) -> Interaction:
    """Change a setting as people do: open the list, choose, fill in the form."""
    listed = await (await discord.slash(person, "settings")).message()
    chosen = await discord.select(listed.selects[0], person, [name])
    await chosen.modal()
    sent = await discord.submit_modal(chosen, {"value": given})
    await sent.acknowledged()
    return sent


def list_of(sent: Interaction) -> Message:
    """Return the list of settings that a form was opened from."""
    assert sent.source is not None
    return sent.source


async def test_settings_are_used_undone_and_survive_a_restart(tmp_path: Path) -> None:
    """What an administrator sets holds at once for all ways to ask, and a button takes it back; the owner is above."""
    async with LocalDiscord() as discord:
        guild = discord.add_guild()
        chief = discord.add_member(guild, "Sisko", permissions=Permission.ADMINISTRATOR)
        member = discord.add_member(guild, "Nog")
        bar = discord.add_channel(guild, "quarks")

        async def quoted() -> Message:
            said = await discord.say(member, content="ODO: No deal")
            return await scene_of(await discord.context_menu(member, "Continue as an episode", said))

        async def refused(asked: Interaction) -> str:
            answer = await asked.message()
            assert answer.ephemeral
            return answer.content

        async with running_bot(discord, tmp_path):
            # What is typed is called the same in all languages, whatever else is said in those words.
            commands = discord.world.application.global_commands.values()
            assert not [each for each in commands if each["type"] == 1 and each.get("name_localizations")]
            await change(discord, chief, "temperature", "0,3")
            sent = await change(discord, chief, "length", "60")
            assert "**Length:** *500* \N{RIGHTWARDS ARROW} 60" in list_of(sent).text
            scene = await scene_of(await discord.slash(member, "episode", {"seed": 1}))
            assert footer(scene).startswith("ds9 \u00b7 0.3 ")
            assert footer(await quoted()).startswith("ds9 \u00b7 0.3 ")
            more = await scene_of(await discord.press(scene.button("Continue"), member))
            assert footer(more).startswith("ds9 \u00b7 0.3 ")
            typed = {"temp": 0.9, "seed": 1}
            assert footer(await scene_of(await discord.slash(member, "episode", typed))).startswith(
                "ds9 \u00b7 0.9 "
            )
            await (await discord.press(list_of(sent).button("Undo"), chief)).acknowledged()
            assert "**Length:** 60 \N{RIGHTWARDS ARROW} *500*" in list_of(sent).text
            await change(discord, chief, "length", "100")
            assert "was changed since" in await refused(
                await discord.press(list_of(sent).button("Undo"), chief)
            )
            await change(discord, chief, "only_in", [str(bar.id)])
            assert "no scenes in this channel" in await refused(await discord.slash(member, "episode"))
            assert "no scenes in this channel" in await refused(
                await discord.press(scene.button("Continue"), member)
            )
            await scene_of(await discord.slash(member, "episode", {"length": 20}, channel=bar))
            await change(discord, chief, "details", ["off"])
        await switch_on_all(tmp_path, guild.id, bar.id)
        async with running_bot(discord, tmp_path, HOLOSUITE_CHANNELS="off"):
            await check_all_off(discord, chief, bar)
            plain = await scene_of(await discord.slash(member, "episode", {"length": 20}, channel=bar))
            assert not {"Details", "Perform"} & {button.label for button in plain.buttons}
            assert "seed" not in plain.text
            assert described(plain)
            await check_quiet_hours(discord, chief, member, bar)
        await check_nothing_came(tmp_path, guild.id)
        assert not discord.refused_requests


async def check_quiet_hours(discord: LocalDiscord, chief: Member, member: Member, bar: Channel) -> None:
    """Make sure that nothing is written in quiet hours, and that a mention is told so once."""
    now = datetime.now(UTC)
    hours = f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=1):%H:%M}"
    await change(discord, chief, "quiet_hours", hours)
    line = f"<@{discord.world.bot.id}> > ODO: No deal"
    first, second = [await discord.say(member, bar, line) for _ in range(2)]
    told = await discord.until_bot_message(lambda message: message.referenced is first)
    assert "quiet hours until" in told.content
    assert "(UTC)" in (await (await discord.slash(member, "episode", channel=bar)).message()).content
    # A second mention in the same pause is not refused aloud again.
    assert [m for m in discord.bot_messages if m.referenced is second] == []


async def switch_on_all(data: Path, guild_id: int, channel_id: int) -> None:
    """Let a server want all that the bot does by itself, at once."""
    machine = await asyncio.to_thread(read_machine, data)
    storage = await Repositories.open("", data=data, machine=machine)
    wanted = {PERFORMANCES.name: "on", CHIME_IN.name: str(channel_id), CHIME_CHANCE.name: "100"}
    for name, value in wanted.items():
        await storage.guild_settings.change(guild_id, name, value)
    due = int(time.time()) - 1
    await storage.programmes.add(replace(PLANNED, guild_id=guild_id, channel_id=channel_id, due=due))
    kept = await storage.scenes.add(replace(EPISODE, place=f"server {guild_id}"))
    performance = replace(ELSEWHERE, guild_id=guild_id, channel_id=channel_id, scene_id=kept.id)
    await storage.performances.add(replace(performance, has_thread=False, has_faces=False))
    await storage.close()


async def check_all_off(discord: LocalDiscord, chief: Member, channel: Channel) -> None:
    """Make sure that a bot whose owner wants none of it says so, and leaves it all."""
    for command, options in (
        ("perform", {}),
        ("cast face", {"character": "QUARK"}),
        ("programme add", {"title": "Days", "every": 1}),
        ("retrain", {"from": "channels"}),
    ):
        asked = await discord.slash(chief, command, options, channel=channel)
        assert "The bot's owner has" in (await asked.message()).content
    listed = (await (await discord.slash(chief, "programme list")).message()).text
    assert "It is off" in listed
    discord.world.application.flags = GRANTED
    await discord.say(chief, channel, "Does anybody chime in?")


async def check_nothing_came(data: Path, guild_id: int) -> None:
    """Make sure that a programme was left out, and a performance given up before it began."""
    machine = await asyncio.to_thread(read_machine, data)
    storage = await Repositories.open("", data=data, machine=machine)
    (programme,) = await storage.programmes.read_of_guild(guild_id)
    assert programme.due > time.time()
    assert await storage.programmes.read_season(programme.id) == []
    assert await storage.performances.read_all() == []
    await storage.close()
