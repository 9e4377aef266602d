"""Members' answers: a no takes them out of all that holds their words, and nothing but a yes lets them in."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from unittest.mock import AsyncMock

import discord as discord_py
import pytest
from sqlalchemy import func, select

from bot.channels.learning.availability import LearningAvailability
from bot.channels.learning.withdrawal import Withdrawal
from bot.discord.errors import RefusalError
from bot.guilds.definitions import LEARNING
from bot.models.catalog import ModelCatalog
from bot.storage.repositories import Repositories
from bot.storage.schema import learners
from bot.storage.tables.consents import NO, YES
from bot.storage.tables.members import delete_member
from bot.storage.tables.trainings import TrainingRecord
from bot.training.corpora.folders import TrainingFolders
from bot.training.corpora.sweeper import TrainingSweeper
from bot.training.ui.view import build_end
from core.text import Text
from tests.bot.discord.language.test_no_english import LANGUAGE, check_text
from tests.bot.storage.test_trainings import JOB, MODEL
from tests.bot.test_promises import GRANTED, PLAN

GUILD = JOB.guild_id
OFFERED = replace(JOB, plan=replace(PLAN, people=2).to_json())


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Repositories]:
    """A database in a new file, in which two members of a server have said yes."""
    opened = await Repositories.open("", data=tmp_path, machine="here")
    for member in (11, 12):
        await opened.consents.allow(GUILD, member)
    yield opened
    await opened.close()


class Cancelled:
    """Stands for the supervisor, and notes what it is told to stop."""

    def __init__(self) -> None:
        self.trainings: list[int] = []

    async def cancel(self, training: TrainingRecord, _why: Text | None = None) -> bool:
        """Note a training."""
        self.trainings.append(training.id)
        return True


async def add_training(storage: Repositories, state: str) -> TrainingRecord:
    """Store a training that learns from both members."""
    training = await storage.trainings.add(replace(OFFERED, state=state, name=state))
    assert await storage.consents.note_learners(training, {11, 12})
    return training


async def test_answers_are_a_servers_own(storage: Repositories) -> None:
    """The last answer counts, in its server alone; a server that the bot left has nobody's yes, and each no stays."""
    consents = storage.consents
    assert await consents.read(GUILD, 13) == ""
    assert await consents.cast(GUILD, 12, "QUARK")
    assert not await consents.cast(GUILD, 13, "ODO")
    assert await consents.read_willing(GUILD) == {11: "", 12: "QUARK"}
    await consents.refuse(12, guild_id=GUILD)
    await consents.allow(GUILD + 1, 12)
    assert (await consents.read(GUILD, 12), await consents.read(GUILD + 1, 12)) == (NO, YES)
    assert await consents.count(GUILD) == (1, 1)
    await consents.allow(GUILD, 12)
    assert await consents.read_willing(GUILD) == {11: "", 12: ""}  # a no forgets the character, too
    assert await consents.count_servers(12) == 2
    await consents.refuse(12, guild_id=None)
    assert await consents.count_servers(12) == 0
    await consents.lapse(GUILD)
    assert await consents.read_willing(GUILD) == {}
    assert (await consents.read(GUILD, 11), await consents.read(GUILD, 12)) == ("", NO)


async def test_no_takes_a_member_out_of_trainings(storage: Repositories, tmp_path: Path) -> None:
    """A preview's text is deleted, a training is stopped, and a model is marked for its server's administrators."""
    offered, running, done, other = [
        await add_training(storage, state) for state in ("offered", "running", "done", "waiting")
    ]
    await storage.trainings.update(other.id, state="failed")
    model = replace(MODEL, id=done.id, people=2)
    await storage.trainings.update(done.id, state="running")
    assert await storage.models.add_trained(done, model, {}, use=False)
    folders = TrainingFolders(tmp_path)
    folders.work(offered).mkdir(parents=True)
    stopped, purged = Cancelled(), AsyncMock()
    withdrawal = Withdrawal(
        consents=storage.consents,
        supervisor=cast("Any", stopped),
        sweeper=TrainingSweeper(storage=storage, folders=folders),
        purge=purged,
    )
    catalog = ModelCatalog(storage=storage, registry=cast("Any", None))
    assert await catalog.count_withdrawn([model]) == {}
    await withdrawal.refuse(12, guild_id=GUILD + 1)  # of another server
    assert await catalog.count_withdrawn([model]) == {}
    await withdrawal.refuse(12, guild_id=GUILD)
    assert not folders.work(offered).exists()
    assert await storage.trainings.read(offered.id) is None
    assert stopped.trainings == [running.id]
    assert await catalog.count_withdrawn([model]) == {done.id: 1}
    with pytest.raises(RefusalError, match="for that server alone"):
        await catalog.use_everywhere(GUILD, f"#{model.id}")
    assert not await storage.consents.note_learners(running, {11, 12})
    assert (await delete_member(storage.database, 11)).has_answered
    assert await catalog.count_withdrawn([model]) == {done.id: 2}
    assert await storage.database.rows(select(func.count()).select_from(learners)) == [{"count_1": 0}]


async def test_end_says_that_somebody_said_no() -> None:
    """A training that a no has stopped says so where it was shown, in the server's language."""
    why = {"reason": Text("Somebody whose messages it learnt from has said no; ask for it again, and it learns without "
                          "them.").to_json()}  # fmt: skip
    ended = replace(OFFERED, name="Nor", state="cancelled", outcome=json.dumps(why))
    check_text(str(build_end(ended, is_used=False, language=LANGUAGE).description))


@pytest.mark.parametrize(
    ("is_on", "flags", "said"),
    [
        (False, GRANTED, "has not switched"),
        (True, 0, "message content intent"),
        (True, GRANTED, ""),
        (True, 1 << 18, ""),
    ],
)
async def test_learning_takes_the_owner_and_the_intent(
    storage: Repositories,
    is_on: bool,  # noqa: FBT001
    flags: int,
    said: str,
) -> None:
    """Where either is missing, one sentence names it and the guide's page; a server can switch it off for itself."""

    async def read() -> discord_py.ApplicationFlags:
        return discord_py.ApplicationFlags._from_value(flags)

    availability = LearningAvailability(is_on=is_on, read_flags=read, settings=storage.guild_settings)
    if not said:
        await availability.check_in(GUILD)
        await storage.guild_settings.change(GUILD, LEARNING.name, "off")
        with pytest.raises(RefusalError, match="switched learning off"):
            await availability.check_in(GUILD)
        await availability.check_in(GUILD + 1)
        return
    with pytest.raises(RefusalError, match=f"{said}.*docs/learning.md"):
        await availability.check()
