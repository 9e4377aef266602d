"""Which place the settings name for runs."""

from bot.storage.runs.folder import FolderRuns
from bot.storage.runs.shared import SharedRuns
from bot.storage.runs.store import RunStore
from bot.storage.settings import Settings


async def open_run_store(settings: Settings, *, machine: str) -> RunStore:
    """Open the store of the settings; without one, the data folder.

    Raises:
        ConfigError: Its address cannot be used.
        RunError: It is out of reach.
    """
    if not settings.store:
        return FolderRuns(settings.data, home=machine)
    return await SharedRuns.open(settings.store, data=settings.data)
