"""The pace of all requests together: Discord's limit is kept, and first answers never wait behind edits."""

import asyncio
from typing import Any

import aiohttp
import pytest

from bot.discord.client import DiscordClient
from bot.discord.replies.pacing import RequestPace, Urgency
from bot.discord.replies.sending import try_once
from tests.local_discord import LocalDiscord
from tests.local_discord.client import pointed_at
from tests.local_discord.settings import LocalDiscordSettings

A_SECOND = 6  # requests, in the local Discord and in the client


async def test_urgent_requests_go_before_others() -> None:
    """Of those that wait, new messages go before edits, edits before progress, and each kind in its order."""
    pace = RequestPace(requests=1, seconds=0.01)
    gone: list[str] = []

    async def send(name: str, urgency: Urgency) -> None:
        await pace.wait(urgency)
        gone.append(name)

    last, usual, first = Urgency.LAST, Urgency.USUAL, Urgency.FIRST
    asked = [("at once", last), ("progress", last), ("edit", usual), ("other edit", usual)]
    tasks = [asyncio.create_task(send(*each)) for each in (*asked, ("left", first), ("new", first))]
    await asyncio.sleep(0)
    assert pace.waiting == 5
    tasks[4].cancel()  # nobody waits for it any more
    await asyncio.gather(*tasks, return_exceptions=True)
    assert gone == ["at once", "new", "edit", "other edit", "progress"]
    assert pace.most == 1
    assert pace.waiting == 0


async def test_client_keeps_discords_limit_and_answers_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A crowd of edits in many channels is never refused, and what answers a command passes them all."""
    monkeypatch.setattr("bot.discord.client.REQUESTS_PER_SECOND", A_SECOND)
    settings = LocalDiscordSettings(buckets=True, global_requests_per_second=A_SECOND)
    async with LocalDiscord(settings) as discord:
        guild = discord.add_guild()
        channels = [discord.add_channel(guild, f"deck-{number}") for number in range(14)]
        shown = [
            discord.board.send({"content": "0 %"}, channel=channel, author=discord.world.bot, uploads={})
            for channel in channels
        ]
        with pointed_at(discord):
            async with DiscordClient(shard_ids=(), shard_count=None) as bot:
                await bot.login(discord.token)
                places = [bot.get_partial_messageable(message.channel.id) for message in shown]
                crowd: list[asyncio.Task[Any]] = [
                    asyncio.create_task(place.get_partial_message(message.id).edit(content="1 %"))
                    for place, message in zip(places, shown, strict=True)
                ]
                crowd.append(asyncio.create_task(try_once(lambda: bot.http.send_typing(places[0].id))))
                while not bot.pace.waiting:  # noqa: ASYNC110 -- the requests tell nobody that they wait
                    await asyncio.sleep(0)
                crowd.append(asyncio.create_task(places[0].send("No.")))
                trace = bot.pace.trace()
                async with aiohttp.ClientSession(trace_configs=[trace]) as session:
                    # Nobody knows this interaction; that its answer comes at once is what counts.
                    await session.post(f"{discord.api_url}/interactions/1/token/callback", json={})
                await asyncio.gather(*crowd)
        requests = sorted(discord.requests, key=lambda request: request.started_at)
        sent = [f"{request.method} {request.template}" for request in requests]
        edits = [number for number, name in enumerate(sent) if name.startswith("PATCH")]
        answer = next(number for number, name in enumerate(sent) if name.startswith("POST /interactions"))
        new = sent.index("POST /channels/{channel}/messages")
        assert answer < edits[A_SECOND]
        assert new < edits[-1]
        assert sent.index("POST /channels/{channel}/typing") >= 2 * A_SECOND  # which nobody misses
        assert 429 not in [request.status for request in requests]
        assert bot.pace.most == A_SECOND
