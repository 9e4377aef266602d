"""The queue that workers take trainings from: each is one worker's, and an attempt that is over changes nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import update

from bot.storage.repositories import Repositories
from bot.storage.schema import leases
from bot.storage.tables.training_queue import Claim, FencedTrainings, QueuedTrainings
from bot.storage.tables.trainings import TrainingRecord
from tests.bot.storage.test_trainings import MODEL
from tests.bot.test_promises import PLAN

WAITING = TrainingRecord(
    machine="a", guild_id=1, channel_id=2, member_id=3, name="Nor", created=1, state="waiting", plan=PLAN.to_json()
)  # fmt: skip


async def work(machines: Sequence[Repositories]) -> None:
    """Let a bot offer two trainings, and two workers claim, lose and fence them."""
    bot, *workers = machines
    offers = QueuedTrainings(bot.database, machine="a")
    first, second = [
        await bot.trainings.add(replace(WAITING, name=name, queued=1)) for name in ("Nor", "Bajor")
    ]
    queues = [QueuedTrainings(each.database, machine=each.trainings.machine) for each in workers]
    assert [await queue.claim() for queue in queues] == [None, None]
    for training in (first, second):
        await offers.offer(training.id)
    assert await offers.count_before(second) == 1
    claims = await asyncio.gather(*(queue.claim() for queue in queues))
    taken = sorted((claim for claim in claims if claim), key=lambda claim: claim.training.id)
    assert [(claim.training.id, claim.training.attempt, claim.before) for claim in taken] == [
        (first.id, 1, ""), (second.id, 1, "")
    ]  # fmt: skip
    old = taken[0].training
    owner = next(queue for queue, claim in zip(queues, claims, strict=True) if claim == taken[0])
    other = next(queue for queue in queues if queue is not owner)
    assert await owner.report(old, "far") == ""
    assert (await bot.trainings.read_states("running"))[0].progress == "far"

    # A worker dies: its training goes on in another attempt, and what the old one says counts no more.
    await bot.database.execute(update(leases).where(leases.c.name == str(first.id)).values(ends=0.0))
    again = await other.claim()
    assert isinstance(again, Claim)
    assert (again.training.id, again.training.attempt, again.training.lost) == (first.id, 2, 1)
    assert again.before == old.worker
    assert await owner.report(old, "woken up") is None
    stale = FencedTrainings(bot.database, machine=old.worker, home="home")
    stale.hold(old)
    assert not await stale.update(first.id, state="failed")
    assert not await bot.models.add_trained(old, replace(MODEL, id=first.id), {}, use=True)
    held = FencedTrainings(bot.database, machine=again.training.worker, home="home")
    held.hold(again.training)
    assert await held.update(first.id, pid=7)
    assert not await held.update(second.id, pid=7)

    # A cancel is heard with the next report; who has ended reports no more.
    assert await offers.ask_to_stop(first.id, {"reason": "left"})
    assert not await offers.ask_to_stop(first.id, {})
    assert await other.report(again.training, "") == '{"reason": "left"}'
    assert await held.update(first.id, state="cancelled", ended=2)
    assert await other.report(again.training, "") is None
    assert not await offers.ask_to_stop(first.id, {})

    # A bot dies: another shows its trainings, those too whose end it has not told.
    await workers[0].leases.live()
    assert await QueuedTrainings(bot.database, machine=workers[0].trainings.machine).adopt() == 2
    assert await workers[0].trainings.read_untold() != []

    # A worker that leaves gives back what it has: that is no death.
    await other.give_back(again.training)  # has ended
    mine = taken[1].training
    keeper = owner if mine.worker == old.worker else other
    await keeper.give_back(mine)
    back = await keeper.claim()
    assert back is not None
    assert (back.training.attempt, back.training.lost) == (2, 0)
    assert [each.id for each in await keeper.read_own()] == [second.id]


async def test_training_is_one_workers_at_a_time(tmp_path: Path) -> None:
    """Claims, reports, cancels and deaths, over one SQLite file."""
    url = f"sqlite:///{tmp_path / 'one.db'}"
    machines = [
        await Repositories.open(url, data=tmp_path, machine=name, home="home") for name in ("a", "b", "c")
    ]
    await work(machines)
    for storage in machines:
        await storage.close()
