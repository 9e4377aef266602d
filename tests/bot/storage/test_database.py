"""What survives: the database on a real file, with what can happen to files."""

import asyncio
import os
import shutil
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

from bot.storage.engine import StorageError
from bot.storage.repositories import Repositories
from bot.storage.schema import REVISION, metadata
from bot.storage.tables.members import NOBODY, delete_member
from bot.storage.tables.models import ModelRecord
from bot.storage.tables.pending import PendingRequest, Promises
from bot.storage.tables.scenes import SceneRecord
from bot.storage.tables.trainings import TrainingRecord
from bot.storage.text import storable
from core.errors import ConfigError

EPISODE = SceneRecord(
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
async def storage(tmp_path: Path) -> AsyncIterator[Repositories]:
    """A database in a new file."""
    opened = await Repositories.open("", data=tmp_path, machine="here")
    yield opened
    await opened.close()


def is_numbered(table: Table) -> bool:
    """Tell whether rows of a table get their numbers from the database."""
    return table.autoincrement_column is not None


def find_aside(folder: Path) -> list[Path]:
    """Return the damaged databases that were kept aside."""
    return list(folder.glob("holosuite.db.damaged-*[0-9]"))


async def test_database_returns_what_it_kept(storage: Repositories) -> None:
    """A kept episode is read back as it was, with a number."""
    kept = await storage.scenes.add(EPISODE)
    assert kept == replace(EPISODE, id=kept.id)
    assert await storage.scenes.read(kept.id) == kept
    assert await storage.scenes.read(kept.id + 1) is None


async def test_database_keeps_a_request_once(storage: Repositories) -> None:
    """The same request kept twice is one episode and counted once."""
    first = await storage.scenes.add(EPISODE)
    assert await storage.scenes.add(replace(EPISODE, text="other")) == first
    assert (await storage.scenes.read_counts())["episodes"] == 1


async def test_database_forgets_a_member_but_not_the_counts(storage: Repositories) -> None:
    """Forgetting deletes the member's episodes and requests; others' and the counts stay."""
    mine = await storage.scenes.add(EPISODE)
    theirs = await storage.scenes.add(replace(EPISODE, request_id=11, member_id=5))
    await storage.pending.add(replace(PENDING, member_id=EPISODE.member_id, created=int(time.time())))
    assert (await delete_member(storage.database, EPISODE.member_id)).scenes == 1
    assert await storage.scenes.read(mine.id) is None
    assert await storage.scenes.read(theirs.id) == theirs
    assert await storage.pending.read_unfinished(newer_than_seconds=60) == []
    assert (await storage.scenes.read_counts())["episodes"] == 2


async def test_database_forgets_who_trained_but_not_the_model(storage: Repositories) -> None:
    """A server keeps its trainings and models when the member who started them is forgotten."""
    asked = TrainingRecord(
        machine="here",
        guild_id=1,
        channel_id=2,
        member_id=EPISODE.member_id,
        name="mine",
        created=3,
        state="running",
    )
    job = await storage.trainings.add(asked)
    model = ModelRecord(
        id=job.id,
        machine="here",
        guild_id=1,
        member_id=EPISODE.member_id,
        name="mine",
        created=3,
        folder="runs/1",
        fingerprint="f" * 64,
        bits=1.5,
        bytes=10,
    )
    await storage.models.add_trained(job, model, {}, use=False)
    await delete_member(storage.database, EPISODE.member_id)
    assert [kept.member_id for kept in await storage.models.read_all(1)] == [NOBODY]
    forgotten = await storage.trainings.read(job.id)
    assert forgotten is not None
    assert forgotten.member_id == NOBODY


async def test_database_never_gives_a_forgotten_number_again(storage: Repositories) -> None:
    """Buttons of a forgotten episode can never show a later one."""
    kept = await storage.scenes.add(EPISODE)
    await delete_member(storage.database, EPISODE.member_id)
    assert (await storage.scenes.add(EPISODE)).id > kept.id


async def test_database_forgets_what_is_old(storage: Repositories) -> None:
    """Retention deletes episodes by their age."""
    await storage.scenes.add(EPISODE)
    new = await storage.scenes.add(replace(EPISODE, request_id=11, created=int(time.time())))
    assert await storage.scenes.delete_older_than(3_600) == 1
    assert await storage.scenes.read(new.id) == new


async def test_database_lists_recent_lines_once_newest_first(storage: Repositories) -> None:
    """A member's own lines come newest first and each once; others' and empty ones do not."""
    for number, (line, member) in enumerate([("a", 1), ("b", 1), ("", 1), ("a", 1), ("c", 2)]):
        await storage.scenes.add(
            replace(EPISODE, request_id=number, line=line, member_id=member, words_of=frozenset({member}))
        )
    assert await storage.scenes.read_recent_lines(1, limit=5) == ["a", "b"]


async def test_database_returns_unfinished_requests_that_are_young_enough(storage: Repositories) -> None:
    """A pending request is returned until it is answered; one whose token has expired is deleted."""
    young = replace(PENDING, id=8, created=int(time.time()), machine="here")
    await storage.pending.add(PENDING)
    await storage.pending.add(young)
    assert await storage.pending.read_unfinished(newer_than_seconds=60) == [young]
    await storage.pending.delete(8)
    assert await storage.pending.read_unfinished(newer_than_seconds=1e9) == []


async def test_database_keeps_the_requests_of_a_crowd(storage: Repositories) -> None:
    """Of requests that come together each is kept, also when one of them gives up or is there already."""
    crowd = [replace(PENDING, id=number, created=int(time.time())) for number in range(1, 40)]
    tasks = [asyncio.create_task(storage.pending.add(request)) for request in crowd]
    await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.gather(*tasks[1:])
    assert {request.id for request in await storage.pending.read_unfinished(newer_than_seconds=60)} >= set(
        range(2, 40)
    )
    with pytest.raises(StorageError):
        await storage.pending.add(crowd[5])
    await storage.pending.add(replace(PENDING, id=99, created=int(time.time())))


async def test_database_replaces_a_setting(storage: Repositories) -> None:
    """A setting is what it was set to last, in its scope."""
    await storage.settings.write("bot", "a", "1")
    await storage.settings.write("bot", "a", "2")
    assert await storage.settings.read("bot", "a") == "2"
    assert await storage.settings.read("guild", "a") is None


async def test_migrations_lead_to_the_schema(storage: Repositories, tmp_path: Path) -> None:
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
    new = {"parts", "originality", "code", "key", "place", "words_of"}
    old = {name: value for name, value in asdict(EPISODE).items() if name not in new}
    with engine.begin() as connection:
        connection.execute(insert(Table("episodes", MetaData(), autoload_with=connection)), old | {"id": 4})
    engine.dispose()
    storage = await Repositories.open("", data=tmp_path, machine="here")
    assert await storage.scenes.read(4) == replace(EPISODE, id=4, words_of=frozenset({EPISODE.member_id}))
    await storage.close()


@pytest.mark.parametrize(
    "damage", [b"no database at all" * 500, b"SQLite format 3\0" + bytes(range(256)) * 40]
)
async def test_database_keeps_a_damaged_file_aside_and_begins_anew(tmp_path: Path, damage: bytes) -> None:
    """A file that is no sound database is renamed, whole, and a new one is begun."""
    (tmp_path / "holosuite.db").write_bytes(damage)
    storage = await Repositories.open("", data=tmp_path, machine="here")
    # Buttons of before carry numbers that nothing new gets, whatever it is.
    assert (await storage.scenes.add(EPISODE)).id > 1_700_000_000
    await storage.close()
    with sqlite3.connect(tmp_path / "holosuite.db") as begun:
        numbers = dict(begun.execute("SELECT name, seq FROM sqlite_sequence"))
    begun.close()
    assert set(numbers) == {table.name for table in metadata.tables.values() if is_numbered(table)}
    assert min(numbers.values()) > 1_700_000_000
    assert [path.read_bytes() for path in find_aside(tmp_path)] == [damage]


async def test_database_goes_on_when_its_file_is_damaged_under_it(
    storage: Repositories, tmp_path: Path
) -> None:
    """Damage while running costs no request: the file is kept aside and the work done in a new one."""
    await storage.scenes.add(EPISODE)
    # Another program's write makes SQLite look at the file again instead of at what it has in memory.
    with sqlite3.connect(tmp_path / "holosuite.db") as other:
        other.execute("INSERT INTO counts VALUES ('other', 1)")
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    (tmp_path / "holosuite.db").write_bytes(b"no database at all" * 5_000)
    kept = await storage.scenes.add(replace(EPISODE, request_id=11))
    assert kept.id > 1_700_000_000
    assert await storage.scenes.read(kept.id) == kept
    assert find_aside(tmp_path)


@pytest.mark.parametrize("is_replaced", [False, True], ids=["deleted", "replaced"])
async def test_database_whose_file_is_taken_away_is_followed_and_said(
    storage: Repositories, tmp_path: Path, caplog: pytest.LogCaptureFixture, *, is_replaced: bool
) -> None:
    """The next write goes to the file that is there now, not to one that nobody can open any more, and is said."""
    await storage.scenes.add(EPISODE)
    file = tmp_path / "holosuite.db"
    if is_replaced:
        await storage.database.purge_log()
        shutil.copyfile(file, tmp_path / "copy")
        (tmp_path / "copy").replace(file)
    else:
        file.unlink()
    kept = await storage.scenes.add(replace(EPISODE, request_id=11))
    assert "was deleted or replaced while the bot ran" in caplog.text
    assert kept.id > 1_700_000_000  # numbers since the copy was made may stand under messages
    with sqlite3.connect(file) as other:
        assert (kept.id,) in other.execute("SELECT id FROM episodes").fetchall()
    other.close()


def test_what_no_database_takes_is_left_out() -> None:
    """A NUL and half a character, which JSON can hold, are in no text that is stored, in names as in values."""
    assert storable({"a\0": ["\ud800b", 1, None], "c": {"\udfff": "\0"}}) == {
        "a": ["b", 1, None],
        "c": {"": ""},
    }


async def test_pending_requests_of_another_bot_are_left_to_it(storage: Repositories, tmp_path: Path) -> None:
    """Two bots on one database each finish what they have promised themselves, and know its answer's message."""
    await storage.pending.add(replace(PENDING, created=int(time.time()), channel_id=5))
    await storage.pending.note_answer(PENDING.id, 9)
    other = await Repositories.open("", data=tmp_path, machine="there")
    assert await other.pending.read_unfinished(newer_than_seconds=60) == []
    [mine] = await storage.pending.read_unfinished(newer_than_seconds=60)
    assert (mine.machine, mine.channel_id, mine.message_id) == ("here", 5, 9)
    await other.close()


async def test_promise_that_cannot_be_forgotten_is_forgotten_later(
    storage: Repositories, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answered request whose row cannot be deleted fails nobody, and is deleted when that goes again."""
    monkeypatch.setattr("bot.storage.tables.pending.SETTLE_SECONDS", 0.01)
    promises = Promises(storage.pending)
    await promises.make(replace(PENDING, created=int(time.time())))
    delete = storage.pending.delete

    async def fail(_: int) -> None:
        raise StorageError("The bot's disk is full.")

    monkeypatch.setattr(storage.pending, "delete", fail)
    await promises.settle(PENDING.id)
    monkeypatch.setattr(storage.pending, "delete", delete)
    async with asyncio.timeout(5):
        while await storage.pending.read_unfinished(newer_than_seconds=60):  # noqa: ASYNC110 -- a table tells nobody
            await asyncio.sleep(0.01)


async def test_purges_that_are_asked_for_together_are_few(
    storage: Repositories, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crowd that wants to be forgotten has the file written anew once or twice, not once for each."""
    written: list[str] = []

    async def write(*statements: str) -> None:
        await asyncio.sleep(0.01)
        written.extend(statements)

    monkeypatch.setattr(storage.database, "purge_log", write)
    first = asyncio.create_task(storage.database.purge())
    await asyncio.sleep(0.005)
    await asyncio.gather(first, *(storage.database.purge() for _ in range(20)))
    assert written == ["VACUUM"] * 2
    assert storage.database.is_purged


async def test_newer_database_is_said_in_a_sentence(tmp_path: Path) -> None:
    """A database of a newer version is not touched."""
    await (await Repositories.open("", data=tmp_path, machine="here")).close()
    with sqlite3.connect(tmp_path / "holosuite.db") as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    other.close()
    with pytest.raises(StorageError, match="newer version"):
        await Repositories.open("", data=tmp_path, machine="here")


@pytest.mark.parametrize(
    "url",
    [
        *("mysql://a:geheim@b/c", "nonsense", "sqlite://", "postgresql://a:geheim@:x/c"),
        "postgresql://a:geheim@127.0.0.1:1/c?nothing=1",
        "postgresql://a:geheim@127.0.0.1:99999/c",
    ],
)
async def test_database_address_is_refused_without_repeating_it(url: str, tmp_path: Path) -> None:
    """An address that cannot be used gives a sentence without the password in it."""
    with pytest.raises(ConfigError, match="DATABASE_URL") as refused:
        await Repositories.open(url, data=tmp_path, machine="here")
    assert "geheim" not in str(refused.value)


async def test_database_address_is_taken_as_hosts_of_databases_write_it(tmp_path: Path) -> None:
    """`sslmode`, which most addresses of hosted databases have, is understood, and no word of it taken for a fault."""
    for mode in ("require", "verify-fully"):
        with pytest.raises(StorageError, match=r"database 127\.0\.0\.1 cannot be reached"):
            await Repositories.open(
                f"postgres://busy:full@127.0.0.1:1/c?sslmode={mode}", data=tmp_path, machine="here"
            )


async def test_killed_process_loses_no_kept_episode(tmp_path: Path) -> None:
    """Each episode that a process has reported as kept is there after `kill -9`."""
    program = (
        "import asyncio, sys; from dataclasses import replace; from pathlib import Path\n"
        "from bot.storage.repositories import Repositories; from tests.bot.storage.test_database import EPISODE\n"
        "async def main():\n"
        "    storage = await Repositories.open('', data=Path(sys.argv[1]), machine='here')\n"
        "    for number in range(10**6):\n"
        "        await storage.scenes.add(replace(EPISODE, request_id=number)); print(number, flush=True)\n"
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
    storage = await Repositories.open("", data=tmp_path, machine="here")
    assert (await storage.scenes.read_counts())["episodes"] >= len(reported)
    assert await storage.scenes.read(len(reported)) is not None
    await storage.close()
