"""The gateway's frames, read so that none of them ends the bot: what cannot be understood is logged and left out."""

import logging
from collections.abc import Callable
from typing import Any

import aiohttp
import discord
import discord.shard
from discord.gateway import DiscordWebSocket, ReconnectWebSocket, WebSocketClosure

# Without these there is no session, so the connection is begun anew.
BEGINNINGS = ("READY", "RESUMED")
BROKEN_OFF = 4000  # our own close code, after which a session may be resumed

log = logging.getLogger(__name__)


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
