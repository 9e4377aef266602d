"""Pointing an unchanged discord.py client at a local Discord.

Two class attributes decide where discord.py goes: `discord.http.Route.BASE` and
`discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY`. The bot sets both from the environment variable
`HOLOSUITE_DISCORD_API` (for loopback addresses only); the gateway's URL is what `GET /gateway` tells.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.local_discord.server import LocalDiscord


@contextmanager
def pointed_at(discord: LocalDiscord) -> Iterator[None]:
    """Let every client of this process go to `discord` while the context lasts."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = discord.api_url, yarl.URL(discord.gateway_url)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before
