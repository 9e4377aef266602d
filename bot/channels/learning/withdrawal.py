"""What follows from a member's no: whatever is stored of their messages is deleted, here and now."""

from collections.abc import Awaitable, Callable, Iterable

from bot.storage.tables.consents import ConsentRepository
from bot.storage.tables.trainings import TrainingRecord
from bot.training.completion import TrainingQueue
from bot.training.corpora.sweeper import TrainingSweeper
from core.text import Text


class Withdrawal:
    """Deletes what is stored of a member's messages."""

    def __init__(
        self,
        *,
        consents: ConsentRepository,
        supervisor: TrainingQueue,
        sweeper: TrainingSweeper,
        purge: Callable[[], Awaitable[None]],
    ) -> None:
        """Delete through these; `purge` takes out of all readings whose members have not said yes."""
        self._consents = consents
        self._supervisor = supervisor
        self._sweeper = sweeper
        self._purge = purge

    async def refuse(self, member_id: int, *, guild_id: int | None) -> None:
        """Note a member's no in a server, or for None in all where they have answered, and delete their messages."""
        await self.finish(await self._consents.refuse(member_id, guild_id=guild_id))

    async def finish(self, trainings: Iterable[TrainingRecord]) -> None:
        """Delete the texts of trainings that hold the messages of somebody who has said no, and of readings."""
        await self._purge()
        for training in trainings:
            if training.state == "offered":
                await self._sweeper.drop(training)
            else:
                why = Text(
                    "Somebody whose messages it learnt from has said no; ask for it again, and it learns without them."
                )
                await self._supervisor.cancel(training, why)
