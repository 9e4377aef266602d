"""The bot's commands, buttons and quotes as members use them, against the local Discord."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.discord.language.language import LANGUAGES, read_language
from tests.bot.bot_process import (
    Stage,
    described,
    details,
    footer,
    running_bot,
    scene_of,
    shows_scene,
)
from tests.local_discord import LocalDiscord, Permission

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINE = "QUARK: No p"


@asynccontextmanager
async def open_stage(data: Path, **environment: str) -> AsyncIterator[Stage]:
    """Start everything; at the end nothing may have been refused by Discord, and nobody pinged."""
    async with LocalDiscord() as discord:
        guild = discord.add_guild()
        member = discord.add_member(guild, "Kira")
        async with running_bot(discord, data, **environment) as bot:
            yield Stage(discord, guild, member, bot)
        assert not discord.pings
        assert not discord.refused_requests


async def test_episode_and_its_buttons(stage: Stage) -> None:
    """A scene is written as it was asked for, the same for the same seed, and each button does what it says."""
    discord, member = stage.discord, stage.member
    options = {"temp": 0.5, "length": 200, "line": f"> \u201c{LINE}\u201d", "seed": 7}
    scene = await scene_of(await discord.slash(member, "episode", options))
    assert described(scene).startswith("**QUARK:** No p")
    assert footer(scene) == "ds9 \u00b7 0.5 \u00b7 seed 7"
    told = await details(discord, member, scene)
    assert re.search(r"temp 0\.5 \u00b7 length 200 \u00b7 seed 7 \u00b7 \d\.\d\d s", told)
    same = await scene_of(await discord.slash(member, "episode", options))
    assert described(same) == described(scene)

    other = discord.add_member(stage.guild, "Odo")
    again = await scene_of(await discord.press(scene.button("Another take"), other))
    assert described(again).startswith("**QUARK:** No p")
    assert described(again) != described(scene)
    hotter = await scene_of(await discord.press(scene.button("Hotter"), other))
    assert footer(hotter) == "ds9 \u00b7 0.7 \u00b7 seed 7"
    colder = await scene_of(await discord.press(scene.button("Colder"), other))
    assert footer(colder) == "ds9 \u00b7 0.36 \u00b7 seed 7"

    more = await scene_of(await discord.press(scene.button("Continue"), other))
    script = await (await discord.press(more.button("Script"), other)).message()
    assert script.ephemeral
    text = script.attachments[0].text
    first = await (await discord.press(scene.button("Script"), member)).message()
    begun = first.attachments[0].text.rsplit("\n\n-- ", 1)[0]
    assert text.startswith(begun)
    assert len(text) > len(begun) + 100


async def test_continued_scene_is_the_one_written_at_once(stage: Stage) -> None:
    """At temperature 0 a scene in two parts is, character for character, the scene in one as far as both go."""
    discord, member = stage.discord, stage.member
    options = {"temp": 0, "line": LINE, "seed": 1, "length": 100}
    whole = await scene_of(await discord.slash(member, "episode", options | {"length": 600}))
    half = await scene_of(await discord.slash(member, "episode", options))
    assert half.button("Colder").disabled
    both = await scene_of(await discord.press(half.button("Continue"), member))
    texts = [
        (await (await discord.press(scene.button("Script"), member)).message()).attachments[0].text
        for scene in (whole, half, both)
    ]
    at_once, first, in_two = (text.rsplit("\n\n-- ", 1)[0] for text in texts)
    assert len(in_two) >= len(first) + 100
    assert at_once.startswith(in_two)


async def test_directed_scene_and_its_code(stage: Stage) -> None:
    """Cast, place and spelling are kept by the buttons, offered while typing, and repeated by the code."""
    discord, member = stage.discord, stage.member
    options = {"cast": "Quark, odo", "place": "quark's", "spelling": False, "length": 300, "seed": 7}
    scene = await scene_of(await discord.slash(member, "episode", options))
    more = await scene_of(await discord.press(scene.button("Continue"), member))
    hotter = await scene_of(await discord.press(scene.button("Hotter"), member))
    for each in (scene, more, hotter):
        assert "cast QUARK, ODO" in await details(discord, member, each)
        speakers = re.findall(r"^\*\*([^*]+?)(?: \\\[.*)?:\*\*", described(each), re.MULTILINE)
        assert speakers
        assert set(speakers) <= {"QUARK", "ODO"}
    for each in (scene, hotter):
        assert described(each).startswith("### \\[Quark's\\]")
    for each in (scene, more):
        told = await details(discord, member, each)
        code = told.rsplit("```", 2)[1].strip()
        again = await scene_of(await discord.slash(member, "replay", {"code": f" {code} "}))
        assert described(again) == described(each)
        pasted = await scene_of(await discord.slash(member, "replay", {"code": told.replace("\n", " ")}))
        assert described(pasted) == described(each)
    await scene_of(await discord.press(again.button("Another take"), member))

    cast = await (await discord.autocomplete(member, "episode", "cast", "quark, od")).choices()
    assert cast[0]["value"] == "quark, ODO"
    places = await (await discord.autocomplete(member, "episode", "place", "quark")).choices()
    assert places[0]["value"] == "Quark's"

    wrong = (
        ("episode", {"cast": "\u738b"}, "no name that the model can spell"),
        ("episode", {"cast": "ODO", "line": LINE}, "not in the cast"),
        ("episode", {"place": "@#%"}, "No name is left"),
        ("replay", {"code": code[:-1]}, "no episode code"),
    )
    for command, given, sentence in wrong:
        asked = await discord.slash(member, command, given)
        answer = await asked.message_where(lambda message: message.ephemeral)
        assert sentence in answer.content


async def test_long_scene_goes_on_in_pages(stage: Stage) -> None:
    """What does not fit a message is on further pages, and all of it is in the file."""
    discord, member = stage.discord, stage.member
    asked = await discord.slash(member, "episode", {"length": 4_000, "temp": 0.6, "seed": 3})
    scene = await scene_of(asked)
    assert "page 1 of 2" in footer(scene)
    assert scene.button("Previous page").disabled
    first = described(scene)
    turned = await discord.press(scene.button("Next page"), member)
    await turned.acknowledged()
    await discord.until(lambda: "page 2 of 2" in footer(scene))
    assert described(scene) != first
    script = await (await discord.press(scene.button("Script"), member)).message()
    assert len(script.attachments[0].text) >= 4_000


async def test_quoted_lines_begin_scenes(stage: Stage) -> None:
    """A message's menu, a mention with a quotation, and a mention in a reply each go on from what was said."""
    discord, member = stage.discord, stage.member
    said = await discord.say(member, content='"ODO: Nobody leaves"')
    menu = await scene_of(await discord.context_menu(member, "Continue as an episode", said))
    assert described(menu).startswith("**ODO:** Nobody leaves")

    me = f"<@{discord.world.bot.id}>"
    asked = await discord.say(member, content=f"{me} go on:\n> KIRA: Prophets")
    answer = await discord.until_bot_message(lambda message: message.referenced is asked)
    await discord.until(lambda: shows_scene(answer))
    assert described(answer).startswith("**KIRA:** Prophets")

    reply = await discord.say(member, content=me, reply_to=said)
    hint = await discord.until_bot_message(lambda message: message.referenced is reply)
    assert "Continue as an episode" in hint.content

    go_on = await discord.say(member, content=me, reply_to=menu)
    answer = await discord.until_bot_message(lambda message: message.referenced is go_on)
    await discord.until(lambda: shows_scene(answer))
    assert answer.buttons

    chatter = await discord.say(member, content="so funny", reply_to=menu)
    await discord.settle(quiet_seconds=0.3)
    assert not [message for message in discord.bot_messages if message.referenced is chatter]


async def test_suggestions_about_help_and_forgetting(stage: Stage) -> None:
    """Speakers and own lines are offered; the model introduces itself; what is stored can be deleted."""
    discord, member = stage.discord, stage.member
    scene = await scene_of(await discord.slash(member, "episode", {"line": "QUIET: Hm", "length": 20}))
    offered = await (await discord.autocomplete(member, "episode", "line", "qu")).choices()
    values = [choice["value"].strip() for choice in offered]
    assert values[0] == "QUARK:"
    assert "QUIET: Hm" in values
    about = await (await discord.slash(member, "about")).message()
    assert "it hesitates between" in about.text
    assert about.attachments[0].filename == "loss.png"
    engineers = await (await discord.press(about.button("Details"), member)).message()
    assert engineers.ephemeral
    assert "divides logits" in engineers.text
    help_ = await (await discord.slash(member, "help")).message()
    assert "/episode" in help_.text
    forgotten = await (await discord.slash(member, "forget-me")).message()
    assert forgotten.ephemeral
    assert "1 of your scenes" in forgotten.content
    pressed = await (await discord.press(scene.button("Continue"), member)).message()
    assert pressed.ephemeral
    assert "no longer stored" in pressed.content


async def test_diagnosis_is_for_the_owner_alone(stage: Stage) -> None:
    """The owner sees queue, delay and memory, and no training package; an administrator is refused."""
    discord = stage.discord
    owner = discord.add_member(
        stage.guild, discord.world.application.owner, permissions=Permission.ADMINISTRATOR
    )
    shown = await (await discord.slash(owner, "diagnose")).message()
    assert shown.ephemeral
    assert "99th percentile" in shown.text
    assert "Training packages loaded: none" in shown.text
    assert discord.token not in shown.text
    administrator = discord.add_member(stage.guild, "Sisko", permissions=Permission.ADMINISTRATOR)
    refused = await (await discord.slash(administrator, "diagnose")).message()
    assert "owner alone" in refused.text


async def test_commands_work_in_direct_messages_and_as_a_users_own_app(stage: Stage) -> None:
    """A scene is written in a conversation with the bot, and in a server that it is not in."""
    discord = stage.discord
    user = discord.add_user("Garak", app_installed=True)
    direct = await scene_of(await discord.slash(user, "episode", {"length": 50}))
    assert direct.channel.guild is None
    elsewhere = discord.add_guild("Cardassia", has_bot=False)
    visitor = discord.add_member(elsewhere, user)
    foreign = await scene_of(await discord.slash(visitor, "episode", {"length": 50}))
    await scene_of(await discord.press(foreign.button("Continue"), visitor))


async def test_pause_between_requests_spares_administrators(tmp_path: Path) -> None:
    """Who asks twice is told privately to wait, by a mention once; an administrator or a refused request is not."""
    async with open_stage(tmp_path, HOLOSUITE_COOLDOWN="60") as stage:
        discord, member = stage.discord, stage.member
        await scene_of(await discord.slash(member, "episode", {"length": 20}))
        refused = await (await discord.slash(member, "episode", {"length": 20})).message()
        assert refused.ephemeral
        assert "Cooldown: try again in" in refused.content
        chief = discord.add_member(stage.guild, "Sisko", permissions=Permission.ADMINISTRATOR)
        for _ in range(2):
            await scene_of(await discord.slash(chief, "episode", {"length": 20}))
        # What was refused costs no pause.
        other = discord.add_member(stage.guild, "Nog")
        wrong = {"cast": "QUARK", "line": "ODO: So"}
        assert "In the line ODO" in (await (await discord.slash(other, "episode", wrong)).message()).content
        await scene_of(await discord.slash(other, "episode", {"length": 20}))
        # A mention's refusal is seen by everybody, so that one is enough.
        mentions = [
            await discord.say(other, content=f"<@{discord.world.bot.id}> KIRA: Prophets") for _ in range(3)
        ]
        await discord.until_bot_message(lambda message: message.referenced in mentions)
        await discord.settle(quiet_seconds=0.3)
        answers = [message for message in discord.bot_messages if message.referenced in mentions]
        assert ["Cooldown: try again in" in message.content for message in answers] == [True]


async def test_commands_are_described_in_four_languages_and_synchronised_once(tmp_path: Path) -> None:
    """Every description has its translations, and a second start does not send the commands again."""
    async with LocalDiscord() as discord:
        discord.add_guild()
        async with running_bot(discord, tmp_path):
            commands = list(discord.world.application.global_commands.values())
        german = read_language("de")
        described_items = [
            *commands,
            *(option for command in commands for option in command.get("options") or []),
        ]
        for item in described_items:
            if item.get("description"):
                assert item["description_localizations"]["de"] == german.find(item["description"])
                assert set(item["description_localizations"]) == set(LANGUAGES)
        async with running_bot(discord, tmp_path):
            await discord.settle(quiet_seconds=0.3)
        sent = [request for request in discord.requests if request.method == "PUT"]
        assert len(sent) == 1


async def test_forged_values_are_refused(tmp_path: Path) -> None:
    """Values that Discord's own app would not send are refused with a sentence, never obeyed."""
    forged = ({"temp": 9}, {"length": 10**6}, {"seed": -1})
    async with open_stage(tmp_path) as stage:
        long = await stage.discord.slash(stage.member, "episode", {"line": "x" * 6_000}, forged=True)
        assert described(await scene_of(long)).startswith("x" * 1_000)
        for options in forged:
            asked = await stage.discord.slash(stage.member, "episode", options, forged=True)
            answer = await asked.message()
            assert answer.ephemeral
            assert "has to be a number from" in answer.content
