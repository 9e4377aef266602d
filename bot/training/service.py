"""Trainings on Discord: offered privately, shown in a message while they run, and what their buttons do."""

import asyncio
import io
import logging
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import discord

from bot.discord.errors import answer_error
from bot.discord.limits import MESSAGE_CHARACTERS, SECONDS_BETWEEN_EDITS
from bot.discord.markdown import clean_text, shorten
from bot.discord.permissions import check_trainer
from bot.discord.reply import SILENT, GoneError, InteractionReply, insist
from bot.models.registry import ModelRegistry
from bot.storage.ledger import Job, TrainingStore, TrainingStoreError
from bot.training.buttons import build_buttons
from bot.training.proposals import Place, Proposals, TrainingWish
from bot.training.supervisor import Supervisor
from bot.training.view import build_end, build_preview, build_progress, build_waiting
from core.run.events import Progress
from core.run.layout import PLOT

if TYPE_CHECKING:
    from bot.app import Holosuite

MEGABYTE = 1_000_000

log = logging.getLogger(__name__)


class TrainingService:
    """The trainer's audience, and the way to it."""

    def __init__(self, bot: "Holosuite", *, ledger: TrainingStore, shelf: ModelRegistry) -> None:
        """Show trainings through a bot."""
        self._bot = bot
        self._ledger = ledger
        self._shelf = shelf
        self._offers = Proposals(settings=bot.settings, ledger=ledger)
        self._shown: dict[int, tuple[float, object]] = {}  # job to when what was shown
        self.trainer = Supervisor(
            ledger=ledger,
            shelf=shelf,
            data=bot.settings.data,
            longest_minutes=bot.settings.training_minutes,
            audience=self,
        )

    async def offer(
        self, interaction: discord.Interaction, wish: TrainingWish, corpus: discord.Attachment | None
    ) -> None:
        """Show privately what a training would do, with Start and Cancel."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild_id = await check_trainer(self._bot, interaction)
        _check_channel(interaction)
        await self._offers.check(wish, guild_id)
        if corpus is not None:
            wish = replace(wish, upload_name=clean_text(corpus.filename), upload=await self._fetch(corpus))
        place = Place(
            guild_id=guild_id, channel_id=interaction.channel_id or 0, member_id=interaction.user.id
        )
        job, facts = await self._offers.offer(wish, place)
        before = len(await self._ledger.read_jobs("waiting", "running"))
        await insist(
            lambda: interaction.edit_original_response(
                embed=build_preview(job, facts, place=before),
                view=build_buttons(job),
                allowed_mentions=SILENT,
            )
        )

    async def press(self, interaction: discord.Interaction, *, action: str, number: int) -> None:
        """Do what a training's button says."""
        try:
            job = await self._read(number, interaction.guild_id)
            if action != "cancel" or interaction.user.id != job.member_id:
                await check_trainer(self._bot, interaction)
            await getattr(self, f"_{action}")(interaction, job)
        except Exception as error:  # noqa: BLE001 -- the handler of everything, as the tree's
            await answer_error(InteractionReply(interaction), error)

    async def train(self) -> None:
        """Carry trainings out until cancelled, but none of a server that has left meanwhile."""
        for job in await self._ledger.read_jobs("waiting", "running"):
            if self._bot.get_guild(job.guild_id) is None:
                await self.trainer.cancel(job)
        await self.trainer.run()

    async def forget_guild(self, guild_id: int) -> None:
        """Stop the trainings of a server that the bot was removed from."""
        await self.trainer.cancel_all(guild_id)

    # What the trainer tells.

    async def show(self, job: Job, progress: Progress, note: str) -> None:
        """Show how far a training is, at most every 5 s, and only what is new."""
        then, before = self._shown.get(job.id, (-SECONDS_BETWEEN_EDITS, None))
        now = time.monotonic()
        embed = build_progress(job, progress, note)
        if now - then < SECONDS_BETWEEN_EDITS or embed == before:
            return
        self._shown[job.id] = now, embed
        await self._edit(job, embed)

    async def wait(self, job: Job, place: int) -> None:
        """Show how many trainings are before one."""
        await self._edit(job, build_waiting(job, place=place))

    async def end(self, job: Job) -> None:
        """Show what came of a training, in its message and in a new one that answers it."""
        self._shown.pop(job.id, None)
        if self._bot.get_guild(job.guild_id) is None:
            return
        is_used = await self._ledger.read_active(job.guild_id) == job.id
        files = await asyncio.to_thread(self._read_plot, job)
        embed = build_end(job, is_used=is_used)
        if files:
            embed.set_image(url=f"attachment://{PLOT}")
        await self._edit(job, embed, view=build_buttons(job, is_used=is_used), plot=files)

    # What the buttons do.

    async def _start(self, interaction: discord.Interaction, job: Job) -> None:
        if interaction.user.id != job.member_id:
            raise TrainingStoreError("Somebody else asked for that training; ask for your own with /retrain.")
        await interaction.response.defer()
        await self._offers.check_start(job.guild_id)
        if await self._ledger.is_taken(job.guild_id, job.name) and job.state == "offered":
            raise TrainingStoreError(
                "This server has a model of that name by now, or trains one; choose another name."
            )
        queued = int(time.time())
        if not await self._ledger.change_job(job.id, only_from=("offered",), state="waiting", queued=queued):
            raise TrainingStoreError("That training was begun already.")
        waiting = replace(job, state="waiting", queued=queued)
        place = await self.trainer.place_of(waiting)
        try:
            channel = self._bot.get_partial_messageable(job.channel_id, guild_id=job.guild_id)
            message = await insist(
                lambda: channel.send(
                    embed=build_waiting(waiting, place=place),
                    view=build_buttons(waiting),
                    nonce=job.id,
                    allowed_mentions=SILENT,
                )
            )
        except GoneError as error:
            await self._ledger.change_job(job.id, state="cancelled", ended=queued, queued=0)
            raise TrainingStoreError(
                "I may not write in this channel, so nobody could see the training; let me, and try again."
            ) from error
        await self._ledger.change_job(job.id, message_id=message.id)
        self.trainer.wake()
        await _settle(
            interaction, f"The training is in the queue; its message shows how far it is: {message.jump_url}"
        )

    async def _drop(self, interaction: discord.Interaction, job: Job) -> None:
        await interaction.response.defer()
        if job.state == "offered":
            await self._offers.drop(job)
        await _settle(interaction, "Nothing was begun, and the text was deleted.")

    async def _cancel(self, interaction: discord.Interaction, job: Job) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        is_stopped = await self.trainer.cancel(job)
        sentence = "It is being stopped." if is_stopped else "That training has ended already."
        await insist(lambda: interaction.edit_original_response(content=sentence, allowed_mentions=SILENT))

    async def _use(self, interaction: discord.Interaction, job: Job) -> None:
        if await self._ledger.read_model(job.id) is None:
            raise TrainingStoreError("That model was deleted.")
        await self._choose(interaction, job, job.id)

    async def _back(self, interaction: discord.Interaction, job: Job) -> None:
        before = job.ending().get("before")
        gone = before and await self._ledger.read_model(int(before)) is None
        await self._choose(interaction, job, None if before is None or gone else int(before))

    async def _choose(self, interaction: discord.Interaction, job: Job, number: int | None) -> None:
        await self._ledger.choose(job.guild_id, number)
        is_used = number == job.id
        embed = build_end(job, is_used=is_used)
        embed.set_image(url=f"attachment://{PLOT}")
        await insist(
            lambda: interaction.response.edit_message(
                embed=embed, view=build_buttons(job, is_used=is_used), allowed_mentions=SILENT
            )
        )

    async def _read(self, number: int, guild_id: int | None) -> Job:
        job = await self._ledger.read_job(number)
        if job is None or job.guild_id != guild_id:
            raise TrainingStoreError("That training is no longer known here.")
        return job

    async def _fetch(self, corpus: discord.Attachment) -> bytes:
        most = self._bot.settings.upload_megabytes
        if corpus.size > most * MEGABYTE:
            raise TrainingStoreError(
                f"That file has more than {most} MB; upload a smaller one, or a .zip of it."
            )
        try:
            return await corpus.read()
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            raise TrainingStoreError("Discord does not hand the file out; please upload it again.") from error

    async def _edit(
        self,
        job: Job,
        embed: discord.Embed,
        *,
        view: discord.ui.View | None = None,
        plot: bytes = b"",
    ) -> None:
        """Change a training's message; one that is gone is written anew at the end, where it matters."""
        current = await self._ledger.read_job(job.id)
        number = job.message_id if current is None else current.message_id
        shown = build_buttons(job) if view is None else view
        channel = self._bot.get_partial_messageable(job.channel_id, guild_id=job.guild_id)
        try:
            if number:
                message = channel.get_partial_message(number)
                await insist(
                    lambda: message.edit(
                        embed=embed, view=shown, attachments=_files(plot), allowed_mentions=SILENT
                    )
                )
                return
        except GoneError:
            if view is None:
                return
        except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
            log.warning("Training %d could not be shown: %s", job.id, error)
            return
        if view is not None:
            await self._write_anew(job, embed, view, plot)

    async def _write_anew(self, job: Job, embed: discord.Embed, view: discord.ui.View, plot: bytes) -> None:
        channel = self._bot.get_partial_messageable(job.channel_id, guild_id=job.guild_id)
        try:
            await insist(
                lambda: channel.send(
                    embed=embed, view=view, files=_files(plot), nonce=job.id, allowed_mentions=SILENT
                )
            )
        except (GoneError, discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
            log.warning("Nobody could be told of the end of training %d: %s", job.id, error)

    def _read_plot(self, job: Job) -> bytes:
        if job.state != "done":
            return b""
        plan = job.planned()
        path: Path = self._bot.settings.data / "models" / plan["key"] / plan["folder"] / PLOT
        try:
            return path.read_bytes()
        except OSError:
            return b""


def _files(plot: bytes) -> list[discord.File]:
    return [discord.File(io.BytesIO(plot), filename=PLOT)] if plot else []


def _check_channel(interaction: discord.Interaction) -> None:
    """Make sure that the training can be shown in this channel, before anybody waits for it.

    Raises:
        TrainingStoreError: What the bot may not do there.
    """
    may = interaction.app_permissions
    needed = {
        "View Channel": may.view_channel,
        "Send Messages": may.send_messages or may.send_messages_in_threads,
        "Embed Links": may.embed_links,
        "Attach Files": may.attach_files,
    }
    missing = [name for name, is_allowed in needed.items() if not is_allowed]
    if missing and not may.administrator:
        raise TrainingStoreError(
            f"I cannot show a training in this channel; give me {' and '.join(missing)} here."
        )


async def _settle(interaction: discord.Interaction, sentence: str) -> None:
    """Change a private message to a sentence without buttons."""
    short = shorten(sentence, limit=MESSAGE_CHARACTERS)
    await insist(
        lambda: interaction.edit_original_response(
            content=short, embed=None, view=None, allowed_mentions=SILENT
        )
    )
