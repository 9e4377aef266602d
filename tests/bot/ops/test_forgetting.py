"""`/forget-me`: whatever happened before, no word of the member is left in any file, and others keep what is theirs."""

import asyncio
import contextlib
import random
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, cast
from unittest.mock import AsyncMock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.learning.withdrawal import Withdrawal
from bot.channels.switch import ChannelSwitch
from bot.discord.language.language import Language
from bot.discord.page import Page
from bot.models.registry import ModelRegistry
from bot.ops.forget_cog import ForgetCog
from bot.scenes.admission import Cooldown
from bot.scenes.handler import SceneHandler
from bot.scenes.pool import WriterPool
from bot.scenes.request import Asker, Request, change_heat, go_on, take_again
from bot.scenes.ui.form import direct_anew
from bot.storage.repositories import Repositories
from bot.storage.runs.folder import FolderRuns
from bot.storage.tables.pending import PendingRequest
from bot.storage.tables.scenes import SceneRecord
from bot.storage.tables.trainings import RetrainPlan, TrainingRecord
from bot.training.corpora.folders import TrainingFolders
from bot.training.corpora.sweeper import TrainingSweeper
from core.errors import CoreError
from core.text import Text
from core.writing.writer import Writer
from tests.bot.bot_process import running_bot, scene_of
from tests.core.writing.constraints.direction_runs import SCRIPT, build_writer
from tests.local_discord import LocalDiscord

MEMBERS = (11, 12, 13)
GUILD = 5


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Writer:
    """A writer over a network of random weights."""
    return build_writer(tmp_path_factory.mktemp("writer") / "run", SCRIPT)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose database has its tables, which take a while to make."""
    folder = tmp_path_factory.mktemp("empty")

    async def make() -> None:
        await (await Repositories.open("", data=folder, machine="here")).close()

    asyncio.run(make())
    return folder


class Silence:
    """A reply that nobody reads; a request of the given kind is promised."""

    def __init__(self, pending: PendingRequest | None = None) -> None:
        self._pending = pending
        self.language = Language()

    @property
    def message_id(self) -> int:
        """No message."""
        return 0

    async def progress(self, sentence: str) -> None:
        """Take it in."""

    async def refuse(self, sentence: str) -> None:
        """Take it in."""

    async def wait(self, sentence: str) -> None:
        """Take it in."""

    async def show(self, page: Page) -> None:
        """Take it in."""

    def pending(self, *, member_id: int, created: int, request: str) -> PendingRequest | None:
        """Promise nothing: these requests are quick."""
        return None


class Stopped:
    """Stands for the supervisor: a training that is cancelled loses its files."""

    def __init__(self, storage: Repositories, folders: TrainingFolders) -> None:
        self._storage, self._folders = storage, folders

    async def cancel(self, training: TrainingRecord, _why: Text | None = None) -> bool:
        """End a training as the supervisor does."""
        self._folders.delete_run(training)
        self._folders.delete_work(training)
        return await self._storage.trainings.update(training.id, state="cancelled")


@dataclass
class Life:
    """A bot's storage and what writes into it, between two restarts."""

    storage: Repositories
    handler: SceneHandler
    cog: ForgetCog
    folders: TrainingFolders
    requests: Any = field(default_factory=lambda: count(1))

    async def ask(self, member: int, request: Request) -> None:
        """Let a member ask for a scene."""
        number = next(self.requests)
        with contextlib.suppress(CoreError):  # such as a scene that was forgotten
            await self.handler.handle(
                Silence(),
                request,
                request_id=number,
                asker=Asker(member, is_administrator=True, guild_id=GUILD),
                key=str(number),
            )

    async def scenes(self) -> list[SceneRecord]:
        """Return all that is stored."""
        found = [await self.storage.scenes.read(number) for number in range(1, 80)]
        return [scene for scene in found if scene is not None]


@asynccontextmanager
async def living(data: Path, writer: Writer, requests: Any) -> AsyncIterator[Life]:
    """Open a data folder as the bot does."""
    storage = await Repositories.open("", data=data, machine="here")
    pool = WriterPool(writer, threads=1, queue=50)
    runs = FolderRuns(data, home="here")
    registry = ModelRegistry(writer, models=storage.models, runs=runs, megabytes=99)
    switch = ChannelSwitch(is_allowed=False, settings=storage.guild_settings)
    handler = SceneHandler(
        pool=pool, storage=storage, registry=registry, cooldown=Cooldown(0), can_perform=switch.is_on
    )
    folders = TrainingFolders(data)
    supervisor = cast("Any", Stopped(storage, folders))
    sweeper = TrainingSweeper(storage=storage, folders=folders)
    withdrawal = Withdrawal(
        consents=storage.consents, supervisor=supervisor, sweeper=sweeper, purge=AsyncMock()
    )
    cog = ForgetCog(
        storage.database,
        handler=handler,
        supervisor=supervisor,
        folders=folders,
        runs=runs,
        withdrawal=withdrawal,
        drop_performances=lambda _: None,
    )
    try:
        yield Life(storage, handler, cog, folders, requests)
    finally:
        await handler.close(seconds=5)
        await pool.close()
        await storage.close()


def words_of(member: int, number: int) -> str:
    """Return words that nobody else says."""
    return f"{chr(103 + member)}walrus{member}n{number}z"


def files_with(folder: Path, words: str) -> list[Path]:
    """Return the files that hold words, in any case."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if words.lower().encode() in path.read_bytes().lower()]


async def train(life: Life, member: int, text: str, state: str, dice: random.Random) -> None:
    """Let a training of a member's upload be in a state, with its text on the disk."""
    key = f"{dice.getrandbits(64):016x}"
    plan = RetrainPlan(
        key=key, folder="run", scripts=f"jobs/{key}/corpus/a.txt", series="all", episodes="", preset="default",
        minutes=1.0, epochs=None, upload=True, keep=True, seconds=1.0,
    )  # fmt: skip
    await life.storage.folders.add(key)
    training = await life.storage.trainings.add(
        TrainingRecord(
            machine="here", guild_id=GUILD, channel_id=1, member_id=member, name=f"m{key}", created=2**31,
            state=state, plan=plan.to_json(),
        )
    )  # fmt: skip
    corpus = life.folders.work(training) / "corpus"
    corpus.mkdir(parents=True)
    (corpus / "a.txt").write_text(text * 50, encoding="utf-8")
    if state in ("running", "done"):
        life.folders.run(training).mkdir(parents=True)
    if state == "done":
        await FolderRuns(life.folders.data, home="here").keep_text(training, corpus)


async def live(data: Path, writer: Writer, seed: int) -> None:  # noqa: C901, PLR0912 -- one case for each deed
    """Live through a random history, forget a member at its end, and look for their words."""
    dice, said, requests = random.Random(seed), dict.fromkeys(MEMBERS, 0), count(1)  # noqa: S311 -- no secret
    for _ in range(dice.randint(1, 3)):
        async with living(data, writer, requests) as life:
            for _ in range(dice.randint(1, 7)):
                member, scenes = dice.choice(MEMBERS), await life.scenes()
                number = said[member] = said[member] + 1
                words = words_of(member, number)
                source = dice.choice(scenes) if scenes else None
                match dice.randrange(11) if source else dice.randrange(3):
                    case 0:
                        await life.ask(member, Request.new(f"QUARK: {words} open", length=40))
                    case 1:
                        await life.ask(member, Request.new(cast=f"QUARK, {words}", length=40))
                    case 2:
                        await train(
                            life, member, words, dice.choice(("offered", "waiting", "running", "done")), dice
                        )
                    case 3 | 4 if source:
                        await life.ask(member, go_on(source))
                    case 5 if source:
                        await life.ask(member, take_again(source))
                    case 6 if source:
                        await life.ask(member, change_heat(source, hotter=dice.random() < 0.5))
                    case 7 if source and source.code:
                        await life.ask(member, Request.of_code(source.code))
                    case 8 if source:  # a reply to a scene, with a line
                        line = Request.new(f"ODO: {words}").line
                        await life.ask(member, Request(**{**vars(go_on(source)), "line": line}))
                    case 9 if source:  # the form of a scene
                        await life.ask(member, direct_anew(source, {"length": "40"}))
                    case _:
                        quoted = dice.choice(MEMBERS)
                        said[quoted] += 1
                        line = f"KIRA: {words_of(quoted, said[quoted])}"
                        request = Request.new(line, length=40)
                        await life.ask(member, Request(**{**vars(request), "quoted": (quoted,)}))
    gone = dice.choice(MEMBERS)
    async with living(data, writer, requests) as life:
        # What is on its way is dropped, or kept and then deleted: never kept afterwards.
        flying = asyncio.create_task(life.ask(gone, Request.new(f"ODO: {words_of(gone, 0)}", length=300)))
        await asyncio.sleep(dice.choice((0, 0.001, 0.01)))
        others = [scene for scene in await life.scenes() if gone not in {scene.member_id, *scene.words_of}]
        answer = await life.cog.forget(gone)
        await flying
        assert "What stays" in answer
        assert {scene.id for scene in others} <= {scene.id for scene in await life.scenes()}
        for number in range(said[gone] + 1):
            assert not await asyncio.to_thread(files_with, data, words_of(gone, number))
        assert all(gone not in {scene.member_id, *scene.words_of} for scene in await life.scenes())


@pytest.mark.slow
@settings(max_examples=8)
@given(seed=st.integers(0, 2**32))
def test_no_word_of_a_forgotten_member_is_in_any_file(writer: Writer, empty: Path, seed: int) -> None:
    """After any history of scenes, quotations, codes, trainings and restarts, no file has a word of the member."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(empty, folder, dirs_exist_ok=True)
        asyncio.run(live(Path(folder), writer, seed))


async def test_others_go_on_without_the_words(writer: Writer, tmp_path: Path) -> None:
    """Who went on with a member's words is not offered them while typing, and keeps what began without words."""
    async with living(tmp_path, writer, count(1)) as life:
        await life.ask(11, Request.new("QUARK: Private okapi", length=40))
        await life.ask(11, Request.new(length=40))
        first, second = await life.scenes()
        await life.ask(12, take_again(first))
        await life.ask(12, go_on(second))
        assert await life.storage.scenes.read_recent_lines(11, limit=5) == ["QUARK: Private okapi"]
        assert await life.storage.scenes.read_recent_lines(12, limit=5) == []
        answer = await life.cog.forget(11)
        assert "2 of your scenes were deleted" in answer
        assert "So was 1 of others" in answer
        left = await life.scenes()
        assert [(scene.member_id, scene.earlier) for scene in left] == [(12, second.text)]


async def test_words_are_forgotten_wherever_they_went(writer: Writer, tmp_path: Path) -> None:
    """Of several members' words in one scene each is forgotten, by a form and by a scene that was gone on with, too."""
    async with living(tmp_path, writer, count(1)) as life:
        await life.ask(11, Request.new("QUARK: Private okapi", length=40))
        (first,) = await life.scenes()
        await life.ask(12, direct_anew(first, {"length": "40", "cast": "QUARK"}))
        await life.ask(12, Request(**{**vars(go_on(first)), "line": "ODO: Private zebra"}))
        *_, formed, replied = await life.scenes()
        await life.ask(13, go_on(replied))
        assert formed.words_of == replied.words_of == frozenset({11, 12})
        assert await life.storage.scenes.read_recent_lines(12, limit=5) == []
        await life.cog.forget(12)
        assert [scene.member_id for scene in await life.scenes()] == [11]
        assert not await asyncio.to_thread(files_with, tmp_path, "zebra")


async def test_scene_from_a_forgotten_one_is_not_stored(writer: Writer, tmp_path: Path) -> None:
    """What another member was having written from the words is given up with a sentence."""
    async with living(tmp_path, writer, count(1)) as life:
        await life.ask(11, Request.new("QUARK: Private okapi", length=40))
        (source,) = await life.scenes()
        refused: list[str] = []
        reply = Silence()
        asker = Asker(12, is_administrator=True, guild_id=GUILD)
        request = go_on(source)
        longer = Request(**{**vars(request), "length": 4_000})
        task = asyncio.create_task(life.handler.handle(reply, longer, request_id=99, asker=asker, key="x"))
        await asyncio.sleep(0.002)
        await life.cog.forget(11)
        try:
            await task
        except CoreError as error:
            refused.append(str(error))
        assert await life.scenes() == []
        assert len(refused) == 1


async def test_forget_me_says_what_stays(tmp_path: Path) -> None:
    """The answer is private and says how much was deleted, what stays, and why."""
    async with LocalDiscord() as discord:
        guild = discord.add_guild()
        member, other = discord.add_member(guild, "Quark"), discord.add_member(guild, "Odo")
        async with running_bot(discord, tmp_path):
            scene = await scene_of(
                await discord.slash(member, "episode", {"line": "QUARK: A shy okapi", "length": 20})
            )
            copied = await scene_of(await discord.press(scene.button("Continue"), other))
            answer = await (await discord.slash(member, "forget-me")).message()
            assert answer.ephemeral
            assert "1 of your scenes was deleted" in answer.content
            assert "So was 1 of others" in answer.content
            assert "What stays: messages in the channels" in answer.content
            pressed = await (await discord.press(copied.button("Continue"), other)).message()
            assert "no longer stored" in pressed.content
            assert not await asyncio.to_thread(files_with, tmp_path, "shy okapi")
