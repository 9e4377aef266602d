"""The pool's queue: bounded, in order, cancellable; with jobs that tests hold back."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.errors import RefusalError
from bot.models.registry import ModelRegistry
from bot.scenes.admission import Cooldown
from bot.scenes.build import build_work
from bot.scenes.handler import SceneHandler
from bot.scenes.pool import PlacesTakenError, QueueFullError, WriterPool
from bot.scenes.queue import FairQueue, Ticket, TooLongError, UnfinishedError
from bot.scenes.request import Asker, Request
from bot.storage.repositories import Repositories
from bot.storage.runs.folder import FolderRuns
from core.errors import PromptError
from core.writing.episode import Episode
from core.writing.request import SceneRequest
from core.writing.writer import Writer
from tests.core.writing.constraints.direction_runs import SCRIPT, build_writer


def build_episode(text: str) -> Episode:
    """Return an episode that holds a text."""
    return Episode("f" * 64, "", "", text, SceneRequest(seed=1), ended=False, notice="", seconds=0.1)


class Gate:
    """A job that waits until it may go on."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.open = threading.Event()
        self.saw_cancelled = False

    def __call__(self, cancelled: Callable[[], bool]) -> Episode:
        """Wait, then return an episode."""
        self.begun.set()
        while not self.open.wait(0.005):
            if cancelled():
                self.saw_cancelled = True
                break
        return build_episode("held")


@asynccontextmanager
async def closing(opened: WriterPool) -> AsyncIterator[WriterPool]:
    """Close a pool at the end of a test; what a test that failed holds back is given up."""
    try:
        yield opened
    finally:
        for ticket in opened._writing.values():
            ticket.cancel()
        await opened.close()


@pytest.fixture
async def pool() -> AsyncIterator[WriterPool]:
    """A pool with one thread and two places in the queue."""
    async with closing(WriterPool(cast("Writer", cast("Any", None)), threads=1, queue=2)) as opened:
        yield opened


async def test_pool_writes_in_the_order_of_asking(pool: WriterPool) -> None:
    """Who asks first is served first, and each sees its own place."""
    order: list[str] = []
    gate = Gate()
    first = pool.submit(gate)

    def note(text: str) -> Callable[[Callable[[], bool]], Episode]:
        return lambda _: order.append(text) or build_episode(text)  # type: ignore[func-returns-value]

    second, third = pool.submit(note("second")), pool.submit(note("third"))
    assert [ticket.place for ticket in (first, second, third)] == [0, 1, 2]
    gate.open.set()
    assert (await third.episode).text == "third"
    assert order == ["second", "third"]


async def test_pool_refuses_what_its_queue_cannot_hold(pool: WriterPool) -> None:
    """When the queue is full, the next request is refused with a sentence, and nothing else is lost."""
    gate = Gate()
    tickets = [pool.submit(gate) for _ in range(3)]
    with pytest.raises(QueueFullError, match="try again"):
        pool.submit(gate)
    gate.open.set()
    assert [(await ticket.episode).text for ticket in tickets] == ["held"] * 3


async def test_full_queue_names_an_honest_time_from_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pool knows how fast the machine writes before the first scene is asked for."""
    run = build_writer(tmp_path / "run", SCRIPT).run
    write = Writer.write

    def write_slowly(writer: Writer, request: SceneRequest) -> Episode:
        episode = write(writer, request)
        return replace(episode, seconds=len(episode.text) / 50)  # characters a second

    monkeypatch.setattr(Writer, "write", write_slowly)
    gate = Gate()
    async with closing(await WriterPool.open(run.path, threads=1, queue=2)) as opened:
        for _ in range(3):
            opened.submit(gate, characters=500)
        with pytest.raises(QueueFullError, match=r"2 scenes wait.* try again in about 30 s"):
            opened.submit(gate)


async def test_cancelled_ticket_leaves_the_queue(pool: WriterPool) -> None:
    """Those behind a cancelled request move up; its job never runs."""
    gate, never = Gate(), Gate()
    pool.submit(gate)
    given_up = pool.submit(never)
    behind = pool.submit(lambda _: build_episode("behind"))
    given_up.cancel()
    assert behind.place == 1
    gate.open.set()
    assert (await behind.episode).text == "behind"
    assert not never.begun.is_set()


async def test_cancelling_what_is_being_written_stops_it(pool: WriterPool) -> None:
    """The writing notices that nobody waits and makes room."""
    gate = Gate()
    ticket = pool.submit(gate)
    await asyncio.to_thread(gate.begun.wait)
    ticket.cancel()
    assert (await pool.submit(lambda _: build_episode("next")).episode).text == "next"
    assert gate.saw_cancelled


async def test_failed_job_fails_its_own_ticket_alone(pool: WriterPool) -> None:
    """An error reaches who asked, and the next request is served."""

    def fail(_: Callable[[], bool]) -> Episode:
        raise PromptError("No.")

    failed = pool.submit(fail)
    with pytest.raises(PromptError, match="No"):
        await failed.episode
    assert (await pool.submit(lambda _: build_episode("next")).episode).text == "next"


def waiting_order(queue: FairQueue) -> list[str]:
    """Empty a queue and return what its tickets are called."""
    return [str(queue.pop().episode) for _ in range(len(queue))]


def ticket_of(party: int, name: str) -> Ticket:
    """Return a ticket of a party that is only a name."""
    ticket = Ticket.__new__(Ticket)
    ticket.party, ticket.episode = party, cast("Any", name)
    return ticket


def test_queue_lets_servers_take_turns() -> None:
    """Whoever asks in another server is served after one of the crowd's, and places say so at any moment."""
    queue = FairQueue()
    crowd = [ticket_of(1, f"a{number}") for number in range(5)]
    for ticket in crowd:
        queue.push(ticket)
    visitor = ticket_of(2, "b0")
    queue.push(visitor)
    assert queue.place_of(visitor) == 2
    late = ticket_of(2, "b1")
    queue.push(late)
    assert [queue.place_of(ticket) for ticket in crowd] == [1, 3, 5, 6, 7]
    assert queue.place_of(late) == 4
    assert waiting_order(queue) == ["a0", "b0", "a1", "b1", "a2", "a3", "a4"]


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=60))
def test_queue_places_are_the_order_of_serving(steps: list[tuple[int, bool]]) -> None:
    """Whatever comes and goes, the place that a ticket is told is the one at which it is served."""
    queue = FairQueue()
    for number, (party, takes) in enumerate(steps):
        queue.push(ticket_of(party, f"{party}.{number}"))
        if takes:
            queue.pop()
    expected = {str(ticket.episode): queue.place_of(ticket) for ticket in queue.tickets()}
    assert waiting_order(queue) == sorted(expected, key=expected.__getitem__)
    assert sorted(expected.values()) == list(range(1, len(expected) + 1))


async def test_full_queue_still_takes_another_servers_share(pool: WriterPool) -> None:
    """A crowd of one server fills the queue for itself alone."""
    gate = Gate()
    for _ in range(3):
        pool.submit(gate, party=1)
    with pytest.raises(QueueFullError):
        pool.submit(gate, party=1)
    assert pool.submit(gate, party=2).place == 2
    with pytest.raises(QueueFullError):
        pool.submit(gate, party=2)
    gate.open.set()


async def test_member_has_few_places(pool: WriterPool) -> None:
    """A sixth scene of one member waits until one of the others is there; what was promised before counts, too."""
    gate = Gate()
    pool.queue = 100
    tickets = [pool.submit(gate, party=1, member=7) for _ in range(5)]
    with pytest.raises(PlacesTakenError, match="5 of your scenes are on their way; ask for this one once"):
        pool.submit(gate, party=2, member=7)
    pool.submit(gate, party=1, member=8)
    pool.submit(gate, party=1, member=7, is_promised=True).cancel()
    tickets[-1].cancel()
    pool.submit(gate, party=1, member=7)
    gate.open.set()


async def test_scene_is_the_same_whoever_else_is_written_for(tmp_path: Path) -> None:
    """Scenes that are written at once, in several threads, are bit for bit what each is alone."""
    writer = build_writer(tmp_path / "run", SCRIPT)
    works = [build_work(Request.new(seed=seed, length=99, takes=2), None, writer=writer) for seed in range(8)]
    alone = [work(lambda: False) for work in works]
    opened = WriterPool(writer, threads=4, queue=len(works))
    tickets = [opened.submit(work) for work in works]
    together = [await ticket.episode for ticket in tickets]
    assert [replace(episode, seconds=0.0) for episode in together] == [
        replace(episode, seconds=0.0) for episode in alone
    ]
    assert len({episode.text for episode in alone}) == len(works)
    await opened.close()


async def test_request_that_holds_a_thread_is_given_up(
    pool: WriterPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some seconds of work a request is refused with a sentence, and the next one is written."""
    monkeypatch.setattr("bot.scenes.queue.LONGEST_SECONDS", 0.02)

    def work(cancelled: Callable[[], bool]) -> Episode:
        while not cancelled():
            pass
        return build_episode("unfinished")

    endless = pool.submit(work)
    behind = pool.submit(lambda _: build_episode("behind"))
    with pytest.raises(TooLongError, match="ask for a shorter one"):
        await endless.episode
    assert (await behind.episode).text == "behind"


async def test_request_is_not_given_up_for_what_else_the_machine_does(
    pool: WriterPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the thread's own work counts, not the time in which other programs have the processor."""
    monkeypatch.setattr("bot.scenes.queue.LONGEST_SECONDS", 0.1)

    def wait(cancelled: Callable[[], bool]) -> Episode:
        time.sleep(0.2)
        return build_episode("cancelled" if cancelled() else "whole")

    assert (await pool.submit(wait).episode).text == "whole"


async def test_scene_that_takes_long_is_written_in_turns(pool: WriterPool) -> None:
    """What is further after its turn, but not whole, goes on behind those who came meanwhile."""
    turns: list[str] = []

    def long(_: Callable[[], bool]) -> Episode:
        turns.append("long")
        if turns.count("long") < 3:
            raise UnfinishedError
        return build_episode("long")

    def short(_: Callable[[], bool]) -> Episode:
        turns.append("short")
        return build_episode("short")

    gate = Gate()
    pool.submit(gate, party=1)
    tickets = [pool.submit(long, party=1), pool.submit(short, party=2)]
    gate.open.set()
    assert [(await ticket.episode).text for ticket in tickets] == ["long", "short"]
    assert turns == ["long", "short", "long", "long"]


async def test_scene_that_takes_long_is_left_where_the_pool_closes(pool: WriterPool) -> None:
    """No further turn begins once the pool is closed."""
    begun, may_end = threading.Event(), threading.Event()
    turns = 0

    def long(_: Callable[[], bool]) -> Episode:
        nonlocal turns
        turns += 1
        begun.set()
        may_end.wait(5)
        raise UnfinishedError

    ticket = pool.submit(long)
    await asyncio.to_thread(begun.wait, 5)
    closing = asyncio.create_task(pool.close())
    await asyncio.sleep(0)
    may_end.set()
    await closing
    assert turns == 1
    assert not ticket.episode.done()


async def test_request_that_comes_while_the_bot_leaves_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is looked up before a request is begun may take until nothing is written any more: that is said."""
    writer = build_writer(tmp_path / "run", SCRIPT)
    storage = await Repositories.open("", data=tmp_path, machine="here")
    pool = WriterPool(writer, threads=1, queue=2)
    runs = FolderRuns(tmp_path, home="here")
    registry = ModelRegistry(writer, models=storage.models, runs=runs, megabytes=99)
    handler = SceneHandler(
        can_perform=performs_nowhere, pool=pool, storage=storage, registry=registry, cooldown=Cooldown(0)
    )
    may_go_on = asyncio.Event()

    async def look_up(*_: object) -> dict[str, object]:
        await may_go_on.wait()
        return {}

    monkeypatch.setattr("bot.scenes.handler.read_guild_settings", look_up)
    asker = Asker(1, is_administrator=True)
    reply = cast("Any", None)
    asking = asyncio.create_task(handler.handle(reply, Request.new(), request_id=1, asker=asker, key="1"))
    await asyncio.sleep(0)
    await handler.close(seconds=1)
    await pool.close()
    may_go_on.set()
    with pytest.raises(RefusalError, match="is restarting"):
        await asking
    await storage.close()


async def performs_nowhere(_: int | None) -> bool:
    """Tell of no server that performances are on there."""
    return False
