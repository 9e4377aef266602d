"""The parts of a local Discord put together: world, gateway, messages, HTTP."""

from tests.local_discord.channel_routes import ChannelRoutes
from tests.local_discord.command_routes import CommandRoutes
from tests.local_discord.gateway import Gateway
from tests.local_discord.guild_routes import GuildRoutes
from tests.local_discord.http_side import HttpSide
from tests.local_discord.interaction_routes import InteractionRoutes
from tests.local_discord.message_board import MessageBoard
from tests.local_discord.settings import LocalDiscordSettings
from tests.local_discord.webhook_routes import WebhookRoutes
from tests.local_discord.world import World


class Foundation:
    """What staging, people and the server share."""

    def __init__(self, settings: LocalDiscordSettings | None = None) -> None:
        self.settings = settings or LocalDiscordSettings()
        self.world = World()
        self.gateway = Gateway(self.world, self.settings)
        self.board = MessageBoard(self.world, self.gateway, self.settings)
        self.http = HttpSide(
            self.world,
            self.gateway,
            self.settings,
            [
                *GuildRoutes(self.world, self.gateway, self.settings).routes(),
                *CommandRoutes(self.world).routes(),
                *ChannelRoutes(self.world, self.board, self.gateway).routes(),
                *InteractionRoutes(self.world, self.board).routes(),
                *WebhookRoutes(self.world, self.board, self.settings).routes(),
            ],
        )
        self.faults = self.http.faults
        self.requests = self.http.requests
