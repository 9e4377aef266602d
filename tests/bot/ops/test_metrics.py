"""The numbers for Prometheus: counted, served on a port of their own, and about nobody."""

import logging
from unittest.mock import AsyncMock, MagicMock

import aiohttp
import pytest

from bot.app.watching import _read_gauges, serve_metrics
from bot.scenes.pool import WriterPool
from bot.storage.engine import StorageError
from core.errors import ConfigError
from core.writing.writer import Writer
from tests.conftest import tiny_episodes
from tests.core.writing.constraints.direction_runs import build_writer

PORT = 29_173
TOKEN = "a-members-words"


@pytest.fixture
def writer(tmp_path_factory: pytest.TempPathFactory) -> Writer:
    """Return a model of random weights."""
    return build_writer(tmp_path_factory.mktemp("run") / "run", tiny_episodes(2))


async def test_metrics_count_scenes_errors_and_waits(writer: Writer) -> None:
    """A scene, an error of a kind and a wait for Discord are counted; a second bot on the port is told so."""
    pool = WriterPool(writer, threads=1, queue=5)
    async with serve_metrics(PORT, pool) as metrics:
        assert metrics is not None
        assert pool.note_scene is not None
        pool.note_scene(0.3)
        logging.getLogger("bot").error("Something failed: %s", TOKEN, exc_info=KeyError(TOKEN))
        logging.getLogger("discord.http").warning("We are being rate limited. %s", TOKEN)

        async def read_gauges() -> dict[str, tuple[str, float]]:
            return {"scenes_waiting": ("Scenes in the queue.", 4)}

        metrics.read_gauges = read_gauges
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{PORT}/metrics") as answer,
        ):
            lines = (await answer.text()).splitlines()
        with pytest.raises(ConfigError, match="HOLOSUITE_METRICS_PORT"):
            async with serve_metrics(PORT, pool):
                pass
    assert 'holosuite_scene_seconds_bucket{le="0.4"} 1.0' in lines
    assert 'holosuite_scene_seconds_bucket{le="0.2"} 0.0' in lines
    assert 'holosuite_errors_total{kind="KeyError"} 1.0' in lines
    assert "holosuite_rate_limits_total 1.0" in lines
    assert "holosuite_scenes_waiting 4.0" in lines
    assert TOKEN not in "".join(lines)
    async with serve_metrics(0, pool) as none:
        assert none is None
    await pool.close()


async def test_metrics_are_told_while_the_database_is_away() -> None:
    """What is known without it is there, and what is not is left out."""
    bot = MagicMock()
    bot.tasks.records, bot.monitor.lost_since = {}, None
    away = StorageError("The database cannot be reached; try again later.")
    bot.storage.trainings.read_states = AsyncMock(side_effect=away)
    gauges = await _read_gauges(bot)
    assert {"scenes_waiting", "gateway_lost", "memory_bytes"} <= gauges.keys()
    assert not [name for name in gauges if name.startswith("trainings")]
    bot.storage.trainings.read_states = AsyncMock(return_value=["training"])
    assert (await _read_gauges(bot))["trainings_running"][1] == 1
