"""Logging in and staying connected, while Discord is out of reach or sends what makes no sense, with longer pauses."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import aiohttp
import discord
import discord.shard
import yarl
from discord.backoff import ExponentialBackoff
from discord.gateway import DiscordWebSocket, ReconnectWebSocket, WebSocketClosure
from discord.http import Route

from core.errors import ConfigError
from core.text import Text

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0  # between two attempts to reach Discord
LOGIN_SECONDS = 60.0  # for one attempt; a network that swallows everything says nothing by itself
# "Gateway Close Event Codes": those after which no attempt can succeed.
REFUSED_TOKEN = 4004
FOR_GOOD = {
    4010: Text("HOLOSUITE_SHARDS names a shard that does not exist; check it and SHARD_COUNT."),
    4011: Text(
        "The bot is in so many servers that it needs more shards; leave SHARD_COUNT empty, or raise it."
    ),
    4012: Text("Discord no longer speaks this version of its gateway; update discord.py."),
    4013: Text("Discord does not know the events that the bot asks for; update discord.py."),
    4014: Text(
        "Discord does not grant the events that the bot asks for; switch them on in the developer portal, "
        'page "Bot", section "Privileged Gateway Intents".'
    ),
}
# Without these there is no session, so the connection is begun anew.
BEGINNINGS = ("READY", "RESUMED")
PAUSE_DOUBLINGS = 5  # of a second, between attempts to connect to the gateway
BROKEN_OFF = 4000  # our own close code, after which a session may be resumed

log = logging.getLogger(__name__)


class GlobalLimit(asyncio.Event):
    """Tells requests when Discord's limit for all is over; by itself, should the one that waits be cancelled."""

    def __init__(self) -> None:
        super().__init__()
        self.set()

    def clear(self) -> None:
        """Hold requests back for a while."""
        super().clear()
        asyncio.get_running_loop().call_later(LONGEST_PAUSE_SECONDS, self.set)


async def stay_connected(
    bot: discord.Client, token: str, *, prepare: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Log in and serve until the bot is closed; whatever Discord or the network does, another attempt follows.

    Args:
        bot: A client that has been entered.
        token: Its token.
        prepare: What to do before each attempt to log in.

    Raises:
        ConfigError: Discord refuses the token, or has closed the connection for good.
    """
    pause, is_logged_in = FIRST_PAUSE_SECONDS, False
    while not bot.is_closed():
        try:
            if not is_logged_in:
                if prepare is not None:
                    await prepare()
                await _log_in(bot, token)
                is_logged_in = True
                pause = FIRST_PAUSE_SECONDS
            await bot.connect()
        except discord.LoginFailure as error:
            raise _refused_token() from error
        except discord.PrivilegedIntentsRequired as error:
            raise ConfigError(FOR_GOOD[4014]) from error
        except (discord.ConnectionClosed, discord.HTTPException, discord.GatewayNotFound) as error:
            _check_reason(error)
            _note(error, pause)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            _note(error, pause)
        except Exception:
            # An answer without what it should hold, such as a gateway without an address.
            log.exception("Discord answers in an unknown way; trying again in %.0f s.", pause)
        if bot.is_closed():
            return
        await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 -- so that many bots do not come at once
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


async def use_local_discord(address: str) -> None:
    """Use another Discord, for tests; `Settings` has made sure that it is on this machine."""
    Route.BASE = address
    async with aiohttp.ClientSession() as session, session.get(f"{address}/gateway") as answer:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL((await answer.json())["url"])


async def _log_in(bot: discord.Client, token: str) -> None:
    # An attempt that failed has left a session, whose connections cannot be used again once it is closed.
    await bot.http.close()
    bot.http.connector = discord.utils.MISSING
    async with asyncio.timeout(LOGIN_SECONDS):
        await bot.login(token)
    bot.http._global_over = GlobalLimit()  # noqa: SLF001 -- discord.py offers no other way in


def _check_reason(error: discord.DiscordException) -> None:
    """Tell a problem that waiting mends from one that it does not.

    Raises:
        ConfigError: It is the operator's.
    """
    if isinstance(error, discord.HTTPException) and error.status == 401:  # noqa: PLR2004 -- HTTP's number
        raise _refused_token() from error
    if isinstance(error, discord.ConnectionClosed):
        if error.code == REFUSED_TOKEN:
            raise _refused_token() from error
        if error.code in FOR_GOOD:
            raise ConfigError(FOR_GOOD[error.code]) from error


def _refused_token() -> ConfigError:
    return ConfigError(
        "Discord refuses the token in DISCORD_TOKEN; copy a new one from the developer portal, "
        'page "Bot", button "Reset Token".'
    )


def _note(error: Exception, pause: float) -> None:
    log.warning("Discord is out of reach (%s); trying again in about %.0f s.", type(error).__name__, pause)


class ShortBackoff(ExponentialBackoff[Literal[False]]):
    """The pauses before a shard's next attempts to connect: half a minute at most, where discord.py's grow to 17."""

    def __init__(self) -> None:
        super().__init__()
        self._max = PAUSE_DOUBLINGS


class ForgivingWebSocket(DiscordWebSocket):
    """A connection to the gateway that is begun anew, after a pause, where a frame makes no sense."""

    async def received_message(self, msg: Any, /) -> None:  # noqa: ANN401 -- discord.py's own
        """Read one frame.

        Raises:
            ConnectionError: It cannot be read; discord.py waits longer each time and connects again.
        """
        try:
            await super().received_message(msg)
        except (ReconnectWebSocket, WebSocketClosure, discord.ConnectionClosed):
            raise
        except (OSError, aiohttp.ClientError, TimeoutError):
            raise
        except Exception as error:
            log.exception("A frame of the gateway could not be read")
            await self.close(code=BROKEN_OFF)
            raise ConnectionError("Discord's gateway sent what could not be read") from error


def forgive_events(client: discord.Client) -> None:
    """Let a client leave out the events that it cannot read, and begin anew where a session's beginning is one."""
    discord.shard.DiscordWebSocket = ForgivingWebSocket  # type: ignore[misc]  # discord.py offers no other way in
    discord.shard.ExponentialBackoff = ShortBackoff  # type: ignore[assignment, attr-defined]  # likewise
    parsers: dict[str, Callable[[Any], Any]] = client._connection.parsers  # noqa: SLF001 -- as above
    for event, parse in list(parsers.items()):
        if event not in BEGINNINGS:
            parsers[event] = _forgiving(event, parse)


def _forgiving(event: str, parse: Callable[[Any], Any]) -> Callable[[Any], None]:
    def read(data: Any) -> None:  # noqa: ANN401 -- whatever Discord has sent
        try:
            parse(data)
        except Exception:
            log.exception("An event %s could not be read; it is left out", event)

    return read
