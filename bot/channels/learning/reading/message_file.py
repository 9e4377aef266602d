"""The file that a reading writes as it goes: a line a message, from the newest to the oldest."""

import json
import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from bot.channels.learning.reading.messages import ReadLine

NAME = "messages.jsonl"
_BLOCK_BYTES = 65_536


class MessageFile:
    """Lines on the disk; what was written and not noted before a crash is cut off again."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def append(self, lines: Iterable[ReadLine], *, length: int) -> int:
        """Write lines after the first `length` bytes, and return how many bytes hold now."""
        data = b"".join(
            json.dumps([line.member_id, line.channel_id, line.day, line.text]).encode() + b"\n"
            for line in lines
        )
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            # It is shorter where lines were taken out and that could not be noted any more.
            length = min(length, file.seek(0, os.SEEK_END))
            file.truncate(length)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return length + len(data)

    def keep(self, members: Collection[int], *, length: int) -> int:
        """Take out the lines of everybody else, and return how many bytes hold now."""
        if not self._path.exists():
            return 0
        beside = self._path.with_suffix(".new")
        left = length
        with self._path.open("rb") as file, beside.open("wb") as kept:
            for line in file:
                left -= len(line)
                if left < 0:
                    break
                if json.loads(line)[0] in members:
                    kept.write(line)
            kept.flush()
            os.fsync(kept.fileno())
            size = kept.tell()
        beside.replace(self._path)
        return size

    def members(self, *, length: int) -> set[int]:
        """Return who wrote lines."""
        return {line.member_id for line in self.read_backwards(length=length)}

    def read_backwards(self, *, length: int) -> Iterator[ReadLine]:
        """Yield the lines from the last to the first, which is a channel's from the oldest to the newest."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            position = min(length, file.seek(0, os.SEEK_END))
            rest = b""
            while position:
                start = max(0, position - _BLOCK_BYTES)
                file.seek(start)
                block = file.read(position - start) + rest
                position = start
                first, *whole = block.split(b"\n")
                rest = first
                for line in reversed(whole):
                    if line:
                        yield ReadLine(*json.loads(line))
            if rest:
                yield ReadLine(*json.loads(rest))
