"""What the model of a training is called."""

from pathlib import Path

from bot.discord.errors import RefusalError
from bot.models.names import NAME_CHARACTERS, check_name
from bot.storage.names import taken_name
from bot.storage.tables.trainings import TrainingRepository
from bot.training.request import TrainingRequest
from core.data.sources.upload import safe_name


async def choose_name(request: TrainingRequest, guild_id: int, *, trainings: TrainingRepository) -> str:
    """Return the model's name: the one that was asked for, or one that is free.

    Raises:
        CoreError: It is taken, or cannot be used.
    """
    if request.name:
        name = check_name(request.name)
        if await trainings.is_name_taken(guild_id, name):
            raise taken_name()
        return name
    upload = Path(request.upload_names[0]).stem if request.upload_names else ""
    stem = safe_name(upload or request.series or "ds9")
    for number in range(1, 1_000):
        name = stem.lower() if number == 1 else f"{stem.lower()[: NAME_CHARACTERS - 4]}-{number}"
        if not await trainings.is_name_taken(guild_id, name):
            return name
    raise RefusalError("There are too many models of that name; choose another with name.")
