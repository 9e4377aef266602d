"""Sending to Discord: again where the way fails, and told apart from what Discord refuses for good."""

import asyncio
import itertools
import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp
import discord

from bot.discord.replies.pacing import unhurried

Result = TypeVar("Result")

# Mentions are never parsed. Each call names it, because an edit falls back to parsing all of them.
SILENT = discord.AllowedMentions.none()
ONCE_SECONDS = 10.0  # for what nobody misses
INSIST_SECONDS = 30.0  # that a sending is tried again, unless it is worth more
ATTEMPT_SECONDS = 60.0  # for one attempt; a network that swallows everything says nothing by itself
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0
# "JSON Error Codes".
UNKNOWN_WEBHOOK, INVALID_WEBHOOK_TOKEN, TOO_MANY_EDITS = 10_015, 50_027, 30_046
ARCHIVED_THREAD = 50_083  # nothing is edited there, but a new message opens the thread again
NO_HISTORY_TO_REPLY = 160_002
BLOCKED_BY_AUTOMOD = 200_000

log = logging.getLogger(__name__)


class GoneError(Exception):
    """What was to be answered is no longer there: a deleted message or channel; or the bot may not."""


class TooLateError(Exception):
    """A message can no longer be changed in this way; a new one may take its place."""


async def insist(send: Callable[[], Awaitable[Result]], *, seconds: float = INSIST_SECONDS) -> Result:
    """Send, and again after pauses where the way to Discord fails; discord.py waits for rate limits itself.

    Args:
        send: Makes one attempt.
        seconds: How long a way that fails is tried again.

    Raises:
        GoneError: What was to be answered is no longer there, or the bot may not.
        TooLateError: The message can no longer be changed in this way.
        Exception: What the last attempt raised.
    """
    ends = time.monotonic() + seconds
    for attempt in itertools.count():
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                return await send()
        except Exception as error:
            _check_refusal(error)
            pause = min(FIRST_PAUSE_SECONDS * 2 ** min(attempt, 10), LONGEST_PAUSE_SECONDS)
            if isinstance(error, discord.RateLimited):
                pause = max(pause, error.retry_after)
            if not is_passing(error) or time.monotonic() + pause > ends:
                raise
        await asyncio.sleep(pause)
    raise AssertionError("the last attempt returns or raises")


def is_passing(error: BaseException) -> bool:
    """Tell whether the same sending may succeed in a moment."""
    if isinstance(error, discord.HTTPException):
        return error.status >= 500 or error.status == 429  # noqa: PLR2004 -- HTTP's numbers
    if isinstance(error, KeyError):
        # discord.py reads how long to wait off every 429, and not each has it.
        return error.args == ("retry_after",)
    # An answer that is no JSON is a proxy's, or half of one.
    return isinstance(
        error, aiohttp.ClientError | OSError | TimeoutError | discord.RateLimited | json.JSONDecodeError
    )


async def try_once(send: Callable[[], Awaitable[Any]]) -> None:
    """Send what nobody misses; what goes wrong is noted alone."""
    try:
        with unhurried():
            async with asyncio.timeout(ONCE_SECONDS):
                await insist(send, seconds=0.0)
    except Exception as error:  # noqa: BLE001 -- whatever it is, more important things follow
        log.info("A message was not changed: %s", error)


def refuses_reference(error: discord.HTTPException) -> bool:
    """Tell whether Discord takes a message only if it does not hang on another one."""
    return error.code == NO_HISTORY_TO_REPLY or "message_reference" in str(error)


def _check_refusal(error: BaseException) -> None:
    """Name what Discord refuses for good.

    Raises:
        GoneError, TooLateError: As `insist` says.
    """
    if not isinstance(error, discord.HTTPException):
        return
    if error.code in (UNKNOWN_WEBHOOK, INVALID_WEBHOOK_TOKEN, TOO_MANY_EDITS, ARCHIVED_THREAD):
        raise TooLateError(f"{error.code}: {error.text}") from error
    if isinstance(error, discord.NotFound | discord.Forbidden):
        raise GoneError(f"{error.code}: {error.text}") from error
