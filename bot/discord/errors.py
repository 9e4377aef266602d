"""What members read when something goes wrong, and what the log says: one handler for commands and buttons."""

import asyncio
import logging
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import discord
from discord import app_commands

from bot.discord.language.language import Language
from bot.discord.language.options import name_options
from bot.discord.markdown import plain
from bot.discord.replies import sending
from bot.discord.replies.interaction import InteractionReply
from bot.discord.replies.reply import Reply
from bot.discord.replies.sending import GoneError
from core.errors import CoreError, DeviceError, RunError
from core.text import Text

# Of an absolute path, or one in the data directory; the file's own name stays.
FOLDERS = re.compile(r"(?<![\w/:.])(?:/|(?:jobs|models|runs)/)(?:[^\s/]+/)+")

log = logging.getLogger(__name__)


class RefusalError(CoreError):
    """A request that is not carried out, and why."""


class OneAtATime:
    """What is under way, each by a key: nothing is done twice at the same time."""

    def __init__(self) -> None:
        self._keys: set[object] = set()

    @contextmanager
    def hold(self, key: object) -> Iterator[None]:
        """Let nobody else do it meanwhile.

        Raises:
            RefusalError: Somebody does.
        """
        if key in self._keys:
            raise RefusalError("That is being written already.")
        self._keys.add(key)
        try:
            yield
        finally:
            self._keys.discard(key)


class CommandTree(app_commands.CommandTree):
    """The tree of commands, with the one error handler."""

    def __init__(self, client: discord.Client, **options: Any) -> None:  # noqa: ANN401 -- discord.py's own
        super().__init__(client, **options)
        self._turn = asyncio.Lock()

    async def interaction_check(self, _interaction: discord.Interaction) -> bool:
        """Let everybody through, a crowd one by one: 200 commands at once would hold the event loop up."""
        async with self._turn:
            await asyncio.sleep(0)
        return True

    async def on_error(self, interaction: discord.Interaction, error: app_commands.AppCommandError) -> None:
        """Answer a command that failed."""
        if interaction.type is discord.InteractionType.autocomplete:
            log.warning("Suggestions failed: %s", error)
            return
        await answer_error(InteractionReply(interaction), error)


@asynccontextmanager
async def answering(reply: Reply) -> AsyncIterator[None]:
    """Answer what fails within, as the tree does for commands: a button's press, or a form."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 -- the handler of everything
        await answer_error(reply, error)


async def answer_error(reply: Reply, error: Exception) -> None:
    """Tell a member in a sentence why there is no answer; nothing of the inside is shown."""
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    if isinstance(cause, GoneError):
        log.info("An answer was dropped: nobody is left to read it (%s).", cause)
        return
    sentence = say(cause, reply.language)
    with suppress(GoneError, discord.HTTPException):
        await reply.refuse(sentence)


def say(error: Exception, language: Language) -> str:
    """Return the sentence that a member reads about an error; what is the owner's alone goes to the log."""
    sentence = _explain(error, language)
    if sentence is not None:
        return sentence
    reference = secrets.token_hex(3)
    log.error("Error %s", reference, exc_info=error)
    return language.say(
        Text(
            "Something went wrong. The bot's owner finds it in the log as `{reference}`.", reference=reference
        )
    )


def _explain(error: Exception, language: Language) -> str | None:
    match error:
        case CoreError() if not isinstance(
            error, RunError | DeviceError
        ):  # which are about the owner's files
            # It may repeat what somebody typed, which is shown as it is and does nothing.
            return plain(name_options(FOLDERS.sub("", language.say(error.text))))
        case app_commands.TransformerError():
            return language.say(Text("One of these values cannot be used; pick one that Discord offers."))
        case app_commands.CheckFailure():
            return language.say(Text("This command is for the bot's owner alone."))
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            return language.say(Text("This command has changed; reload Discord (Ctrl+R) and try again."))
        case discord.HTTPException(code=sending.BLOCKED_BY_AUTOMOD):
            return language.say(
                Text("This server's AutoMod holds that scene back; ask again, and the next one may pass.")
            )
        case _:
            return None
