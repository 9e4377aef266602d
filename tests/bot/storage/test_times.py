"""What is kept for a while alone is gone after it, and not before: the times that SECURITY.md states."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.discord.errors import RefusalError
from bot.discord.limits import PROMISE_SECONDS
from bot.storage.names import LimitError
from bot.storage.repositories import Repositories
from bot.storage.schema import deletions
from bot.storage.settings import Settings
from bot.storage.tables.members import REMEMBERED_SECONDS, delete_member, delete_what_is_over
from bot.storage.tables.pending import PendingRequest
from bot.storage.tables.trainings import RetrainPlan, TrainingRecord
from bot.training.corpora.folders import TrainingFolders
from bot.training.corpora.sweeper import OFFER_SECONDS, TrainingSweeper
from bot.training.preview import TrainingPreviews
from bot.training.request import TrainingOrigin, TrainingRequest
from core.errors import CoreError

HOUR = 3_600.0
REQUEST = PendingRequest(id=1, application_id=1, token="t", member_id=1, created=0, request="{}")
PLAN = RetrainPlan(
    key="", folder="nor", scripts="", series="", episodes="", preset="default", minutes=1.0, epochs=None, upload=True,
    keep=False, seconds=60.0,
)  # fmt: skip
OFFER = TrainingRecord(machine="here", guild_id=1, channel_id=2, member_id=3, name="Nor", created=0)


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Repositories]:
    """A database in a new file."""
    opened = await Repositories.open("", data=tmp_path, machine="here")
    yield opened
    await opened.close()


async def test_request_on_its_way_is_kept_for_an_hour(storage: Repositories) -> None:
    """After an hour nobody can be answered, and the token of the answer is deleted, in a running bot and at a start."""
    assert PROMISE_SECONDS == HOUR
    now = int(time.time())
    await storage.pending.add(replace(REQUEST, id=1, created=now - 3_500))
    await storage.pending.add(replace(REQUEST, id=2, created=now - 3_700))
    await delete_what_is_over(storage.database, promise_seconds=PROMISE_SECONDS)
    assert [left.id for left in await storage.pending.read_unfinished(newer_than_seconds=HOUR * 24)] == [1]
    await storage.pending.add(replace(REQUEST, id=3, created=now - 3_700))
    assert [left.id for left in await storage.pending.read_unfinished(newer_than_seconds=HOUR)] == [1]


async def test_who_was_forgotten_is_known_for_twenty_minutes(
    storage: Repositories, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So long nothing that was on its way is stored; then even that they were here is forgotten."""
    assert REMEMBERED_SECONDS == HOUR / 3
    began = time.time()
    await delete_member(storage.database, 7)
    for minutes, known in ((19, 1), (21, 0)):
        monkeypatch.setattr("time.time", lambda minutes=minutes: began + 60 * minutes)
        await delete_what_is_over(storage.database, promise_seconds=PROMISE_SECONDS)
        assert len(await storage.database.rows(select(deletions))) == known


async def test_preview_and_its_text_go_after_a_quarter_of_an_hour(
    storage: Repositories, tmp_path: Path
) -> None:
    """What nobody has started is deleted with its text, also while a training runs; a folder of others stays."""
    assert OFFER_SECONDS == HOUR / 4
    now = int(time.time())
    await storage.trainings.add(
        replace(OFFER, state="running", created=now, plan=replace(PLAN, key="c" * 16).to_json())
    )
    texts = {}
    for key, age in (("a" * 16, 800), ("b" * 16, 1_000)):
        await storage.folders.add(key)
        texts[key] = tmp_path / "jobs" / key / "corpus"
        texts[key].mkdir(parents=True)
        offer = replace(OFFER, name=key, created=now - age, plan=replace(PLAN, key=key).to_json())
        await storage.trainings.add(offer)
    foreign = tmp_path / "jobs" / "mine"
    foreign.mkdir()
    await TrainingSweeper(storage=storage, folders=TrainingFolders(tmp_path)).sweep()
    assert [text.exists() for text in texts.values()] == [True, False]
    assert [offer.name for offer in await storage.trainings.read_offers()] == ["a" * 16]
    assert foreign.exists()


async def test_server_has_few_previews_and_one_text_read_at_a_time(
    storage: Repositories, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three previews wait for Start; a fourth is refused, and so is a text beside one that is being read."""
    previews = TrainingPreviews(
        settings=Settings(run=tmp_path, data=tmp_path, cooldown_seconds=0), storage=storage
    )
    request, origin = TrainingRequest(), TrainingOrigin(guild_id=1, channel_id=2, member_id=3)
    refused: list[str] = []

    async def ask(*_arguments: object, **_options: object) -> None:
        with pytest.raises(RefusalError) as caught:
            await previews.offer(request, origin)
        refused.append(str(caught.value))
        raise CoreError("Nothing.")

    monkeypatch.setattr("bot.training.corpora.reading.ask_child", ask)
    with pytest.raises(CoreError, match="Nothing"):
        await previews.offer(request, origin)
    assert refused == ["A text of this server is being read already; wait for its preview."]
    for number in range(3):
        await previews.check(request, 1)
        await storage.trainings.add(
            replace(OFFER, name=str(number), created=int(time.time()), plan=PLAN.to_json())
        )
    with pytest.raises((RefusalError, LimitError), match="3"):
        await previews.check(request, 1)
    await previews.check(request, 2)


async def test_upload_of_a_forgotten_member_is_read_no_further(
    storage: Repositories, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text that is being read when its member is forgotten is deleted at once, and no preview comes of it."""
    previews = TrainingPreviews(settings=Settings(run=tmp_path, data=tmp_path), storage=storage)
    request = TrainingRequest(upload_names=("okapi.txt",))
    is_read = asyncio.Event()

    async def read(*_arguments: object, **_options: object) -> None:
        is_read.set()
        await asyncio.Event().wait()

    async def download(folder: Path) -> None:
        await asyncio.to_thread((folder / "upload-0.txt").write_text, "A shy okapi")

    monkeypatch.setattr("bot.training.corpora.reading.ask_child", read)
    asked = asyncio.create_task(
        previews.offer(request, TrainingOrigin(guild_id=1, channel_id=2, member_id=3), download)
    )
    await is_read.wait()
    await previews.drop_member(4)
    assert list((tmp_path / "jobs").iterdir())
    await previews.drop_member(3)
    assert list((tmp_path / "jobs").iterdir()) == []
    with pytest.raises(RefusalError, match="/forget-me was used"):
        await asked
    assert await storage.trainings.read_offers() == []
