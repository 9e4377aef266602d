"""The real bot, from its entry point in its own process, as tests of its behaviour need it.

A test's bot is a copy of a process that has loaded the bot's modules; where that matters, and in benchmarks, it is a
new interpreter.
"""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.storage.repositories import Repositories
from tests.bot.forked import fork_module
from tests.children import COMPILED, share_compiled
from tests.local_discord import CallbackKind, Guild, Interaction, LocalDiscord, Member, Message, Upload
from tests.local_discord.world.users import Person

PROJECT = Path(__file__).parents[2]
CONTAINER = 17  # a type of component
DATABASE = "holosuite.db"  # in the data folder
START_SECONDS = 120.0  # on a machine that has much else to do


@dataclass(eq=False)
class BotProcess:
    """A running bot."""

    process: asyncio.subprocess.Process
    log_file: Path
    log_start: int  # bytes that earlier bots have said

    @property
    def log(self) -> str:
        """All that the bot has said, on both streams."""
        return self.log_file.read_bytes()[self.log_start :].decode()

    async def until_says(self, text: str, *, timeout_seconds: float = 30.0) -> None:
        """Wait until the bot has said something."""
        async with asyncio.timeout(timeout_seconds):
            while text not in self.log:  # noqa: ASYNC110 -- a file tells nobody that it grows
                await asyncio.sleep(0.01)

    async def kill(self) -> None:
        """End it as `kill -9` does."""
        self.process.kill()
        await self.process.wait()

    async def leave(self) -> int:
        """Ask it to leave and return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return await self.process.wait()


@dataclass(eq=False)
class Stage:
    """A Discord with a server, a member of it, and the running bot."""

    discord: LocalDiscord
    guild: Guild
    member: Member
    bot: BotProcess


OLDER = PROJECT / "models" / "ds9"


async def give_database(data: Path) -> None:
    """Put a new database in a data folder that has none: to make one takes a bot an eighth of its start."""
    made = Path(os.environ[COMPILED], DATABASE)
    if not await asyncio.to_thread(made.exists):  # neither in this process nor in one beside it
        folder = Path(tempfile.mkdtemp(dir=made.parent))
        await (await Repositories.open("", data=folder, machine="")).close()
        (folder / DATABASE).rename(made)
    if not await asyncio.to_thread((data / DATABASE).exists):
        shutil.copyfile(made, data / DATABASE)


async def start_bot(environment: dict[str, str], data: Path, *, module: str = "bot") -> BotProcess:
    """Start the bot, or a module that starts it in its own way, without waiting for anything.

    With `TEST_ANEW` in its environment it is a new interpreter, and makes its own database.
    """
    await asyncio.to_thread(data.mkdir, parents=True, exist_ok=True)
    is_test = "PYTEST_VERSION" in os.environ  # and no benchmark
    # What macOS has loaded may not be copied.
    anew = "TEST_ANEW" in environment or not is_test or sys.platform != "linux"
    if not anew and "DATABASE_URL" not in environment:
        await give_database(data)
    log_file = data / "said.txt"
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("HOLOSUITE", "DISCORD"))
    }
    settings = {
        "HOLOSUITE_DATA": str(data),
        "HOLOSUITE_COOLDOWN": "0",
        "HOLOSUITE_RUN": str(OLDER),  # half the size of the shipped one, and as good for most questions
    }
    settings = clean | share_compiled() | settings | environment
    with log_file.open("ab") as log:
        log_start = log.tell()
        process: asyncio.subprocess.Process
        if anew:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                module,
                cwd=PROJECT,
                env=settings,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        else:
            process = await fork_module(module, environment=settings, log_file=log_file)
    return BotProcess(process, log_file, log_start)


@asynccontextmanager
async def running_bot(
    discord: LocalDiscord, data: Path, *, module: str = "bot", **environment: str
) -> AsyncIterator[BotProcess]:
    """Run the bot until the context ends, from when it is connected and has its commands."""
    bot = await start_bot(discord.environment | environment, data, module=module)
    try:
        await discord.gateway.until_connected(timeout_seconds=START_SECONDS)
        await discord.until(
            lambda: bool(discord.world.application.global_commands), timeout_seconds=START_SECONDS
        )
        await bot.until_says("Ready as", timeout_seconds=START_SECONDS)
        yield bot
    finally:
        if bot.process.returncode is None:
            await bot.leave()


def shows_scene(message: Message) -> bool:
    """Tell whether a message shows a scene."""
    return any(raw["type"] == CONTAINER for raw in message.components) and bool(message.buttons)


async def ask_to_train(
    discord: LocalDiscord, person: Member, *, forged: bool = False, **asked: Any
) -> Interaction:
    """Use /retrain, fill its form in with what is asked, and send it; where none is opened, return what was said.

    `corpus` is a file or several; what the command has an option for goes there.
    """
    options: dict[str, Any] = {
        name: asked.pop(name) for name in ("series", "episodes", "epochs") if name in asked
    }
    opened = await discord.slash(person, "retrain", options, forged=forged)
    if await opened.acknowledged() is not CallbackKind.MODAL:
        return opened
    values = dict(asked)
    if "corpus" in values:
        corpus = values.pop("corpus")
        values["texts"] = [corpus] if isinstance(corpus, Upload) else corpus
    if "keep" in values:
        values["after"] = ["keep" if values.pop("keep") else "delete"]
    return await discord.submit_modal(opened, values)


async def scene_of(asked: Interaction, *, timeout_seconds: float = 30.0) -> Message:
    """Wait for the scene that answers an interaction."""
    return await asked.message_where(
        lambda message: shows_scene(message) and message is not asked.source, timeout_seconds=timeout_seconds
    )


def described(message: Message) -> str:
    """Return the text of a scene as Discord gets it."""
    return str(_scene(message)["components"][0]["content"])


def is_covered(message: Message) -> bool:
    """Tell whether a scene is shown as a spoiler."""
    return bool(_scene(message).get("spoiler"))


def footer(message: Message) -> str:
    """Return the line under a scene."""
    return message.text.rsplit("\n", 1)[-1].removeprefix("-# ")


async def details(discord: LocalDiscord, person: Person, scene: Message) -> str:
    """Return what the details of a scene tell somebody, and nobody else."""
    shown = await (await discord.press(scene.button("Details"), person)).message()
    assert shown.ephemeral
    return shown.text


def _scene(message: Message) -> dict[str, Any]:
    return next(raw for raw in message.components if raw["type"] == CONTAINER)
