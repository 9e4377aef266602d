"""A guild with a member and a bot, ready made, for the tests of the local Discord itself."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.local_discord.client import pointed_at
from tests.local_discord.interactions.interaction import Interaction
from tests.local_discord.server import LocalDiscord
from tests.local_discord.settings import LocalDiscordSettings
from tests.local_discord.tests.example_bot import ExampleBot
from tests.local_discord.world.guilds import Channel, Guild
from tests.local_discord.world.users import Member


@dataclass(frozen=True)
class Scene:
    """A local Discord with one guild, its channel and a member."""

    discord: LocalDiscord
    guild: Guild
    channel: Channel
    member: Member


@contextlib.asynccontextmanager
async def open_scene(**settings: Any) -> AsyncIterator[Scene]:
    """Start a local Discord with these settings."""
    async with LocalDiscord(LocalDiscordSettings(**settings)) as discord:
        guild = discord.add_guild()
        channel = next(iter(guild.channels.values()))
        yield Scene(discord, guild, channel, discord.add_member(guild, "Kira"))


@contextlib.asynccontextmanager
async def run_bot(discord: LocalDiscord, **options: Any) -> AsyncIterator[ExampleBot]:
    """Run the example bot in this process until the context ends."""
    with pointed_at(discord):
        bot = ExampleBot(**({"guild_ready_timeout": 0.05} | options))  # discord.py would wait 2 s
        task = asyncio.create_task(bot.start(discord.token))
        ready = asyncio.create_task(bot.ready.wait())
        try:
            await asyncio.wait({task, ready}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                await task
            yield bot
        finally:
            ready.cancel()
            await bot.close()
            with contextlib.suppress(Exception):
                await task


class Rest:
    """Bare requests to the API, for what discord.py itself would not send."""

    def __init__(self, discord: LocalDiscord, session: aiohttp.ClientSession) -> None:
        self._discord = discord
        self._session = session

    async def ask(
        self, method: str, path: str, body: Any = None, *, token: str | None = None
    ) -> tuple[int, Any]:
        """Return status and JSON."""
        headers = {"Authorization": f"Bot {token or self._discord.token}"}
        url = self._discord.api_url + path
        async with self._session.request(method, url, json=body, headers=headers) as response:
            text = await response.text()
            return response.status, await response.json() if text else None

    async def ask_text(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Return status and text, for answers that are not JSON."""
        headers = {"Authorization": f"Bot {self._discord.token}"}
        url = self._discord.api_url + path
        async with self._session.request(method, url, json=body, headers=headers) as response:
            return response.status, await response.text()

    async def call_back(self, interaction: Interaction, kind: int, data: Any = None) -> tuple[int, Any]:
        """Answer an interaction."""
        path = f"/interactions/{interaction.id}/{interaction.token}/callback?with_response=true"
        return await self.ask("POST", path, {"type": kind, "data": data})

    async def edit_original(self, interaction: Interaction, body: Any) -> tuple[int, Any]:
        """Edit an interaction's original response."""
        application = self._discord.world.application.id
        path = f"/webhooks/{application}/{interaction.token}/messages/@original"
        return await self.ask("PATCH", path, body)

    async def follow_up(self, interaction: Interaction, body: Any) -> tuple[int, Any]:
        """Send a follow-up message."""
        path = f"/webhooks/{self._discord.world.application.id}/{interaction.token}"
        return await self.ask("POST", path, body)


@contextlib.asynccontextmanager
async def open_rest(discord: LocalDiscord) -> AsyncIterator[Rest]:
    """Open a client for bare requests."""
    async with aiohttp.ClientSession() as session:
        yield Rest(discord, session)
