"""Everything that exists in a local Discord, found by id; knows neither HTTP nor the gateway."""

import base64
import secrets
from dataclasses import dataclass, field
from typing import Any

from tests.local_discord.http.errors import Reason, Refusal
from tests.local_discord.interactions.interaction import Interaction
from tests.local_discord.waiting import Changes
from tests.local_discord.world.guilds import Channel, ChannelKind, Guild, Webhook
from tests.local_discord.world.messages import Attachment, Message
from tests.local_discord.world.permissions import Permission
from tests.local_discord.world.snowflakes import Snowflakes
from tests.local_discord.world.users import Member, User


def build_token(bot_id: int) -> str:
    """Return a bot token of Discord's form: the id in base64, a time, a signature."""
    name = base64.urlsafe_b64encode(str(bot_id).encode()).decode().rstrip("=")
    return f"{name}.{secrets.token_urlsafe(4)[:6]}.{secrets.token_urlsafe(29)[:38]}"


@dataclass(eq=False)
class Application:
    """The application with its bot user, its token and its commands."""

    id: int
    bot: User
    owner: User
    token: str
    verify_key: str = field(default_factory=lambda: secrets.token_hex(32))
    flags: int = 0
    global_commands: dict[int, dict[str, Any]] = field(default_factory=dict)
    guild_commands: dict[int, dict[int, dict[str, Any]]] = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        """Return Discord's application object."""
        install = {"scopes": ["applications.commands", "bot"], "permissions": "0"}
        return {
            "id": str(self.id),
            "name": self.bot.name,
            "icon": None,
            "description": "",
            "summary": "",
            "type": None,
            "bot": self.bot.payload(),
            "bot_public": True,
            "bot_require_code_grant": False,
            "owner": self.owner.payload(),
            "team": None,
            "verify_key": self.verify_key,
            "flags": self.flags,
            "hook": True,
            "redirect_uris": [],
            "interactions_endpoint_url": None,
            "role_connections_verification_url": None,
            "tags": [],
            "approximate_guild_count": 1,
            "approximate_user_install_count": 0,
            "integration_types_config": {"0": {"oauth2_install_params": install}, "1": {}},
        }


class World:
    """Guilds, people, channels, messages, interactions and files by their ids."""

    def __init__(self) -> None:
        self.snowflakes = Snowflakes()
        self.changes = Changes()
        bot = User(id=self.snowflakes.next(), name="Holosuite", bot=True)
        owner = User(id=self.snowflakes.next(), name="Owner")
        self.application = Application(id=bot.id, bot=bot, owner=owner, token=build_token(bot.id))
        self.users: dict[int, User] = {bot.id: bot, owner.id: owner}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.messages: dict[int, Message] = {}  # ephemeral ones too
        self.interactions: dict[int, Interaction] = {}
        self.interactions_by_token: dict[str, Interaction] = {}
        self.attachments: dict[int, Attachment] = {}
        self.webhooks: dict[int, Webhook] = {}

    @property
    def bot(self) -> User:
        """The application's bot user."""
        return self.application.bot

    def find_channel(self, channel_id: int) -> Channel:
        """Return a channel that the bot may know of; raises the refusal otherwise."""
        channel = self.channels.get(channel_id)
        if channel is None:
            raise Refusal(Reason.UNKNOWN_CHANNEL)
        if Permission.VIEW_CHANNEL not in channel.permissions_of(self.bot):
            raise Refusal(Reason.MISSING_ACCESS)
        return channel

    def find_message(self, channel: Channel, message_id: int) -> Message:
        """Return a message of a channel; ephemeral ones are not found this way."""
        message = channel.messages.get(message_id)
        if message is None:
            raise Refusal(Reason.UNKNOWN_MESSAGE)
        return message

    def find_guild(self, guild_id: int) -> Guild:
        """Return a guild that the bot is in."""
        guild = self.guilds.get(guild_id)
        if guild is None or not guild.has_bot:
            raise Refusal(Reason.UNKNOWN_GUILD)
        return guild

    def find_member(self, guild: Guild, user_id: int) -> Member:
        """Return a member of a guild."""
        member = guild.members.get(user_id)
        if member is None:
            raise Refusal(Reason.UNKNOWN_MEMBER if user_id in self.users else Reason.UNKNOWN_USER)
        return member

    def direct_messages(self, user: User) -> Channel:
        """Return the conversation of the bot and a user; there is one only."""
        for channel in self.channels.values():
            if channel.kind is ChannelKind.DIRECT_MESSAGE and user in channel.recipients:
                return channel
        channel = Channel(
            id=self.snowflakes.next(),
            kind=ChannelKind.DIRECT_MESSAGE,
            name="",
            recipients=[user, self.bot],
        )
        self.channels[channel.id] = channel
        return channel

    def commands(self, guild_id: int | None = None) -> dict[int, dict[str, Any]]:
        """Return the global commands, or those of one guild."""
        if guild_id is None:
            return self.application.global_commands
        return self.application.guild_commands.setdefault(guild_id, {})
