"""The local Discord itself: listens on loopback, and is what tests hold in their hands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.local_discord.http.recording import RecordedRequest
from tests.local_discord.interactions.app import PeopleAtWork
from tests.local_discord.interactions.interaction import Interaction
from tests.local_discord.world.messages import Message


class LocalDiscord(PeopleAtWork):
    """A Discord of one's own, as an asynchronous context manager.

    ```
    async with LocalDiscord() as discord:
        guild = discord.add_guild()
        member = discord.add_member(guild, "Kira")
        ...  # start the bot with discord.environment
        await discord.gateway.until_connected()
        asked = await discord.slash(member, "episode", {"temp": 0.5})
        message = await asked.message()
    ```
    """

    _runner: web.AppRunner | None = None
    port = 0

    async def start(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one."""
        application = web.Application(client_max_size=512 * 1024 * 1024)
        application.router.add_route("*", "/{path:.*}", self.http.handle)
        self._runner = web.AppRunner(
            application, access_log=None, shutdown_timeout=0.5, handler_cancellation=False
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port, backlog=1024)
        await site.start()
        self.port = int(self._runner.addresses[0][1])
        self.board.base_url = f"http://{host}:{self.port}"
        self.gateway.url = f"ws://{host}:{self.port}"

    async def stop(self) -> None:
        """Break all connections off and stop listening."""
        self.gateway.drop_connections()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def cut_network(self) -> None:
        """Break every connection off, and each new one, until `mend_network`."""
        self.http.reachable = False
        self.gateway.drop_connections()

    def mend_network(self) -> None:
        """Let the bot come through again."""
        self.http.reachable = True

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop; mistakes of this server itself come to light here."""
        await self.stop()
        if error is None and self.http.mistakes:
            raise ExceptionGroup("the local Discord itself failed", self.http.mistakes)

    @property
    def api_url(self) -> str:
        """What clients put in place of https://discord.com/api/v10."""
        return f"{self.board.base_url}/api/v10"

    @property
    def gateway_url(self) -> str:
        """What clients put in place of wss://gateway.discord.gg/."""
        return self.gateway.url

    @property
    def token(self) -> str:
        """The bot's token."""
        return self.world.application.token

    @property
    def environment(self) -> dict[str, str]:
        """What a bot in its own process needs in its environment to come here."""
        return {"HOLOSUITE_DISCORD_API": self.api_url, "DISCORD_TOKEN": self.token}

    @property
    def messages(self) -> list[Message]:
        """Every message ever sent, deleted and ephemeral ones too, oldest first."""
        return list(self.world.messages.values())

    @property
    def bot_messages(self) -> list[Message]:
        """Every message that the bot ever sent, oldest first."""
        return [message for message in self.messages if message.author.user is self.world.bot]

    @property
    def webhook_messages(self) -> list[Message]:
        """Every message that was ever sent through a webhook of the bot's, oldest first."""
        return [message for message in self.messages if message.author.id in self.world.webhooks]

    @property
    def interactions(self) -> list[Interaction]:
        """Every interaction, oldest first."""
        return list(self.world.interactions.values())

    @property
    def refused_requests(self) -> list[RecordedRequest]:
        """The requests that Discord's own rules refused."""
        return [request for request in self.requests if request.refused]

    @property
    def pings(self) -> frozenset[str]:
        """Everybody whom any message of the bot or its webhooks, in any state, may have pinged."""
        return frozenset().union(*(each.pings for each in (*self.bot_messages, *self.webhook_messages)))

    async def until(self, predicate: Callable[[], bool], *, timeout_seconds: float = 10.0) -> None:
        """Wait until something is true; looked at after every request and message."""
        await self.world.changes.until(predicate, timeout_seconds=timeout_seconds)

    async def until_bot_message(
        self, predicate: Callable[[Message], bool] = lambda _: True, *, timeout_seconds: float = 10.0
    ) -> Message:
        """Wait for a message of the bot that `predicate` accepts; returns the newest."""
        found: list[Message] = []

        def look() -> bool:
            found[:] = [
                message for message in self.bot_messages if not message.deleted and predicate(message)
            ]
            return bool(found)

        await self.until(look, timeout_seconds=timeout_seconds)
        return found[-1]

    async def settle(self, *, quiet_seconds: float = 0.1) -> None:
        """Wait until the bot has asked nothing for a moment."""
        while True:
            number = len(self.requests)
            await asyncio.sleep(quiet_seconds)
            if number == len(self.requests):
                return
