"""Messages of the local Discord: mentions, privacy, files, permissions."""

import asyncio
import io
from typing import Any

import aiohttp
import discord
import pytest

from tests.local_discord import Permission, Upload
from tests.local_discord.limits.mentions import find_mentions
from tests.local_discord.tests.scene import Scene, open_rest, open_scene, run_bot

HOSTILE = "@everyone @here <@100000000000000001> <@!100000000000000002> <@&100000000000000003>"
EVERYBODY = {
    "@everyone",
    "@here",
    "<@100000000000000001>",
    "<@100000000000000002>",
    "<@&100000000000000003>",
}


@pytest.mark.parametrize(
    ("allowed_mentions", "pings"),
    [
        (None, EVERYBODY),
        ({"parse": []}, set()),
        ({}, set()),
        ({"parse": ["everyone"]}, {"@everyone", "@here"}),
        ({"parse": ["roles"]}, {"<@&100000000000000003>"}),
        ({"parse": [], "users": ["100000000000000002", "7"]}, {"<@100000000000000002>"}),
    ],
)
def test_mentions_follow_allowed_mentions(allowed_mentions: dict[str, Any] | None, pings: set[str]) -> None:
    """Without allowed_mentions everything pings; with it only what it names."""
    assert find_mentions(HOSTILE, allowed_mentions=allowed_mentions).pings == pings


async def test_pings_are_computed_for_every_edit() -> None:
    """An edit without allowed_mentions pings although the message was sent with it."""
    async with open_scene() as scene, run_bot(scene.discord) as bot:
        channel = bot.get_channel(scene.channel.id)
        assert isinstance(channel, discord.TextChannel)
        nobody = discord.AllowedMentions.none()
        sent = await channel.send("@everyone", allowed_mentions=nobody)
        message = scene.discord.bot_messages[0]
        assert message.pings == set()
        await sent.edit(content="@everyone again", allowed_mentions=nobody)
        assert scene.discord.pings == set()
        await sent.edit(content="@here")
        assert message.pings == {"@here"}
        assert [revision.content for revision in message.revisions] == [
            "@everyone",
            "@everyone again",
            "@here",
        ]


async def test_pings_of_interactions_and_their_edits() -> None:
    """Answers to interactions are parsed like messages; embeds never ping, text displays do."""
    async with open_scene() as scene, open_rest(scene.discord) as rest:
        application = scene.discord.world.application.id
        command = {"name": "x", "description": "x"}
        await rest.ask("POST", f"/applications/{application}/commands", command)
        asked = await scene.discord.slash(scene.member, "x")
        embed = {"description": "@everyone"}
        await rest.call_back(asked, 4, {"embeds": [embed], "allowed_mentions": {"parse": []}})
        assert scene.discord.pings == set()
        await rest.edit_original(asked, {"content": scene.member.mention})
        assert scene.discord.pings == {scene.member.mention}
        display = {"flags": 1 << 15, "components": [{"type": 10, "content": "@here"}]}
        await rest.follow_up(asked, display)
        assert asked.follow_ups[0].pings == {"@here"}


async def test_mention_in_a_reply_reaches_the_bot() -> None:
    """A bot without the privileged intent reads the messages that mention it, not those they reply to."""
    async with open_scene() as scene, run_bot(scene.discord) as bot:
        first = await scene.discord.say(scene.member, content="Odo: I know who you are.")
        mention = scene.discord.world.bot.mention
        await scene.discord.say(scene.member, content=f"{mention} go on", reply_to=first)
        answer = await scene.discord.until_bot_message()
        assert answer.content == f"heard {mention} go on"
        assert bot.heard[0].content == ""
        assert bot.heard[1].reference is not None
        resolved = bot.heard[1].reference.resolved
        assert isinstance(resolved, discord.Message)
        assert (resolved.id, resolved.content) == (first.id, "")
        assert answer.pings == {mention}  # the bot repeated the mention of itself, and did not ping Kira


async def test_content_is_given_with_the_privileged_intent() -> None:
    """With Message Content granted and asked for nothing is withheld."""
    intents = discord.Intents.default()
    intents.message_content = True
    async with (
        open_scene(privileged_intents=1 << 15) as scene,
        run_bot(scene.discord, intents=intents) as bot,
    ):
        await scene.discord.say(scene.member, content="Garak: Plain, simple.")
        await asyncio.sleep(0.05)
        assert [message.content for message in bot.heard] == ["Garak: Plain, simple."]


async def test_direct_messages_are_never_withheld() -> None:
    """What a user writes to the bot itself is readable."""
    async with open_scene() as scene, run_bot(scene.discord) as bot:
        await scene.discord.say(scene.member.user, content="psst")
        await asyncio.sleep(0.05)
        assert [message.content for message in bot.heard] == ["psst"]


async def test_files_are_kept_and_served() -> None:
    """A file sent by the bot is served at its URL, also from inside an embed, and survives an edit."""
    async with open_scene() as scene, run_bot(scene.discord) as bot:
        channel = bot.get_channel(scene.channel.id)
        assert isinstance(channel, discord.TextChannel)
        plot = discord.File(io.BytesIO(b"\x89PNG"), filename="loss plot.png")
        embed = discord.Embed(title="Model").set_image(url="attachment://loss_plot.png")
        sent = await channel.send(embed=embed, file=plot)
        url = sent.embeds[0].image.url
        assert url is not None
        assert url.startswith(scene.discord.board.base_url)
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            assert await response.read() == b"\x89PNG"
            assert response.content_type == "image/png"
        script = await channel.send(file=discord.File(io.BytesIO(b"text"), filename="a.txt"))
        edited = await script.edit(content="now with words")
        assert await edited.attachments[0].read() == b"text"
        assert (await script.edit(attachments=[])).attachments == []


async def test_thread_and_direct_messages_are_opened() -> None:
    """The bot opens threads and conversations and writes there."""
    async with open_scene() as scene, run_bot(scene.discord) as bot:
        channel = bot.get_channel(scene.channel.id)
        assert isinstance(channel, discord.TextChannel)
        message = await channel.send("start")
        thread = await message.create_thread(name="Scene 1")
        await thread.send("inside")
        user = await bot.fetch_user(scene.member.id)
        await user.send("hello")
        async with channel.typing():
            pass
        assert scene.channel.typing == 1
        assert [m.channel.name for m in scene.discord.bot_messages] == ["promenade", "Scene 1", ""]
        assert [m.content async for m in channel.history()] == ["start"]


async def test_nonce_keeps_a_repeated_send_from_doubling() -> None:
    """With enforce_nonce the same message is returned, not sent again."""
    async with open_scene() as scene, open_rest(scene.discord) as rest:
        body = {"content": "once", "nonce": "7", "enforce_nonce": True}
        path = f"/channels/{scene.channel.id}/messages"
        first, second = [await rest.ask("POST", path, body) for _ in range(2)]
        assert first[1]["id"] == second[1]["id"]


async def check_refused(scene: Scene, body: dict[str, Any]) -> int:
    """Send a message with its channel's rules and return Discord's code."""
    async with open_rest(scene.discord) as rest:
        status, answer = await rest.ask("POST", f"/channels/{scene.channel.id}/messages", body)
        assert status >= 400
        return int(answer["code"])


@pytest.mark.parametrize(
    ("deny", "code"),
    [
        (Permission.VIEW_CHANNEL, 50001),
        (Permission.SEND_MESSAGES, 50013),
        (Permission.EMBED_LINKS, 50013),
        (Permission.READ_MESSAGE_HISTORY, 160002),
    ],
)
async def test_sending_needs_permissions(deny: Permission, code: int) -> None:
    """What the channel denies the bot is refused with Discord's codes."""
    async with open_scene() as scene:
        said = await scene.discord.say(scene.member, content="hello")
        scene.discord.set_permissions(scene.channel, scene.discord.world.bot, deny=deny)
        body = {"embeds": [{"title": "x"}], "message_reference": {"message_id": str(said.id)}}
        assert await check_refused(scene, body) == code


async def test_messages_that_are_gone_or_not_ones_own() -> None:
    """Unknown messages, channels and users, and other people's messages are refused."""
    async with open_scene() as scene, open_rest(scene.discord) as rest:
        said = await scene.discord.say(scene.member, content="mine")
        path = f"/channels/{scene.channel.id}/messages"
        assert (await rest.ask("PATCH", f"{path}/{said.id}", {"content": "x"}))[1]["code"] == 50005
        assert (await rest.ask("DELETE", f"{path}/{said.id}"))[1]["code"] == 50013
        assert (await rest.ask("GET", f"{path}/1"))[1]["code"] == 10008
        assert (await rest.ask("GET", "/channels/1"))[1]["code"] == 10003
        assert (await rest.ask("GET", "/users/1"))[1]["code"] == 10013
        assert (await rest.ask("GET", "/users/@me", token="bad")) == (
            401,
            {"message": "401: Unauthorized", "code": 0},
        )
        assert (await rest.ask("GET", "/nothing"))[0] == 404
        reference = {"message_reference": {"message_id": "1"}, "content": "x"}
        assert (await rest.ask("POST", path, reference))[1]["code"] == 50035


async def test_conversation_can_be_closed_to_the_bot() -> None:
    """A user who takes no direct messages gets none."""
    async with open_scene() as scene, open_rest(scene.discord) as rest:
        scene.member.user.accepts_direct_messages = False
        channel = scene.discord.direct_messages(scene.member)
        answer = await rest.ask("POST", f"/channels/{channel.id}/messages", {"content": "x"})
        assert answer[1]["code"] == 50007


async def test_files_have_a_size() -> None:
    """A file over the limit is refused, for commands and for messages."""
    async with open_scene(file_bytes=1000) as scene, run_bot(scene.discord) as bot:
        channel = bot.get_channel(scene.channel.id)
        assert isinstance(channel, discord.TextChannel)
        with pytest.raises(discord.HTTPException) as refusal:
            await channel.send(file=discord.File(io.BytesIO(b"x" * 1001), filename="a.txt"))
        assert (refusal.value.status, refusal.value.code) == (413, 40005)
        upload = await scene.discord.say(scene.member, content="", files=[Upload("b.txt", b"y" * 1000)])
        assert upload.attachments[0].text == "y" * 1000


async def test_webhook_speaks_under_any_name_but_those_that_discord_refuses() -> None:
    """A webhook needs its permission; its messages have their own names, in its channel and the threads there."""
    async with open_scene() as scene, open_rest(scene.discord) as rest:
        channel = f"/channels/{scene.channel.id}"
        assert (await rest.ask("POST", f"{channel}/webhooks", {"name": "Cast"}))[0] == 403
        bot = scene.discord.world.bot
        scene.discord.set_permissions(scene.channel, bot, allow=Permission.MANAGE_WEBHOOKS)
        assert (await rest.ask("POST", f"{channel}/webhooks", {"name": "Clyde"}))[1]["code"] == 50_035
        _, made = await rest.ask("POST", f"{channel}/webhooks", {"name": "Cast"})
        assert (await rest.ask("GET", f"{channel}/webhooks"))[1] == [made]
        path = f"/webhooks/{made['id']}/{made['token']}"
        for name in ("Discord", "here", "a@b", "x" * 81):
            status, answer = await rest.ask("POST", path, {"content": "No.", "username": name})
            assert (status, answer["code"]) == (400, 50_035)
        thread = scene.discord.add_channel(scene.guild, "stage", parent=scene.channel)
        asked = {"content": "No.", "username": "Odo"}
        _, said = await rest.ask("POST", f"{path}?wait=true&thread_id={thread.id}", asked)
        assert (said["author"]["username"], said["webhook_id"]) == ("Odo", made["id"])
        assert [each.channel for each in scene.discord.webhook_messages] == [thread]
        other = scene.discord.add_channel(scene.guild, "ops")
        assert (await rest.ask("POST", f"{path}?thread_id={other.id}", asked))[1]["code"] == 10_003
        assert (await rest.ask("POST", f"/channels/{thread.id}/threads", {"name": "x"}))[1]["code"] == 50_024
        gone = f"{path}/messages/{said['id']}?thread_id={thread.id}"
        assert [(await rest.ask("DELETE", gone))[0] for _ in range(2)] == [204, 404]
