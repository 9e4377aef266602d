"""What people do at once with a server's trainings and models, in random order over two connections."""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.storage.names import LimitError
from bot.storage.repositories import Repositories
from bot.storage.schema import jobs, model_names, models
from bot.storage.tables.members import delete_member
from bot.storage.tables.models import ModelRecord
from bot.storage.tables.trainings import UNFINISHED, TrainingRecord
from core.errors import CoreError

HISTORIES = int(os.environ.get("INTERLEAVINGS", "30"))  # 1,000 in a few minutes
MOST_MODELS, MOST_A_DAY = 3, 4
MEMBERS = (7, 8)
NAMES = ("Ops", "OPS", "\u00c4rger", "\u00e4rger", "Nor", "Morn", "Bashir")  # of more models than may be
ROUNDS, AT_ONCE = 4, 6
Step = Callable[[Repositories], Awaitable[object]]


@pytest.fixture
async def connections(tmp_path: Path) -> AsyncIterator[list[Repositories]]:
    """One database over two connections."""
    opened = [await Repositories.open("", data=tmp_path, machine="here") for _ in range(2)]
    yield opened
    for storage in opened:
        await storage.close()


class Server:
    """What somebody may do in one server, with the trainings and models that it has."""

    def __init__(self, guild_id: int, dice: random.Random) -> None:
        """Choose with these dice."""
        self.guild_id = guild_id
        self._dice = dice
        self.trainings: list[TrainingRecord] = []

    def step(self) -> Step:
        """Return something that somebody does next."""
        begun = (self.offer(), self.start(), self.start(), self.end(), self.cancel())
        return self._dice.choice([*begun, self.delete(), self.rename(), self.forget(), self.leave])

    def offer(self) -> Step:
        """Ask for a training."""
        training = TrainingRecord(
            machine="here",
            guild_id=self.guild_id,
            channel_id=1,
            member_id=self._dice.choice(MEMBERS),
            name=self._dice.choice(NAMES),
            created=int(time.time()),
        )

        async def offer(storage: Repositories) -> None:
            self.trainings.append(await storage.trainings.add(training))

        return offer

    def start(self) -> Step:
        """Press Start, maybe a second time."""
        training = self._dice.choice(self.trainings)
        return lambda storage: storage.trainings.begin(
            training, most_models=MOST_MODELS, most_a_day=MOST_A_DAY
        )

    def cancel(self) -> Step:
        """Press Cancel: an hour later, so that it counts for the day."""
        number, later = self._dice.choice(self.trainings).id, int(time.time()) + 3_600
        return lambda storage: storage.trainings.update(
            number, only_from=UNFINISHED, state="cancelled", ended=later
        )

    def end(self) -> Step:
        """Let a training come to its end."""
        training = self._dice.choice(self.trainings)
        model = ModelRecord(
            id=training.id, machine="here", guild_id=self.guild_id, member_id=training.member_id,
            name=training.name, created=1, folder=f"models/{training.id}/x", fingerprint="f", bits=2.0, bytes=1,
        )  # fmt: skip
        return lambda storage: storage.models.add_trained(training, model, {}, use=self._dice.random() < 0.5)

    def delete(self) -> Step:
        """Delete a model."""
        number = self._dice.choice(self.trainings).id
        return lambda storage: storage.models.delete(number)

    def rename(self) -> Step:
        """Give a model another name."""
        number, name = self._dice.choice(self.trainings).id, self._dice.choice(NAMES)

        async def rename(storage: Repositories) -> None:
            model = await storage.models.read(number)
            if model is not None:
                await storage.models.rename(model, name)

        return rename

    def forget(self) -> Step:
        """Forget a member."""
        member = self._dice.choice(MEMBERS)
        return lambda storage: delete_member(storage.database, member)

    async def leave(self, storage: Repositories) -> None:
        """Remove the bot: nothing of the server waits any more."""
        for training in await storage.trainings.read_states("offered", *UNFINISHED):
            if training.guild_id == self.guild_id:
                await storage.trainings.delete_offer(training.id)
                await storage.trainings.update(training.id, only_from=UNFINISHED, state="cancelled")


async def check(storage: Repositories, guild_id: int) -> None:
    """Make sure that a server has what it may have, and each thing the name and the state that belong to it."""
    database = storage.database
    rows = await database.rows(select(jobs).where(jobs.c.guild_id == guild_id))
    held = {row["id"]: row["name"] for row in rows if row["state"] in UNFINISHED}
    states = {row["id"]: row["state"] for row in rows}
    for row in await database.rows(select(models).where(models.c.guild_id == guild_id)):
        assert states[row["id"]] == "done"
        held[row["id"]] = row["name"]
    assert len(held) <= MOST_MODELS
    names = await database.rows(select(model_names).where(model_names.c.guild_id == guild_id))
    assert {row["owner"]: row["folded"] for row in names} == {
        number: name.casefold() for number, name in held.items()
    }
    assert len({name.casefold() for name in held.values()}) == len(held)
    assert (
        sum(row["queued"] > 0 for row in rows if row["ended"] != 0 or row["state"] != "cancelled")
        <= MOST_A_DAY
    )
    active = await replace(storage, models=type(storage.models)(database, machine="here")).models.read_choice(
        guild_id
    )
    assert active is None or active in held


async def test_interleavings_keep_limits_names_and_states(connections: list[Repositories]) -> None:
    """Whatever is started, ended, cancelled, renamed, deleted, forgotten and left at once, all that is left fits."""
    await keep_together(connections, histories=HISTORIES)


async def keep_together(connections: list[Repositories], *, histories: int) -> None:
    """Let random things happen at once in one server after another, and look at what is there after each round."""
    refused = done = 0
    for history in range(1, histories + 1):
        dice = random.Random(history)  # noqa: S311 -- no secret
        server = Server(history, dice)
        for _ in range(4):
            await server.offer()(connections[0])
        for _ in range(ROUNDS):
            steps = [server.step()(dice.choice(connections)) for _ in range(AT_ONCE)]
            ends = await asyncio.gather(*steps, return_exceptions=True)
            wrong = [end for end in ends if isinstance(end, BaseException) and not isinstance(end, CoreError)]
            assert wrong == []
            refused += sum(isinstance(end, LimitError) for end in ends)
            done += sum(not isinstance(end, CoreError) for end in ends)
            await check(connections[0], history)
        for member in MEMBERS:
            await delete_member(connections[1].database, member)
        for table in (jobs, models):
            whose = await connections[0].database.rows(select(table.c.member_id))
            assert {row["member_id"] for row in whose} <= {0}
    assert refused
    assert done
