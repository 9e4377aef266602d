"""What an administrator asks for with `/retrain`, checked, read by a child process, and offered as a training."""

import asyncio
import secrets
import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.discord.errors import RefusalError
from bot.scenes.admission import Cooldown
from bot.storage.names import LimitError
from bot.storage.repositories import Repositories
from bot.storage.settings import Settings
from bot.storage.tables.trainings import RetrainPlan, TrainingRecord, too_many_models
from bot.training.corpora.naming import choose_name
from bot.training.corpora.reading import read_corpus
from bot.training.corpora.sweeper import OFFER_SECONDS
from bot.training.process import FREE_BYTES, full_disk, missing_packages
from bot.training.request import (
    TrainingOrigin,
    TrainingRequest,
    estimate_seconds,
    name_speed,
    too_many_epochs,
    too_many_offers,
)
from core.data.sources.upload import safe_name

USUAL_MINUTES = 15.0
START_SECONDS = 20.0  # until TensorFlow is loaded and the network compiled
Download = Callable[[Path], Awaitable[None]]
_Offer = tuple[TrainingRecord, dict[str, Any]]


@dataclass(eq=False)
class _Preview:
    """A text that is being read."""

    uploader: int  # the member whose text it is; 0 for a text that nobody uploaded
    task: asyncio.Task[_Offer]
    is_dropped: bool = False


class TrainingPreviews:
    """Checks requests for trainings and reads their texts."""

    def __init__(self, *, settings: Settings, storage: Repositories) -> None:
        self._settings = settings
        self._trainings = storage.trainings
        self._models = storage.models
        self._data = settings.data.resolve()
        self._folders = storage.folders
        self._reading: dict[int, _Preview] = {}  # servers whose text is being read
        self._slots = asyncio.Semaphore(settings.readings)
        self._cooldown = Cooldown(settings.cooldown_seconds)  # of servers

    @property
    def usual_minutes(self) -> float:
        """Minutes of a training that nobody gave any."""
        return min(USUAL_MINUTES, self._settings.training_minutes)

    async def check(self, request: TrainingRequest, guild_id: int) -> None:
        """Make sure that a server may train now; before anything is downloaded or read.

        Raises:
            CoreError: It may not, and why.
        """
        for problem in (
            missing_packages(),
            await asyncio.to_thread(full_disk, self._data, needed=FREE_BYTES),
        ):
            if problem:
                raise RefusalError(problem)
        if request.episodes and not request.names_episodes:
            raise RefusalError("Write episodes like 20-69, or 7 for one; the first has the number 0.")
        longest = self._settings.training_minutes
        if request.minutes is not None and request.minutes > longest:
            raise RefusalError(
                "The bot's owner allows trainings of at most {longest:g} minutes.", longest=longest
            )
        await self._trainings.check_day(guild_id, most=self._settings.trainings_per_day)
        await self._check_offers(guild_id)

    async def begin(self, training: TrainingRecord) -> TrainingRecord:
        """Put an offered training in the queue.

        Raises:
            LimitError: The server may not have it now; the offer and its text are deleted.
        """
        try:
            return await self._trainings.begin(
                training,
                most_models=self._settings.models_per_server,
                most_a_day=self._settings.trainings_per_day,
            )
        except LimitError:
            if await self._trainings.delete_offer(training.id):  # and not begun by another press
                await self.delete_text(training)
            raise

    async def _check_offers(self, guild_id: int) -> None:
        """Make sure that a server has a place for another preview.

        Raises:
            RefusalError: It has not.
        """
        if guild_id in self._reading:
            raise RefusalError("A text of this server is being read already; wait for its preview.")
        offers = await self._trainings.read_offers(guild_id)
        fresh = sum(time.time() - offer.created <= OFFER_SECONDS for offer in offers)
        if fresh >= self._settings.offers_per_server:
            raise too_many_offers(fresh)
        held = len(await self._models.read_all(guild_id))
        if held >= self._settings.models_per_server:
            raise too_many_models(held)

    def begin_cooldown(self, guild_id: int) -> None:
        """Let a server wait before it has another text read.

        Raises:
            RefusalError: It has to wait still.
        """
        left = self._cooldown.begin(guild_id)
        if left:
            raise RefusalError("Cooldown: try again in {seconds} s.", seconds=max(1, round(left)))

    async def offer(
        self, request: TrainingRequest, origin: TrainingOrigin, download: Download | None = None
    ) -> _Offer:
        """Read what would be trained on, and keep the training as offered; return it and the facts of its text.

        `download` writes the uploaded files into a folder. The facts are not kept: a part of the text is among them.
        A server has one text read at a time; some servers' are read side by side.

        Raises:
            CoreError: Why there is nothing to train.
        """
        if origin.guild_id in self._reading:
            raise RefusalError("A text of this server is being read already; wait for its preview.")
        task = asyncio.create_task(self._offer(request, origin, download))
        reading = _Preview(origin.member_id if request.upload_names else 0, task)
        self._reading[origin.guild_id] = reading
        try:
            return await task
        except asyncio.CancelledError:
            if not reading.is_dropped:
                raise
            raise RefusalError("/forget-me was used, so the text was deleted.") from None
        finally:
            del self._reading[origin.guild_id]

    async def drop_member(self, member_id: int) -> None:
        """Stop reading what a member has uploaded, and delete it."""
        dropped = [reading for reading in self._reading.values() if reading.uploader == member_id]
        for reading in dropped:
            reading.is_dropped = True
            reading.task.cancel()
        if dropped:
            await asyncio.wait([reading.task for reading in dropped])

    async def _offer(
        self, request: TrainingRequest, origin: TrainingOrigin, download: Download | None
    ) -> _Offer:
        name = await choose_name(request, origin.guild_id, trainings=self._trainings)
        key = secrets.token_hex(8)
        folder = self._data / "jobs" / key
        kept = False
        await self._folders.add(key)
        try:
            await asyncio.to_thread(folder.mkdir, parents=True)
            if download is not None:
                await download(folder)
            async with self._slots:  # a corpus takes memory
                facts = await read_corpus(request, folder, settings=self._settings)
            plan = await self._plan(request, key, safe_name(name), facts)
            training = await self._trainings.add(
                TrainingRecord(
                    machine=self._trainings.machine,
                    guild_id=origin.guild_id,
                    channel_id=origin.channel_id,
                    member_id=origin.member_id,
                    name=name,
                    created=int(time.time()),
                    plan=plan.to_json(),
                )
            )
            kept = True
        finally:
            if not kept:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
                await self._folders.delete(key)
        return training, facts

    async def drop(self, training: TrainingRecord) -> None:
        """Forget an offer and its text, unless it was begun meanwhile."""
        if await self._trainings.delete_offer(training.id):
            await self.delete_text(training)

    async def delete_text(self, training: TrainingRecord) -> None:
        """Delete the text of a training that is not begun."""
        folder = self._data / "jobs" / training.planned().key
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _plan(
        self, request: TrainingRequest, key: str, folder: str, facts: dict[str, Any]
    ) -> RetrainPlan:
        minutes = request.minutes
        if minutes is None and request.epochs is None:
            minutes = self.usual_minutes
        remembered = name_speed(request.preset, facts["units"])
        speed = await self._trainings.read_speed(remembered)
        seconds = estimate_seconds(request, facts, minutes=minutes, speed=speed)
        longest = 60 * self._settings.training_minutes
        if seconds > longest:
            raise too_many_epochs(request.epochs, seconds=seconds, longest=longest)
        return RetrainPlan(
            key=key,
            folder=folder,
            scripts=facts["scripts"],
            series=facts["series"],
            episodes=facts["chosen"],
            preset=request.preset,
            minutes=minutes,
            epochs=request.epochs,
            upload=bool(request.upload_names),
            keep=request.keep,
            seconds=START_SECONDS + seconds,
            start=facts["start"]["run"],
            speed=remembered,
            people=request.people,
        )
