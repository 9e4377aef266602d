"""The local Discord's gateway keeps Discord's protocol with an unchanged discord.py."""

import asyncio
import json
import zlib
from typing import Any

import aiohttp
import discord
import pytest

from tests.local_discord.client import pointed_at
from tests.local_discord.gateway.intents import Intent
from tests.local_discord.tests.example_bot import ExampleBot
from tests.local_discord.tests.scene import Scene, open_scene, run_bot


async def converse(scene: Scene, *messages: Any) -> int | None:
    """Send raw messages to the gateway after HELLO and return the code it closes with."""
    async with aiohttp.ClientSession() as session, session.ws_connect(scene.discord.gateway_url) as socket:
        assert (await socket.receive_json())["op"] == 10
        for message in messages:
            await socket.send_str(message if isinstance(message, str) else json.dumps(message))
        while (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.TEXT:
            pass
        return socket.close_code


def identify(good_token: str, **changes: Any) -> dict[str, Any]:
    """Return an IDENTIFY."""
    return {"op": 2, "d": {"token": good_token, "intents": 1, "properties": {}, **changes}}


async def test_gateway_introduces_the_bot_to_its_guilds() -> None:
    """READY and GUILD_CREATE give a client its user, guilds, channels and own permissions."""
    async with open_scene() as scene, run_bot(scene.discord) as bot:
        assert bot.user is not None
        assert bot.application_id == scene.discord.world.application.id
        guild = bot.get_guild(scene.guild.id)
        assert guild is not None
        assert guild.name == "Terok Nor"
        assert guild.me.guild_permissions.send_messages
        assert [channel.name for channel in guild.text_channels] == ["promenade"]


async def test_gateway_tells_of_guilds_that_come_and_go() -> None:
    """A guild added, made unavailable and left reaches the client as events."""
    async with open_scene() as scene, run_bot(scene.discord) as bot:
        joined = scene.discord.add_guild("Bajor")
        await asyncio.sleep(0.1)
        assert bot.get_guild(joined.id) is not None
        channel = scene.discord.add_channel(joined, "temple")
        await asyncio.sleep(0.1)
        assert bot.get_channel(channel.id) is not None
        scene.discord.delete_channel(channel)
        scene.discord.remove_bot(joined)
        await asyncio.sleep(0.1)
        assert bot.get_guild(joined.id) is None
        assert bot.get_channel(channel.id) is None


async def test_gateway_resumes_and_replays_what_was_missed() -> None:
    """After a connection is broken off the client resumes and gets the events of the meantime."""
    async with open_scene() as scene, run_bot(scene.discord) as bot:
        scene.discord.gateway.reachable = False
        scene.discord.gateway.drop_connections()
        await asyncio.sleep(0.05)
        asked = await scene.discord.slash(scene.member, "episode", {"line": "missed"})
        scene.discord.gateway.reachable = True
        await scene.discord.gateway.until_resumed()
        assert (await asked.message()).content == "missed at 0.5"
        assert scene.discord.gateway.identified == 1
        assert bot.resumed == 1


async def test_gateway_asks_for_a_reconnect() -> None:
    """The RECONNECT opcode makes the client resume."""
    async with open_scene() as scene, run_bot(scene.discord):
        scene.discord.gateway.request_reconnect()
        await scene.discord.gateway.until_resumed()


async def test_gateway_closes_with_a_code_and_resumes() -> None:
    """A close with 4000 is resumed."""
    async with open_scene() as scene, run_bot(scene.discord):
        scene.discord.gateway.drop_connections(code=4000)
        await scene.discord.gateway.until_resumed()


async def test_gateway_session_lost_means_a_fresh_identify() -> None:
    """A session that the server has forgotten is answered with INVALID_SESSION, and a new one begins."""
    async with open_scene() as scene, run_bot(scene.discord):
        scene.discord.gateway.drop_connections(resumable=False)
        await scene.discord.gateway.until_identified(2)
        asked = await scene.discord.slash(scene.member, "episode")
        await asked.message()


async def test_gateway_unacknowledged_heartbeats_make_the_client_come_back() -> None:
    """A client whose heartbeats are not acknowledged notices and resumes."""
    async with open_scene(heartbeat_milliseconds=200) as scene, run_bot(scene.discord, heartbeat_timeout=0.5):
        scene.discord.gateway.acknowledge_heartbeats = False
        await scene.discord.gateway.until_resumed()
        scene.discord.gateway.acknowledge_heartbeats = True


@pytest.mark.parametrize(("code", "kept"), [(1000, 0), (4000, 1)])
async def test_gateway_keeps_a_session_unless_the_client_said_goodbye(code: int, kept: int) -> None:
    """Closing with 1000 ends the session; any other code leaves it to be resumed."""
    async with open_scene() as scene, aiohttp.ClientSession() as session:
        async with session.ws_connect(scene.discord.gateway_url) as socket:
            await socket.send_json(identify(scene.discord.token))
            await scene.discord.gateway.until_connected()
            await socket.close(code=code)
        await asyncio.sleep(0.05)
        assert len(scene.discord.gateway.sessions) == kept


async def test_gateway_bad_token_is_refused_at_login() -> None:
    """A wrong token is a LoginFailure before the gateway is asked."""
    async with open_scene() as scene:
        with pointed_at(scene.discord), pytest.raises(discord.LoginFailure):
            async with ExampleBot() as bot:
                await bot.login("wrong")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"intents": int(Intent.MESSAGE_CONTENT)}, 4014),
        ({"intents": 1 << 60}, 4013),
        ({"shard": [2, 2]}, 4010),
        ({"token": "wrong"}, 4004),
    ],
)
async def test_gateway_refuses_an_identify(changes: dict[str, Any], code: int) -> None:
    """Privileged or unknown intents, impossible shards and wrong tokens close with Discord's codes."""
    async with open_scene() as scene:
        assert await converse(scene, identify(scene.discord.token, **changes)) == code


async def test_gateway_refuses_what_breaks_the_protocol() -> None:
    """No JSON, too much of it, commands before IDENTIFY or unknown ones close with Discord's codes."""
    async with open_scene() as scene:
        hello = identify(scene.discord.token)
        assert await converse(scene, "{") == 4002
        assert await converse(scene, json.dumps({"op": 1, "d": "x" * 5000})) == 4002
        assert await converse(scene, {"op": 3, "d": {}}) == 4003
        assert await converse(scene, hello, {"op": 42}) == 4001
        assert await converse(scene, hello, hello) == 4005
        assert await converse(scene, *[{"op": 1, "d": None}] * 121) == 4008


async def test_gateway_without_privileged_intent_stops_the_client() -> None:
    """discord.py's own exception for privileged intents is raised."""
    async with open_scene() as scene:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            async with run_bot(scene.discord, intents=discord.Intents.all()):
                pass


async def test_gateway_gives_events_to_the_right_shard() -> None:
    """Each shard hears of its own guilds only."""
    async with open_scene() as scene:
        guilds = [
            scene.discord.add_guild(f"Guild {number}", identifier=(1000 + number) << 22) for number in (0, 1)
        ]
        members = [scene.discord.add_member(guild, "Kira") for guild in guilds]
        async with run_bot(scene.discord, shard_id=1, shard_count=2) as bot:
            assert guilds[0].id not in {guild.id for guild in bot.guilds}
            assert bot.get_guild(guilds[1].id) is not None
            assert (await (await scene.discord.slash(members[1], "episode")).message()).content
            other = await scene.discord.slash(members[0], "episode")
            await asyncio.sleep(0.1)
            assert other.acknowledged_at is None


async def test_gateway_compresses_one_stream_for_a_connection() -> None:
    """With zlib-stream every message ends in a flush and one decompressor reads them all."""
    async with (
        open_scene() as scene,
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{scene.discord.gateway_url}/?v=10&encoding=json&compress=zlib-stream") as socket,
    ):
        stream = zlib.decompressobj()
        await socket.send_json(identify(scene.discord.token))
        opcodes = []
        for _ in range(3):
            frame = await socket.receive_bytes()
            assert frame.endswith(b"\x00\x00\xff\xff")
            message = json.loads(stream.decompress(frame))
            opcodes.append((message["op"], message["t"], message["s"]))
        assert opcodes == [(10, None, None), (0, "READY", 1), (0, "GUILD_CREATE", 2)]
