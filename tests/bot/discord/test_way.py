"""The way to Discord: nothing that happens on it ends the bot, loses an answer or shows one twice."""

import asyncio
import json
import socket
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest

from bot.discord.client import DiscordClient
from bot.discord.connection import forgive_events
from tests.bot.bot_process import Stage, running_bot, scene_of, shows_scene, start_bot
from tests.local_discord import Interaction, LocalDiscord, LocalDiscordSettings, Message, Permission
from tests.local_discord.http.errors import Reason

pytestmark = pytest.mark.asyncio(loop_scope="module")

EDIT = "PATCH /webhooks/{application}/{token}/messages/{message}"
SEND = "POST /channels/{channel}/messages"
WAITING = ("number", "being written", "restarting")


def is_waiting(asked: Interaction) -> bool:
    """Tell whether a message of an interaction still says that something is to come."""
    return any(word in message.content for message in asked.messages for word in WAITING)


def is_scene_for(asked: Interaction, message: Message) -> bool:
    """Tell whether a message shows a scene and names who has asked."""
    return shows_scene(message) and str(asked.person.user.id) in message.text


@pytest.mark.parametrize("path", ["/users/@me", "/oauth2/applications/@me", "/gateway/bot"])
async def test_bot_starts_while_discord_is_out_of_reach(tmp_path: Path, path: str) -> None:
    """Whatever it asks first fails at the start, by a status or a broken connection: it serves once Discord answers."""
    async with LocalDiscord() as discord:
        member = discord.add_member(discord.add_guild(), "Kira")
        for pattern in (f"GET {path}", "GET /applications/@me") if "oauth2" in path else (f"GET {path}",):
            discord.faults.fail(pattern, status=503)
            discord.faults.drop(pattern)
        async with running_bot(discord, tmp_path) as bot:
            assert bot.log.count("Discord is out of reach") >= 2
            await scene_of(await discord.slash(member, "episode", {"length": 20}))


async def test_bot_starts_without_a_network(tmp_path: Path) -> None:
    """With nobody listening at Discord's address it waits, and is there when somebody does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    discord = LocalDiscord()
    member = discord.add_member(discord.add_guild(), "Kira")
    bot = await start_bot(
        {"HOLOSUITE_DISCORD_API": f"http://127.0.0.1:{port}/api/v10", "DISCORD_TOKEN": discord.token},
        tmp_path,
    )
    try:
        await bot.until_says("Discord is out of reach")
        await discord.start(port=port)
        await bot.until_says("Ready as", timeout_seconds=60)
        await discord.until(lambda: bool(discord.world.application.global_commands), timeout_seconds=30)
        await scene_of(await discord.slash(member, "episode", {"length": 20}))
        assert await bot.leave() == 0
    finally:
        if bot.process.returncode is None:
            await bot.kill()
        await discord.stop()


@pytest.mark.parametrize(
    ("event", "change"),
    [
        ("GUILD_UPDATE", {"roles": None, "channels": None, "features": None, "id": "0"}),
        ("CHANNEL_CREATE", {"permission_overwrites": None}),
        ("GUILD_ROLE_CREATE", {"role": None}),
        ("GUILD_CREATE", {"channels": None, "roles": None}),
        ("MESSAGE_CREATE", {"author": None}),
        ("INTERACTION_CREATE", {"data": None, "type": "x"}),
    ],
)
async def test_events_that_cannot_be_read_are_left_out(
    stage: Stage, event: str, change: dict[str, object]
) -> None:
    """A malformed event is logged, and the bot serves on."""
    discord, guild = stage.discord, stage.guild
    identified = discord.gateway.identified
    discord.gateway.dispatch(event, {"guild_id": str(guild.id), **change}, guild_id=guild.id)
    await scene_of(await discord.slash(stage.member, "episode", {"length": 20}))
    assert discord.gateway.identified == identified


@pytest.mark.parametrize("lacking", ["shard", "session_id"])
async def test_session_that_makes_no_sense_is_begun_anew(tmp_path: Path, lacking: str) -> None:
    """A READY without its parts, and then a frame that is no message, make the bot connect again."""
    async with LocalDiscord() as discord:
        member = discord.add_member(discord.add_guild(), "Kira")
        discord.gateway.spoil("READY", lambda data: {k: v for k, v in data.items() if k != lacking})
        async with running_bot(discord, tmp_path) as bot:
            await discord.gateway.until_identified(2, timeout_seconds=30)
            await bot.until_says("could not be read")
            discord.gateway.send_raw("nonsense" if lacking == "shard" else "[1]")
            await discord.gateway.until_identified(3, timeout_seconds=30)
            await scene_of(await discord.slash(member, "episode", {"length": 20}))


@pytest.mark.parametrize(
    ("code", "sentence"), [(4004, "token"), (4013, "does not know"), (4014, "does not grant")]
)
async def test_gateway_that_closes_for_good_ends_the_bot_in_a_sentence(
    tmp_path: Path, code: int, sentence: str
) -> None:
    """Only a refused token, or a code that no attempt can mend, ends the process: status 2, no trace."""
    async with LocalDiscord() as discord:
        discord.add_guild()
        async with running_bot(discord, tmp_path) as bot:
            discord.gateway.drop_connections(code=code)
            assert await asyncio.wait_for(bot.process.wait(), 30) == 2
            assert sentence in bot.log.splitlines()[-1]
            assert "Traceback" not in bot.log


async def test_waiting_scenes_outlive_a_lost_network(tmp_path: Path) -> None:
    """A network that is gone for longer than a few attempts loses no scene that was acknowledged."""
    async with LocalDiscord() as discord:
        guild = discord.add_guild()
        people = [discord.add_member(guild, f"Member {number}") for number in range(6)]
        async with running_bot(discord, tmp_path):
            crowd = [await discord.slash(person, "episode", {"length": 1_500}) for person in people]
            await discord.until(lambda: all(asked.acknowledged_at for asked in crowd), timeout_seconds=20)
            discord.cut_network()
            await asyncio.sleep(8)
            discord.mend_network()
            for asked in crowd:
                await scene_of(asked, timeout_seconds=60)
            assert all(sum(map(shows_scene, asked.messages)) == 1 for asked in crowd)
            assert not any(map(is_waiting, crowd))


@pytest.mark.parametrize("how", ["expired", "uneditable", "archived"])
async def test_answer_that_can_no_longer_be_changed_is_replaced(stage: Stage, how: str) -> None:
    """After the token's time, or too many edits, the scene comes in a new message that names the member."""
    discord, settings = stage.discord, stage.discord.settings
    people = [discord.add_member(stage.guild, f"Member {number}") for number in range(3)]
    crowd = [await discord.slash(person, "episode", {"length": 4_000}) for person in people]
    await discord.until(lambda: all(asked.acknowledged_at for asked in crowd), timeout_seconds=20)
    token_seconds = settings.token_seconds
    if how == "uneditable":
        discord.faults.refuse(EDIT, Reason.TOO_MANY_EDITS, times=None)
    elif how == "archived":
        discord.faults.refuse(EDIT, Reason.ARCHIVED_THREAD, times=None)
    else:
        # From now on, and not from some moment in the bot's writing.
        object.__setattr__(settings, "token_seconds", 0.0)
    try:
        last = crowd[-1]
        found = await discord.until_bot_message(partial(is_scene_for, last), timeout_seconds=90)
        assert found.interaction is None
        await discord.until(lambda: not is_waiting(last), timeout_seconds=20)
    finally:
        object.__setattr__(settings, "token_seconds", token_seconds)


async def test_promise_of_a_killed_bot_is_kept_after_the_tokens_time(tmp_path: Path) -> None:
    """A request that an earlier process acknowledged long ago gets its scene in the channel, once."""
    async with LocalDiscord(LocalDiscordSettings(token_seconds=3.0)) as discord:
        guild = discord.add_guild()
        people = [discord.add_member(guild, f"Member {number}") for number in range(3)]
        async with running_bot(discord, tmp_path) as bot:
            crowd = [await discord.slash(person, "episode", {"length": 1_500}) for person in people]
            await discord.until(lambda: all(asked.acknowledged_at for asked in crowd), timeout_seconds=20)
            await bot.kill()
        left = [asked for asked in crowd if not any(map(shows_scene, asked.messages))]
        await asyncio.sleep(3)
        async with running_bot(discord, tmp_path):
            for asked in left:
                await discord.until_bot_message(partial(is_scene_for, asked), timeout_seconds=60)
            await discord.settle(quiet_seconds=0.5)
        scenes = [message for message in discord.bot_messages if shows_scene(message)]
        assert len(scenes) == len(crowd)


async def test_mention_is_answered_without_a_reference_that_discord_refuses(stage: Stage) -> None:
    """Where the bot may not read the history, its answer does not hang on the message but comes."""
    discord, member, guild = stage.discord, stage.member, stage.guild
    channel = next(iter(guild.channels.values()))
    discord.set_permissions(channel, guild.roles[guild.id], deny=Permission.READ_MESSAGE_HISTORY)
    await discord.say(member, content=f"<@{discord.world.bot.id}> KIRA: Prophets")
    await discord.until_bot_message(
        lambda message: shows_scene(message) and message.channel is channel, timeout_seconds=30
    )


async def test_limit_without_a_time_is_waited_out(stage: Stage) -> None:
    """A 429 that does not say for how long costs no answer."""
    discord, member = stage.discord, stage.member
    discord.faults.rate_limit("POST /interactions/*", retry_after=None)
    asked = await discord.slash(member, "episode", {"length": 20})
    await scene_of(asked)
    assert len(asked.messages) == 1


async def test_second_bot_on_a_data_folder_is_refused(tmp_path: Path) -> None:
    """A bot that is started where another one serves ends with a sentence, and the first goes on."""
    async with LocalDiscord() as discord:
        member = discord.add_member(discord.add_guild(), "Kira")
        async with running_bot(discord, tmp_path):
            second = await start_bot(discord.environment, tmp_path)
            try:
                assert await asyncio.wait_for(second.process.wait(), 30) == 2
            finally:
                if second.process.returncode is None:
                    await second.kill()
            assert "Another bot is running with the data folder" in second.log
            await scene_of(await discord.slash(member, "episode", {"length": 20}))


async def test_mention_of_a_killed_bot_is_answered_by_the_next(tmp_path: Path) -> None:
    """A mention that was told to wait gets its scene after `kill -9`, in the same message."""
    async with LocalDiscord() as discord:
        guild = discord.add_guild()
        people = [discord.add_member(guild, f"Member {number}") for number in range(3)]
        said = discord.add_member(guild, "Kira")
        async with running_bot(discord, tmp_path) as bot:
            # A server's members take turns, so their own scenes are what makes the mention wait.
            for person in (*people, said, said, said, said):
                await discord.slash(person, "episode", {"length": 4_000})
            await discord.say(said, content=f"<@{discord.world.bot.id}> KIRA: Prophets")
            waiting = await discord.until_bot_message(
                lambda message: message.interaction is None, timeout_seconds=30
            )
            await bot.kill()
        async with running_bot(discord, tmp_path):
            await discord.until(lambda: shows_scene(waiting), timeout_seconds=60)


async def test_health_tells_of_a_task_that_is_down(tmp_path: Path) -> None:
    """The health file names the tasks that have failed and wait to be started again."""
    from bot.ops.health import check_health  # noqa: PLC0415 -- beside its one test here

    file = tmp_path / "health.json"
    now = time.monotonic()
    file.write_text(json.dumps({"time": now, "lost_since": None, "tasks_down": ["training"]}))
    assert "training" in check_health(file, now=now)


async def test_pauses_between_attempts_to_connect_stay_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often the gateway was lost, a shard's next attempt comes within half a minute or so."""
    for name in ("DiscordWebSocket", "ExponentialBackoff"):
        monkeypatch.setattr(discord.shard, name, getattr(discord.shard, name))  # put back at the end
    client = DiscordClient(shard_ids=(0,), shard_count=1)
    forgive_events(client)
    client._reconnect = True
    socket = SimpleNamespace(shard_id=0, _max_heartbeat_timeout=60.0)
    shard = discord.shard.Shard(cast("Any", socket), client, lambda _: None)
    assert max(shard._backoff.delay() for _ in range(200)) <= 32
