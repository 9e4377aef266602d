"""Setting the scene: guilds, channels and people come and go, and the bot hears of it."""

import time
from typing import Any

from tests.local_discord.gateway.intents import Intent
from tests.local_discord.parts import Foundation
from tests.local_discord.world.guilds import THREADS, Channel, ChannelKind, Guild
from tests.local_discord.world.messages import Message
from tests.local_discord.world.permissions import EVERYONE_PERMISSIONS, Permission
from tests.local_discord.world.users import Member, Person, Role, User


class Staging(Foundation):
    """The part of the driver that makes and removes places and people."""

    def add_user(self, name: str = "Quark", *, locale: str = "en-US", app_installed: bool = False) -> User:
        """Add an account; `app_installed` gives it the application as a user-installed app."""
        user = User(id=self.world.snowflakes.next(), name=name, locale=locale, app_installed=app_installed)
        self.world.users[user.id] = user
        return user

    def add_guild(
        self,
        name: str = "Terok Nor",
        *,
        locale: str = "en-US",
        owner: User | None = None,
        has_bot: bool = True,
        bot_permissions: Permission = Permission.NONE,
        identifier: int | None = None,
    ) -> Guild:
        """Add a guild with a channel, "promenade"; the bot gets `bot_permissions` beside @everyone's."""
        owner = owner or self.add_user(f"Owner of {name}")
        guild = Guild(
            id=identifier or self.world.snowflakes.next(),
            name=name,
            locale=locale,
            owner=owner,
            has_bot=has_bot,
        )
        guild.roles[guild.id] = Role(guild.id, "@everyone", EVERYONE_PERMISSIONS, position=0)
        self.world.guilds[guild.id] = guild
        guild.members[owner.id] = Member(owner, guild)
        if has_bot:
            self._join(guild, self.world.bot, bot_permissions)
        self._create_channel(guild, "promenade")
        if has_bot:
            self._tell_guild(guild)
        return guild

    def add_channel(
        self,
        guild: Guild,
        name: str = "ops",
        *,
        parent: Channel | None = None,
        kind: ChannelKind = ChannelKind.TEXT,
    ) -> Channel:
        """Add a channel, or with `parent` a public thread, which is a post where the parent is a forum."""
        channel = self._create_channel(guild, name, parent=parent, kind=kind)
        event = "CHANNEL_CREATE" if parent is None else "THREAD_CREATE"
        self._dispatch(event, channel.payload(), guild)
        return channel

    def add_role(self, guild: Guild, name: str, permissions: Permission = Permission.NONE) -> Role:
        """Add a role."""
        role = Role(self.world.snowflakes.next(), name, permissions, position=len(guild.roles))
        guild.roles[role.id] = role
        self._dispatch("GUILD_ROLE_CREATE", {"guild_id": str(guild.id), "role": role.payload()}, guild)
        return role

    def add_member(
        self,
        guild: Guild,
        name: str | User = "Kira",
        *,
        permissions: Permission = Permission.NONE,
        locale: str = "en-US",
    ) -> Member:
        """Add a member, new or an account that exists; `permissions` come beside @everyone's."""
        user = name if isinstance(name, User) else self.add_user(name, locale=locale)
        member = self._join(guild, user, permissions)
        payload = member.payload() | {"guild_id": str(guild.id)}
        if guild.has_bot:
            self.gateway.dispatch("GUILD_MEMBER_ADD", payload, guild_id=guild.id, intent=Intent.GUILD_MEMBERS)
        return member

    def direct_messages(self, person: Person) -> Channel:
        """Return a person's conversation with the bot."""
        return self.world.direct_messages(person.user)

    def add_group(self, *people: Person, name: str = "Group") -> Channel:
        """Add a group conversation, which the bot is never in; with two people it stands for their own."""
        channel = Channel(
            id=self.world.snowflakes.next(),
            kind=ChannelKind.GROUP,
            name=name,
            recipients=[person.user for person in people],
        )
        self.world.channels[channel.id] = channel
        return channel

    def set_permissions(
        self,
        channel: Channel,
        target: Person | Role,
        *,
        allow: Permission = Permission.NONE,
        deny: Permission = Permission.NONE,
    ) -> None:
        """Overwrite what somebody, or a role, may do in a channel."""
        channel.overwrites[target.id] = (allow, deny)
        if channel.guild is not None:
            self._dispatch("CHANNEL_UPDATE", channel.payload(), channel.guild)

    def delete_channel(self, channel: Channel) -> None:
        """Delete a channel with everything in it."""
        self.world.channels.pop(channel.id, None)
        if channel.guild is not None:
            channel.guild.channels.pop(channel.id, None)
            event = "THREAD_DELETE" if channel.kind in THREADS else "CHANNEL_DELETE"
            self._dispatch(event, channel.payload(), channel.guild)
        for message in list(channel.messages.values()):
            message.deleted_at = time.monotonic()
            del channel.messages[message.id]

    def delete_message(self, message: Message) -> None:
        """Delete a message, as its author or a moderator does."""
        self.board.delete(message)

    def remove_bot(self, guild: Guild) -> None:
        """Throw the bot out of a guild."""
        guild.has_bot = False
        guild.members.pop(self.world.bot.id, None)
        self._dispatch("GUILD_DELETE", {"id": str(guild.id)}, guild)

    def invite_bot(self, guild: Guild, permissions: Permission = Permission.NONE) -> None:
        """Add the bot to a guild that exists."""
        guild.has_bot = True
        self._join(guild, self.world.bot, permissions)
        self._tell_guild(guild)

    def take_guild_offline(self, guild: Guild) -> None:
        """Make a guild unavailable, as during an outage."""
        self._dispatch("GUILD_DELETE", {"id": str(guild.id), "unavailable": True}, guild)

    def bring_guild_back(self, guild: Guild) -> None:
        """Make a guild available again."""
        self._tell_guild(guild)

    def _join(self, guild: Guild, user: User, permissions: Permission) -> Member:
        member = Member(user, guild)
        if permissions:
            bot_id = user.id if user.bot else None
            role = Role(
                self.world.snowflakes.next(), user.name, permissions, position=len(guild.roles), bot_id=bot_id
            )
            guild.roles[role.id] = role
            member.roles.append(role)
        guild.members[user.id] = member
        return member

    def _create_channel(
        self, guild: Guild, name: str, *, parent: Channel | None = None, kind: ChannelKind = ChannelKind.TEXT
    ) -> Channel:
        kind = kind if parent is None else ChannelKind.PUBLIC_THREAD
        channel = Channel(id=self.world.snowflakes.next(), kind=kind, name=name, guild=guild, parent=parent)
        guild.channels[channel.id] = channel
        self.world.channels[channel.id] = channel
        return channel

    def _tell_guild(self, guild: Guild) -> None:
        for session in self.gateway.sessions_of(guild.id):
            if session.intents & Intent.GUILDS:
                session.dispatch("GUILD_CREATE", self.gateway.guild_payload(session, guild.id))

    def _dispatch(self, event: str, payload: dict[str, Any], guild: Guild) -> None:
        if guild.has_bot or event == "GUILD_DELETE":
            self.gateway.dispatch(event, payload, guild_id=guild.id, intent=Intent.GUILDS)
