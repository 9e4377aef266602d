"""An uploaded file on its way from Discord to the disk: never whole in memory, and never more than it may have."""

import asyncio
from pathlib import Path

import aiohttp

from bot.discord.errors import RefusalError

CHUNK_BYTES = 1_000_000
DOWNLOAD_SECONDS = 120.0


async def download_file(url: str, path: Path, *, most_bytes: int) -> None:
    """Write what an address of Discord's has to a path.

    Raises:
        RefusalError: Discord does not hand it out, or it is larger than it may be, whatever was declared.
    """
    timeout = aiohttp.ClientTimeout(total=DOWNLOAD_SECONDS)
    left = most_bytes
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, raise_for_status=True) as session,
            session.get(url) as answer,
        ):
            file = await asyncio.to_thread(path.open, "wb")
            try:
                async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
                    left -= len(chunk)
                    if left < 0:
                        raise RefusalError(
                            "That file has more than {megabytes:.0f} MB; upload a smaller one, or a .zip of it.",
                            megabytes=most_bytes / 1e6,
                        )
                    await asyncio.to_thread(file.write, chunk)
            finally:
                await asyncio.to_thread(file.close)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise RefusalError("The file could not be downloaded from Discord; upload it again.") from error
