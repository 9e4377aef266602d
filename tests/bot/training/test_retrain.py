"""Trainings from Discord, against the local Discord and with real child processes: from an upload to a model in use."""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio

from core.run.store import Run
from tests.bot.bot_process import BotProcess, ask_to_train, described, footer, running_bot, scene_of
from tests.conftest import tiny_episodes
from tests.local_discord import (
    ApplicationDidNotRespond,
    Component,
    Guild,
    LocalDiscord,
    Member,
    Message,
    Permission,
    Upload,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

TRAINING_SECONDS = 240.0  # it runs at the lowest priority, and the machine may have much else to do
GUILD_ID = 1000
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


async def until_quiet(data: Path) -> None:
    """Wait until no process trains in a data directory, and no folder of one is left."""
    async with asyncio.timeout(30):
        while trainings(data) or left_over(data):  # noqa: ASYNC110 -- a process tells nobody that it ends
            await asyncio.sleep(0.05)


@pytest.fixture(autouse=True)
def _leave_nothing_running(tmp_path: Path) -> Iterator[None]:
    """End what a failing test has left: trainings outlive the bot, and this test."""
    yield
    for process in trainings(tmp_path):
        process.kill()


@asynccontextmanager
async def open_scene(data: Path, **environment: str) -> AsyncIterator[Scene]:
    """Start everything; at the end nothing was refused by Discord, nobody pinged, and no process is left."""
    async with LocalDiscord() as discord:
        guild = discord.add_guild(identifier=GUILD_ID)
        chief = discord.add_member(guild, "Sisko", permissions=Permission.ADMINISTRATOR)
        member = discord.add_member(guild, "Nog")
        async with running_bot(discord, data, **environment) as bot:
            yield Scene(discord, guild, chief, member, bot, data)
        assert not discord.pings
        assert not discord.refused_requests


async def offered(scene: Scene, **options: Any) -> Message:
    """Ask for a training, and return the preview with its buttons."""
    asked = await ask_to_train(scene.discord, scene.chief, **options)
    return await asked.message_where(lambda message: bool(message.buttons), timeout_seconds=60)


async def begin(scene: Scene, *, twice: bool = False, **options: Any) -> Message:
    """Ask for a training and start it, where asked with two presses at once; return the message that shows it."""
    preview = await offered(scene, **options)
    known = {message.id for message in scene.discord.bot_messages}
    presses = [await scene.discord.press(preview.button("Start"), scene.chief) for _ in range(1 + twice)]
    for press in presses:
        await press.acknowledged()
    return await scene.discord.until_bot_message(
        lambda message: message.id not in known and message.interaction is None, timeout_seconds=20
    )


async def until_shows(scene: Scene, message: Message, text: str) -> None:
    """Wait until a message shows a text."""
    await scene.discord.until(lambda: text in message.text, timeout_seconds=TRAINING_SECONDS)


async def until_told(scene: Scene, message: Message, text: str) -> Message:
    """Wait until a new message answers the one that showed a training, says a text, and the old one is closed."""
    end = await scene.discord.until_bot_message(
        lambda other: other.referenced is message and text in other.text, timeout_seconds=TRAINING_SECONDS
    )
    await scene.discord.until(lambda: message.deleted or "is over" in message.text, timeout_seconds=60)
    assert not message.buttons
    assert str(scene.chief.user.id) in end.content
    # Answers to presses of its buttons refer to the message, too.
    answers = [other for other in scene.discord.bot_messages if other.referenced is message]
    assert [other for other in answers if other.interaction is None] == [end]
    return end


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
        assert "The weights of " in preview.text
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
        end = await until_told(scene, shown, "is trained")
        assert not end.ephemeral
        states = [str(revision.embeds[0].get("description")) for revision in shown.revisions]
        assert any("%" in state for state in states)
        times = [revision.time for revision in shown.revisions if "%" in str(revision.embeds)]
        assert all(after - before > 4 for before, after in pairwise(times))  # what Discord allows, or slower
        assert end.embeds[0]["image"]["url"].endswith("loss.png?ex=0&is=0&hm=0")
        assert "bits per character" in end.text
        assert "old " in end.text
        assert [field["name"] for field in end.embeds[0]["fields"]][-2:] == ["Old: ds9", "New: Terok Nor"]
        # It began with the shipped model's weights, and knows this text better: it is used at once.
        assert "It is this server's model now" in end.text
        assert "of the words in its scenes are words of this text" in end.text
        scene_now = await scene_of(await discord.slash(scene.member, "episode", {"seed": 1, "length": 100}))
        assert footer(scene_now).startswith("Terok Nor")
        await (await discord.press(end.button("Go back"), scene.chief)).acknowledged()
        old = await scene_of(await discord.slash(scene.member, "episode", {"seed": 1, "length": 100}))
        assert footer(old).startswith("ds9")
        # The scene of the new model goes on with the new model.
        more = await scene_of(await discord.press(scene_now.button("Continue"), scene.member))
        assert footer(more).startswith("Terok Nor")
        await (await discord.press(end.button("Use it"), scene.chief)).acknowledged()
        new = await scene_of(await discord.slash(scene.member, "episode", {"seed": 1, "length": 100}))
        assert described(new) == described(scene_now)
        assert not trainings(tmp_path)
        assert left_over(tmp_path) == []
        assert not holds_text(tmp_path, "ODO: You are under arrest.")


def has_begun(folder: Path) -> bool:
    """Tell whether the training in a folder has shown progress."""
    try:
        return '"progress"' in (folder / "events.jsonl").read_text()
    except OSError:  # not there yet, or complete and renamed
        return False


async def until_trains(scene: Scene) -> psutil.Process:
    """Wait until a training has shown its first progress, and return its process."""
    log = scene.data / "models"
    async with asyncio.timeout(TRAINING_SECONDS):
        while not any(has_begun(path) for path in log.glob("*/*.partial")):  # noqa: ASYNC110 -- a file tells nobody that it grows
            await asyncio.sleep(0.05)
    return trainings(scene.data)[0]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def found(
    tiny_run: Run, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Scene, Message]]:
    """Return a scene whose bot found the training of a killed one, and the message that shows it.

    All begin with a small model, which the training begins with and is compared with.
    """
    data, small = tmp_path_factory.mktemp("found"), {"HOLOSUITE_RUN": str(tiny_run.path)}
    try:
        async with LocalDiscord() as discord:
            guild = discord.add_guild()
            chief = discord.add_member(guild, "Sisko", permissions=Permission.ADMINISTRATOR)
            member = discord.add_member(guild, "Nog")
            async with running_bot(discord, data, **small) as bot:
                scene = Scene(discord, guild, chief, member, bot, data)
                shown = await begin(scene, corpus=scripts(), epochs=3, name="Promenade", keep=True)
                training = await until_trains(scene)
                await bot.kill()
            assert training.is_running()
            async with running_bot(discord, data, **small) as bot:
                scene = Scene(discord, guild, chief, member, bot, data)
                await until_told(scene, shown, "is trained")
                yield scene, shown
            assert not discord.pings
            assert not discord.refused_requests
    finally:
        for process in trainings(data):
            process.kill()


async def test_killed_bot_finds_its_training_again(found: tuple[Scene, Message]) -> None:
    """After `kill -9` of the bot the training goes on, and the next bot finishes it in the same message."""
    scene, shown = found
    told = [message for message in scene.discord.bot_messages if "is trained" in message.text]
    assert [message.referenced for message in told] == [shown]
    assert not trainings(scene.data)
    assert left_over(scene.data) == []


async def test_killed_training_is_resumed_once(tmp_path: Path) -> None:
    """A training that is killed goes on from its checkpoint; killed again it is given up, with the reason."""
    async with open_scene(tmp_path) as scene:
        shown = await begin(scene, corpus=scripts(), minutes=10.0)
        first = await until_trains(scene)
        first.kill()
        await until_shows(scene, shown, "It ended unexpectedly")
        assert footer(await scene_of(await scene.discord.slash(scene.member, "episode"))).startswith("ds9")
        second = trainings(tmp_path)[0]
        assert second.pid != first.pid
        assert "--resume" in second.cmdline()
        second.kill()
        end = await until_told(scene, shown, "could not be trained")
        assert "killed (signal 9)" in end.text
        assert not end.buttons
        assert footer(await scene_of(await scene.discord.slash(scene.member, "episode"))).startswith("ds9")
        assert not trainings(tmp_path)
        assert left_over(tmp_path) == []
        # The failure is no reason not to train again.
        again = await offered(scene, corpus=[scripts(), Upload("more.txt", b"QUARK: Yes.\n" * 99)], epochs=1)
        assert "folder: " in again.text
        assert "scripts JSON" in again.text


async def test_two_servers_train_one_after_the_other(tmp_path: Path) -> None:
    """The second training waits where people see it, survives SIGTERM with the first, and cancels are obeyed."""
    async with LocalDiscord() as discord:
        guild, other = discord.add_guild(), discord.add_guild("Empok Nor")
        chief = discord.add_member(guild, "Sisko", permissions=Permission.ADMINISTRATOR)
        deputy = discord.add_member(guild, "Kira", permissions=Permission.ADMINISTRATOR)
        rival = discord.add_member(other, "Dukat", permissions=Permission.ADMINISTRATOR)
        member = discord.add_member(guild, "Nog")
        async with running_bot(discord, tmp_path) as bot:
            first_scene = Scene(discord, guild, chief, member, bot, tmp_path)
            first = await begin(first_scene, corpus=scripts(), minutes=10.0)
            second = await begin(
                Scene(discord, other, rival, rival, bot, tmp_path), corpus=scripts(), minutes=10.0
            )
            assert "1 training is before it" in second.text
            training = await until_trains(first_scene)
            assert await bot.leave() == 0
        assert training.is_running()
        async with running_bot(discord, tmp_path) as bot:
            refused = await (await discord.press(first.button("Cancel"), member)).message()
            assert "Only administrators" in refused.content
            assert training.is_running()
            number = str(first.button("Cancel").custom_id)
            forged = Component(second, {"type": 2, "custom_id": number})
            with pytest.raises(ApplicationDidNotRespond):  # no message of theirs has this button
                await (await discord.press(forged, rival, forged=True)).acknowledged()
            assert training.is_running()
            await (await discord.press(first.button("Cancel"), deputy)).acknowledged()
            await until_told(Scene(discord, guild, chief, member, bot, tmp_path), first, "was cancelled")
            await discord.until(
                lambda: "It begins" in second.text or "read" in second.text, timeout_seconds=30
            )
            discord.remove_bot(other)
            await until_quiet(tmp_path)


async def test_models_of_another_server_are_out_of_reach(found: tuple[Scene, Message]) -> None:
    """An administrator lists, uses, renames, downloads and deletes the own server's models, and no other's."""
    scene, _ = found
    discord, chief, data = scene.discord, scene.chief, scene.data
    short = {"length": 20}  # characters: too few to write a line of the text by heart
    rival = discord.add_member(discord.add_guild("Empok Nor"), "Dukat", permissions=Permission.ADMINISTRATOR)
    assert holds_text(data, "ODO: You are under arrest.")
    choices = await (await discord.autocomplete(chief, "models delete", "model", "prom")).choices()
    assert [choice["name"].split(" (")[0] for choice in choices] == ["Promenade"]
    number = choices[0]["value"]
    assert await (await discord.autocomplete(rival, "models delete", "model", "")).choices() == []
    for command in ("use", "delete", "download", "rename"):
        for model in (number, "Promenade"):
            more = {"name": "Mine"} if command == "rename" else {}
            asked = await discord.slash(rival, f"models {command}", {"model": model, **more})
            assert "no such model" in (await asked.message()).content
    assert footer(await scene_of(await discord.slash(rival, "episode", short))).startswith("tiny")

    async def ask(person: Member, command: str, **options: object) -> Message:
        return await (await discord.slash(person, f"models {command}", options, forged=True)).message()

    assert "Only administrators" in (await ask(scene.member, "list")).content
    assert "Only administrators" in (await ask(scene.member, "delete", model=number)).content
    assert "bot's owner" in (await ask(chief, "everywhere", model=number)).content
    assert "trained by" in (await ask(chief, "list")).text
    assert "is called Ops now" in (await ask(chief, "rename", model="promenade", name="Ops")).content
    packed = (await ask(chief, "download", model="ops")).attachments[0]
    names = zipfile.ZipFile(io.BytesIO(packed.content)).namelist()
    assert {name.split("/")[-1] for name in names} >= {"run.json", "weights.safetensors", "loss.png"}
    assert "from now on" in (await ask(chief, "use", model="ops")).content
    assert footer(await scene_of(await discord.slash(scene.member, "episode", short))).startswith("Ops")
    owner = discord.add_member(rival.guild, discord.world.application.owner)
    assert "from now on" in (await ask(owner, "everywhere", model=number)).content
    assert footer(await scene_of(await discord.slash(rival, "episode", short))).startswith("Ops")
    assert "default of all servers" in (await ask(chief, "delete", model="Ops")).content
    assert "from now on" in (await ask(owner, "everywhere", model="default")).content
    assert "was deleted" in (await ask(chief, "delete", model="Ops")).content
    for person in (chief, rival):
        assert footer(await scene_of(await discord.slash(person, "episode", short))).startswith("tiny")
    assert list((data / "models").iterdir()) == []
    assert not holds_text(data, "ODO: You are under arrest.")


async def test_retrain_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """Who may not, what cannot be read, and what is too much is refused privately, and leaves nothing behind."""
    async with open_scene(
        tmp_path, HOLOSUITE_TRAININGS_PER_DAY="1", HOLOSUITE_TRAINER_ROLES=f"{GUILD_ID}:crew"
    ) as scene:
        discord = scene.discord

        async def refused(person: Member, **options: Any) -> str:
            message = await (await ask_to_train(discord, person, **options)).message(timeout_seconds=60)
            assert message.ephemeral
            return message.content

        assert "Only administrators" in await refused(scene.member, corpus=scripts())
        assert "is a picture" in await refused(scene.chief, corpus=Upload("a.txt", b"\x89PNG\r\n\x1a\n\0"))
        assert "points outside" in await refused(scene.chief, corpus=Upload("a.zip", hostile_archive()))
        assert "too few to learn from" in await refused(
            scene.chief, corpus=Upload("a.txt", b"ODO: No.\n" * 9)
        )
        assert "Write minutes as a number" in await refused(scene.chief, minutes="a while")
        assert "at most 60 minutes" in await refused(scene.chief, minutes=61.0)
        assert "Write episodes like" in await refused(scene.chief, episodes="-5 --out /")
        table = Upload("a.json", json.dumps({"DS9": tiny_episodes()}).encode())
        assert "has no series '../x'" in await refused(scene.chief, corpus=table, series="../x")
        await discord.settle()
        assert left_over(tmp_path) == []
        # A role that the settings name is enough; dropping an offer deletes its text and counts for nothing.
        crew = discord.add_role(scene.guild, "Crew")
        scene.member.roles.append(crew)
        asked = await ask_to_train(discord, scene.member, corpus=scripts(), epochs=1)
        preview = await asked.message_where(lambda message: bool(message.buttons), timeout_seconds=60)
        stolen = await (await discord.press(preview.button("Start"), scene.chief, forged=True)).message()
        assert "Somebody else" in stolen.content
        await (await discord.press(preview.button("Cancel"), scene.member)).acknowledged()
        await discord.until(lambda: "Nothing was started" in preview.text)
        assert left_over(tmp_path) == []
        shown = await begin(scene, twice=True, corpus=scripts(), minutes=10.0)
        # Cancel acts while what would be told does not come through.
        silence = discord.faults.fail("* /channels/*", status=503, times=None)
        await (await discord.press(shown.button("Cancel"), scene.chief)).acknowledged()
        async with asyncio.timeout(30):
            while trainings(tmp_path):  # noqa: ASYNC110 -- a process tells nobody that it ends
                await asyncio.sleep(0.05)
        discord.faults.remove(silence)
        await until_told(scene, shown, "was cancelled")
        assert len([message for message in discord.bot_messages if "was cancelled" in message.text]) == 1
        # Cancelled at once, it is none of the day's trainings.
        again = await offered(scene, corpus=[scripts(), Upload("more.txt", b"QUARK: Yes.\n" * 99)], epochs=1)
        assert "folder: " in again.text
        assert "scripts JSON" in again.text
        await (await discord.press(again.button("Cancel"), scene.chief)).acknowledged()
        await until_quiet(tmp_path)


def hostile_archive() -> bytes:
    """Return an archive that would write beside its folder."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("../../outside.txt", "ODO: No.")
    return data.getvalue()
