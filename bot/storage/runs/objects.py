"""An object store (S3, GCS, Azure or a folder) through obstore: folders are kept in it as one archive each."""

import asyncio
import contextlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from core.errors import ConfigError, RunError

ANSWER_SECONDS = 30  # for one request of the store's
RETRIES = 3
CHUNK_BYTES = 1_000_000
MOST_UNPACKED_BYTES = 4_000_000_000


class ObjectStore:
    """Objects by name: each is there whole or not at all."""

    def __init__(self, store: Any) -> None:  # noqa: ANN401 -- one of obstore's five
        self._store = store

    @classmethod
    def open(cls, address: str) -> "ObjectStore":
        """Open the store at an address; its credentials are in the environment, as its maker names them.

        Raises:
            ConfigError: The address cannot be used.
        """
        # Loaded for this alone: most bots have no store but their data folder.
        from obstore.exceptions import BaseError  # noqa: PLC0415
        from obstore.store import LocalStore, from_url  # noqa: PLC0415

        try:
            if address.startswith("file:"):
                return cls(LocalStore(address.removeprefix("file://"), mkdir=True))
            limit = timedelta(seconds=ANSWER_SECONDS)
            # Options given here replace those of the environment.
            in_clear = os.environ.get("AWS_ALLOW_HTTP", "").lower() in ("1", "true")
            return cls(
                from_url(
                    address,
                    client_options={"timeout": limit, "allow_http": in_clear},
                    retry_config={"max_retries": RETRIES, "retry_timeout": limit},
                )
            )
        except (BaseError, OSError, ValueError) as error:
            # The address may hold a secret: it is not repeated.
            raise ConfigError(
                "HOLOSUITE_STORE cannot be used ({reason}); it has to be like s3://bucket/folder.",
                reason=type(error).__name__,
            ) from error

    async def read(self, name: str) -> bytes | None:
        """Return a small object; None if there is none.

        Raises:
            RunError: The store is out of reach.
        """
        with _reaching(name):
            try:
                return bytes(await (await self._store.get_async(name)).bytes_async())
            except FileNotFoundError:
                return None

    async def exists(self, name: str) -> bool:
        """Tell whether there is an object of that name.

        Raises:
            RunError: The store is out of reach.
        """
        with _reaching(name):
            try:
                await self._store.head_async(name)
            except FileNotFoundError:
                return False
        return True

    async def create(self, name: str, content: bytes | Path) -> bool:
        """Keep an object unless there is one of that name; tell whether it was kept.

        Raises:
            RunError: The store refuses or is out of reach.
        """
        from obstore.exceptions import AlreadyExistsError  # noqa: PLC0415

        with _reaching(name):
            try:
                await self._store.put_async(name, content, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
        return True

    async def delete(self, name: str) -> None:
        """Delete an object, if it is there.

        Raises:
            RunError: The store refuses or is out of reach.
        """
        with _reaching(name), contextlib.suppress(FileNotFoundError):
            await self._store.delete_async(name)

    async def put_folder(self, name: str, folder: Path, *, replace: bool = False) -> None:
        """Keep all files of a folder as one object; one of that name stays, unless it is to be replaced.

        Raises:
            RunError: The store refuses or is out of reach.
        """
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".packed-") as beside, _reaching(name):
            packed = Path(beside) / "packed.zip"
            await asyncio.to_thread(_pack, folder, packed)
            if replace:
                await self._store.put_async(name, packed)
            else:
                await self.create(name, packed)

    async def fetch_folder(self, name: str, into: Path) -> None:
        """Unpack an object to a new folder, which is there whole or not at all.

        Raises:
            RunError: There is none, it is damaged, or the store is out of reach.
        """
        await asyncio.to_thread(into.parent.mkdir, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=into.parent, prefix=".fetched-") as beside, _reaching(name):
            packed = Path(beside) / "packed.zip"
            try:
                answer = await self._store.get_async(name)
                file = await asyncio.to_thread(packed.open, "wb")
                try:
                    async for chunk in answer.stream(min_chunk_size=CHUNK_BYTES):
                        await asyncio.to_thread(file.write, chunk)
                finally:
                    await asyncio.to_thread(file.close)
                await asyncio.to_thread(_unpack, packed, Path(beside) / "folder", into)
            except FileNotFoundError:
                raise RunError("The store has no {name}.", name=name) from None
            except (zipfile.BadZipFile, EOFError, ValueError) as error:
                raise RunError("{name} is damaged in the store.", name=name) from error


@contextlib.contextmanager
def _reaching(name: str) -> Iterator[None]:
    """Turn what a store refuses inside the block into a RunError that says what to do about it."""
    from obstore.exceptions import BaseError  # noqa: PLC0415

    try:
        yield
    except (BaseError, OSError) as error:
        # Without its cause: obstore's own sentences hold addresses, which may hold secrets.
        raise RunError(
            "The store cannot be used for {name} ({reason}); check HOLOSUITE_STORE.",
            name=name,
            reason=type(error).__name__,
        ) from None


def _pack(folder: Path, packed: Path) -> None:
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                archive.write(path, path.relative_to(folder).as_posix())


def _unpack(packed: Path, beside: Path, into: Path) -> None:
    """Unpack an archive beside a folder, and rename it to that.

    Raises:
        BadZipFile: A file is not what was put.
        ValueError: It holds more than may be, or leaves the folder.
    """
    with zipfile.ZipFile(packed) as archive:
        files = archive.infolist()
        if sum(each.file_size for each in files) > MOST_UNPACKED_BYTES:
            raise ValueError("too large")
        for each in files:
            place = (beside / each.filename).resolve()
            if not place.is_relative_to(beside.resolve()):
                raise ValueError(each.filename)
            archive.extract(each, beside)
    if into.exists():
        shutil.rmtree(into)
    beside.rename(into)
