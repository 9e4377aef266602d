"""What survives: the database on a real file, with what can happen to files."""

import asyncio
import os
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, Table, create_engine, insert

from bot.storage.engine import StoreError
from bot.storage.ledger import Job, Model, TrainingStore
from bot.storage.schema import REVISION, metadata
from bot.storage.store import NOBODY, KeptEpisode, PendingRequest, Store
from core.errors import ConfigError

EPISODE = KeptEpisode(
    request_id=10,
    member_id=2**63 - 1,
    created=1_700_000_000,
    line="QUARK: No",
    model="ds9",
    fingerprint="f" * 64,
    prompt="QUARK: No",
    earlier="",
    text=".\nODO: \U0001f596",
    temperature=0.5,
    length=500,
    seed=2**31,
    ended=False,
    notice="",
    seconds=0.08,
)
PENDING = PendingRequest(id=7, application_id=1, token="secret", member_id=3, created=0, request="{}")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A store on a new file."""
    opened = await Store.open("", data=tmp_path)
    yield opened
    await opened.close()


def find_aside(folder: Path) -> list[Path]:
    """Return the damaged databases that were kept aside."""
    return list(folder.glob("holosuite.db.damaged-*[0-9]"))


async def test_store_returns_what_it_kept(store: Store) -> None:
    """A kept episode is read back as it was, with a number."""
    kept = await store.keep_episode(EPISODE)
    assert kept == replace(EPISODE, id=kept.id)
    assert await store.read_episode(kept.id) == kept
    assert await store.read_episode(kept.id + 1) is None


async def test_store_keeps_a_request_once(store: Store) -> None:
    """The same request kept twice is one episode and counted once."""
    first = await store.keep_episode(EPISODE)
    assert await store.keep_episode(replace(EPISODE, text="other")) == first
    assert (await store.read_counts())["episodes"] == 1


async def test_store_forgets_a_member_but_not_the_counts(store: Store) -> None:
    """Forgetting deletes the member's episodes and requests; others' and the counts stay."""
    mine = await store.keep_episode(EPISODE)
    theirs = await store.keep_episode(replace(EPISODE, request_id=11, member_id=5))
    await store.keep_pending(replace(PENDING, member_id=EPISODE.member_id, created=int(time.time())))
    assert await store.forget_member(EPISODE.member_id) == 1
    assert await store.read_episode(mine.id) is None
    assert await store.read_episode(theirs.id) == theirs
    assert await store.take_pending(newer_than_seconds=60) == []
    assert (await store.read_counts())["episodes"] == 2


async def test_store_forgets_who_trained_but_not_the_model(store: Store) -> None:
    """A server keeps its trainings and models when the member who started them is forgotten."""
    ledger = TrainingStore(store, machine="m")
    asked = Job(machine="m", guild_id=1, channel_id=2, member_id=EPISODE.member_id, name="mine", created=3)
    job = await ledger.add_job(asked)
    model = Model(
        id=job.id,
        machine="m",
        guild_id=1,
        member_id=EPISODE.member_id,
        name="mine",
        created=3,
        folder="runs/1",
        fingerprint="f" * 64,
        bits=1.5,
        bytes=10,
    )
    await ledger.end_with_model(job, model, {}, use=False)
    await store.forget_member(EPISODE.member_id)
    assert [kept.member_id for kept in await ledger.read_models(1)] == [NOBODY]
    forgotten = await ledger.read_job(job.id)
    assert forgotten is not None
    assert forgotten.member_id == NOBODY


async def test_store_never_gives_a_forgotten_number_again(store: Store) -> None:
    """Buttons of a forgotten episode can never show a later one."""
    kept = await store.keep_episode(EPISODE)
    await store.forget_member(EPISODE.member_id)
    assert (await store.keep_episode(EPISODE)).id > kept.id


async def test_store_forgets_what_is_old(store: Store) -> None:
    """Retention deletes episodes by their age."""
    await store.keep_episode(EPISODE)
    new = await store.keep_episode(replace(EPISODE, request_id=11, created=int(time.time())))
    assert await store.forget_older_than(3_600) == 1
    assert await store.read_episode(new.id) == new


async def test_store_lists_recent_lines_once_newest_first(store: Store) -> None:
    """A member's own lines come newest first and each once; others' and empty ones do not."""
    for number, (line, member) in enumerate([("a", 1), ("b", 1), ("", 1), ("a", 1), ("c", 2)]):
        await store.keep_episode(replace(EPISODE, request_id=number, line=line, member_id=member))
    assert await store.read_recent_lines(1, limit=5) == ["a", "b"]


async def test_store_returns_unfinished_requests_that_are_young_enough(store: Store) -> None:
    """A pending request is returned until it is answered; one whose token has expired is deleted."""
    young = replace(PENDING, id=8, created=int(time.time()))
    await store.keep_pending(PENDING)
    await store.keep_pending(young)
    assert await store.take_pending(newer_than_seconds=60) == [young]
    await store.forget_pending(8)
    assert await store.take_pending(newer_than_seconds=1e9) == []


async def test_store_keeps_the_requests_of_a_crowd(store: Store) -> None:
    """Of requests that come together each is kept, also when one of them gives up or is there already."""
    crowd = [replace(PENDING, id=number, created=int(time.time())) for number in range(1, 40)]
    tasks = [asyncio.create_task(store.keep_pending(request)) for request in crowd]
    await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.gather(*tasks[1:])
    assert {request.id for request in await store.take_pending(newer_than_seconds=60)} >= set(range(2, 40))
    with pytest.raises(StoreError):
        await store.keep_pending(crowd[5])
    await store.keep_pending(replace(PENDING, id=99, created=int(time.time())))


async def test_store_replaces_a_setting(store: Store) -> None:
    """A setting is what it was set to last, in its scope."""
    await store.keep_setting("bot", "a", "1")
    await store.keep_setting("bot", "a", "2")
    assert await store.read_setting("bot", "a") == "2"
    assert await store.read_setting("guild", "a") is None


async def test_migrations_lead_to_the_schema(store: Store, tmp_path: Path) -> None:
    """The migrations make the tables that the code declares, and the newest is the one that it expects."""
    config = Config()
    config.set_main_option("script_location", "bot/storage/migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION
    engine = create_engine(f"sqlite:///{tmp_path}/holosuite.db")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


async def test_database_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    """A scene that the first version kept is there after the migrations, with nothing known of its parts."""
    engine = create_engine(f"sqlite:///{tmp_path}/holosuite.db")
    config = Config()
    config.set_main_option("script_location", "bot/storage/migrations")
    with engine.begin() as connection:
        config.attributes.update(connection=connection, metadata=metadata)
        command.upgrade(config, "0001")
    old = {
        name: value for name, value in asdict(EPISODE).items() if name not in {"parts", "originality", "code"}
    }
    with engine.begin() as connection:
        connection.execute(insert(Table("episodes", MetaData(), autoload_with=connection)), old | {"id": 4})
    engine.dispose()
    store = await Store.open("", data=tmp_path)
    assert await store.read_episode(4) == replace(EPISODE, id=4)
    await store.close()


@pytest.mark.parametrize(
    "damage", [b"no database at all" * 500, b"SQLite format 3\0" + bytes(range(256)) * 40]
)
async def test_store_keeps_a_damaged_file_aside_and_begins_anew(tmp_path: Path, damage: bytes) -> None:
    """A file that is no sound database is renamed, whole, and a new one is begun."""
    (tmp_path / "holosuite.db").write_bytes(damage)
    store = await Store.open("", data=tmp_path)
    assert (await store.keep_episode(EPISODE)).id == 1
    await store.close()
    assert [path.read_bytes() for path in find_aside(tmp_path)] == [damage]


async def test_store_goes_on_when_its_file_is_damaged_under_it(store: Store, tmp_path: Path) -> None:
    """Damage while running costs no request: the file is kept aside and the work done in a new one."""
    await store.keep_episode(EPISODE)
    # Another program's write makes SQLite look at the file again instead of at what it has in memory.
    with sqlite3.connect(tmp_path / "holosuite.db") as other:
        other.execute("INSERT INTO counts VALUES ('other', 1)")
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    (tmp_path / "holosuite.db").write_bytes(b"no database at all" * 5_000)
    kept = await store.keep_episode(replace(EPISODE, request_id=11))
    assert await store.read_episode(kept.id) == kept
    assert find_aside(tmp_path)


async def test_newer_database_is_said_in_a_sentence(tmp_path: Path) -> None:
    """A database of a newer version is not touched."""
    await (await Store.open("", data=tmp_path)).close()
    with sqlite3.connect(tmp_path / "holosuite.db") as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    other.close()
    with pytest.raises(StoreError, match="newer version"):
        await Store.open("", data=tmp_path)


@pytest.mark.parametrize(
    "url", ["mysql://a:geheim@b/c", "nonsense", "sqlite://", "postgresql://a:geheim@:x/c"]
)
async def test_database_address_is_refused_without_repeating_it(url: str, tmp_path: Path) -> None:
    """An address that cannot be used gives a sentence without the password in it."""
    with pytest.raises(ConfigError, match="DATABASE_URL") as refused:
        await Store.open(url, data=tmp_path)
    assert "geheim" not in str(refused.value)


async def test_killed_process_loses_no_kept_episode(tmp_path: Path) -> None:
    """Each episode that a process has reported as kept is there after `kill -9`."""
    program = (
        "import asyncio, sys; from dataclasses import replace; from pathlib import Path\n"
        "from bot.storage.store import Store; from tests.bot.storage.test_store import EPISODE\n"
        "async def main():\n"
        "    store = await Store.open('', data=Path(sys.argv[1]))\n"
        "    for number in range(10**6):\n"
        "        await store.keep_episode(replace(EPISODE, request_id=number)); print(number, flush=True)\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(tmp_path), stdout=asyncio.subprocess.PIPE, env=dict(os.environ)
    )
    assert process.stdout is not None
    reported = [int(await process.stdout.readline()) for _ in range(40)]
    process.kill()
    reported += [
        int(line) for line in (await process.stdout.read()).splitlines(keepends=True) if line.endswith(b"\n")
    ]
    await process.wait()
    store = await Store.open("", data=tmp_path)
    assert (await store.read_counts())["episodes"] >= len(reported)
    assert await store.read_episode(len(reported)) is not None
    await store.close()
