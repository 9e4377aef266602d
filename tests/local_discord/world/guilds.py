"""Guilds and channels, and the JSON Discord shows of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from tests.local_discord.world.messages import Message
from tests.local_discord.world.permissions import Permission, compute_permissions
from tests.local_discord.world.snowflakes import read_time
from tests.local_discord.world.users import Member, Person, Role, User


class ChannelKind(IntEnum):
    """The types of channel that this server has ("Channel Types")."""

    TEXT = 0
    DIRECT_MESSAGE = 1
    VOICE = 2
    GROUP = 3
    ANNOUNCEMENT = 5
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    STAGE = 13
    FORUM = 15  # holds threads, and no messages of its own


THREADS = (ChannelKind.PUBLIC_THREAD, ChannelKind.PRIVATE_THREAD)

# What channels of some kinds have besides: "Channel Structure".
_SPOKEN = {"bitrate": 64_000, "user_limit": 0, "rtc_region": None}
_OF_KIND: dict[ChannelKind, dict[str, Any]] = {
    ChannelKind.VOICE: _SPOKEN,
    ChannelKind.STAGE: _SPOKEN,
    ChannelKind.FORUM: {"available_tags": [], "default_reaction_emoji": None, "default_forum_layout": 0},
}

# What anybody may do in a conversation without a guild.
PRIVATE_PERMISSIONS = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.MENTION_EVERYONE
    | Permission.ADD_REACTIONS
    | Permission.USE_EXTERNAL_EMOJIS
)


@dataclass(eq=False)
class Guild:
    """A server. `has_bot` is whether the application was added to it with its bot user."""

    id: int
    name: str
    locale: str
    owner: User
    has_bot: bool
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    blocked_words: set[str] = field(
        default_factory=set
    )  # by AutoMod: "Auto Moderation", trigger type KEYWORD

    def payload(self) -> dict[str, Any]:
        """Return Discord's guild object, without what only the gateway tells."""
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": None,
            "owner_id": str(self.owner.id),
            "preferred_locale": self.locale,
            "features": [],
            "roles": [role.payload() for role in self.roles.values()],
            "emojis": [],
            "stickers": [],
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "system_channel_flags": 0,
            "afk_timeout": 300,
        }

    def gateway_payload(self, *, members: list[Member]) -> dict[str, Any]:
        """Return what GUILD_CREATE carries."""
        channels = [c for c in self.channels.values() if c.kind not in THREADS]
        threads = [c for c in self.channels.values() if c.kind in THREADS]
        return self.payload() | {
            "joined_at": read_time(self.id),
            "large": len(self.members) > 250,
            "unavailable": False,
            "member_count": len(self.members),
            "voice_states": [],
            "members": [member.payload() for member in members],
            "channels": [channel.payload() for channel in channels],
            "threads": [thread.payload() for thread in threads],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }


@dataclass(eq=False)
class Webhook:
    """A webhook of a channel; all of a local Discord's are the bot's own."""

    id: int
    token: str
    name: str
    channel: Channel

    def payload(self, application: User) -> dict[str, Any]:
        """Return Discord's webhook object, as its application sees it."""
        guild = self.channel.guild
        return {
            "id": str(self.id),
            "type": 1,
            "token": self.token,
            "name": self.name,
            "avatar": None,
            "channel_id": str(self.channel.id),
            "guild_id": str(guild.id) if guild else None,
            "application_id": str(application.id),
            "user": application.payload(),
        }


@dataclass(eq=False)
class Channel:
    """A place for messages: of a guild, of two people, or of a group."""

    id: int
    kind: ChannelKind
    name: str
    guild: Guild | None = None
    parent: Channel | None = None
    creator: Person | None = None
    recipients: list[User] = field(default_factory=list)
    overwrites: dict[int, tuple[Permission, Permission]] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    typing: int = 0  # how often the bot showed that it is typing
    nsfw: bool = False
    webhooks: dict[int, Webhook] = field(default_factory=dict)
    archived: bool = False  # a thread; the next message opens it again: "Threads", Archived Threads

    def permissions_of(self, person: Person) -> Permission:
        """Return what a person may do here; nothing for people who are not here."""
        if self.guild is None:
            return PRIVATE_PERMISSIONS if person.user in self.recipients else Permission.NONE
        member = self.guild.members.get(person.id)
        if member is None:
            return Permission.NONE
        everyone = self.guild.roles[self.guild.id]
        roles = {role.id: role.permissions for role in (everyone, *member.roles)}
        return compute_permissions(
            everyone_id=everyone.id,
            member_id=member.id,
            roles=roles,
            overwrites=(self.parent or self).overwrites if self.kind in THREADS else self.overwrites,
            owner=self.guild.owner is member.user,
        )

    def payload(self, *, permissions: Permission | None = None) -> dict[str, Any]:
        """Return Discord's channel object; interactions add the member's permissions."""
        payload: dict[str, Any] = {
            "id": str(self.id),
            "type": int(self.kind),
            "flags": 0,
            "last_message_id": str(max(self.messages)) if self.messages else None,
        }
        if self.guild is None:
            payload["recipients"] = [user.payload() for user in self.recipients if not user.bot]
            if self.kind is ChannelKind.GROUP:
                payload |= {"name": self.name, "icon": None, "owner_id": str(self.recipients[0].id)}
        else:
            payload |= self._guild_payload(self.guild)
        if permissions is not None:
            payload["permissions"] = str(int(permissions))
        return payload

    def _guild_payload(self, guild: Guild) -> dict[str, Any]:
        payload: dict[str, Any] = {
            "guild_id": str(guild.id),
            "name": self.name,
            "parent_id": str(self.parent.id) if self.parent else None,
            "rate_limit_per_user": 0,
        }
        if self.kind in THREADS:
            creator = self.creator or guild.owner
            return payload | {
                "owner_id": str(creator.id),
                "message_count": len(self.messages),
                "total_message_sent": len(self.messages),
                "member_count": 1,
                "thread_metadata": {
                    "archived": self.archived,
                    "auto_archive_duration": 1440,
                    "archive_timestamp": read_time(self.id),
                    "locked": False,
                    "create_timestamp": read_time(self.id),
                },
            }
        overwrites = [
            {
                "id": str(target),
                "type": 0 if target in guild.roles else 1,
                "allow": str(int(allow)),
                "deny": str(int(deny)),
            }
            for target, (allow, deny) in self.overwrites.items()
        ]
        return payload | {
            "position": 0,
            "permission_overwrites": overwrites,
            "topic": None,
            "nsfw": self.nsfw,
            **_OF_KIND.get(self.kind, {}),
        }
