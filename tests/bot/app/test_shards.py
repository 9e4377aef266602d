"""Shards that bots on one database share: each is one bot's, and the dead leave theirs to the living."""

from pathlib import Path

import pytest
from sqlalchemy import update

from bot.app import shards
from bot.app.shards import ShardLeases
from bot.storage.repositories import Repositories
from bot.storage.schema import leases


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
