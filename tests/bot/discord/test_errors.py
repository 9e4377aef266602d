"""What can go wrong around the bot: it loses nothing, doubles nothing and needs no restart."""

import asyncio
import json
import os
import shutil
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bot.ops.health import check_health
from bot.storage.repositories import Repositories
from tests.bot.bot_process import PROJECT, Stage, described, running_bot, scene_of, shows_scene, start_bot
from tests.bot.storage.test_database import EPISODE
from tests.local_discord import Guild, Interaction, LocalDiscord, Permission

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALLBACK = "POST /interactions/*"
EDIT = "PATCH /webhooks/*"


def scenes_of(asked: Interaction) -> int:
    """Return how many messages of an interaction show a scene."""
    return sum(shows_scene(message) for message in asked.messages)


async def ask_as_crowd(
    discord: LocalDiscord, guild: Guild, count: int, *, length: int = 500
) -> list[Interaction]:
    """Let so many members ask for a scene at once."""
    people = [discord.add_member(guild, f"Member {number}") for number in range(count)]
    options = {"length": length, "takes": 1}
    return [await discord.slash(person, "episode", options) for person in people]


@pytest.mark.parametrize("resumable", [True, False])
async def test_bot_comes_back_when_the_gateway_drops(stage: Stage, *, resumable: bool) -> None:
    """After a lost connection the bot resumes, or identifies anew, and answers what came meanwhile."""
    discord, member = stage.discord, stage.member
    await scene_of(await discord.slash(member, "episode", {"length": 20}))
    identified = discord.gateway.identified
    discord.gateway.drop_connections(resumable=resumable)
    if resumable:
        meanwhile = await discord.slash(member, "episode", {"length": 20})
        await discord.gateway.until_resumed()
        await scene_of(meanwhile)
    else:
        await discord.gateway.until_identified(identified + 1, timeout_seconds=20)
    await scene_of(await discord.slash(member, "episode", {"length": 20}))


@pytest.mark.parametrize("applied", [True, False])
async def test_failing_calls_are_repeated_until_they_arrive(stage: Stage, *, applied: bool) -> None:
    """502, 429 and broken connections, whether or not the call was carried out, give one scene each."""
    discord, member = stage.discord, stage.member
    discord.faults.fail(CALLBACK, status=502, applied=applied)
    asked = await discord.slash(member, "episode", {"length": 20})
    await scene_of(asked)
    discord.faults.drop(CALLBACK, applied=applied)
    second = await discord.slash(member, "episode", {"length": 20})
    await scene_of(second)
    discord.faults.rate_limit(CALLBACK, retry_after=0.3)
    third = await discord.slash(member, "episode", {"length": 20})
    await scene_of(third)
    await discord.settle(quiet_seconds=0.3)
    assert [scenes_of(each) for each in (asked, second, third)] == [1, 1, 1]
    me = f"<@{discord.world.bot.id}>"
    discord.faults.fail("POST /channels/*/messages", status=502, applied=applied)
    said = await discord.say(member, content=f"{me} KIRA: Prophets")
    await discord.until_bot_message(lambda message: message.referenced is said and shows_scene(message))
    await discord.settle(quiet_seconds=1.2)
    assert len([message for message in discord.bot_messages if message.referenced is said]) == 1


async def test_every_kind_of_call_may_fail_and_is_repeated(tmp_path: Path) -> None:
    """Registering, turning pages, sending files, deferring and editing: each survives 429 and 502."""
    async with LocalDiscord() as discord:
        guild = discord.add_guild()
        member = discord.add_member(guild, "Kira")
        boss = discord.world.application.owner
        owner = discord.add_member(guild, boss, permissions=Permission.ADMINISTRATOR)

        def trouble() -> None:
            discord.faults.fail(CALLBACK, status=502)
            discord.faults.rate_limit(EDIT, retry_after=0.1)
            discord.faults.fail(EDIT, status=502)

        discord.faults.fail("PUT /applications/*", status=502)
        async with running_bot(discord, tmp_path):
            long = await scene_of(await discord.slash(member, "episode", {"length": 4_000, "temp": 0.6}))
            trouble()
            await (await discord.press(long.button("Next page"), member)).acknowledged()
            await discord.until(lambda: "page 2" in long.text)
            trouble()
            script = await (await discord.press(long.button("Script"), member)).message()
            assert len(script.attachments) == 1
            trouble()
            calls = ((member, "about"), (owner, "diagnose"), (member, "forget-me"))
            asked = [await discord.slash(person, command) for person, command in calls]
            await discord.until(lambda: all(map(is_finished, asked)), timeout_seconds=20)
            discord.faults.clear()
            await scene_of(await discord.slash(member, "episode", {"length": 20}))


def is_finished(asked: Interaction) -> bool:
    """Tell whether a deferred answer says something by now."""
    return any(message.text for message in asked.messages)


async def test_scenes_older_than_the_retention_are_forgotten(tmp_path: Path) -> None:
    """With a retention set, the bot deletes what is older at its start, and nothing else."""
    storage = await Repositories.open("", data=tmp_path, machine="here")
    old = await storage.scenes.add(EPISODE)
    young = await storage.scenes.add(replace(EPISODE, request_id=11, created=int(time.time())))
    await storage.close()
    async with LocalDiscord() as discord:
        discord.add_guild()
        async with running_bot(discord, tmp_path, HOLOSUITE_RETENTION_DAYS="30") as bot:
            await bot.until_says("1 scene older than 30 days: deleted.")
    storage = await Repositories.open("", data=tmp_path, machine="here")
    assert await storage.scenes.read(old.id) is None
    assert await storage.scenes.read(young.id) == young
    await storage.close()


async def test_slow_callback_is_waited_for(stage: Stage) -> None:
    """A callback that Discord takes long to answer gives one scene, and others do not wait for it."""
    discord, member = stage.discord, stage.member
    discord.faults.slow(CALLBACK, seconds=1.5)
    slow = await discord.slash(member, "episode", {"length": 20})
    quick = await discord.slash(member, "episode", {"length": 20})
    await scene_of(quick)
    assert not slow.messages
    await scene_of(slow)
    assert scenes_of(slow) == 1


async def test_deleted_message_under_a_button_costs_nothing(tmp_path: Path) -> None:
    """A scene is written although the one before it was deleted; a deleted answer is dropped with a log line."""
    async with LocalDiscord() as discord:
        guild = discord.add_guild()
        member = discord.add_member(guild, "Kira")
        async with running_bot(discord, tmp_path, HOLOSUITE_QUEUE="500") as bot:
            scene = await scene_of(await discord.slash(member, "episode", {"length": 20}))
            button = scene.button("Continue")
            discord.delete_message(scene)
            await scene_of(await discord.press(button, member, forged=True))
            crowd = await ask_as_crowd(discord, guild, 15)
            waiting = await crowd[-1].message()
            discord.delete_message(waiting)
            for asked in crowd[:-1]:
                await scene_of(asked)
            await bot.until_says("A request was dropped")
            await scene_of(await discord.slash(member, "episode", {"length": 20}))


async def test_late_refusal_is_private_and_leaves_nothing_public(stage: Stage) -> None:
    """What cannot be written is refused to the asker alone, also where the place in the queue was shown before."""
    discord, member, guild = stage.discord, stage.member, stage.guild
    crowd = await ask_as_crowd(discord, guild, 10, length=2_000)
    wrong = await discord.slash(member, "episode", {"place": "@#%"})
    waiting = await wrong.message()
    assert not waiting.ephemeral
    refusal = await wrong.message_where(lambda message: message.ephemeral, timeout_seconds=60)
    assert "No name is left" in refusal.content
    await wrong.until(lambda asked: asked.messages == [refusal])
    for asked in crowd:
        await scene_of(asked)


async def test_button_pressed_twice_at_once_does_the_job_once(stage: Stage) -> None:
    """Of two presses at once one gives a scene, and the other is told so privately."""
    discord, guild = stage.discord, stage.guild
    kira, odo = discord.add_member(guild, "Kira"), discord.add_member(guild, "Odo")
    asked = await discord.slash(kira, "episode", {"length": 2_000})
    scene = await scene_of(asked)
    presses = [await discord.press(scene.button("Continue"), person) for person in (kira, odo)]
    answers = [await press.message() for press in presses]
    await discord.until(lambda: sum(scenes_of(press) for press in presses) == 1)
    refused = [answer for answer in answers if answer.ephemeral]
    assert [answer.content for answer in refused] == ["That is being written already."]


async def test_crowd_is_queued_and_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    """Of sixty requests at once each gets a scene or a private refusal, with its place while it waits."""
    async with LocalDiscord() as discord:
        guild = discord.add_guild()
        people = [discord.add_member(guild, f"Member {number}") for number in range(15)]
        async with running_bot(discord, tmp_path, HOLOSUITE_QUEUE="30"):
            crowd = [
                await discord.slash(people[number % 15], "episode", {"length": 500, "takes": 1})
                for number in range(60)
            ]

            def answered(asked: Interaction) -> bool:
                refused = any(
                    message.ephemeral and "try again" in message.content for message in asked.messages
                )
                return refused or scenes_of(asked) == 1

            await discord.until(lambda: all(map(answered, crowd)), timeout_seconds=120)
            assert all(len(asked.messages) == 1 for asked in crowd)
            assert not any(asked.failed for asked in crowd)
            assert sum(scenes_of(asked) for asked in crowd) >= 31
            shown = [revision.content for asked in crowd for revision in asked.messages[0].revisions]
            assert any("You are number" in content for content in shown)


async def test_member_has_few_places(tmp_path: Path) -> None:
    """Of seven requests of an administrator at once five are written, and two refused with what to do."""
    async with LocalDiscord() as discord:
        chief = discord.add_member(discord.add_guild(), "Odo", permissions=Permission.ADMINISTRATOR)
        async with running_bot(discord, tmp_path, HOLOSUITE_COOLDOWN="60"):
            crowd = [await discord.slash(chief, "episode", {"length": 2_000}) for _ in range(7)]
            for asked in crowd[:5]:
                await scene_of(asked)
            refusals = [await asked.message() for asked in crowd[5:]]
            assert all(refusal.ephemeral for refusal in refusals)
            sentence = "5 of your scenes are on their way; ask for this one once one of them is there."
            assert [refusal.content for refusal in refusals] == [sentence] * 2
            await scene_of(await discord.slash(chief, "episode", {"length": 20}))


async def test_killed_bot_loses_no_scene_and_finishes_what_it_began(tmp_path: Path) -> None:
    """After `kill -9` under load, old buttons work and each acknowledged request gets its scene."""
    async with LocalDiscord() as discord:
        guild = discord.add_guild()
        member = discord.add_member(guild, "Kira")
        async with running_bot(discord, tmp_path) as bot:
            crowd = await ask_as_crowd(discord, guild, 30)
            await discord.until(lambda: any(map(scenes_of, crowd)))
            await discord.until(
                lambda: all(asked.acknowledged_at or scenes_of(asked) for asked in crowd[-20:])
            )
            await bot.kill()
        shown = [asked.messages[0] for asked in crowd if scenes_of(asked)]
        texts = [described(message) for message in shown]
        promised = [asked for asked in crowd if asked.acknowledged_at is not None]
        assert 0 < len(shown) < len(promised)
        async with running_bot(discord, tmp_path):
            for asked in promised:
                await scene_of(asked)
            assert [described(message) for message in shown] == texts
            for message in shown[:3]:
                await scene_of(await discord.press(message.button("Another take"), member))
            assert all(scenes_of(asked) == 1 for asked in promised)


async def test_sigterm_finishes_what_is_being_written(tmp_path: Path) -> None:
    """Asked to leave under load, the bot answers who waits, refuses who comes, and leaves with status 0."""
    async with LocalDiscord() as discord:
        guild = discord.add_guild()
        async with running_bot(discord, tmp_path) as bot:
            crowd = await ask_as_crowd(discord, guild, 15, length=100)
            await discord.until(lambda: any(asked.acknowledged_at for asked in crowd))
            leaving = asyncio.create_task(bot.leave())
            assert await leaving == 0
        assert [scenes_of(asked) for asked in crowd] == [1] * 15
        assert "Left." in bot.log


async def test_vanished_model_directory_does_not_stop_a_running_bot(tmp_path: Path) -> None:
    """The loaded model writes on, and /about leaves its plot out."""
    run = tmp_path / "model"
    shutil.copytree(PROJECT / "models" / "ds9", run)
    async with LocalDiscord() as discord:
        member = discord.add_member(discord.add_guild(), "Kira")
        async with running_bot(discord, tmp_path, HOLOSUITE_RUN=str(run)):
            shutil.rmtree(run)
            scene = await scene_of(await discord.slash(member, "episode", {"length": 20}))
            await scene_of(await discord.press(scene.button("Continue"), member))
            about = await (await discord.slash(member, "about")).message()
            assert "it hesitates between" in about.text
            assert not about.attachments


async def test_health_turns_bad_when_the_gateway_is_lost_or_the_loop_hangs(tmp_path: Path) -> None:
    """The health file of a running bot is good, tells of a lost gateway, and goes stale when the bot stops."""
    async with LocalDiscord() as discord:
        discord.add_guild()
        async with running_bot(discord, tmp_path) as bot:
            file = tmp_path / "health.json"
            written = await until_written(file, lost=False)
            assert check_health(file, now=written["time"] + 1) == ""
            await discord.stop()
            written = await until_written(file, lost=True)
            assert written["lost_since"] <= written["time"]
            await bot.kill()
            assert "silent" in check_health(file, now=written["time"] + 60)


async def until_written(file: Path, *, lost: bool) -> dict[str, float]:
    """Wait until the health file says whether the gateway is lost, and return what it says."""
    async with asyncio.timeout(20):
        while True:
            if await asyncio.to_thread(file.exists):
                written: dict[str, float] = json.loads(await asyncio.to_thread(file.read_text))
                if (written["lost_since"] is not None) == lost:
                    return written
            await asyncio.sleep(0.05)


async def run_to_the_end(environment: dict[str, str], data: Path) -> tuple[int, str]:
    """Start a bot that cannot run; return its exit status and all that it said."""
    bot = await start_bot(environment, data)
    status = await asyncio.wait_for(bot.process.wait(), 30)
    return status, bot.log


async def test_start_says_what_is_wrong_in_a_sentence(tmp_path: Path) -> None:
    """A malformed or refused token, a missing model and a locked database end it with a sentence and status 2."""
    async with LocalDiscord() as discord:
        good = discord.environment
        wrong_token = "MTU3NDU3NjYyNjk4Nzk1ODI3Mg.GabcDE.abcdefghijklmnopqrstuvwxyz0123456789AB"
        (tmp_path / "locked").mkdir()
        other = sqlite3.connect(tmp_path / "locked" / "holosuite.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        cases = {
            "malformed": ({"DISCORD_TOKEN": "1234"}, "does not look like a bot's token"),
            "refused": ({"DISCORD_TOKEN": wrong_token}, "refuses the token"),
            "model": ({"HOLOSUITE_RUN": str(tmp_path / "nothing")}, "no run in"),
            "locked": ({}, "locked by another program"),
        }
        ends = [run_to_the_end(good | changes, tmp_path / name) for name, (changes, _) in cases.items()]
        for (name, (_, sentence)), (status, said) in zip(
            cases.items(), await asyncio.gather(*ends), strict=True
        ):
            assert (name, status) == (name, 2)
            assert sentence in said
            assert "Traceback" not in said
            assert wrong_token not in said
        other.close()


async def test_corrupt_database_is_kept_aside_at_the_start(tmp_path: Path) -> None:
    """A bot whose database is damaged says so, keeps the file, and serves."""
    (tmp_path / "holosuite.db").write_bytes(b"no database at all" * 500)
    async with LocalDiscord() as discord:
        member = discord.add_member(discord.add_guild(), "Kira")
        async with running_bot(discord, tmp_path) as bot:
            await scene_of(await discord.slash(member, "episode", {"length": 20}))
            assert "was damaged: it is kept aside" in bot.log
        assert "holosuite.db.damaged-" in " ".join(os.listdir(tmp_path))  # noqa: PTH208 -- names are enough


async def test_bot_runs_the_shards_that_it_is_told_to(tmp_path: Path) -> None:
    """With one of three shards set, exactly this one identifies."""
    async with LocalDiscord() as discord:
        discord.add_guild()
        environment = discord.environment | {"HOLOSUITE_SHARDS": "2", "SHARD_COUNT": "3"}
        bot = await start_bot(environment, tmp_path)
        await bot.until_says("Shard ID 2 has connected")
        assert len(discord.gateway.connected) == 1
        assert await bot.leave() == 0
