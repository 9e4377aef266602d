"""`/forget-me`: deletes what is stored of a member."""

import asyncio

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.discord.replies.sending import SILENT
from bot.scenes.handler import SceneHandler
from bot.storage.database import Database
from bot.storage.tables.members import Deletion, delete_member
from bot.storage.tables.trainings import UNFINISHED
from bot.training.corpora.folders import TrainingFolders
from bot.training.supervisor import TrainingSupervisor

STAYS = (
    "What stays: messages in the channels, which are Discord's (their buttons no longer work); and the models that "
    "were trained for a server, without your name, because they are the server's."
)


class ForgetCog(commands.Cog):
    """Deletes what is stored of members."""

    def __init__(
        self,
        database: Database,
        *,
        handler: SceneHandler,
        supervisor: TrainingSupervisor,
        folders: TrainingFolders,
    ) -> None:
        """Delete from a database, and stop what is on its way."""
        self._database = database
        self._handler = handler
        self._supervisor = supervisor
        self._folders = folders

    @app_commands.command(
        name="forget-me", description=translated("Delete the scenes and lines that are stored about you.")
    )
    async def forget_me(self, interaction: discord.Interaction) -> None:
        """Delete what is stored of a member, say how much it was, and what stays."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        said = await self.forget(interaction.user.id)
        await interaction.edit_original_response(content=said, allowed_mentions=SILENT)

    async def forget(self, member_id: int) -> str:
        """Delete what is stored of a member and drop what is on its way; return what to tell them."""
        self._handler.drop_member(member_id)
        deletion = await delete_member(self._database, member_id)
        await self._delete_texts(deletion)
        return _describe(deletion, self._database.copies())

    async def _delete_texts(self, deletion: Deletion) -> None:
        """Delete the texts that the member uploaded, and stop what is trained on them."""
        for training in deletion.trainings:
            if training.state == "offered":
                await asyncio.to_thread(self._folders.delete_work, training)
            elif training.state in UNFINISHED and training.planned().upload:
                await self._supervisor.cancel(training)
            else:
                await asyncio.to_thread(self._folders.delete_kept, training)


def _describe(deletion: Deletion, copies: list[str]) -> str:
    """Say what was deleted, what stays, and why."""
    scenes = f"{deletion.scenes} of your scenes"
    others = f", and {deletion.copies} of others that went on from your words" if deletion.copies else ""
    uploads = " The texts that you uploaded are deleted, too." if deletion.trainings else ""
    sentences = [f"Done: {scenes}{others} were deleted, and nothing else is stored of you.{uploads}", STAYS]
    if copies:
        sentences.append(
            f"The bot's owner has {len(copies)} copies of a damaged database, to be deleted by hand; ask them."
        )
    return "\n".join(sentences)
