"""Uploaded files on their way from Discord to the disk: never whole in memory, and never more than it may have."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import aiohttp

from bot.discord.errors import RefusalError

CHUNK_BYTES = 1_000_000
DOWNLOAD_SECONDS = 120.0


def upload_paths(folder: Path, count: int) -> list[Path]:
    """Return where the files of an upload lie in the folder of a training."""
    return [folder / f"upload-{number}" for number in range(count)]


def too_many_megabytes(megabytes: float) -> RefusalError:
    """Return why an upload is not taken."""
    return RefusalError(
        "That is more than {megabytes:.0f} MB; upload less, or a .zip of it.", megabytes=megabytes
    )


async def download_files(urls: Sequence[str], folder: Path, *, most_bytes: int) -> None:
    """Write what addresses of Discord's have into a folder.

    Raises:
        RefusalError: Discord does not hand one out, or together they are larger than they may be, whatever was
            declared.
    """
    timeout = aiohttp.ClientTimeout(total=DOWNLOAD_SECONDS)
    left = most_bytes
    try:
        async with aiohttp.ClientSession(timeout=timeout, raise_for_status=True) as session:
            for url, path in zip(urls, upload_paths(folder, len(urls)), strict=True):
                left -= await _download(session, url, path, most_bytes=left)
                if left < 0:
                    raise too_many_megabytes(most_bytes / 1e6)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise RefusalError("The file could not be downloaded from Discord; upload it again.") from error


async def _download(session: aiohttp.ClientSession, url: str, path: Path, *, most_bytes: int) -> int:
    """Write what an address has to a path, and return its bytes; it ends beyond `most_bytes`."""
    size = 0
    async with session.get(url) as answer:
        file = await asyncio.to_thread(path.open, "wb")
        try:
            async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
                size += len(chunk)
                if size > most_bytes:
                    break
                await asyncio.to_thread(file.write, chunk)
        finally:
            await asyncio.to_thread(file.close)
    return size
