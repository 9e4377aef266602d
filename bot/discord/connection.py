"""Staying connected to Discord, also while it is out of reach."""

import asyncio
import logging

import aiohttp
import discord
import yarl
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from core.errors import ConfigError

LONGEST_PAUSE_SECONDS = 60.0  # between two attempts to reach Discord

log = logging.getLogger(__name__)


async def stay_connected(bot: commands.AutoShardedBot, token: str) -> None:
    """Log in and serve, again and again while Discord is out of reach.

    Raises:
        ConfigError: Discord refuses the token.
    """
    pause = 1.0
    while not bot.is_closed():
        try:
            if bot.user is None:
                await bot.login(token)
            await bot.connect()
        except discord.LoginFailure as error:
            raise ConfigError(
                "Discord refuses the token in DISCORD_TOKEN; copy a new one from the developer portal, "
                'page "Bot", button "Reset Token".'
            ) from error
        except discord.ConnectionClosed as error:
            raise ConfigError(f"Discord closed the connection for good (code {error.code}).") from error
        except (discord.HTTPException, discord.GatewayNotFound, aiohttp.ClientError, OSError) as error:
            log.warning("Discord is out of reach (%s); trying again in %.0f s.", type(error).__name__, pause)
            await bot.http.close()
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


async def use_local_discord(address: str) -> None:
    """Use another Discord, for tests; `Settings` has made sure that it is on this machine."""
    Route.BASE = address
    async with aiohttp.ClientSession() as session, session.get(f"{address}/gateway") as answer:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL((await answer.json())["url"])
