"""What is in a text that somebody wants to train on, read by a child process."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

from bot.storage.settings import Settings
from bot.storage.text import storable
from bot.training.corpora.arguments import scripts_argument
from bot.training.process import ask_child
from bot.training.request import TrainingRequest


async def read_corpus(request: TrainingRequest, folder: Path, *, settings: Settings) -> dict[str, Any]:
    """Return what a child process finds in a corpus; the text of an upload is then in the training's folder.

    Args:
        request: What was asked for.
        folder: The training's, below the data folder; an uploaded file is in it.
        settings: How much memory and time reading may take, and the run for everybody.

    Raises:
        ProcessError: It takes more, or is no text to train on.
    """
    data = settings.data.resolve()
    # No training begins with a model that was trained here: whose words taught it may have been forgotten since.
    arguments = ["--preset", request.preset, "--own", str(settings.run.resolve())]
    if request.upload_name:
        inside = folder.relative_to(data)
        arguments += ["--upload", str(inside / "upload"), f"--name={request.upload_name}"]
        arguments += ["--into", str(inside / "corpus")]
    elif settings.scripts:
        arguments += ["--scripts", scripts_argument(settings.scripts)]
    arguments += [f"--series={request.series}"] if request.series else []
    arguments += [f"--episodes={request.episodes}"] if request.episodes else []
    try:
        found = await ask_child(
            "core.evaluation.preview",
            arguments,
            data=data,
            seconds=settings.reading_seconds,
            megabytes=settings.reading_megabytes,
        )
        return dict(storable(found))
    finally:
        with contextlib.suppress(OSError):
            await asyncio.to_thread((folder / "upload").unlink)
