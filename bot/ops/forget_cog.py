"""`/forget-me`: deletes what is stored of a member."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.channels.learning.withdrawal import Withdrawal
from bot.discord.errors import RefusalError
from bot.discord.language.language import language_of
from bot.discord.replies.deferred import fill_in
from bot.scenes.handler import SceneHandler
from bot.storage.database import Database
from bot.storage.runs.store import RunStore
from bot.storage.tables.members import Deletion, delete_member, read_trainings
from bot.storage.tables.trainings import UNFINISHED, TrainingRecord
from bot.training.completion import TrainingQueue
from bot.training.corpora.folders import TrainingFolders
from core.errors import RunError
from core.text import Text

log = logging.getLogger(__name__)


class ForgetCog(commands.Cog):
    """Deletes what is stored of members."""

    def __init__(
        self,
        database: Database,
        *,
        handler: SceneHandler,
        supervisor: TrainingQueue,
        folders: TrainingFolders,
        withdrawal: Withdrawal,
        runs: RunStore,
        drop: Iterable[Callable[[int], Awaitable[None]]],
    ) -> None:
        """Delete from a database, and stop what is on its way; `drop` does what other features have of a member."""
        self._database = database
        self._handler = handler
        self._supervisor = supervisor
        self._folders = folders
        self._withdrawal = withdrawal
        self._runs = runs
        self._drop = tuple(drop)

    @app_commands.command(
        name="forget-me", description=translated("Delete the scenes and lines that are stored about you.")
    )
    async def forget_me(self, interaction: discord.Interaction) -> None:
        """Delete what is stored of a member, say how much it was, and what stays."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        said = language_of(interaction.locale).say(await self.forget(interaction.user.id))
        await fill_in(interaction, said)

    async def forget(self, member_id: int) -> Text:
        """Delete what is stored of a member and drop what is on its way; return what to tell them."""
        self._handler.drop_member(member_id)
        for drop in self._drop:
            await drop(member_id)
        try:
            # As long as it is known whose they are: what cannot be deleted now is deleted when it is asked for again.
            await self._delete_texts(await read_trainings(self._database, member_id))
        except RunError as error:
            log.warning("Somebody cannot be forgotten for a moment: %s", error)
            raise RefusalError(
                "Not all of the texts that you uploaded can be deleted at this moment; use /forget-me again later."
            ) from error
        deletion = await delete_member(self._database, member_id)
        try:
            await self._delete_texts(deletion.trainings)  # begun meanwhile
            await self._withdrawal.finish(deletion.learning)
        finally:
            if not (deletion.is_empty and self._database.is_purged):
                await self._database.purge()
        return describe_deletion(deletion, self._database.copies())

    async def _delete_texts(self, trainings: Iterable[TrainingRecord]) -> None:
        """Delete the texts that a member uploaded, and stop what is trained on them."""
        for training in trainings:
            if training.state == "offered":
                await asyncio.to_thread(self._folders.delete_work, training)
            elif training.state in UNFINISHED and training.planned().upload:
                await self._supervisor.cancel(training)
            else:
                await self._runs.delete_text(training)


def describe_deletion(deletion: Deletion, copies: list[str]) -> Text:
    """Say what was deleted, what stays, and why."""
    if deletion.has_answered:
        scenes = Text(
            "Done: {count} of your scenes was deleted. All that stays stored of you is your No to being learnt from.",
            "Done: {count} of your scenes were deleted. All that stays stored of you is your No to being learnt from.",
            count=deletion.scenes,
        )
    else:
        scenes = Text(
            "Done: {count} of your scenes was deleted, and nothing else is stored of you.",
            "Done: {count} of your scenes were deleted, and nothing else is stored of you.",
            count=deletion.scenes,
        )
    done = [scenes]
    if deletion.copies:
        done.append(
            Text(
                "{count} scene of others that went on from your words was deleted, too.",
                "{count} scenes of others that went on from your words were deleted, too.",
                count=deletion.copies,
            )
        )
    if deletion.trainings:
        done.append(Text("The texts that you uploaded are deleted, too."))
    stays = Text(
        "What stays: messages in the channels, which are Discord's (their buttons no longer work); and the models "
        "that were trained for a server, without your name, because they are the server's."
    )
    sentences: list[str] = [Text.joined(done), stays]
    if copies:
        sentences.append(
            Text(
                "The bot's owner has {count} copy of a damaged database, to be deleted by hand; ask them.",
                "The bot's owner has {count} copies of a damaged database, to be deleted by hand; ask them.",
                count=len(copies),
            )
        )
    return Text.joined(sentences, "\n")
