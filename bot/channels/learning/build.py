"""The parts of learning, put together."""

from dataclasses import dataclass
from typing import Protocol

import discord
from discord.ext import commands

from bot.channels.learning.availability import LearningAvailability
from bot.channels.learning.buttons import ConsentButton
from bot.channels.learning.consent_actions import ConsentActions
from bot.channels.learning.consent_cog import ConsentCog
from bot.channels.learning.withdrawal import Withdrawal
from bot.storage.repositories import Repositories
from bot.storage.settings import Settings
from bot.training.completion import TrainingQueue
from bot.training.corpora.sweeper import TrainingSweeper

LEARNING_BUTTONS = (ConsentButton,)


class LearningHost(Protocol):
    """What learning needs of the bot."""

    settings: Settings
    storage: Repositories
    supervisor: TrainingQueue
    sweeper: TrainingSweeper

    async def read_flags(self) -> discord.ApplicationFlags:
        """Return what Discord has granted the application."""


@dataclass(frozen=True)
class Learning:
    """What the bot has of it."""

    consent_actions: ConsentActions
    withdrawal: Withdrawal
    cogs: tuple[commands.Cog, ...]


def build_learning(host: LearningHost) -> Learning:
    """Put the parts together."""
    consents = host.storage.consents
    availability = LearningAvailability(is_on=host.settings.learn == "on", read_flags=host.read_flags)
    withdrawal = Withdrawal(consents=consents, supervisor=host.supervisor, sweeper=host.sweeper)
    consent_actions = ConsentActions(consents=consents, availability=availability, withdrawal=withdrawal)
    return Learning(consent_actions, withdrawal, (ConsentCog(consent_actions, consents=consents),))
