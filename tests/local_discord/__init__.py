"""A Discord on loopback: speaks its HTTP API and gateway, and refuses what Discord refuses."""

from tests.local_discord.interactions import ApplicationDidNotRespond, CallbackKind, Interaction
from tests.local_discord.messages import Attachment, Component, Message, Upload
from tests.local_discord.option_values import ClientRefused
from tests.local_discord.people import Member, Role, User
from tests.local_discord.permissions import Permission
from tests.local_discord.places import Channel, Guild
from tests.local_discord.pointing import pointed_at
from tests.local_discord.server import LocalDiscord
from tests.local_discord.settings import LocalDiscordSettings

__all__ = [
    "ApplicationDidNotRespond",
    "Attachment",
    "CallbackKind",
    "Channel",
    "ClientRefused",
    "Component",
    "Guild",
    "Interaction",
    "LocalDiscord",
    "LocalDiscordSettings",
    "Member",
    "Message",
    "Permission",
    "Role",
    "Upload",
    "User",
    "pointed_at",
]
