"""The studio's queue: bounded, in order, cancellable; with jobs that tests hold back."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import pytest

from bot.scenes.pool import QueueFullError, WriterPool
from core.errors import PromptError
from core.writing.writer import Episode, Writer


def build_episode(text: str) -> Episode:
    """Return an episode that holds a text."""
    return Episode("f" * 64, "", "", text, 0.5, 500, 1, ended=False, notice="", seconds=0.1)


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


@pytest.fixture
async def studio() -> AsyncIterator[WriterPool]:
    """A studio with one thread and two places in the queue."""
    opened = WriterPool(cast("Writer", cast("Any", None)), threads=1, queue=2)
    yield opened
    await opened.close()


async def test_studio_writes_in_the_order_of_asking(studio: WriterPool) -> None:
    """Who asks first is served first, and each sees its own place."""
    order: list[str] = []
    gate = Gate()
    first = studio.ask(gate)

    def note(text: str) -> Callable[[Callable[[], bool]], Episode]:
        return lambda _: order.append(text) or build_episode(text)  # type: ignore[func-returns-value]

    second, third = studio.ask(note("second")), studio.ask(note("third"))
    assert [ticket.place for ticket in (first, second, third)] == [0, 1, 2]
    gate.open.set()
    assert (await third.episode).text == "third"
    assert order == ["second", "third"]


async def test_studio_refuses_what_its_queue_cannot_hold(studio: WriterPool) -> None:
    """When the queue is full, the next request is refused with a sentence, and nothing else is lost."""
    gate = Gate()
    tickets = [studio.ask(gate) for _ in range(3)]
    with pytest.raises(QueueFullError, match="try again"):
        studio.ask(gate)
    gate.open.set()
    assert [(await ticket.episode).text for ticket in tickets] == ["held"] * 3


async def test_cancelled_ticket_leaves_the_queue(studio: WriterPool) -> None:
    """Those behind a cancelled request move up; its job never runs."""
    gate, never = Gate(), Gate()
    studio.ask(gate)
    given_up = studio.ask(never)
    behind = studio.ask(lambda _: build_episode("behind"))
    given_up.cancel()
    assert behind.place == 1
    gate.open.set()
    assert (await behind.episode).text == "behind"
    assert not never.begun.is_set()


async def test_cancelling_what_is_being_written_stops_it(studio: WriterPool) -> None:
    """The writing notices that nobody waits and makes room."""
    gate = Gate()
    ticket = studio.ask(gate)
    await asyncio.to_thread(gate.begun.wait)
    ticket.cancel()
    assert (await studio.ask(lambda _: build_episode("next")).episode).text == "next"
    assert gate.saw_cancelled


async def test_failed_job_fails_its_own_ticket_alone(studio: WriterPool) -> None:
    """An error reaches who asked, and the next request is served."""

    def fail(_: Callable[[], bool]) -> Episode:
        raise PromptError("No.")

    failed = studio.ask(fail)
    with pytest.raises(PromptError, match="No"):
        await failed.episode
    assert (await studio.ask(lambda _: build_episode("next")).episode).text == "next"
