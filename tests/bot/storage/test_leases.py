"""What belongs to one bot of several: a lease is one process's until it ends, and so is what it has promised."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import update

from bot.storage.names import LimitError
from bot.storage.repositories import Repositories
from bot.storage.schema import leases
from bot.storage.tables.channels.performances import AT_ONCE_IN_A_SERVER, TakenOverError
from bot.storage.tables.members import delete_member
from bot.storage.tables.readings import READING, ReadingRecord
from tests.bot.channels.performances.test_performance import ELSEWHERE
from tests.bot.storage.test_database import EPISODE, PENDING


async def share(bots: Sequence[Repositories]) -> None:
    """Let three bots on one database hold, lose and take over."""
    first, second, third = bots
    for storage in bots:
        await storage.leases.live()
    held = await asyncio.gather(*(storage.leases.hold("shard", "0") for storage in bots))
    assert sorted(held) == [False, False, True]
    holder = bots[held.index(True)]
    assert await holder.leases.hold("shard", "0")
    assert await first.leases.read_holders("shard") == {"0": holder.leases.machine}
    await holder.leases.release("shard", "0")
    assert await second.leases.hold("shard", "0")
    await first.leases.release("shard", "0")  # not its own
    assert not await third.leases.hold("shard", "0")

    requests = [replace(PENDING, id=number, created=2**31) for number in (71, 72)]
    for request in requests:
        await first.pending.add(request)
    assert [await storage.pending.take_over(newer_than_seconds=60) for storage in bots] == [[], [], []]
    await first.database.execute(update(leases).where(leases.c.owner != "c").values(ends=0.0))
    await third.leases.hold("bot", "c")
    await second.leases.live()
    taken = await asyncio.gather(*(each.pending.take_over(newer_than_seconds=60) for each in (second, third)))
    assert sorted(request.id for requests in taken for request in requests) == [71, 72]
    assert await first.pending.read_unfinished(newer_than_seconds=60) == []
    assert await third.leases.hold("shard", "0")
    await third.leases.release_all()
    assert await first.leases.read_holders("bot") == {"b": "b"}


async def test_one_takes_what_another_has_left(tmp_path: Path) -> None:
    """A lease has one holder; requests are taken over once, and only from a bot that lives no longer."""
    url = f"sqlite:///{tmp_path / 'one.db'}"
    bots = [await Repositories.open(url, data=tmp_path, machine=name) for name in ("a", "b", "c")]
    await share(bots)
    for storage in bots:
        await storage.close()


async def test_performance_is_one_machines_at_a_time(tmp_path: Path) -> None:
    """What a dead machine or one without the shard has left is another's; the old one changes nothing any more."""
    url = f"sqlite:///{tmp_path / 'one.db'}"
    bots = [await Repositories.open(url, data=tmp_path, machine=name) for name in ("a", "b", "c")]
    for storage in bots:
        await storage.leases.live()
    first, second, third = (storage.performances for storage in bots)
    kept = await bots[0].scenes.add(EPISODE)
    given = await first.add(replace(ELSEWHERE, scene_id=kept.id))
    assert await second.take_over(lambda _: True) == []
    await bots[0].leases.release_all()
    assert await second.take_over(lambda guild_id: guild_id != given.guild_id) == []
    assert await second.take_over(lambda _: True) == [replace(given, machine="b")]
    assert await third.take_over(lambda _: True) == []
    with pytest.raises(TakenOverError):
        await first.update(given.id, position=7)
    with pytest.raises(TakenOverError):
        await first.has_scene(given.id)
    await first.delete(given.id)
    assert await second.has_scene(given.id)
    await second.update(given.id, position=1)
    await second.leave(given.id)
    (taken,) = await third.take_over(lambda _: True)
    assert (taken.position, await third.exists(given.id, guild_id=given.guild_id)) == (1, True)
    await delete_member(bots[2].database, EPISODE.member_id)
    assert not await third.has_scene(given.id)
    for storage in bots:
        await storage.close()


async def test_bot_takes_nothing_over_before_the_others_could_say_that_they_live(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that has just begun, or has just found the database again, waits for as long as a lease."""
    clock = [0.0]
    monkeypatch.setattr(
        "bot.storage.tables.leases.time", SimpleNamespace(monotonic=lambda: clock[0], time=time.time)
    )
    storage = await Repositories.open("", data=tmp_path, machine="a")
    steady = []
    for now in (100.0, 105.0, 119.0, 121.0, 150.0, 155.0, 160.0, 165.0, 170.0):
        clock[0] = now
        await storage.leases.live()
        steady.append(storage.leases.is_steady)
    assert steady == [False, False, False, True, False, False, False, False, True]
    await storage.close()


async def test_server_has_few_performances_at_once(tmp_path: Path) -> None:
    """One server leaves places to others, however many channels it has."""
    storage = await Repositories.open("", data=tmp_path, machine="a")
    kept = await storage.scenes.add(EPISODE)
    ours = [replace(ELSEWHERE, scene_id=kept.id, channel_id=number) for number in range(3)]
    for performance in ours[:AT_ONCE_IN_A_SERVER]:
        await storage.performances.add(performance)
    with pytest.raises(LimitError, match="2 performances are going on"):
        await storage.performances.add(ours[2])
    await storage.performances.add(replace(ours[2], guild_id=ELSEWHERE.guild_id + 1))
    await storage.close()


async def test_one_reading_of_a_server_begins(tmp_path: Path) -> None:
    """Of choices of channels that are begun at once one is, as one that was begun already is not again."""
    storage = await Repositories.open("", data=tmp_path, machine="a")
    asked = ReadingRecord(guild_id=1, channel_id=2, member_id=3, created=4)
    drafts = [await storage.readings.add(each) for each in (asked, asked, replace(asked, guild_id=2))]
    begin = [storage.readings.begin(each) for each in (*drafts, drafts[2])]
    ends = await asyncio.gather(*begin, return_exceptions=True)
    assert [isinstance(end, LimitError) for end in ends].count(True) == 2
    begun = await storage.readings.read_states(READING)
    assert sorted(each.guild_id for each in begun) == [1, 2]
    await storage.close()
