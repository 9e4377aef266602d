"""What an administrator asks for with `/retrain`, checked, read by a child process, and offered as a training."""

import asyncio
import contextlib
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.discord.errors import RefusalError
from bot.models.names import NAME_CHARACTERS, check_name
from bot.settings import Settings
from bot.storage.repositories import Repositories
from bot.storage.trainings import UNFINISHED, RetrainPlan, TrainingRecord
from bot.training.process import FREE_BYTES, ask_child, full_disk, missing_packages
from bot.training.progress import clock
from core.data.sources.download import FROM_ENVIRONMENT, secrets_of
from core.data.sources.upload import safe_name

HOUR_SECONDS = 3_600.0
DAY_SECONDS = 86_400.0
USUAL_MINUTES = 15.0
START_SECONDS = 20.0  # until TensorFlow is loaded and the network compiled
GUESSED_SPEED = 5_000.0  # characters a second, before anything was trained here


@dataclass(frozen=True, kw_only=True)
class TrainingRequest:
    """What was typed: everything may be left out."""

    upload_name: str = ""
    upload: bytes = b""
    series: str = ""
    episodes: str = ""
    preset: str = "default"
    minutes: float | None = None
    epochs: int | None = None
    name: str = ""
    keep: bool = False


@dataclass(frozen=True, kw_only=True)
class TrainingOrigin:
    """Where and by whom it was asked for."""

    guild_id: int
    channel_id: int
    member_id: int


class TrainingPreviews:
    """Checks requests for trainings and reads their texts, one at a time."""

    def __init__(self, *, settings: Settings, storage: Repositories) -> None:
        self._settings = settings
        self._trainings = storage.trainings
        self._models = storage.models
        self._data = settings.data.resolve()
        self._reading = asyncio.Lock()

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
        if request.episodes and not _names_episodes(request.episodes):
            raise RefusalError("Write episodes like 20-69, or 7 for one; the first has the number 0.")
        if request.minutes is not None and request.epochs is not None:
            raise RefusalError("Give minutes or epochs, and not both.")
        longest = self._settings.training_minutes
        if request.minutes is not None and request.minutes > longest:
            raise RefusalError(f"The bot's owner allows trainings of at most {longest:g} minutes.")
        await self.check_start(guild_id)

    async def check_start(self, guild_id: int) -> None:
        """Make sure that a server has room for a model, and a training left today.

        Raises:
            RefusalError: It has not.
        """
        await self.check_day(guild_id)
        held = len(await self._models.read_all(guild_id))
        held += sum(
            training.guild_id == guild_id for training in await self._trainings.read_states(*UNFINISHED)
        )
        if held >= self._settings.models_per_server:
            raise RefusalError(
                f"This server has {held} models, which is all that it may have; delete one with /models delete."
            )

    async def check_day(self, guild_id: int) -> None:
        """Make sure that a server has a training left today.

        Raises:
            RefusalError: It has not, and when it will have.
        """
        now = time.time()
        times = await self._trainings.read_queue_times(guild_id, since=now - DAY_SECONDS)
        most = self._settings.trainings_per_day
        if len(times) >= most:
            left = times[len(times) - most] + DAY_SECONDS - now
            begun = "1 training" if most == 1 else f"{most} trainings"
            raise RefusalError(
                f"This server has begun {begun} within a day; the next one can begin in {clock(left)} hours."
                if left >= HOUR_SECONDS
                else f"This server has begun {begun} within a day; the next one can begin in {clock(left)} minutes."
            )

    async def offer(
        self, request: TrainingRequest, origin: TrainingOrigin
    ) -> tuple[TrainingRecord, dict[str, Any]]:
        """Read what would be trained on, and keep the training as offered; return it and the facts of its text.

        The facts are not kept: a part of the text is among them.

        Raises:
            CoreError: Why there is nothing to train.
        """
        name = await self.choose_name(request, origin.guild_id)
        key = secrets.token_hex(8)
        folder = self._data / "jobs" / key
        kept = False
        try:
            async with self._reading:  # a corpus takes memory: one at a time
                facts = await self._read(request, folder)
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
        return training, facts

    async def drop(self, training: TrainingRecord) -> None:
        """Forget an offer and its text."""
        await self._trainings.delete_offer(training.id)
        folder = self._data / "jobs" / training.planned().key
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def choose_name(self, request: TrainingRequest, guild_id: int) -> str:
        """Return the model's name: the one that was asked for, or one that is free.

        Raises:
            RefusalError: It is taken, or cannot be used.
        """
        if request.name:
            name = check_name(request.name)
            if await self._trainings.is_name_taken(guild_id, name):
                raise RefusalError(
                    "This server has a model of that name, or trains one; choose another name."
                )
            return name
        stem = (
            safe_name(Path(request.upload_name).stem)
            if request.upload_name
            else safe_name(request.series or "ds9")
        )
        for number in range(1, 1_000):
            name = stem.lower() if number == 1 else f"{stem.lower()[: NAME_CHARACTERS - 4]}-{number}"
            if not await self._trainings.is_name_taken(guild_id, name):
                return name
        raise RefusalError("There are too many models of that name; choose another with name.")

    async def _read(self, request: TrainingRequest, folder: Path) -> dict[str, Any]:
        """Return what the child process finds in the corpus; its text is then in a folder of the training."""
        await asyncio.to_thread(folder.mkdir, parents=True)
        arguments = ["--preset", request.preset]
        if request.upload_name:
            upload = folder / "upload"
            await asyncio.to_thread(upload.write_bytes, request.upload)
            inside = folder.relative_to(self._data)
            arguments += ["--upload", str(inside / "upload"), f"--name={request.upload_name}"]
            arguments += ["--into", str(inside / "corpus")]
        elif self._settings.scripts:
            arguments += ["--scripts", self._scripts()]
        arguments += [f"--series={request.series}"] if request.series else []
        arguments += [f"--episodes={request.episodes}"] if request.episodes else []
        try:
            return await ask_child(
                "core.data.report",
                arguments,
                data=self._data,
                seconds=self._settings.reading_seconds,
                megabytes=self._settings.reading_megabytes,
            )
        finally:
            with contextlib.suppress(OSError):
                await asyncio.to_thread((folder / "upload").unlink)

    async def _plan(
        self, request: TrainingRequest, key: str, folder: str, facts: dict[str, Any]
    ) -> RetrainPlan:
        minutes = request.minutes
        if minutes is None and request.epochs is None:
            minutes = min(USUAL_MINUTES, self._settings.training_minutes)
        seconds = START_SECONDS + (60 * minutes if minutes is not None else 0.0)
        if request.epochs is not None:
            speed = await self._trainings.read_speed(request.preset) or GUESSED_SPEED
            seconds += request.epochs * facts["targets"] / speed
            longest = 60 * self._settings.training_minutes
            if seconds > longest + START_SECONDS:
                raise RefusalError(
                    f"{request.epochs} epochs of this text would take about {seconds / 60:.0f} minutes, and the bot's "
                    f"owner allows {longest / 60:g}; give fewer epochs, or minutes."
                )
        return RetrainPlan(
            key=key,
            folder=folder,
            scripts=facts["scripts"],
            series=facts["series"],
            episodes=facts["chosen"],
            preset=request.preset,
            minutes=minutes,
            epochs=request.epochs,
            upload=bool(request.upload_name),
            keep=request.keep,
            seconds=seconds,
        )

    def _scripts(self) -> str:
        """Return the configured scripts as a child process finds them, which works in the data directory."""
        scripts = self._settings.scripts
        if secrets_of(scripts):
            return f"{FROM_ENVIRONMENT}HOLOSUITE_SCRIPTS"  # a command line is there for everybody to read
        return scripts if "://" in scripts else str(Path(scripts).resolve())


def _names_episodes(text: str) -> bool:
    found = re.fullmatch(r"([0-9]{1,6})(?:-([0-9]{1,6}))?", text)
    return found is not None and int(found[1]) <= int(found[2] or found[1])
