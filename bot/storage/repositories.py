"""All repositories over one database."""

from dataclasses import dataclass
from pathlib import Path

from bot.storage.database import Database
from bot.storage.folders import FolderRepository
from bot.storage.tables.channels.faces import FaceRepository
from bot.storage.tables.channels.performances import PerformanceRepository
from bot.storage.tables.channels.programmes import ProgrammeRepository
from bot.storage.tables.consents import ConsentRepository
from bot.storage.tables.guild_settings import GuildSettingRepository
from bot.storage.tables.leases import LeaseRepository
from bot.storage.tables.models import ModelRepository
from bot.storage.tables.pending import PendingRepository
from bot.storage.tables.readings import ReadingRepository
from bot.storage.tables.scenes import SceneRepository
from bot.storage.tables.settings import SettingRepository
from bot.storage.tables.trainings import TrainingRepository


@dataclass(frozen=True)
class Repositories:
    """What the bot stores, a repository a table."""

    database: Database
    scenes: SceneRepository
    pending: PendingRepository
    settings: SettingRepository
    guild_settings: GuildSettingRepository
    trainings: TrainingRepository
    models: ModelRepository
    folders: FolderRepository
    consents: ConsentRepository
    leases: LeaseRepository
    readings: ReadingRepository
    performances: PerformanceRepository
    faces: FaceRepository
    programmes: ProgrammeRepository

    @classmethod
    async def open(cls, database_url: str, *, data: Path, machine: str, home: str = "") -> "Repositories":
        """Open the database.

        `machine` names the data directory, whose trainings are meant; `home` the store that the models are in, where
        that is not the data directory.

        Raises:
            ConfigError: The address cannot be used.
            StorageError: The database is locked or out of reach.
        """
        database = await Database.open(database_url, data=data)
        return cls(
            database,
            SceneRepository(database),
            PendingRepository(database, machine=machine),
            SettingRepository(database),
            GuildSettingRepository(database),
            TrainingRepository(database, machine=machine, home=home or machine),
            ModelRepository(database, machine=home or machine),
            FolderRepository(database, machine=machine),
            ConsentRepository(database),
            LeaseRepository(database, machine=machine),
            ReadingRepository(database, machine=machine),
            PerformanceRepository(database, machine=machine),
            FaceRepository(database),
            ProgrammeRepository(database, machine=machine),
        )

    async def close(self) -> None:
        """Close the database."""
        await self.database.close()
