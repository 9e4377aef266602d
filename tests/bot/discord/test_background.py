"""Tasks that must live: logged when they fail, started again, and counted."""

import asyncio

import pytest

from bot.discord.background import BackgroundTasks, TaskRecord
from bot.ops.diagnosis import describe_tasks


async def test_background_task_that_fails_is_started_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each failure is counted and logged, the task is down meanwhile, and then it lives again."""
    monkeypatch.setattr("bot.discord.background.FIRST_PAUSE_SECONDS", 0.01)
    tasks, begun, live = BackgroundTasks(), asyncio.Event(), asyncio.Event()
    seen: list[bool] = []

    async def work() -> None:
        seen.append(tasks.records["work"].is_down)
        if len(seen) < 3:
            raise KeyError("retry_after")
        begun.set()
        await live.wait()

    tasks.keep("work", work)
    await asyncio.wait_for(begun.wait(), 5)
    assert seen == [False, False, False]
    assert tasks.records["work"].failures == 2
    assert caplog.text.count("The task work failed") == 2
    await tasks.close()


async def test_background_task_that_waits_for_its_start_is_down() -> None:
    """Between a failure and the next start the task counts as down."""
    tasks = BackgroundTasks()

    async def work() -> None:
        raise ValueError

    tasks.keep("work", work)
    await asyncio.sleep(0.05)
    assert tasks.records["work"].is_down
    await tasks.close()


async def test_owner_reads_which_tasks_failed() -> None:
    """The diagnosis counts the failures of each task, and names those that are down."""
    tasks = BackgroundTasks()
    tasks.records = {
        "a": TaskRecord(),
        "b": TaskRecord(failures=2),
        "c": TaskRecord(failures=1, is_down=True),
    }
    assert str(describe_tasks(tasks)) == "b: 2\u00d7, c: 1\u00d7, and waits to be started again"
