"""Shards that bots on one database share: each is one bot's, and the dead leave theirs to the living."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.app import shards
from bot.app.shards import ShardLeases, share_shards
from bot.storage.repositories import Repositories
from bot.storage.schema import leases
from bot.storage.settings import Settings


async def test_bots_share_shards_and_take_over_those_of_the_dead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One bot serves all; the next ones get their share; what a dead or leaving one had goes to the others."""
    monkeypatch.setattr(shards, "GRACE_SECONDS", 0.0)
    url = f"sqlite:///{tmp_path / 'one.db'}"
    opened = [await Repositories.open(url, data=tmp_path, machine=name) for name in ("a", "b", "c")]
    first, second, third = (ShardLeases(storage.leases, count=4) for storage in opened)
    await first.look()
    assert list(first.held) == [0, 1, 2, 3]
    assert first.changed.is_set()
    await opened[1].leases.live()
    await first.look()
    assert list(first.held) == [0, 1]
    await second.look()
    assert list(second.held) == [2, 3]
    first.changed.clear()
    await first.look()
    assert not first.changed.is_set()

    monkeypatch.setattr(shards, "GRACE_SECONDS", 1e9)  # a bot that has just begun waits for no restart
    await opened[0].database.execute(update(leases).where(leases.c.owner == "a").values(ends=0.0))
    await third.look()
    assert list(third.held) == [0, 1]
    await first.look()  # it was asleep, and wakes up
    assert list(first.held) == []
    monkeypatch.setattr(shards, "GRACE_SECONDS", 0.0)
    await opened[2].leases.release_all()
    await second.look()
    await first.look()
    assert sorted(first.held + second.held) == [0, 1, 2, 3]
    for storage in opened:
        await storage.close()


async def test_sharing_that_fails_is_begun_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours costs no shard for good: shards are claimed again after a pause, and the failure is counted."""
    monkeypatch.setattr("bot.discord.background.FIRST_PAUSE_SECONDS", 0.01)
    storage = await Repositories.open("", data=tmp_path, machine="a")
    look, faults = ShardLeases.look, [KeyError("a fault")]

    async def fail_first(sharing: ShardLeases) -> None:
        if faults:
            raise faults.pop()
        await look(sharing)

    monkeypatch.setattr(ShardLeases, "look", fail_first)
    settings = Settings(run=tmp_path, data=tmp_path, shares_shards=True, shard_count=2)
    async with share_shards(settings, storage.leases) as sharing:
        assert sharing is not None
        await asyncio.wait_for(sharing.changed.wait(), 5)
        assert sharing.held == (0, 1)
        assert sharing.tasks.records["shards"].failures == 1
    await storage.close()
