"""What many bots are watched by: numbers in Prometheus' format, on a port of its own; off by default."""

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

# Seconds from a scene's admission to its text; the budgets are 0.4 s for one, 8 s for the last of 200 at once.
BOUNDS = (0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 8.0, 15.0, 30.0, 60.0, 180.0, 600.0)
LIMITED = "We are being rate limited"  # as discord.py says it before it waits

Gauges = Mapping[str, tuple[str, float]]  # name to what it is, and its value


class Metrics:
    """Counts what happens, and serves it with what is the case when somebody asks."""

    def __init__(self) -> None:
        """Count from now on; what is to be asked for with each request is `read_gauges`, once there is a client."""
        self.read_gauges: Callable[[], Awaitable[Gauges]] | None = None
        self._registry = CollectorRegistry()
        self._scenes = Histogram(
            "holosuite_scene_seconds",
            "Seconds from a scene's admission to the queue until it is written.",
            buckets=BOUNDS,
            registry=self._registry,
        )
        self._errors = Counter(
            "holosuite_errors", "Errors in the log, by kind of exception.", ["kind"], registry=self._registry
        )
        self._limits = Counter(
            "holosuite_rate_limits", "Waits that Discord's limits asked for.", registry=self._registry
        )

    def note_scene(self, seconds: float) -> None:
        """Count a scene that was written so many seconds after it was admitted."""
        self._scenes.observe(seconds)

    def note_record(self, record: logging.LogRecord) -> None:
        """Count an error of the log, or a wait for Discord's limits."""
        if record.levelno >= logging.ERROR:
            kind = record.exc_info[0] if record.exc_info else None
            self._errors.labels(kind.__name__ if kind else "none").inc()
        elif record.name == "discord.http" and str(record.msg).startswith(LIMITED):
            self._limits.inc()

    async def serve(self, port: int) -> web.AppRunner:
        """Answer GET /metrics on all addresses of this machine, until the runner is cleaned up.

        Raises:
            OSError: The port is taken.
        """
        application = web.Application()
        application.router.add_get("/metrics", self._answer)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, port=port).start()
        return runner

    async def _answer(self, _request: web.Request) -> web.Response:
        document = generate_latest(self._registry)
        if self.read_gauges is not None:
            now = CollectorRegistry()
            now.register(_Now(await self.read_gauges()))
            document += generate_latest(now)
        return web.Response(
            body=document, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        )


class MetricsHandler(logging.Handler):
    """Hands the log's records to the metrics."""

    def __init__(self, note: Callable[[logging.LogRecord], None]) -> None:
        super().__init__(logging.WARNING)
        self._note = note

    def emit(self, record: logging.LogRecord) -> None:
        """Count a record."""
        self._note(record)


class _Now(Collector):
    """The gauges as they are."""

    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[Metric]:
        """Yield them."""
        for name, (what, value) in self._gauges.items():
            yield GaugeMetricFamily(f"holosuite_{name}", what, value=value)
