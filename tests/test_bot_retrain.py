"""Trainings from Discord, against the local Discord and with real child processes: from an upload to a model in use."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import psutil

from tests.bot_process import BotProcess, described, footer, running_bot, scene_of
from tests.conftest import tiny_episodes
from tests.local_discord import Guild, LocalDiscord, Member, Message, Permission, Upload

TRAINING_SECONDS = 120.0
RUNS_OWN = ("samples.md", "events.jsonl")  # what a network wrote may be what it read


@dataclass(eq=False)
class Scene:
    """A Discord with a server, its administrator, a member, and the bot."""

    discord: LocalDiscord
    guild: Guild
    chief: Member
    member: Member
    bot: BotProcess
    data: Path


def scripts(*, episodes: int = 12) -> Upload:
    """Return a corpus of 9,000 characters as somebody uploads it."""
    return Upload("Terok Nor.json", json.dumps(tiny_episodes(episodes)).encode())


@asynccontextmanager
async def open_scene(data: Path, **environment: str) -> AsyncIterator[Scene]:
    """Start everything; at the end nothing was refused by Discord, nobody pinged, and no process is left."""
    async with LocalDiscord() as discord:
        guild = discord.add_guild()
        chief = discord.add_member(guild, "Sisko", permissions=Permission.ADMINISTRATOR)
        member = discord.add_member(guild, "Nog")
        async with running_bot(discord, data, **environment) as bot:
            yield Scene(discord, guild, chief, member, bot, data)
        assert not discord.pings
        assert not discord.refused_requests


async def offered(scene: Scene, **options: object) -> Message:
    """Ask for a training, and return the preview with its buttons."""
    asked = await scene.discord.slash(scene.chief, "retrain", options)
    return await asked.message_where(lambda message: bool(message.buttons), timeout_seconds=60)


async def begin(scene: Scene, **options: object) -> Message:
    """Ask for a training and start it; return the message that shows it."""
    preview = await offered(scene, **options)
    known = {message.id for message in scene.discord.bot_messages}
    await (await scene.discord.press(preview.button("Start"), scene.chief)).acknowledged()
    return await scene.discord.until_bot_message(
        lambda message: message.id not in known and message.interaction is None, timeout_seconds=20
    )


async def until_shows(scene: Scene, message: Message, text: str) -> None:
    """Wait until a message shows a text."""
    await scene.discord.until(lambda: text in message.text, timeout_seconds=TRAINING_SECONDS)


def trainings(data: Path) -> list[psutil.Process]:
    """Return the processes that train in a data directory, dead ones that nobody has buried too."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        command = " ".join(process.info["cmdline"] or [])
        if ("train.py" in command or "core." in command) and process.info["cwd"] == str(data):
            found.append(process)
    return found


def left_over(data: Path) -> list[str]:
    """Return what lies in the folders for trainings that only running ones have."""
    partial = [str(path) for path in (data / "models").glob("*/*.partial")]
    return [*partial, *map(str, (data / "jobs").glob("*"))]


def holds_text(data: Path, text: str) -> bool:
    """Tell whether any file but the samples and the log of a run holds a text."""
    files = [path for path in data.rglob("*") if path.is_file() and path.name not in RUNS_OWN]
    return any(text.encode() in path.read_bytes() for path in files)


async def test_training_from_upload_to_use(tmp_path: Path) -> None:
    """An upload is previewed privately, trained in public, compared, put to use, and can be taken back."""
    async with open_scene(tmp_path) as scene:
        discord = scene.discord
        preview = await offered(scene, corpus=scripts(), epochs=2, name="Terok Nor")
        assert preview.ephemeral
        assert "12 episodes" in preview.text
        assert "KIRA" in preview.text
        assert not trainings(tmp_path)
        known = {message.id for message in discord.bot_messages}
        await (await discord.press(preview.button("Start"), scene.chief)).acknowledged()
        shown = await discord.until_bot_message(
            lambda message: message.id not in known and message.interaction is None, timeout_seconds=20
        )
        # Members go on writing with the old model.
        assert footer(await scene_of(await discord.slash(scene.member, "episode", {"seed": 1}))).startswith(
            "ds9"
        )
        await until_shows(scene, shown, "is trained")
        assert not shown.ephemeral
        states = [str(revision.embeds[0].get("description")) for revision in shown.revisions]
        assert any("%" in state for state in states)
        times = [revision.time for revision in shown.revisions if "%" in str(revision.embeds)]
        assert all(after - before > 4 for before, after in pairwise(times))  # what Discord allows, or slower
        assert shown.embeds[0]["image"]["url"].endswith("loss.png?ex=0&is=0&hm=0")
        assert "bits per character" in shown.text
        assert "old " in shown.text
        assert [field["name"] for field in shown.embeds[0]["fields"]][-2:] == ["Old: ds9", "New: Terok Nor"]

        scene_now = await scene_of(await discord.slash(scene.member, "episode", {"seed": 1, "length": 100}))
        assert footer(scene_now).startswith("Terok Nor")
        await (await discord.press(shown.button("Go back"), scene.chief)).acknowledged()
        old = await scene_of(await discord.slash(scene.member, "episode", {"seed": 1, "length": 100}))
        assert footer(old).startswith("ds9")
        # The scene of the new model goes on with the new model.
        more = await scene_of(await discord.press(scene_now.button("Continue"), scene.member))
        assert footer(more).startswith("Terok Nor")
        await (await discord.press(shown.button("Use it"), scene.chief)).acknowledged()
        new = await scene_of(await discord.slash(scene.member, "episode", {"seed": 1, "length": 100}))
        assert described(new) == described(scene_now)
        assert not trainings(tmp_path)
        assert left_over(tmp_path) == []
        assert not holds_text(tmp_path, "You are under arrest. ")
