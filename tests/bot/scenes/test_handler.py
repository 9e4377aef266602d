"""What was promised: it waits for a database that is away, takes a place in a full queue, and is answered once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import MagicMock

import discord
import pytest

from bot.discord.language.language import read_language
from bot.discord.page import Page
from bot.discord.replies.resumed import read_reply
from bot.discord.replies.token import TokenAnswer
from bot.models.registry import ModelRegistry
from bot.scenes.admission import Cooldown
from bot.scenes.handler import SceneHandler
from bot.scenes.pool import WriterPool
from bot.scenes.request import Asker, Request
from bot.storage.engine import StorageError
from bot.storage.repositories import Repositories
from bot.storage.runs.folder import FolderRuns
from bot.storage.tables.pending import PendingRequest
from tests.bot.scenes.test_pool import Gate, closing, performs_nowhere
from tests.bot.storage.test_database import PENDING
from tests.core.writing.constraints.direction_runs import SCRIPT, build_writer

ASKER = Asker(1, is_administrator=True)


class Answer:
    """A reply that notes what it shows."""

    language = read_language("en")
    message_id = 0

    def __init__(self) -> None:
        self.shown: list[Page] = []
        self.refused: list[str] = []
        self.waited = asyncio.Event()

    async def show(self, page: Page) -> None:
        """Note a scene."""
        self.shown.append(page)

    async def refuse(self, sentence: str) -> None:
        """Note a sentence."""
        self.refused.append(sentence)

    async def wait(self, _: str) -> None:
        """Note that the request is acknowledged."""
        self.waited.set()

    async def progress(self, _: str) -> None:
        """Do nothing."""

    def pending(self, *, member_id: int, created: int, request: str) -> PendingRequest:
        """Return what is stored."""
        return replace(PENDING, id=1, member_id=member_id, created=created, request=request)


class Away:
    """Stands before a repository's method: raises so many times, as for a database that is being restarted."""

    def __init__(self, patch: pytest.MonkeyPatch, where: object, name: str, times: int) -> None:
        self.times = times
        self._method = getattr(where, name)
        patch.setattr(type(where), name, self)

    async def __call__(self, *arguments: object, **options: object) -> object:
        """Raise, or do what the method does."""
        if self.times:
            self.times -= 1
            raise StorageError("The database cannot be reached; try again later.")
        return await self._method(*arguments, **options)


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Repositories]:
    """A database in a new file."""
    opened = await Repositories.open("", data=tmp_path, machine="here")
    yield opened
    await opened.close()


@pytest.fixture
async def pool(tmp_path: Path) -> AsyncIterator[WriterPool]:
    """A pool with one thread and one place in the queue."""
    async with closing(WriterPool(build_writer(tmp_path / "run", SCRIPT), threads=1, queue=1)) as opened:
        yield opened


@pytest.fixture
def handler(storage: Repositories, pool: WriterPool, tmp_path: Path) -> SceneHandler:
    """A handler over them."""
    runs = FolderRuns(tmp_path, home="here")
    registry = ModelRegistry(pool.writer, models=storage.models, runs=runs, megabytes=99)
    return SceneHandler(
        can_perform=performs_nowhere, pool=pool, storage=storage, registry=registry, cooldown=Cooldown(0)
    )


async def test_promised_scene_waits_for_the_database(
    handler: SceneHandler, storage: Repositories, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that was taken over is shown, once, when the database is back; and is forgotten then."""
    monkeypatch.setattr("bot.storage.tables.pending.AGAIN_SECONDS", 0.001)
    Away(monkeypatch, storage.models, "read_active", 2)
    Away(monkeypatch, storage.scenes, "add", 2)
    await storage.pending.add(replace(PENDING, id=1, created=2**31))
    answer, request = Answer(), Request.new(seed=1, length=20)
    reply = cast("Any", answer)
    await asyncio.gather(*(handler.resume(reply, request, request_id=1, member_id=1) for _ in range(2)))
    assert (len(answer.shown), answer.refused) == (1, [])
    assert await storage.pending.read_unfinished(newer_than_seconds=60) == []


async def test_scene_that_could_not_be_promised_is_refused_at_once(
    handler: SceneHandler, storage: Repositories, pool: WriterPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the database is away when a promise is to be stored, that is said, and nobody finds the promise later."""
    monkeypatch.setattr("bot.storage.tables.pending.SETTLE_SECONDS", 0.001)
    monkeypatch.setattr("bot.scenes.waiting.DIRECT_ANSWER_SECONDS", 0.0)
    gate = Gate()
    pool.submit(gate)
    stored = storage.pending.add

    async def add(request: PendingRequest) -> None:
        await stored(request)
        raise StorageError("The database cannot be reached; try again later.")

    monkeypatch.setattr(storage.pending, "add", add)
    reply = cast("Any", Answer())
    with pytest.raises(StorageError):
        await handler.handle(reply, Request.new(seed=1, length=20), request_id=1, asker=ASKER, key="1")
    async with asyncio.timeout(10):
        while await storage.pending.read_unfinished(newer_than_seconds=60):  # noqa: ASYNC110 -- nothing tells
            await asyncio.sleep(0.001)
    gate.open.set()


async def test_promised_scene_is_shown_where_the_queue_is_full(
    handler: SceneHandler, pool: WriterPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a bot takes over from one that has died is not refused because many wait here already."""
    monkeypatch.setattr("bot.scenes.waiting.DIRECT_ANSWER_SECONDS", 0.0)
    gate = Gate()
    for _ in range(2):
        pool.submit(gate)
    answer = Answer()
    request = Request.new(seed=1, length=20)
    taken = asyncio.create_task(handler.resume(cast("Any", answer), request, request_id=1, member_id=1))
    await answer.waited.wait()
    gate.open.set()
    await taken
    assert (len(answer.shown), answer.refused) == (1, [])


async def test_failed_progress_does_not_cost_the_scene(
    handler: SceneHandler, pool: WriterPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Discord refuses to change the place in the queue, the scene is written and shown all the same."""
    monkeypatch.setattr("bot.scenes.waiting.DIRECT_ANSWER_SECONDS", 0.0)
    monkeypatch.setattr("bot.scenes.waiting.SECONDS_BETWEEN_EDITS", 0.0)
    shown: list[Page | None] = []
    refused = asyncio.Semaphore(0)

    async def edit(_: TokenAnswer, _content: str | None, page: Page | None) -> None:
        shown.append(page)
        if page is None:
            refused.release()
            response = SimpleNamespace(status=400, reason="Bad Request")
            raise discord.HTTPException(cast("Any", response), "Invalid Form Body")

    monkeypatch.setattr(TokenAnswer, "_edit", edit)
    pending = replace(PENDING, created=2**31)
    reply = read_reply(MagicMock(), pending, language=read_language("en"))
    gates = Gate(), Gate()
    for gate in gates:
        pool.submit(gate)
    taken = asyncio.create_task(
        handler.resume(reply, Request.new(seed=1, length=20), request_id=1, member_id=1)
    )
    async with asyncio.timeout(10):
        for gate in gates:
            await refused.acquire()
            gate.open.set()
        await taken
    assert shown[-1] is not None
