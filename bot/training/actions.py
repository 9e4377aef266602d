"""What `/retrain` and the buttons of a training do."""

import time
from collections.abc import Sequence
from functools import partial

import discord

from bot.discord.errors import RefusalError, answering
from bot.discord.language.language import language_of
from bot.discord.limits import MESSAGE_CHARACTERS
from bot.discord.markdown import shorten
from bot.discord.permissions import TrainerPermissions
from bot.discord.replies.deferred import fill_in
from bot.discord.replies.interaction import InteractionReply
from bot.discord.replies.sending import SILENT, GoneError, insist
from bot.storage.repositories import Repositories
from bot.storage.settings import Settings
from bot.storage.tables.trainings import UNFINISHED, TrainingRecord
from bot.training.announcements.announcer import TrainingAnnouncer
from bot.training.completion import TrainingQueue
from bot.training.corpora.download import download_files, too_many_megabytes
from bot.training.preview import TrainingPreviews
from bot.training.request import TrainingOrigin, TrainingRequest
from bot.training.ui.buttons import build_buttons
from bot.training.ui.form import UploadedFile, build_form, read_form
from bot.training.ui.report import build_preview
from bot.training.ui.view import build_end
from core.run.layout import PLOT
from core.text import Text

MEGABYTE = 1_000_000


class TrainingActions:
    """Offers trainings privately, and answers their buttons."""

    def __init__(
        self,
        *,
        settings: Settings,
        storage: Repositories,
        permissions: TrainerPermissions,
        supervisor: TrainingQueue,
        announcer: TrainingAnnouncer,
    ) -> None:
        self._trainings = storage.trainings
        self._models = storage.models
        self._permissions = permissions
        self._supervisor = supervisor
        self._announcer = announcer
        self.previews = TrainingPreviews(settings=settings, storage=storage)
        self._upload_megabytes = settings.upload_megabytes

    async def open_form(self, interaction: discord.Interaction, request: TrainingRequest) -> None:
        """Open the form of a training, where the asker may have one."""
        guild_id = await self._permissions.check(interaction)
        check_channel(interaction)
        await self.previews.check(request, guild_id)
        form = build_form(
            request, minutes=self.previews.usual_minutes, language=language_of(interaction.locale)
        )
        await insist(lambda: interaction.response.send_modal(form))

    async def read_form(self, interaction: discord.Interaction) -> None:
        """Offer what a form asks for, if it is a training's."""
        async with answering(InteractionReply(interaction)):
            asked = read_form(dict(interaction.data or {}))
            if asked is not None:
                await self._offer(interaction, *asked)

    async def _offer(
        self, interaction: discord.Interaction, request: TrainingRequest, files: Sequence[UploadedFile]
    ) -> None:
        """Show privately what a training would do, with Start and Cancel."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        language = language_of(interaction.locale)
        guild_id = await self._permissions.check(interaction)
        check_channel(interaction)
        await self.previews.check(request, guild_id)
        self.previews.begin_cooldown(guild_id)
        download = None
        if files:
            if sum(file.size for file in files) > self._upload_megabytes * MEGABYTE:
                raise too_many_megabytes(self._upload_megabytes)
            urls = [file.url for file in files]
            download = partial(download_files, urls, most_bytes=self._upload_megabytes * MEGABYTE)
        origin = TrainingOrigin(
            guild_id=guild_id, channel_id=interaction.channel_id or 0, member_id=interaction.user.id
        )
        training, facts = await self.previews.offer(request, origin, download)
        before = len(await self._trainings.read_states(*UNFINISHED))
        await fill_in(
            interaction,
            embed=build_preview(training, facts, place=before, language=language),
            build_view=lambda: build_buttons(training, language=language),
        )

    async def press(self, interaction: discord.Interaction, *, action: str, number: int) -> None:
        """Do what a training's button says."""
        async with answering(InteractionReply(interaction)):
            training = await self._read(number, interaction.guild_id)
            if action != "cancel" or interaction.user.id != training.member_id:
                await self._permissions.check(interaction)
            await getattr(self, f"_{action}")(interaction, training)

    async def _start(self, interaction: discord.Interaction, training: TrainingRecord) -> None:
        if interaction.user.id != training.member_id:
            raise RefusalError("Somebody else asked for that training; ask for your own with /retrain.")
        await interaction.response.defer()
        waiting = await self.previews.begin(training)
        try:
            message = await self._announcer.send_first(waiting, await self._supervisor.place_of(waiting))
        except GoneError:
            ended = {"ended": int(time.time()), "queued": 0, "told": True}
            await self._trainings.update(training.id, only_from=("waiting",), state="cancelled", **ended)
            await self.previews.delete_text(training)
            nowhere = Text(
                "I may not write in this channel, so nobody could see the training; let me, and try again."
            )
            await _settle(interaction, nowhere)
            return
        await self._trainings.update(training.id, message_id=message.id)
        await self._supervisor.enqueue(training)
        where = Text("The training is in the queue; follow it here: {address}", address=message.jump_url)
        await _settle(interaction, where)

    async def _drop(self, interaction: discord.Interaction, training: TrainingRecord) -> None:
        if training.state != "offered":
            raise RefusalError("That training was started already; cancel it where it is shown.")
        await interaction.response.defer()
        await self.previews.drop(training)
        await _settle(interaction, Text("Nothing was started, and the text was deleted."))

    async def _cancel(self, interaction: discord.Interaction, training: TrainingRecord) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        is_stopped = await self._supervisor.cancel(training)
        stopped, ended = Text("The training is being stopped."), Text("That training has ended already.")
        said = language_of(interaction.locale).say(stopped if is_stopped else ended)
        await fill_in(interaction, said)

    async def _use(self, interaction: discord.Interaction, training: TrainingRecord) -> None:
        if await self._models.read(training.id) is None:
            raise RefusalError("That model was deleted.")
        await self._choose(interaction, training, training.id)

    async def _back(self, interaction: discord.Interaction, training: TrainingRecord) -> None:
        before = training.ending().get("before")
        gone = before and await self._models.read(int(before)) is None
        await self._choose(interaction, training, None if before is None or gone else int(before))

    async def _choose(
        self, interaction: discord.Interaction, training: TrainingRecord, number: int | None
    ) -> None:
        await self._models.choose(training.guild_id, number)
        is_used = number == training.id
        language = language_of(interaction.guild_locale)  # of a message that everybody there reads
        embed = build_end(training, is_used=is_used, language=language)
        embed.set_image(url=f"attachment://{PLOT}")
        await insist(
            lambda: interaction.response.edit_message(
                embed=embed,
                view=build_buttons(training, language=language, is_used=is_used),
                allowed_mentions=SILENT,
            )
        )

    async def _read(self, number: int, guild_id: int | None) -> TrainingRecord:
        training = await self._trainings.read(number)
        if training is None or training.guild_id != guild_id:
            raise RefusalError("That training is no longer known here.")
        return training


def check_channel(interaction: discord.Interaction) -> None:
    """Make sure that the training can be shown in this channel, before anybody waits for it.

    Raises:
        RefusalError: What the bot may not do there.
    """
    may, is_thread = interaction.app_permissions, isinstance(interaction.channel, discord.Thread)
    needed = {
        Text("View Channel"): may.view_channel,
        Text("Send Messages"): may.send_messages_in_threads if is_thread else may.send_messages,
        Text("Embed Links"): may.embed_links,
        Text("Attach Files"): may.attach_files,
    }
    missing = [name for name, is_allowed in needed.items() if not is_allowed]
    if missing and not may.administrator:
        raise RefusalError(
            "I cannot show a training in this channel; give me here: {missing}.",
            missing=Text.joined(missing, ", "),
        )


async def _settle(interaction: discord.Interaction, sentence: str) -> None:
    """Change a private message to a sentence without buttons."""
    short = shorten(language_of(interaction.locale).say(sentence), limit=MESSAGE_CHARACTERS)
    await insist(
        lambda: interaction.edit_original_response(
            content=short, embed=None, view=None, allowed_mentions=SILENT
        )
    )
