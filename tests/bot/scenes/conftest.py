"""The running bot of these tests: Discord refuses nothing that it sends."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.bot.bot_process import Stage


@pytest_asyncio.fixture(loop_scope="module")
async def stage(stage: Stage) -> AsyncIterator[Stage]:
    """Return the module's bot in a new server; a test in which requests have to be refused clears them itself."""
    stage.discord.requests.clear()
    yield stage
    assert not stage.discord.refused_requests
