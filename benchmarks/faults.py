"""What goes wrong on purpose around a bot: its network, Discord, its processes and its disk."""

import asyncio
import contextlib
import os
import random
import shutil
import subprocess
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from tests.local_discord import LocalDiscord
from tests.local_discord.faults import Fault

KINDS = {  # to how often, among each other
    **dict.fromkeys(("network", "limit", "limit without a time", "error", "event"), 4),
    **dict.fromkeys(("gateway", "spoiled event", "full disk"), 2),
    "frame": 1,
    **dict.fromkeys(("kill the bot", "ask the bot to leave"), 0.5),  # a start takes its time
    "kill the trainer": 1,
}
NETWORK_SECONDS = (1, 2, 5, 10, 20, 60)
FULL_SECONDS = (1, 3, 10)
BLOCK = 65_536  # bytes
DISK_BYTES = 600_000_000  # a training wants 200 MB to begin
LATELY_SECONDS = 60.0  # in which a bot that could not write may end, on a slow machine
PENDING_SECONDS = (
    8.0  # that a fault waits for a request that it concerns; Discord's troubles pass by themselves
)


class Disk:
    """A folder on a small file system of its own; without the right to mount one, on none that can be filled."""

    def __init__(self, folder: Path) -> None:
        """Take an empty folder."""
        self.folder = folder / "data"
        self._ballast = self.folder / "ballast"
        self._last_full = float("-inf")
        self.is_own = False

    def __enter__(self) -> Self:
        """Mount it."""
        self.folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(self.folder)]
        try:
            self.is_own = subprocess.run(command, capture_output=True, check=False).returncode == 0
        except OSError:
            self.is_own = False
        if not self.is_own:
            print("No disk of its own could be mounted here: it is never full in this run.", flush=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take it away with all that is on it."""
        if self.is_own:
            subprocess.run(["umount", "-l", str(self.folder)], check=False)  # noqa: S607

    @property
    def was_full_lately(self) -> bool:
        """Whether it is full, or was a moment ago."""
        return self._ballast.exists() or time.monotonic() < self._last_full + LATELY_SECONDS

    def fill(self) -> None:
        """Leave no byte free."""
        with self._ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            os.posix_fallocate(file.fileno(), 0, max(1, shutil.disk_usage(self.folder).free - BLOCK))
            while True:  # what others write meanwhile leaves less
                file.seek(0, os.SEEK_END)
                file.write(bytes(BLOCK))

    def clear(self) -> None:
        """Give the room back."""
        self._ballast.unlink(missing_ok=True)
        self._last_full = time.monotonic()


class Faults:
    """Causes one fault after another; some last for a while, and others happen meanwhile."""

    def __init__(
        self,
        discord: LocalDiscord,
        disk: Disk,
        rng: random.Random,
        *,
        find_bot: Callable[[], Process | None],
    ) -> None:
        """Cause faults to the bot that `find_bot` returns."""
        self.caused: Counter[str] = Counter()
        self._discord = discord
        self._disk = disk
        self._rng = rng
        self._find_bot = find_bot
        self._lasting: dict[str, asyncio.Task[None]] = {}

    def cause_one(self) -> None:
        """Cause one."""
        kind = self._rng.choices(list(KINDS), list(KINDS.values()))[0]
        if kind == "full disk" and not self._disk.is_own:
            return
        if kind in ("network", "full disk"):
            if kind in self._lasting and not self._lasting[kind].done():
                return
            lasting = self._cut_network() if kind == "network" else self._fill_disk()
            self._lasting[kind] = asyncio.create_task(lasting)
        elif kind.startswith(("kill", "ask")):
            if not self._end_process(kind):
                return
        else:
            self._disturb(kind)
        self.caused[kind] += 1

    async def end(self) -> None:
        """Let everything work again."""
        for task in self._lasting.values():
            task.cancel()
        await asyncio.gather(*self._lasting.values(), return_exceptions=True)
        self._disk.clear()
        self._discord.mend_network()
        self._discord.faults.clear()

    async def _cut_network(self) -> None:
        self._discord.cut_network()
        try:
            await asyncio.sleep(self._rng.choices(NETWORK_SECONDS, (8, 6, 5, 3, 2, 1))[0])
        finally:
            self._discord.mend_network()

    async def _fill_disk(self) -> None:
        try:
            self._disk.fill()
            await asyncio.sleep(self._rng.choice(FULL_SECONDS))
        finally:
            self._disk.clear()

    def _end_process(self, kind: str) -> bool:
        """Kill the bot or the trainer, or ask the bot to leave; tell whether there was one."""
        if kind == "kill the trainer":
            found = _find_trainers(self._disk.folder)
            for process in found:
                process.kill()
            return bool(found)
        bot = self._find_bot()
        if bot is None or bot.returncode is not None:
            return False
        if kind == "kill the bot":
            bot.kill()
        else:
            bot.terminate()
        return True

    def _pass(self, fault: Fault) -> None:
        """Let a fault that meets no request end by itself."""
        asyncio.get_running_loop().call_later(PENDING_SECONDS, self._discord.faults.remove, fault)

    def _disturb(self, kind: str) -> None:
        discord, rng = self._discord, self._rng
        pattern = rng.choice(("PATCH /webhooks/*", "POST /interactions/*", "POST /channels/*", "*"))
        if kind == "limit":
            self._pass(
                discord.faults.rate_limit(pattern, retry_after=rng.uniform(0.1, 2), times=rng.randint(1, 3))
            )
        elif kind == "limit without a time":
            self._pass(discord.faults.rate_limit(pattern, retry_after=None, times=rng.randint(1, 2)))
        elif kind == "error":
            status = rng.choice((500, 502, 503))
            is_applied = rng.random() < 0.3
            self._pass(
                discord.faults.fail(pattern, status=status, times=rng.randint(1, 3), applied=is_applied)
            )
        elif kind == "gateway":
            discord.gateway.drop_connections(resumable=rng.random() < 0.7)
        elif kind == "event":
            event = rng.choice(("GUILD_UPDATE", "CHANNEL_CREATE", "MESSAGE_CREATE", "GUILD_ROLE_CREATE"))
            discord.gateway.dispatch(event, {"guild_id": None, "channels": None, "author": None})
        elif kind == "spoiled event":
            event = rng.choice(("READY", "GUILD_CREATE", "RESUMED"))
            discord.gateway.spoil(
                event, lambda data: {**data, "channels": None, "user": None, "guilds": None}
            )
        else:
            discord.gateway.send_raw(rng.choice(("[]", "{", '{"op": 0}', "null")))


def _find_trainers(data: Path) -> list[psutil.Process]:
    """Return the processes that train in a data folder."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        command = " ".join(process.info["cmdline"] or [])
        if "train.py" in command and process.info["cwd"] == str(data):
            found.append(process)
    return found
