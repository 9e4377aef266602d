"""What is in a text that somebody wants to train on, read by a child process."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

from bot.storage.settings import Settings
from bot.storage.text import storable
from bot.training.corpora.arguments import scripts_argument
from bot.training.corpora.download import upload_paths
from bot.training.process import ask_child
from bot.training.request import TrainingRequest


async def read_corpus(request: TrainingRequest, folder: Path, *, settings: Settings) -> dict[str, Any]:
    """Return what a child process finds in a corpus; the text of an upload is then in the training's folder.

    Args:
        request: What was asked for.
        folder: The training's, below the data folder; uploaded files are in it.
        settings: How much memory and time reading may take, and the run for everybody.

    Raises:
        ProcessError: It takes more, or is no text to train on.
    """
    data = settings.data.resolve()
    # No training begins with a model that was trained here: whose words taught it may have been forgotten since.
    arguments = ["--preset", request.preset, "--own", str(settings.run.resolve())]
    inside = folder.relative_to(data)
    uploads = upload_paths(inside, len(request.upload_names))
    if uploads:
        for path, name in zip(uploads, request.upload_names, strict=True):
            arguments += ["--upload", str(path), f"--name={name}"]
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
        for path in uploads:
            with contextlib.suppress(OSError):
                await asyncio.to_thread((data / path).unlink)
