"""The parts of learning, put together."""

from dataclasses import dataclass

from discord.ext import commands

from bot.channels.learning.availability import LearningAvailability
from bot.channels.learning.buttons import ConsentButton
from bot.channels.learning.consent_actions import ConsentActions
from bot.channels.learning.consent_cog import ConsentCog
from bot.channels.learning.reading.actions import ReadingActions
from bot.channels.learning.reading.buttons import ChannelPick, ReadingButton
from bot.channels.learning.reading.cog import ReadingCog
from bot.channels.learning.reading.notices import ReadingNotices
from bot.channels.learning.reading.preview import ReadingPreviews
from bot.channels.learning.reading.reader import ChannelReader
from bot.channels.learning.withdrawal import Withdrawal
from bot.discord.client import DiscordClient
from bot.discord.permissions import TrainerPermissions
from bot.storage.repositories import Repositories
from bot.storage.settings import Settings
from bot.training.completion import TrainingQueue
from bot.training.corpora.folders import TrainingFolders
from bot.training.corpora.sweeper import TrainingSweeper
from bot.training.preview import TrainingPreviews

LEARNING_ITEMS = (ConsentButton, ReadingButton, ChannelPick)
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Learning:
    """What the bot has of it."""

    consent_actions: ConsentActions
    reading_actions: ReadingActions
    withdrawal: Withdrawal
    cogs: tuple[commands.Cog, ...]


def build_learning(
    bot: DiscordClient,
    *,
    settings: Settings,
    storage: Repositories,
    permissions: TrainerPermissions,
    previews: TrainingPreviews,
    supervisor: TrainingQueue,
    sweeper: TrainingSweeper,
    folders: TrainingFolders,
) -> Learning:
    """Put the parts together."""
    availability = LearningAvailability(
        is_on=settings.learn == "on", read_flags=bot.read_flags, settings=storage.guild_settings
    )
    notices = ReadingNotices(bot, readings=storage.readings)
    reader = ChannelReader(
        bot,
        storage=storage,
        availability=availability,
        notices=notices,
        files=folders,
        most_bytes=settings.upload_megabytes * MEGABYTE,
    )
    reading_previews = ReadingPreviews(storage=storage, reader=reader, previews=previews)

    async def purge() -> None:
        await reading_previews.drop_unwilling()
        await reader.purge()

    withdrawal = Withdrawal(consents=storage.consents, supervisor=supervisor, sweeper=sweeper, purge=purge)
    consent_actions = ConsentActions(
        consents=storage.consents, availability=availability, withdrawal=withdrawal
    )
    reading_actions = ReadingActions(
        storage=storage,
        permissions=permissions,
        availability=availability,
        reader=reader,
        notices=notices,
        previews=previews,
        reading_previews=reading_previews,
    )
    cogs = (
        ConsentCog(consent_actions, consents=storage.consents),
        ReadingCog(bot, actions=reading_actions, reader=reader),
    )
    return Learning(consent_actions, reading_actions, withdrawal, cogs)
