"""`/forget-me`: whatever happened before, no word of the member is left in any file, and others keep what is theirs."""

import asyncio
import contextlib
import os
import random
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import AsyncMock, MagicMock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.learning.reading.messages import ReadLine
from bot.channels.learning.reading.reader import ChannelReader
from bot.channels.learning.withdrawal import Withdrawal
from bot.channels.switch import ChannelSwitch
from bot.discord.errors import RefusalError
from bot.discord.language.language import Language
from bot.discord.page import Page
from bot.models.registry import ModelRegistry
from bot.ops.forget_cog import ForgetCog
from bot.scenes.admission import Cooldown
from bot.scenes.handler import SceneHandler
from bot.scenes.pool import WriterPool
from bot.scenes.request import Asker, Request, change_heat, go_on, take_again
from bot.scenes.ui.form import direct_anew
from bot.storage.names import LimitError
from bot.storage.repositories import Repositories
from bot.storage.runs.folder import FolderRuns
from bot.storage.schema import episode_words, episodes
from bot.storage.tables.channels.performances import PerformanceRecord
from bot.storage.tables.channels.programmes import ProgrammeRecord
from bot.storage.tables.members import delete_member, read_trainings
from bot.storage.tables.pending import PendingRequest
from bot.storage.tables.readings import ReadingRecord
from bot.storage.tables.scenes import NO_SCENES_WORDS, SceneRecord
from bot.storage.tables.trainings import RetrainPlan, TrainingRecord
from bot.training.corpora.folders import TrainingFolders
from bot.training.corpora.sweeper import TrainingSweeper
from core.errors import CoreError, RunError
from core.text import Text
from core.writing.writer import Writer
from tests.bot.bot_process import running_bot, scene_of
from tests.bot.storage.test_database import EPISODE, PENDING
from tests.bot.storage.test_trainings import JOB, PLAN
from tests.core.writing.constraints.direction_runs import SCRIPT, build_writer
from tests.local_discord import LocalDiscord

MEMBERS = (11, 12, 13)
GUILD = 5
WHERE = f"server {GUILD}"
PROGRAMME = ProgrammeRecord(
    guild_id=GUILD, channel_id=1, member_id=0, created=1, title="", cron="", zone="UTC", hours=720, cast="",
    place="", show="", length=40, is_performed=False, goes_on=False, due=2**33,
)  # fmt: skip


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
    reader: ChannelReader
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
        rows = await self.storage.database.rows(select(episodes.c.id).where(episodes.c.request_id > 0))
        found = [await self.storage.scenes.read(row["id"]) for row in rows]
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
    nowhere = cast("Any", None)
    reader = ChannelReader(
        nowhere, storage=storage, availability=nowhere, notices=nowhere, files=folders, most_bytes=99
    )
    withdrawal = Withdrawal(
        consents=storage.consents, supervisor=supervisor, sweeper=sweeper, purge=reader.purge
    )
    cog = ForgetCog(
        storage.database,
        handler=handler,
        supervisor=supervisor,
        folders=folders,
        runs=runs,
        withdrawal=withdrawal,
        drop=(),
    )
    try:
        yield Life(storage, handler, cog, folders, reader, requests)
    finally:
        await handler.close(seconds=5)
        await pool.close()
        await storage.close()


def words_of(member: int, number: int) -> str:
    """Return words that nobody else says."""
    return f"{chr(103 + member)}walrus{member}n{number}z"


def beginning_of(member: int) -> str:
    """Return how all words of a member begin."""
    return words_of(member, 0).partition("n")[0]


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


async def crowd(life: Life, words: Callable[[], tuple[int, str]], dice: random.Random) -> None:
    """Let members have many short scenes and lose some: SQLite moves their rows from page to page."""
    rows, whose = [], []
    first = 10_000 * next(life.requests)
    for number in range(first, first + 80):
        member, text = words()
        scene = replace(EPISODE, request_id=-number, member_id=member, line=text, prompt=text, place=WHERE)
        values = {name: value for name, value in asdict(scene).items() if name not in ("id", "words_of")}
        rows.append({**values, "text": f"{text} {'y ' * dice.randint(1, 99)}"})
        whose.append({"episode_id": number, "member_id": member})

    async def write(connection: AsyncConnection) -> None:
        numbered = [{"id": each["episode_id"], **row} for row, each in zip(rows, whose, strict=True)]
        await connection.execute(insert(episodes), numbered)
        await connection.execute(insert(episode_words), whose)
        lost = [each["episode_id"] for each in whose if dice.random() < 0.3]
        await connection.execute(delete(episodes).where(episodes.c.id.in_(lost)))
        await connection.execute(NO_SCENES_WORDS)

    await life.storage.database.transact(write)


async def plan(life: Life, member: int, words: str, dice: random.Random) -> None:
    """Let a member plan a programme, an episode of which is written and shown, or only begun."""
    planned = replace(
        PROGRAMME, guild_id=next(life.requests), member_id=member, title=words, cast=f"QUARK, {words}"
    )
    programme = await life.storage.programmes.add(planned)
    await life.ask(member, Request.new(cast=programme.cast, length=40))
    newest = (await life.scenes())[-1]
    episode = await life.storage.programmes.advance(programme, due=1, begins=True)
    if episode is not None and dice.random() < 0.7:
        episode = replace(episode, scene_id=newest.id, title=f"{words} Again")
        await life.storage.programmes.finish(episode, message_id=1)
        if dice.random() < 0.5:
            await perform(life, member, newest, title=f"{words} 1")


async def perform(life: Life, member: int, scene: SceneRecord, *, title: str = "") -> None:
    """Let a performance be under way, unless there are so many, or this one goes on."""
    with contextlib.suppress(LimitError):
        await life.storage.performances.add(
            PerformanceRecord(
                guild_id=GUILD, channel_id=next(life.requests), member_id=member, scene_id=scene.id,
                created=int(time.time()), title=title, has_thread=True, has_faces=False,
            )
        )  # fmt: skip


async def read_channels(life: Life, said: dict[int, str], dice: random.Random) -> None:
    """Let an administrator have read what members wrote who said yes, and give them characters."""
    key = f"{dice.getrandbits(64):016x}"
    for member, words in said.items():
        await life.storage.consents.allow(GUILD, member)
        await life.storage.consents.cast(GUILD, member, words)
    record = ReadingRecord(
        guild_id=GUILD, channel_id=1, member_id=dice.choice(MEMBERS), created=2**31, state="read", key=key
    )
    reading = await life.storage.readings.add(record)
    lines = [ReadLine(member, 1, "2026-11-27", words) for member, words in said.items()]
    length = life.reader.file_of(reading).append(lines, length=0)
    await life.storage.readings.update(reading.id, length=length)


async def promise(life: Life, member: int, words: str, source: SceneRecord | None) -> None:
    """Let a request be acknowledged by a process that ended before it answered."""
    request = replace(go_on(source), line=words) if source else Request.new(words)
    number = next(life.requests)
    await life.storage.pending.add(
        replace(PENDING, id=number, member_id=member, created=int(time.time()), request=request.to_json())
    )


async def act(life: Life, words: Callable[[], tuple[int, str]], dice: random.Random) -> None:  # noqa: C901, PLR0912 -- one case for each deed
    """Do one thing of all that somebody may do."""
    scenes = await life.scenes()
    source = dice.choice(scenes) if scenes else None
    member, said = words()
    match dice.randrange(16) if source else dice.randrange(7):
        case 0:
            await life.ask(member, Request.new(f"QUARK: {said} open", length=40))
        case 1:
            await life.ask(member, Request.new(cast=f"QUARK, {said}", place=said, length=40))
        case 2:
            state = dice.choice(("offered", "waiting", "running", "done"))
            await train(life, member, said, state, dice)
        case 3:
            await plan(life, member, said, dice)
        case 4:
            await crowd(life, words, dice)
        case 5:
            await read_channels(life, dict(words() for _ in range(2)), dice)
        case 6:
            await promise(life, member, said, source)
        case 7 | 8 if source:
            await life.ask(member, go_on(source))
        case 9 if source:
            await life.ask(member, take_again(source))
        case 10 if source:
            await life.ask(member, change_heat(source, hotter=dice.random() < 0.5))
        case 11 if source and source.code:
            await life.ask(member, Request.of_code(source.code))
        case 12 if source:  # a reply to a scene, with a line
            await life.ask(member, replace(go_on(source), line=f"ODO: {said}"))
        case 13 if source:  # the form of a scene
            await life.ask(member, direct_anew(source, {"length": "40"}))
        case 14 if source:
            await perform(life, member, source)
        case _:  # a message of somebody else's
            quoted, line = words()
            request = Request.new(f"KIRA: {line}", length=40)
            await life.ask(member, replace(request, quoted=(quoted,)))


async def live(data: Path, writer: Writer, seed: int) -> None:
    """Live through a random history, forget a member at its end, and look for their words."""
    dice, said, requests = random.Random(seed), dict.fromkeys(MEMBERS, 0), count(1)  # noqa: S311 -- no secret

    def words() -> tuple[int, str]:
        member = dice.choice(MEMBERS)
        said[member] += 1
        return member, words_of(member, said[member])

    for _ in range(dice.randint(1, 3)):
        async with living(data, writer, requests) as life:
            for _ in range(dice.randint(1, 7)):
                await act(life, words, dice)
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
        assert not await asyncio.to_thread(files_with, data, beginning_of(gone))
        assert all(gone not in {scene.member_id, *scene.words_of} for scene in await life.scenes())


@pytest.mark.slow
@settings(max_examples=int(os.environ.get("HOLOSUITE_HISTORIES", "8")))
@given(seed=st.integers(0, 2**32))
def test_no_word_of_a_forgotten_member_is_in_any_file(writer: Writer, empty: Path, seed: int) -> None:
    """After any history of scenes, performances, programmes, readings, trainings and restarts, no word is left."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(empty, folder, dirs_exist_ok=True)
        asyncio.run(live(Path(folder), writer, seed))


async def test_no_page_of_the_database_keeps_what_was_moved(empty: Path, tmp_path: Path) -> None:
    """A row's bytes are in no page that it has left, either, when SQLite moved it to make room for others."""
    shutil.copytree(empty, tmp_path, dirs_exist_ok=True)
    storage = await Repositories.open("", data=tmp_path, machine="here")
    life, dice = cast("Any", SimpleNamespace(storage=storage, requests=count(1))), random.Random(3)  # noqa: S311
    for _ in range(12):
        await crowd(life, lambda: (member := dice.choice(MEMBERS), words_of(member, 1)), dice)
    await delete_member(storage.database, MEMBERS[0])
    await storage.database.purge()
    assert not await asyncio.to_thread(files_with, tmp_path, beginning_of(MEMBERS[0]))
    await storage.close()


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
        assert "1 scene of others" in answer
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


async def test_what_could_not_be_deleted_is_deleted_when_it_is_asked_for_again(
    empty: Path, tmp_path: Path
) -> None:
    """Where the store of texts is away, a member is told so and is still known; the second time all goes."""
    shutil.copytree(empty, tmp_path, dirs_exist_ok=True)
    storage = await Repositories.open("", data=tmp_path, machine="here")
    done = replace(JOB, member_id=11, state="done", plan=replace(PLAN, key="a" * 16).to_json())
    training = await storage.trainings.add(done)
    await storage.scenes.add(replace(EPISODE, member_id=11))
    runs: Any = SimpleNamespace(
        delete_text=AsyncMock(side_effect=[RunError("The store cannot be used."), None, None])
    )
    cog = ForgetCog(
        storage.database,
        handler=cast("Any", MagicMock()),
        supervisor=cast("Any", AsyncMock()),
        folders=TrainingFolders(tmp_path),
        withdrawal=cast("Any", AsyncMock()),
        runs=runs,
        drop=(),
    )
    with pytest.raises(RefusalError, match="use /forget-me again later"):
        await cog.forget(11)
    assert len(await read_trainings(storage.database, 11)) == 1
    assert "1 of your scenes was deleted" in await cog.forget(11)
    assert [each.args[0].id for each in runs.delete_text.await_args_list][1:] == [training.id] * 2
    assert await read_trainings(storage.database, 11) == ()
    await storage.close()


async def test_database_is_purged_though_something_else_fails(empty: Path, tmp_path: Path) -> None:
    """What was deleted is in no file, also where the deletion of something else raises."""
    shutil.copytree(empty, tmp_path, dirs_exist_ok=True)
    storage = await Repositories.open("", data=tmp_path, machine="here")
    await storage.scenes.add(replace(EPISODE, member_id=11, line="QUARK: A shy okapi"))
    withdrawal: Any = SimpleNamespace(finish=AsyncMock(side_effect=OSError))
    cog = ForgetCog(
        storage.database,
        handler=cast("Any", MagicMock()),
        supervisor=cast("Any", AsyncMock()),
        folders=TrainingFolders(tmp_path),
        withdrawal=withdrawal,
        runs=cast("Any", AsyncMock()),
        drop=(),
    )
    with pytest.raises(OSError):  # noqa: PT011 -- whatever it says
        await cog.forget(11)
    assert not await asyncio.to_thread(files_with, tmp_path, "shy okapi")
    await storage.close()


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
            assert "1 scene of others" in answer.content
            assert "What stays: messages in the channels" in answer.content
            pressed = await (await discord.press(copied.button("Continue"), other)).message()
            assert "no longer stored" in pressed.content
            assert not await asyncio.to_thread(files_with, tmp_path, "shy okapi")
