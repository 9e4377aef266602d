"""The same tables on a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, insert, select, text

from bot.storage import engine as storage_engine
from bot.storage.engine import open_engine, read_url
from bot.storage.repositories import Repositories
from bot.storage.schema import metadata
from bot.storage.tables.members import delete_member
from tests.bot.bot_process import running_bot
from tests.bot.channels.performances.test_performance import QUICK, SPOKEN, find_end, open_theatre
from tests.bot.storage.test_database import EPISODE, PENDING
from tests.bot.storage.test_interleavings import keep_together
from tests.bot.storage.test_leases import share
from tests.bot.storage.test_training_queue import work
from tests.bot.storage.test_trainings import JOB, MODEL
from tests.bot.test_promises import PLAN


@pytest.fixture
async def connections(postgresql: str, tmp_path: Path) -> AsyncIterator[list[Repositories]]:
    """Two bots over one database that was empty when both were started at once."""
    engine = await open_engine(read_url(postgresql, data=tmp_path))
    async with engine.begin() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    await engine.dispose()
    openings = [Repositories.open(postgresql, data=tmp_path, machine="here") for _ in range(2)]
    opened = await asyncio.gather(*openings)
    yield list(opened)
    for storage in opened:
        await storage.close()


async def test_postgresql_has_the_tables_of_the_code(connections: list[Repositories]) -> None:
    """Bots that start together on an empty database migrate it once, to the very tables that the code names."""
    async with connections[0].database._engine.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), metadata)
        )
    assert differences == []


async def test_postgresql_of_the_version_before_is_brought_up_to_date(
    connections: list[Repositories], postgresql: str, tmp_path: Path
) -> None:
    """Scenes get whose words they hold, and models their names, the second of a name another one."""
    engine = connections[0].database._engine

    def go_back(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(Path(storage_engine.__file__).parent / "migrations"))
        config.attributes.update(connection=connection, metadata=metadata)
        command.downgrade(config, "0004_delivery")
        tables = MetaData()
        tables.reflect(connection)
        first, copy = (replace(EPISODE, request_id=each, member_id=each) for each in (11, 12))
        done = replace(JOB, state="done", plan=PLAN.to_json())
        models = [replace(MODEL, id=number, name=name) for number, name in ((1, "Nor"), (2, "NOR"))]
        for name, records in (("episodes", [first, copy]), ("jobs", [done, done]), ("models", models)):
            table = tables.tables[name]
            for record in records:
                values = {key: value for key, value in asdict(record).items() if key in table.c}
                values = {key: value for key, value in values.items() if key != "id" or value}
                connection.execute(insert(table).values(values))

    async with engine.begin() as connection:
        await connection.run_sync(go_back)
    storage = await Repositories.open(postgresql, data=tmp_path, machine="here")
    words = await storage.database.rows(select(metadata.tables["episode_words"]))
    assert [row["member_id"] for row in words] == [11, 11]
    assert [model.name for model in await storage.models.read_all(1)] == ["NOR 2", "Nor"]
    assert list(await storage.folders.read_all()) == [PLAN.key]
    await storage.close()


async def test_postgresql_stores_and_forgets(connections: list[Repositories]) -> None:
    """A scene, a request and whose words they are come back as they were, and go with the member."""
    first, second = connections
    kept = await first.scenes.add(replace(EPISODE, words_of=frozenset({EPISODE.member_id, 5})))
    again = await asyncio.gather(*(each.scenes.add(replace(EPISODE, text="other")) for each in connections))
    assert [each.id for each in again] == [kept.id] * 2
    assert await second.scenes.read(kept.id) == kept
    await first.pending.add(replace(PENDING, created=2**31))
    assert len(await second.pending.read_unfinished(newer_than_seconds=60)) == 1
    copied = await second.scenes.add(replace(EPISODE, request_id=11, member_id=5, words_of=kept.words_of))
    assert (await delete_member(first.database, EPISODE.member_id)).copies == 1
    assert await second.scenes.read(copied.id) is None
    assert await first.database.rows(select(metadata.tables["episode_words"])) == []


async def test_postgresql_keeps_limits_names_and_states(connections: list[Repositories]) -> None:
    """What people do at once with trainings and models, in transactions that do run side by side."""
    await keep_together(connections, histories=10)


async def test_postgresql_lets_one_take_what_another_has_left(postgresql: str, tmp_path: Path) -> None:
    """Leases and requests of three bots, in transactions that do run side by side."""
    bots = [await Repositories.open(postgresql, data=tmp_path, machine=name) for name in ("a", "b", "c")]
    await share(bots)
    for storage in bots:
        await storage.close()


async def test_postgresql_has_a_queue_of_trainings(postgresql: str, tmp_path: Path) -> None:
    """Workers claim side by side, and each training is one's."""
    names = ("a", "b", "c")
    machines = [
        await Repositories.open(postgresql, data=tmp_path, machine=name, home="home") for name in names
    ]
    await work(machines)
    for storage in machines:
        await storage.close()


async def test_postgresql_lets_one_bot_perform_what_another_has_left(
    connections: list[Repositories], postgresql: str, tmp_path: Path
) -> None:
    """A performance whose bot was killed is another bot's once its lease has ended: no line is lost or doubled."""
    assert connections
    settings = {"DATABASE_URL": postgresql, "TEST_LEASES": "0.05", "TEST_PAUSES": "0.02"}
    async with open_theatre(tmp_path / "a", address=postgresql) as theatre:
        discord = theatre.discord
        async with running_bot(discord, tmp_path / "a", module=QUICK, **settings) as bot:
            await theatre.perform()
            thread = await theatre.thread()
            await discord.until(lambda: len(theatre.said(thread)) >= 9, timeout_seconds=30)
            discord.faults.slow("POST /webhooks/*", seconds=0.2)  # so that it dies while a line is on its way
            await discord.until(lambda: len(theatre.said(thread)) >= 10, timeout_seconds=30)
            await bot.kill()
        async with running_bot(discord, tmp_path / "b", module=QUICK, **settings):
            await discord.until(lambda: bool(find_end(thread)), timeout_seconds=30)
            await theatre.until_over()
        said = [each.content.replace("\\", "") for each in theatre.said(thread)]
        assert [text for text in said if text.startswith("Line")] == [text for _, text in SPOKEN]
        assert len(said) == len(set(said)) == 30
        assert len(find_end(thread)) == 1


async def test_settings_changed_at_once_are_each_undone_once(connections: list[Repositories]) -> None:
    """Changes of one setting by two bots have an order; of two who undo the last one, one does."""
    bots = [each.guild_settings for each in connections]
    asked = [bots[number % 2].change(1, "length", str(20 + number)) for number in range(8)]
    changes = sorted(await asyncio.gather(*asked), key=lambda change: change.version)
    assert [change.version for change in changes] == list(range(1, 9))
    assert [change.before for change in changes] == [None, *(change.value for change in changes[:-1])]
    undone = await asyncio.gather(*(bot.undo(1, "length", 8) for bot in bots))
    found = [change for change in undone if change is not None]
    assert [(change.before, change.value, change.version) for change in found] == [
        (changes[-1].value, changes[-1].before, 9)
    ]
    assert await bots[0].undo(2, "length", 9) is None  # another server's
    assert await bots[0].read(1) == {"length": changes[-1].before}
