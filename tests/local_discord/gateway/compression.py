"""Transport compression of the gateway: one stream for a connection, one flush for an event."""

import importlib
import zlib
from typing import Any, Protocol


class Compressor(Protocol):
    """Turns an event's JSON into the next bytes of the stream."""

    def compress(self, text: str) -> bytes:
        """Return the bytes that complete this event."""


class ZlibStream:
    """`compress=zlib-stream`: every event ends in a synchronising flush, 00 00 FF FF."""

    def __init__(self) -> None:
        self._stream = zlib.compressobj(level=1)

    def compress(self, text: str) -> bytes:
        """Return the bytes that complete this event."""
        return self._stream.compress(text.encode()) + self._stream.flush(zlib.Z_SYNC_FLUSH)


class ZstdStream:
    """`compress=zstd-stream`, which discord.py asks for where the package zstandard is installed."""

    def __init__(self) -> None:
        # Optional and without type information, so it is imported by name where it is needed.
        zstandard: Any = importlib.import_module("zstandard")
        self._flush_block = zstandard.COMPRESSOBJ_FLUSH_BLOCK
        self._stream = zstandard.ZstdCompressor(level=1).compressobj()

    def compress(self, text: str) -> bytes:
        """Return the bytes that complete this event."""
        return bytes(self._stream.compress(text.encode()) + self._stream.flush(self._flush_block))


def build_compressor(name: str | None) -> Compressor | None:
    """Return the compressor of a connection's query, None for plain text; ValueError if unknown."""
    if name is None:
        return None
    if name == "zlib-stream":
        return ZlibStream()
    if name == "zstd-stream":
        return ZstdStream()
    raise ValueError(f"unknown compression {name!r}")
