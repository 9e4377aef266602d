"""The parts of a local Discord put together: world, gateway, messages, HTTP."""

from tests.local_discord.gateway.gateway import Gateway
from tests.local_discord.http.routes.channels import ChannelRoutes
from tests.local_discord.http.routes.commands import CommandRoutes
from tests.local_discord.http.routes.guilds import GuildRoutes
from tests.local_discord.http.routes.interactions import InteractionRoutes
from tests.local_discord.http.routes.webhooks import WebhookRoutes
from tests.local_discord.http.server import HttpSide
from tests.local_discord.settings import LocalDiscordSettings
from tests.local_discord.world.message_store import MessageBoard
from tests.local_discord.world.world import World


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
