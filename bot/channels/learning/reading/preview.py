"""From a reading to an offered training: the members' names, the text, and a no that comes between."""

import asyncio
from collections.abc import Collection
from pathlib import Path
from typing import Any

import discord

from bot.channels.learning.reading.channels import find_problem
from bot.channels.learning.reading.corpus import NAME, name_speakers, write_corpus
from bot.channels.learning.reading.reader import ChannelReader
from bot.discord.errors import RefusalError
from bot.discord.language.language import language_of
from bot.discord.replies.sending import SILENT, insist
from bot.storage.repositories import Repositories
from bot.storage.tables.readings import ReadingRecord
from bot.storage.tables.trainings import UNFINISHED, TrainingRecord
from bot.training.corpora.download import upload_paths
from bot.training.preview import TrainingPreviews
from bot.training.request import TrainingOrigin, TrainingRequest
from bot.training.ui.buttons import build_buttons
from bot.training.ui.report import build_preview
from core.text import Text

NAMES_AT_ONCE = 100  # "Gateway Events", Request Guild Members


class ReadingPreviews:
    """Offers trainings on what was read."""

    def __init__(self, *, storage: Repositories, reader: ChannelReader, previews: TrainingPreviews) -> None:
        self._storage = storage
        self._reader = reader
        self._previews = previews
        self._under_way: dict[asyncio.Task[Any], tuple[int, Collection[int]]] = {}  # to server and members

    async def show(
        self, interaction: discord.Interaction, guild: discord.Guild, reading: ReadingRecord
    ) -> None:
        """Tell privately what a training on the text would do, with Start and Cancel; see `offer`."""
        origin = TrainingOrigin(
            guild_id=guild.id, channel_id=reading.channel_id, member_id=interaction.user.id
        )
        training, facts = await self.offer(guild, reading, origin)
        before = len(await self._storage.trainings.read_states(*UNFINISHED))
        language = language_of(interaction.locale)
        await insist(
            lambda: interaction.edit_original_response(
                embed=build_preview(training, facts, place=before, language=language),
                view=build_buttons(training, language=language),
                allowed_mentions=SILENT,
            )
        )

    async def offer(
        self, guild: discord.Guild, reading: ReadingRecord, origin: TrainingOrigin
    ) -> tuple[TrainingRecord, dict[str, Any]]:
        """Offer a training on what was read, and end the reading; return it and the facts of its text.

        Raises:
            CoreError: Why there is nothing to train, or that somebody has said no meanwhile.
        """
        willing = await self._storage.consents.read_willing(guild.id)
        file = self._reader.file_of(reading)
        wrote = await asyncio.to_thread(file.members, length=reading.length) & set(willing)
        names = await _read_names(guild, wrote)
        if not names:
            raise RefusalError(
                "Nobody who has said yes, and is still here, wrote anything in those channels."
            )
        channels = {
            each.channel_id: channel.name
            for each in await self._storage.readings.read_channels(reading.id)
            if find_problem(guild, each.channel_id, hidden=reading.hidden) is None
            and (channel := guild.get_channel_or_thread(each.channel_id)) is not None
        }
        request = TrainingRequest(**reading.asked(), upload_names=(NAME,), people=len(names))

        async def write(folder: Path) -> None:
            (path,) = upload_paths(folder, 1)
            speakers = name_speakers(names, willing)
            await asyncio.to_thread(
                write_corpus, file, path, length=reading.length, speakers=speakers, channels=channels
            )

        task = asyncio.create_task(self._previews.offer(request, origin, write))
        self._under_way[task] = (guild.id, names.keys())
        try:
            training, facts = await task
        except asyncio.CancelledError as error:
            if not task.cancelled():
                task.cancel()
                raise
            raise _said_no() from error
        finally:
            del self._under_way[task]
        if not await self._storage.consents.note_learners(training, names):
            await self._previews.drop(training)
            raise _said_no()
        why = Text(
            "It was read and its preview shown: lines of {count:,} member.",
            "It was read and its preview shown: lines of {count:,} members.",
            count=len(names),
        )
        await self._reader.stop(reading, why)
        return training, facts

    async def drop_unwilling(self) -> None:
        """Stop the previews whose text holds lines of somebody who has said no."""
        for task, (guild_id, members) in list(self._under_way.items()):
            if not set(members) <= (await self._storage.consents.read_willing(guild_id)).keys():
                task.cancel()


async def _read_names(guild: discord.Guild, members: Collection[int]) -> dict[int, str]:
    """Return the display names of those who are still in the server."""
    found: dict[int, str] = {}
    wanted = sorted(members)
    for first in range(0, len(wanted), NAMES_AT_ONCE):
        some = wanted[first : first + NAMES_AT_ONCE]
        for member in await guild.query_members(user_ids=some, limit=len(some), cache=False):
            found[member.id] = member.display_name
    return found


def _said_no() -> RefusalError:
    return RefusalError("Somebody has said no meanwhile; press Preview again, and it is without them.")
