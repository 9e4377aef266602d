"""How a worker starts and leaves: its resources are opened before it works, and closed after it."""

import asyncio
import contextlib
import signal

from bot.models.registry import ModelRegistry
from bot.storage.data_folder import hold_data_folder, read_machine
from bot.storage.repositories import Repositories
from bot.storage.runs.shared import SharedRuns
from bot.storage.settings import Settings
from bot.training.process import missing_packages
from bot.worker.worker import TrainingWorker
from core.errors import ConfigError
from core.run.store import Run
from core.writing.writer import Writer


async def serve_worker(settings: Settings) -> None:
    """Carry trainings out until SIGTERM or Ctrl+C.

    Raises:
        CoreError: It cannot start: no database, no store, nothing to train with.
    """
    if not settings.has_workers:
        raise ConfigError(
            "A worker needs DATABASE_URL with a PostgreSQL and HOLOSUITE_STORE, as its bots have them."
        )
    if missing_packages():
        raise ConfigError("A worker needs what training needs: pip install 'holosuite[train,postgresql]'.")
    leave = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, leave.set)
    async with contextlib.AsyncExitStack() as resources:
        lock = await asyncio.to_thread(hold_data_folder, settings.data)
        resources.callback(lock.release)
        machine = f"worker-{await asyncio.to_thread(read_machine, settings.data)}"
        runs = await SharedRuns.open(settings.store, data=settings.data)
        storage = await Repositories.open(
            settings.database_url, data=settings.data, machine=machine, home=runs.home
        )
        resources.push_async_callback(storage.close)
        shipped = Writer(await asyncio.to_thread(Run.read, settings.run))
        worker = TrainingWorker(
            storage,
            runs=runs,
            registry=ModelRegistry(
                shipped, models=storage.models, runs=runs, megabytes=settings.loaded_megabytes
            ),
            data=settings.data,
            longest_minutes=settings.training_minutes,
        )
        await worker.run(leave)
