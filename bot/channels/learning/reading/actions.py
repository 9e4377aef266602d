"""What `/retrain from:channels` and what can be pressed of a reading do."""

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import discord

from bot.channels.learning.availability import LearningAvailability
from bot.channels.learning.buttons import build_consent_buttons
from bot.channels.learning.reading.buttons import build_reading_buttons
from bot.channels.learning.reading.cast_form import build_cast_form, read_cast_form
from bot.channels.learning.reading.channels import find_problem
from bot.channels.learning.reading.notices import ReadingNotices
from bot.channels.learning.reading.preview import ReadingPreviews
from bot.channels.learning.reading.reader import ChannelReader
from bot.channels.learning.reading.view import build_choice, build_question
from bot.discord.errors import RefusalError, answering
from bot.discord.language.language import language_of
from bot.discord.permissions import TrainerPermissions
from bot.discord.replies.interaction import InteractionReply
from bot.discord.replies.sending import SILENT, GoneError, insist
from bot.storage.repositories import Repositories
from bot.storage.tables.consents import NO, YES
from bot.storage.tables.readings import DRAFT, READ, ReadingRecord
from bot.training.actions import check_channel
from bot.training.preview import TrainingPreviews
from bot.training.request import TrainingRequest
from core.text import Text

AFTERWARDS = ("stop", "preview", "cast")  # what can be done once it has begun
KEPT = ("preset", "minutes", "epochs", "name")  # of a request, for when the channels are read


class ReadingActions:
    """Lets administrators choose channels, ask their members, and train on what was read."""

    def __init__(
        self,
        *,
        storage: Repositories,
        permissions: TrainerPermissions,
        availability: LearningAvailability,
        reader: ChannelReader,
        notices: ReadingNotices,
        previews: TrainingPreviews,
        reading_previews: ReadingPreviews,
    ) -> None:
        self._storage = storage
        self._readings = storage.readings
        self._permissions = permissions
        self._availability = availability
        self._reader = reader
        self._notices = notices
        self._previews = previews
        self._reading_previews = reading_previews

    async def open(self, interaction: discord.Interaction, request: TrainingRequest) -> None:
        """Let an administrator choose channels, privately."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild_id = await self._permissions.check(interaction)
        await self._availability.check_in(guild_id)
        check_channel(interaction)
        if request.series or request.episodes:
            raise RefusalError(
                "With from:channels there is no corpus, series or episodes, and no text is kept."
            )
        await self._previews.check(request, guild_id)
        self._previews.begin_cooldown(guild_id)
        asked = asdict(request)
        reading = await self._readings.add(
            ReadingRecord(
                guild_id=guild_id,
                channel_id=interaction.channel_id or 0,
                member_id=interaction.user.id,
                created=int(time.time()),
                key=secrets.token_hex(8),
                request=json.dumps({name: asked[name] for name in KEPT}),
            )
        )
        await self._show_choice(interaction, reading)

    async def press(
        self, interaction: discord.Interaction, *, action: str, number: int, chosen: Sequence[int] = ()
    ) -> None:
        """Do what a button or the menu says."""
        async with answering(InteractionReply(interaction)):
            reading = await self._find(interaction, number, drafts=action not in AFTERWARDS)
            if action == "pick":
                await self._pick(interaction, reading, chosen)
            else:
                await getattr(self, f"_{action}")(interaction, reading)

    async def read_form(self, interaction: discord.Interaction, number: int) -> None:
        """Take the form that gives a member's lines to a character."""
        async with answering(InteractionReply(interaction)):
            reading = await self._find(interaction, number, drafts=False)
            data: dict[str, Any] = dict(interaction.data or {})
            await self._give_character(reading, *read_cast_form(data.get("components", [])))
            await interaction.response.defer()
            await self._show_choice(interaction, reading)

    async def _find(self, interaction: discord.Interaction, number: int, *, drafts: bool) -> ReadingRecord:
        """Return the reading of a number to somebody who may train for its server; `drafts`: not once it has begun."""
        guild_id = await self._permissions.check(interaction)
        reading = await self._readings.read(number)
        if reading is None or reading.guild_id != guild_id:
            raise RefusalError("That reading is no longer known here.")
        if drafts and reading.state != DRAFT:
            raise RefusalError("That reading has begun already.")
        return reading

    async def _give_character(self, reading: ReadingRecord, member: int, character: str) -> None:
        if not await self._storage.consents.cast(reading.guild_id, member, character):
            raise RefusalError("That member has not said yes.")

    async def _pick(
        self, interaction: discord.Interaction, reading: ReadingRecord, chosen: Sequence[int]
    ) -> None:
        await interaction.response.defer()
        await self._readings.choose_channels(reading.id, chosen)
        await self._show_choice(interaction, reading)

    async def _hidden(self, interaction: discord.Interaction, reading: ReadingRecord) -> None:
        await interaction.response.defer()
        await self._readings.update(reading.id, hidden=not reading.hidden)
        fresh = await self._readings.read(reading.id)
        await self._show_choice(interaction, fresh or reading)

    async def _cast(self, interaction: discord.Interaction, reading: ReadingRecord) -> None:
        form = build_cast_form(reading.id, language=language_of(interaction.locale))
        await insist(lambda: interaction.response.send_modal(form))

    async def _ask(self, interaction: discord.Interaction, reading: ReadingRecord) -> None:
        """Post the question to the members, where the administrator is."""
        await interaction.response.defer()
        await self._availability.check_in(reading.guild_id)
        channels = await self._readings.read_channels(reading.id)
        language = self._notices.language_of(reading.guild_id)
        question = build_question(interaction.user.id, [each.channel_id for each in channels])
        place = interaction.client.get_partial_messageable(reading.channel_id, guild_id=reading.guild_id)
        try:
            await insist(
                lambda: place.send(
                    language.say(question),
                    view=build_consent_buttons(YES, NO, language=language),
                    allowed_mentions=SILENT,
                )
            )
        except GoneError as error:
            raise RefusalError("I may not write in this channel, so nobody could answer.") from error
        await self._show_choice(interaction, reading)

    async def _begin(self, interaction: discord.Interaction, reading: ReadingRecord) -> None:
        await interaction.response.defer()
        await self._availability.check_in(reading.guild_id)
        guild = interaction.guild
        channels = await self._readings.read_channels(reading.id)
        fit = [
            each
            for each in channels
            if guild is not None and find_problem(guild, each.channel_id, hidden=reading.hidden) is None
        ]
        if not fit:
            raise RefusalError("Choose a channel that can be read first.")
        if not await self._storage.consents.read_willing(reading.guild_id):
            raise RefusalError(
                "Nobody has said yes yet; ask the members first, and read when some have answered."
            )
        await self._storage.folders.add(reading.key)
        await self._readings.choose_channels(reading.id, [each.channel_id for each in fit])
        begun = await self._readings.begin(reading)
        try:
            message = await self._notices.send_first(begun, await self._readings.read_channels(reading.id))
        except GoneError:
            await self._reader.stop(begun, Text("I may not write in this channel."))
            await _settle(interaction, Text("I may not write in this channel, so nobody could see it."))
            return
        await self._readings.update(reading.id, message_id=message.id)
        self._reader.wake()
        said = Text("The channels are being read; follow it here: {address}", address=message.jump_url)
        await _settle(interaction, said)

    async def _drop(self, interaction: discord.Interaction, reading: ReadingRecord) -> None:
        await interaction.response.defer()
        await self._readings.delete(reading.id)
        await _settle(interaction, Text("Nothing was read."))

    async def _stop(self, interaction: discord.Interaction, reading: ReadingRecord) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        why = Text("It was cancelled, and what was read is deleted.")
        if not await self._reader.stop(reading, why):
            raise RefusalError("That reading is over already.")
        await InteractionReply(interaction).wait(why)

    async def _preview(self, interaction: discord.Interaction, reading: ReadingRecord) -> None:
        """Show privately what a training on the text would do, with Start and Cancel."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._availability.check_in(reading.guild_id)
        if reading.state != READ or interaction.guild is None:
            raise RefusalError("That reading is over already.")
        await self._reading_previews.show(interaction, interaction.guild, reading)

    async def _show_choice(self, interaction: discord.Interaction, reading: ReadingRecord) -> None:
        channels = await self._readings.read_channels(reading.id)
        guild = interaction.guild
        problems = [
            problem
            for each in channels
            if guild is not None
            and (problem := find_problem(guild, each.channel_id, hidden=reading.hidden)) is not None
        ]
        language = language_of(interaction.locale)
        answers = await self._storage.consents.count(reading.guild_id)
        chosen = tuple(each.channel_id for each in channels)
        await insist(
            lambda: interaction.edit_original_response(
                embed=build_choice(reading, channels, answers=answers, problems=problems, language=language),
                view=build_reading_buttons(reading, language=language, chosen=chosen),
                allowed_mentions=SILENT,
            )
        )


async def _settle(interaction: discord.Interaction, sentence: Text) -> None:
    """Change the private choice to a sentence."""
    said = language_of(interaction.locale).say(sentence)
    await insist(
        lambda: interaction.edit_original_response(
            content=said, embed=None, view=None, allowed_mentions=SILENT
        )
    )
