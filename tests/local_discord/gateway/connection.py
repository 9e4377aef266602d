"""One WebSocket of the gateway: sends in order, compresses, closes or breaks off."""

import asyncio
import contextlib
import json
from typing import Any

from aiohttp import web

from tests.local_discord.gateway.compression import Compressor
from tests.local_discord.gateway.session import Session


class Connection:
    """The server's end of a client's WebSocket."""

    def __init__(
        self, request: web.Request, socket: web.WebSocketResponse, compressor: Compressor | None
    ) -> None:
        self.socket = socket
        self.session: Session | None = None
        self._request = request
        self._compressor = compressor
        self._outgoing: asyncio.Queue[str | int] = asyncio.Queue()  # texts, or the code to close with

    def send(self, opcode: int, data: Any) -> None:
        """Queue a message that is not an event."""
        self.send_text(json.dumps({"op": opcode, "d": data, "s": None, "t": None}))

    def send_text(self, text: str) -> None:
        """Queue a message that is JSON already."""
        self._outgoing.put_nowait(text)

    def close(self, code: int) -> None:
        """Close with a code once everything queued is sent."""
        self._outgoing.put_nowait(code)

    def abort(self) -> None:
        """Break off, as a lost network does: no closing handshake."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def write(self) -> None:
        """Send what is queued until the connection ends."""
        with contextlib.suppress(ConnectionError):
            while not self.socket.closed:
                item = await self._outgoing.get()
                if isinstance(item, int):
                    await self.socket.close(code=item)
                elif self._compressor is None:
                    await self.socket.send_str(item)
                else:
                    await self.socket.send_bytes(self._compressor.compress(item))
