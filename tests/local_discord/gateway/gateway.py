"""The gateway: HELLO, IDENTIFY, RESUME, heartbeats, and events to whom they concern."""

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from aiohttp import WSMsgType, web

from tests.local_discord.gateway.compression import build_compressor
from tests.local_discord.gateway.connection import Connection
from tests.local_discord.gateway.intents import ALL_INTENTS, PRIVILEGED_INTENTS, Intent
from tests.local_discord.gateway.session import Session
from tests.local_discord.settings import LocalDiscordSettings
from tests.local_discord.waiting import Changes
from tests.local_discord.world.world import World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE_STATE, RESUME, RECONNECT = 0, 1, 2, 3, 4, 6, 7
REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 8, 9, 10, 11

# Codes that the gateway closes with ("Gateway Close Event Codes").
UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, BAD_TOKEN, ALREADY_AUTHENTICATED = (
    4001,
    4002,
    4003,
    4004,
    4005,
)
INVALID_SEQUENCE, RATE_LIMITED, SESSION_TIMED_OUT, INVALID_SHARD, INVALID_VERSION = (
    4007,
    4008,
    4009,
    4010,
    4012,
)
INVALID_INTENTS, DISALLOWED_INTENTS = 4013, 4014


class GatewayClosed(Exception):  # noqa: N818 - it names what happens, not a fault of ours
    """The client did what makes Discord close the connection."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(str(code))


class Gateway:
    """All connections and sessions of the bot, and the faults that tests cause in them."""

    def __init__(self, world: World, settings: LocalDiscordSettings) -> None:
        self.url = ""  # known once the server listens
        self.changes = Changes()
        self.sessions: list[Session] = []
        self.connections: set[Connection] = set()
        self.identified = 0  # how often a session was begun
        self.resumed = 0  # how often one was resumed
        self.heartbeats = 0
        self.close_codes: list[int] = []  # with which this server closed connections
        self.acknowledge_heartbeats = True
        self.reachable = True  # False: new connections get HTTP 503
        self._spoiled: list[tuple[str, Callable[[dict[str, Any]], Any]]] = []  # events still to come
        self._world = world
        self._settings = settings

    @property
    def connected(self) -> list[Session]:
        """The sessions with somebody listening."""
        return [session for session in self.sessions if session.connection is not None]

    async def until_connected(self, *, shards: int = 1, timeout_seconds: float = 10.0) -> None:
        """Wait until the bot has identified or resumed on this many shards."""
        await self.changes.until(lambda: len(self.connected) >= shards, timeout_seconds=timeout_seconds)

    async def until_resumed(self, times: int = 1, *, timeout_seconds: float = 10.0) -> None:
        """Wait until sessions were resumed this often in all."""
        await self.changes.until(lambda: self.resumed >= times, timeout_seconds=timeout_seconds)

    async def until_identified(self, times: int = 1, *, timeout_seconds: float = 10.0) -> None:
        """Wait until sessions were begun this often in all."""
        await self.changes.until(lambda: self.identified >= times, timeout_seconds=timeout_seconds)

    def dispatch(
        self, event: str, data: dict[str, Any], *, guild_id: int | None = None, intent: Intent = Intent.NONE
    ) -> None:
        """Send an event to every session of the right shard that wants it; NONE concerns everybody."""
        for session in self.sessions_of(guild_id):
            if not intent or session.intents & intent:
                session.dispatch(event, data)

    def sessions_of(self, guild_id: int | None) -> Iterator[Session]:
        """Yield the sessions of the shard that a guild, or everything without one, belongs to."""
        for session in self.sessions:
            index, count = session.shard
            if index == (0 if guild_id is None else (guild_id >> 22) % count):
                yield session

    def drop_connections(self, *, code: int | None = None, resumable: bool = True) -> None:
        """Break off every connection, or close it with a code; not `resumable` forgets the sessions."""
        if not resumable:
            self.sessions.clear()
        for connection in list(self.connections):
            if code is None:
                connection.abort()
            else:
                connection.close(code)

    def spoil(self, event: str, change: Callable[[dict[str, Any]], Any], *, times: int = 1) -> None:
        """Send the next events of that name malformed: as `change` returns their data."""
        self._spoiled += [(event, change)] * times

    def send_raw(self, text: str) -> None:
        """Send every client a frame that need not be JSON."""
        for connection in self.connections:
            connection.send_text(text)

    def request_reconnect(self) -> None:
        """Tell every client to reconnect and resume, as Discord does before maintenance."""
        for connection in self.connections:
            connection.send(RECONNECT, None)

    def invalidate_sessions(self, *, resumable: bool = False) -> None:
        """Tell every client that its session is no good."""
        for connection in self.connections:
            connection.send(INVALID_SESSION, resumable)
        if not resumable:
            self.sessions.clear()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Run one client's connection to its end."""
        if not self.reachable:
            return web.Response(status=503, text="upstream connect error")
        socket = web.WebSocketResponse(compress=False, autoping=True, max_msg_size=0, timeout=1.0)
        try:
            compressor = build_compressor(request.query.get("compress"))
        except (ValueError, ImportError):
            return web.Response(status=400, text="unknown compression")
        await socket.prepare(request)
        connection = Connection(request, socket, compressor)
        self.connections.add(connection)
        writer = asyncio.create_task(connection.write())
        try:
            await self._converse(request, connection)
        finally:
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writer
            self.connections.discard(connection)
            if connection.session is not None:
                connection.session.leave(connection)
            self.changes.notify()
        return socket

    async def _converse(self, request: web.Request, connection: Connection) -> None:
        if request.query.get("v", "10") not in ("9", "10"):
            await self._close(connection, INVALID_VERSION)
            return
        connection.send(HELLO, {"heartbeat_interval": self._settings.heartbeat_milliseconds, "_trace": []})
        patience = self._settings.heartbeat_milliseconds / 1000 * 2  # Discord leaves as much, roughly
        commands: deque[float] = deque(maxlen=self._settings.gateway_commands_per_minute)
        while True:
            try:
                received = await connection.socket.receive(timeout=patience)
            except TimeoutError:
                await self._close(connection, SESSION_TIMED_OUT)
                return
            if received.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                goodbye = received.type is WSMsgType.CLOSE and received.data in (1000, 1001)
                if goodbye and connection.session in self.sessions:
                    self.sessions.remove(connection.session)  # nothing is left to resume
                return
            try:
                self._limit(commands)
                self._handle(connection, received.data)
            except GatewayClosed as closed:
                await self._close(connection, closed.code)
                return

    async def _close(self, connection: Connection, code: int) -> None:
        self.close_codes.append(code)
        await connection.socket.close(code=code)

    def _limit(self, commands: deque[float]) -> None:
        now = time.monotonic()
        if len(commands) == commands.maxlen and now - commands[0] < 60:
            raise GatewayClosed(RATE_LIMITED)
        commands.append(now)

    def _handle(self, connection: Connection, text: str | bytes) -> None:
        if len(text) > self._settings.gateway_payload_bytes:
            raise GatewayClosed(DECODE_ERROR)
        try:
            message = json.loads(text)
            opcode, data = message["op"], message.get("d")
        except (ValueError, TypeError, KeyError):
            raise GatewayClosed(DECODE_ERROR) from None
        if opcode == HEARTBEAT:
            self.heartbeats += 1
            if self.acknowledge_heartbeats:
                connection.send(HEARTBEAT_ACK, None)
        elif opcode == IDENTIFY:
            self._identify(connection, data)
        elif opcode == RESUME:
            self._resume(connection, data)
        elif connection.session is None:
            raise GatewayClosed(NOT_AUTHENTICATED)
        elif opcode == REQUEST_MEMBERS:
            self._send_members(connection.session, data)
        elif opcode not in (PRESENCE, VOICE_STATE):
            raise GatewayClosed(UNKNOWN_OPCODE)

    def _identify(self, connection: Connection, data: Any) -> None:
        if connection.session is not None:
            raise GatewayClosed(ALREADY_AUTHENTICATED)
        if str(data.get("token", "")).removeprefix("Bot ") != self._world.application.token:
            raise GatewayClosed(BAD_TOKEN)
        index, count = data.get("shard") or (0, 1)
        if not 0 <= index < count:
            raise GatewayClosed(INVALID_SHARD)
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~ALL_INTENTS:
            raise GatewayClosed(INVALID_INTENTS)
        if intents & PRIVILEGED_INTENTS & ~self._settings.privileged_intents:
            raise GatewayClosed(DISALLOWED_INTENTS)
        session = Session(shard=(index, count), intents=intents, spoil=self._take_spoiled)
        self._forget_stale_sessions()
        self.sessions.append(session)
        session.connection = connection
        connection.session = session
        self._greet(session)
        self.identified += 1
        self.changes.notify()

    def _take_spoiled(self, event: str, data: dict[str, Any]) -> Any:
        for place, (name, change) in enumerate(self._spoiled):
            if name == event:
                del self._spoiled[place]
                return change(dict(data))
        return data

    def _greet(self, session: Session) -> None:
        index, count = session.shard
        world = self._world
        guilds = [
            guild for guild in world.guilds.values() if guild.has_bot and (guild.id >> 22) % count == index
        ]
        session.dispatch(
            "READY",
            {
                "v": 10,
                "user": world.bot.payload()
                | {"verified": True, "mfa_enabled": True, "email": None, "flags": 0},
                "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
                "private_channels": [],
                "session_id": session.id,
                "session_type": "normal",
                "resume_gateway_url": self.url,
                "shard": [index, count],
                "application": {"id": str(world.application.id), "flags": world.application.flags},
                "_trace": [],
            },
        )
        if session.intents & Intent.GUILDS:
            for guild in guilds:
                session.dispatch("GUILD_CREATE", self.guild_payload(session, guild.id))

    def guild_payload(self, session: Session, guild_id: int) -> dict[str, Any]:
        """Return what GUILD_CREATE tells this session: all members only with the privileged intent."""
        guild = self._world.guilds[guild_id]
        everybody = session.intents & Intent.GUILD_MEMBERS
        members = [m for m in guild.members.values() if everybody or m.user is self._world.bot]
        return guild.gateway_payload(members=members)

    def _resume(self, connection: Connection, data: Any) -> None:
        if str(data.get("token", "")).removeprefix("Bot ") != self._world.application.token:
            raise GatewayClosed(BAD_TOKEN)
        self._forget_stale_sessions()
        sequence = data.get("seq") or 0
        for session in self.sessions:
            if session.id == data.get("session_id") and session.can_resume_from(sequence):
                if session.connection is not None:
                    session.connection.abort()
                connection.session = session
                session.replay(connection, after=sequence)
                self.resumed += 1
                self.changes.notify()
                return
        connection.send(INVALID_SESSION, False)

    def _forget_stale_sessions(self) -> None:
        oldest = time.monotonic() - self._settings.resume_seconds
        self.sessions = [s for s in self.sessions if s.disconnected_at is None or s.disconnected_at > oldest]

    def _send_members(self, session: Session, data: Any) -> None:
        """Answer REQUEST_GUILD_MEMBERS in one chunk."""
        guild = self._world.guilds.get(int(data["guild_id"]))
        if guild is None:
            return
        members = list(guild.members.values())
        if data.get("user_ids"):
            wanted = data["user_ids"] if isinstance(data["user_ids"], list) else [data["user_ids"]]
            members = [member for member in members if str(member.id) in map(str, wanted)]
        elif data.get("query"):
            members = [member for member in members if member.name.lower().startswith(data["query"].lower())]
        elif not session.intents & Intent.GUILD_MEMBERS:
            raise GatewayClosed(DISALLOWED_INTENTS)
        chunk = {
            "guild_id": str(guild.id),
            "members": [member.payload() for member in members[: data.get("limit") or 1000]],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [],
        }
        if data.get("nonce"):
            chunk["nonce"] = data["nonce"]
        session.dispatch("GUILD_MEMBERS_CHUNK", chunk)
