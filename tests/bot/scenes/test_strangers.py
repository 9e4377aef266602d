"""Who gets a stored scene: those who can read the bot's own message that shows it, where it was written."""

import copy
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.bot.bot_process import Stage, footer, running_bot, scene_of, shows_scene
from tests.local_discord import Channel, Component, Guild, Interaction, LocalDiscord, Member, Message, User

pytestmark = pytest.mark.asyncio(loop_scope="module")

_ROW = 1  # the kind of a component that holds buttons
SECRET = "QUARK: The latinum is under the floor"


def post_as_app(discord: LocalDiscord, guild: Guild, custom_id: str) -> Message:
    """Let somebody's own app post a message with a button that looks like ours."""
    app = discord.add_user("Copycat")
    app.bot = True
    author = discord.add_member(guild, app)
    button = {"type": 2, "style": 1, "label": "Continue", "custom_id": custom_id}
    body: dict[str, Any] = {"content": "", "embeds": [{"image": {"url": "https://example.org/x.png"}}]}
    body["components"] = [{"type": 1, "components": [button]}]
    channel: Channel = next(iter(guild.channels.values()))
    return discord.board.send(body, channel=channel, author=author, uploads={})


def answers(question: Message, message: Message) -> bool:
    """Tell whether a message answers another one."""
    return message.referenced is question


def first_row(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the buttons of the first row of a scene's layout."""
    return next(part["components"] for part in components if part["type"] == _ROW)


async def refusal(asked: Interaction) -> str:
    """Wait for the answer to somebody who gets no scene."""
    answer = await asked.message()
    assert not shows_scene(answer)
    return answer.content


async def test_scene_is_given_to_no_message_but_the_bots_own(stage: Stage) -> None:
    """A button of somebody else's app opens no scene: not by its number, not by its whole id, not in its own server."""
    discord = stage.discord
    home, away = discord.add_guild(), discord.add_guild("Cardassia")
    member, spy, neighbour = (
        discord.add_member(home, "Quark"),
        discord.add_member(away, "Dukat"),
        discord.add_member(home, "Odo"),
    )
    scene = await scene_of(await discord.slash(member, "episode", {"line": SECRET, "length": 50}))
    whole = str(scene.button("Continue").custom_id)
    number = whole.rsplit(".", 1)[0]
    assert number != whole
    for guild, person in ((away, spy), (home, neighbour)):
        for custom_id in (number, whole, number.replace("go_on", "script")):
            forged = post_as_app(discord, guild, custom_id)
            asked = await discord.context_menu(person, "Continue as an episode", forged)
            assert SECRET not in await refusal(asked)
            mention = await discord.say(person, content=f"<@{discord.world.bot.id}>", reply_to=forged)
            answer = await discord.until_bot_message(partial(answers, mention))
            assert not shows_scene(answer)
    # Where everybody can read it, everybody can go on with it.
    await scene_of(await discord.context_menu(neighbour, "Continue as an episode", scene))


async def test_scene_stays_where_it_was_written(stage: Stage) -> None:
    """Under the bot's own message, too, the buttons of another server's or conversation's scene do nothing."""
    discord = stage.discord
    home, away = discord.add_guild(), discord.add_guild("Cardassia")
    member, spy = discord.add_member(home, "Quark"), discord.add_member(away, "Dukat")
    friend: User = discord.add_user("Garak", app_installed=True)
    options = {"line": SECRET, "length": 50}
    here = await scene_of(await discord.slash(member, "episode", options))
    direct = await scene_of(await discord.slash(friend, "episode", options))
    elsewhere = await scene_of(await discord.slash(spy, "episode", {"length": 50}))
    for secret in (here, direct):
        ids = [
            str(secret.button(label).custom_id) for label in ("Continue", "Another take", "Hotter", "Script")
        ]
        for custom_id in [*ids, ids[0].replace("hs:go_on", "hs:page") + ":0:f"]:
            # The message is ours; who changed its components on the way is not.
            changed = copy.deepcopy(elsewhere.components)
            first_row(changed)[0]["custom_id"] = custom_id
            elsewhere.components, kept = changed, elsewhere.components
            button = Component(elsewhere, first_row(changed)[0])
            asked = await discord.press(button, spy, forged=True)
            assert "no longer stored" in await refusal(asked)
            menu = await discord.context_menu(spy, "Continue as an episode", elsewhere)
            # What is gone on from is at most what the message itself shows.
            assert SECRET not in (await menu.message()).text
            elsewhere.components = kept
    await scene_of(await discord.press(direct.button("Continue"), friend))


async def test_guessed_keys_open_nothing(stage: Stage) -> None:
    """A number with another key, or none, stands for no scene."""
    discord = stage.discord
    member = discord.add_member(discord.add_guild(), "Quark")
    scene = await scene_of(await discord.slash(member, "episode", {"line": SECRET, "length": 50}))
    raw = first_row(scene.components)[0]
    number = raw["custom_id"].split(".")[0]
    for guess in (number, f"{number}.AAAAAAAA", f"{number}.", "hs:go_on:99.AAAAAAAA"):
        raw["custom_id"] = guess
        asked = await discord.press(Component(scene, raw), member, forged=True)
        if guess.endswith("."):
            continue  # no id of ours: Discord says that the application did not respond
        assert "no longer stored" in await refusal(asked)


async def test_buttons_from_before_keys_go_on_working(tmp_path: Path) -> None:
    """The messages that an earlier version sent have numbers alone, and their scenes no place: they are given back."""
    async with LocalDiscord() as discord:
        guild = discord.add_guild()
        member: Member = discord.add_member(guild, "Quark")
        async with running_bot(discord, tmp_path):
            scene = await scene_of(await discord.slash(member, "episode", {"line": SECRET, "length": 50}))
        for button in first_row(scene.components):
            button["custom_id"] = button["custom_id"].split(".")[0]
        with sqlite3.connect(tmp_path / "holosuite.db") as database:
            database.execute("UPDATE episodes SET key = '', place = ''")
        database.close()
        async with running_bot(discord, tmp_path):
            more = await scene_of(await discord.press(scene.button("Continue"), member))
            assert footer(more)
            assert "." in str(more.button("Continue").custom_id)
            forged = post_as_app(discord, guild, str(scene.button("Continue").custom_id))
            asked = await discord.context_menu(member, "Continue as an episode", forged)
            assert SECRET not in await refusal(asked)
