"""Scenes that go on from messages of every kind, against the local Discord."""

import pytest

from tests.bot.bot_process import Stage, described, is_covered, scene_of, shows_scene
from tests.local_discord import Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

MENU = "Continue as an episode"


async def menu_scene(stage: Stage, said: Message) -> Message:
    """Return the scene that a message's menu gives."""
    return await scene_of(await stage.discord.context_menu(stage.member, MENU, said))


async def mention_scene(stage: Stage, asked: Message) -> Message:
    """Return the scene that answers a message with the bot's name."""
    return await stage.discord.until_bot_message(
        lambda message: message.referenced is asked and shows_scene(message)
    )


async def test_what_somebody_says_is_said_in_the_scene_and_answered(stage: Stage) -> None:
    """A message that is no script becomes its author's line, and the next line is somebody else's."""
    discord, member = stage.discord, stage.member
    ann = discord.add_member(stage.guild, "Ann")
    said = await discord.say(ann, content="what is the *meaning* of life? <:kek:123456789012345678>")
    scene = await menu_scene(stage, said)
    first, second = described(scene).split("\n")[:2]
    assert first == "**ANN:** what is the meaning of life?"
    assert second
    again = await scene_of(await discord.press(scene.button("Another take"), member))
    assert described(again).startswith(first + "\n")
    assert described(again) != described(scene)
    typed = await scene_of(await discord.slash(ann, "episode", {"line": "who is there?", "length": 100}))
    assert described(typed).startswith("**ANN:** who is there?\n")
    begun = await scene_of(await discord.slash(ann, "episode", {"line": "who is", "length": 100}))
    assert described(begun).startswith("who is")
    nameless = discord.add_member(stage.guild, "\u738b")
    asked = await discord.say(nameless, content=f"<@{discord.world.bot.id}> who is there")
    assert described(await mention_scene(stage, asked)).startswith("**GUEST:** who is there\n")


async def test_scene_from_a_spoiler_stays_covered(stage: Stage) -> None:
    """What comes of a covered line is covered, and so is what its buttons make of it."""
    said = await stage.discord.say(stage.member, content="||ODO: Quark dies||")
    scene = await menu_scene(stage, said)
    more = await scene_of(await stage.discord.press(scene.button("Continue"), stage.member))
    for each in (scene, more):
        assert is_covered(each)
    assert "ODO:** Quark dies" in described(scene)


async def test_reply_to_a_scene_goes_on_with_its_line(stage: Stage) -> None:
    """A mention with a line, in a reply to a scene, puts the line into that scene; no code claims to stand for it."""
    discord, member = stage.discord, stage.member
    scene = await scene_of(
        await discord.slash(member, "episode", {"length": 200, "seed": 7, "cast": "QUARK, ODO"})
    )
    me = f"<@{discord.world.bot.id}>"
    asked = await discord.say(member, content=f"{me} I know who did it!", reply_to=scene)
    answer = await mention_scene(stage, asked)
    more = await scene_of(await discord.press(answer.button("Continue"), member))
    begun = (await script_of(stage, scene)).split("\n-- ")[0].rstrip()
    for each in (answer, more):
        script = await script_of(stage, each)
        assert script.startswith(f"{begun}\nKIRA: I know who did it!\n")
        assert "/replay" not in script


async def script_of(stage: Stage, scene: Message) -> str:
    """Return the file of a scene."""
    return (
        (await (await stage.discord.press(scene.button("Script"), stage.member)).message())
        .attachments[0]
        .text
    )


async def test_scene_that_automod_blocks_is_refused_in_a_sentence(stage: Stage) -> None:
    """Where the server's AutoMod takes offence, the asker reads why nothing comes, and the next scene may pass."""
    discord, member = stage.discord, stage.member
    stage.guild.blocked_words.add("Nobody leaves")
    asked = await discord.slash(member, "episode", {"line": "ODO: Nobody leaves"})
    refused = await asked.message_where(lambda message: "AutoMod" in message.content, timeout_seconds=30)
    assert refused.ephemeral
    await scene_of(await discord.slash(member, "episode", {"line": "ODO: Some stay"}))
    discord.requests.clear()


async def test_scene_comes_in_a_thread_that_is_archived_meanwhile(stage: Stage) -> None:
    """A thread that is archived while scenes wait gets them all the same, each once."""
    discord, guild = stage.discord, stage.guild
    thread = discord.add_channel(guild, "holodeck", parent=next(iter(guild.channels.values())))
    people = [discord.add_member(guild, f"Member {number}") for number in range(3)]
    options = {"length": 4_000}
    crowd = [await discord.slash(person, "episode", options, channel=thread) for person in people]
    await discord.until(lambda: all(asked.acknowledged_at for asked in crowd), timeout_seconds=20)
    thread.archived = True
    await discord.until(
        lambda: sum(map(shows_scene, thread.messages.values())) == len(people), timeout_seconds=90
    )
    discord.requests.clear()


async def test_buttons_under_an_embed_of_an_earlier_version_go_on_working(stage: Stage) -> None:
    """A scene that was shown as an embed can be continued, and its pages become layouts."""
    discord, member = stage.discord, stage.member
    options = {"length": 4_000, "temp": 0.6, "seed": 3}
    scene = await scene_of(await discord.slash(member, "episode", options))
    labels = ("Continue", "Next page")
    row = {
        "type": 1,
        "components": [
            {"type": 2, "style": 1, "label": label, "custom_id": scene.button(label).custom_id}
            for label in labels
        ],
    }
    body = {"embeds": [{"description": "**ODO:** No"}], "components": [row]}
    old = discord.board.send(body, channel=scene.channel, author=discord.world.bot, uploads={})
    await scene_of(await discord.press(old.button("Continue"), member))
    turned = await discord.press(old.button("Next page"), member)
    await turned.acknowledged()
    await discord.until(lambda: shows_scene(old))
    assert "page 2 of" in old.text
    assert old.embeds == []
