"""Faults of the local Discord, and how an unchanged discord.py gets over them."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import discord
import pytest

from tests.local_discord import LocalDiscord
from tests.local_discord.http.errors import Reason
from tests.local_discord.tests.scene import open_rest, open_scene, run_bot

CALLBACK = "POST /interactions/*/callback"
EDIT = "PATCH /webhooks/{application}/{token}/messages/{message}"


@contextlib.asynccontextmanager
async def run_process(server: LocalDiscord) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the example bot in a process of its own."""
    root = Path(__file__).parents[3]
    before = server.gateway.identified
    ignored = "ignore:'audioop' is deprecated:DeprecationWarning"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        ignored,
        "-m",
        "tests.local_discord.tests.example_bot",
        cwd=root,
        env={**os.environ, **server.environment},
    )
    try:
        await server.gateway.until_identified(before + 1, timeout_seconds=20)
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
            await process.wait()


async def test_rate_limits_are_waited_out() -> None:
    """A 429 on the callback and on the edit is repeated after its time."""
    async with open_scene() as scene, run_bot(scene.discord):
        scene.discord.faults.rate_limit(CALLBACK, retry_after=0.2, times=2)
        scene.discord.faults.rate_limit(EDIT, retry_after=0.2)
        asked = await scene.discord.slash(scene.member, "later")
        assert (await asked.message()).content == "done"
        assert asked.acknowledgement_seconds is not None
        assert asked.acknowledgement_seconds >= 0.4
        assert [request.status for request in scene.discord.requests].count(429) == 3


async def test_rate_limit_answer_has_discords_form() -> None:
    """Body and headers are those of the documentation, for one route and for all."""
    async with open_scene() as scene, aiohttp.ClientSession() as session:
        scene.discord.faults.rate_limit("GET /users/@me", retry_after=1.5, scope="shared")
        scene.discord.faults.rate_limit(retry_after=0.5, everywhere=True)
        headers = {"Authorization": f"Bot {scene.discord.token}"}
        async with session.get(scene.discord.api_url + "/users/@me", headers=headers) as response:
            body = {"message": "You are being rate limited.", "retry_after": 1.5, "global": False}
            assert (response.status, await response.json()) == (429, body)
            assert response.headers["Retry-After"] == "2"
            assert response.headers["X-RateLimit-Scope"] == "shared"
            assert response.headers["X-RateLimit-Remaining"] == "0"
            assert response.headers["Via"]
        async with session.get(scene.discord.api_url + "/users/@me", headers=headers) as response:
            assert (await response.json())["global"] is True
            assert response.headers["X-RateLimit-Global"] == "true"
        async with session.get(scene.discord.api_url + "/users/@me", headers=headers) as response:
            assert response.status == 200
            assert int(response.headers["X-RateLimit-Limit"]) > 0


async def test_buckets_slow_a_client_down_without_a_429() -> None:
    """With real buckets discord.py waits by the headers once five messages went in five seconds."""
    async with open_scene(buckets=True) as scene, run_bot(scene.discord) as bot:
        channel = bot.get_channel(scene.channel.id)
        assert isinstance(channel, discord.TextChannel)
        for number in range(4):
            await channel.send(str(number))
        fifth = asyncio.create_task(channel.send("4"))
        await asyncio.sleep(0.3)
        assert not fifth.done()
        assert len(scene.discord.bot_messages) == 5
        fifth.cancel()
        async with open_rest(scene.discord) as rest:
            answer = await rest.ask("POST", f"/channels/{scene.channel.id}/messages", {"content": "x"})
        assert answer[0] == 429


async def test_server_errors_are_repeated() -> None:
    """A 502 on the callback is tried again in time."""
    async with open_scene() as scene, run_bot(scene.discord):
        scene.discord.faults.fail(CALLBACK, status=502)
        asked = await scene.discord.slash(scene.member, "episode")
        assert (await asked.message()).content == "Odo: Well. at 0.5"
        assert [r.status for r in scene.discord.requests if r.path.endswith("callback")] == [502, 200]


async def test_answer_lost_after_the_request_was_carried_out() -> None:
    """With `applied` the server acts and the client does not learn of it."""
    async with open_scene() as scene, open_rest(scene.discord) as rest:
        path = f"/channels/{scene.channel.id}/messages"
        scene.discord.faults.fail("POST /channels/*", status=500, applied=True)
        assert (await rest.ask_text("POST", path, {"content": "x"}))[0] == 500
        scene.discord.faults.drop("POST /channels/{channel}/messages", applied=True)
        with pytest.raises(aiohttp.ClientError):
            await rest.ask("POST", path, {"content": "y"})
        scene.discord.faults.drop(f"POST {path}")
        with pytest.raises(aiohttp.ClientError):
            await rest.ask("POST", path, {"content": "z"})
        assert [message.content for message in scene.discord.bot_messages] == ["x", "y"]
        assert [request.status for request in scene.discord.requests] == [500, None, None]


async def test_slow_answers_take_their_time() -> None:
    """Slowness delays only the requests it concerns."""
    async with open_scene() as scene, open_rest(scene.discord) as rest:
        fault = scene.discord.faults.slow("GET /users/*", seconds=0.2, times=None)
        await rest.ask("GET", "/gateway/bot")
        assert fault.happened == 0
        started = time.monotonic()
        await rest.ask("GET", "/users/@me")
        assert time.monotonic() - started >= 0.2
        scene.discord.faults.remove(fault)
        assert fault.happened == 1


async def test_requests_are_recorded_without_tokens() -> None:
    """Method, route and body are there; neither the bot's nor an interaction's token is."""
    async with open_scene() as scene, run_bot(scene.discord):
        asked = await scene.discord.slash(scene.member, "later")
        await asked.until(lambda it: len(it.follow_ups) == 1)
        edit = next(r for r in scene.discord.requests if r.method == "PATCH")
        assert edit.path.endswith(f"/interaction-{asked.id}/messages/@original")
        assert (edit.template, edit.body["content"], edit.status) == (EDIT.split()[1], "done", 200)
        assert edit.uploads[0].filename == "script.txt"
        seen = repr([(r.path, r.body, r.query) for r in scene.discord.requests])
        assert scene.discord.token not in seen
        assert asked.token not in seen


async def test_bot_in_its_own_process_is_killed_and_comes_back() -> None:
    """A client process answers, dies, and the next one serves the buttons of its messages."""
    async with open_scene() as scene:
        async with run_process(scene.discord):
            message = await (await scene.discord.slash(scene.member, "episode")).message()
        async with run_process(scene.discord):
            pressed = await scene.discord.press(message.button("Continue"), scene.member)
            assert (await pressed.message()).content == "continued"
        assert scene.discord.gateway.identified == 2


async def test_refusals_and_limits_of_odd_forms_are_sent_on_request() -> None:
    """A test has any of Discord's refusals, and a 429 that does not say for how long."""
    async with open_scene() as scene, open_rest(scene.discord) as rest:
        scene.discord.faults.refuse("GET /users/*", Reason.TOO_MANY_EDITS)
        scene.discord.faults.rate_limit("GET /users/*", retry_after=None)
        status, body = await rest.ask("GET", "/users/@me")
        assert (status, body["code"]) == (429, 30046)
        status, body = await rest.ask("GET", "/users/@me")
        assert (status, "retry_after" in body) == (429, False)


async def test_network_that_is_cut_breaks_everything_off() -> None:
    """Without a network neither requests nor the gateway come through; afterwards both do."""
    async with open_scene() as scene, run_bot(scene.discord), open_rest(scene.discord) as rest:
        scene.discord.cut_network()
        with pytest.raises(aiohttp.ClientError):
            await rest.ask("GET", "/users/@me")
        scene.discord.mend_network()
        assert (await rest.ask("GET", "/users/@me"))[0] == 200
        await scene.discord.gateway.until_resumed()


async def test_events_are_spoiled_on_request() -> None:
    """The next event of a name has the data that the test wants, and the one after it its own."""
    async with open_scene() as scene:
        gateway = scene.discord.gateway
        gateway.spoil("READY", lambda data: data | {"guilds": None})
        assert gateway._take_spoiled("READY", {"guilds": []}) == {"guilds": None}
        assert gateway._take_spoiled("READY", {"guilds": []}) == {"guilds": []}
