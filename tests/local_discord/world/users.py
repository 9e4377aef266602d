"""Users, members and roles, and the JSON Discord shows of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.local_discord.world.permissions import Permission
from tests.local_discord.world.snowflakes import read_time

if TYPE_CHECKING:
    from tests.local_discord.world.guilds import Guild


@dataclass(eq=False)
class User:
    """An account; `locale` is the language of its Discord app."""

    id: int
    name: str
    locale: str = "en-US"
    bot: bool = False
    app_installed: bool = False  # whether the application is installed for this user
    accepts_direct_messages: bool = True

    @property
    def user(self) -> User:
        """The account itself, so that members and users can be asked alike."""
        return self

    @property
    def mention(self) -> str:
        """How content names this user."""
        return f"<@{self.id}>"

    def payload(self) -> dict[str, Any]:
        """Return Discord's user object."""
        return {
            "id": str(self.id),
            "username": self.name.lower().replace(" ", "_"),
            "global_name": None if self.bot else self.name,
            "discriminator": "0",
            "avatar": None,
            "bot": self.bot,
            "public_flags": 0,
        }


@dataclass(eq=False)
class Speaker(User):
    """Whom one message of a webhook names as its author; the id is the webhook's."""

    avatar_url: str | None = None

    def payload(self) -> dict[str, Any]:
        """Return the user object of a webhook's message: the name as it was given."""
        named = {"username": self.name, "global_name": None, "discriminator": "0000"}
        return super().payload() | named


@dataclass(eq=False)
class Role:
    """A named set of permissions of one guild."""

    id: int
    name: str
    permissions: Permission
    position: int = 1
    bot_id: int | None = None  # of the bot that Discord made it for, when that was added with permissions

    def payload(self) -> dict[str, Any]:
        """Return Discord's role object."""
        return {
            "id": str(self.id),
            "name": self.name,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "position": self.position,
            "permissions": str(int(self.permissions)),
            "managed": self.bot_id is not None,
            "mentionable": False,
            "flags": 0,
        } | (
            {"tags": {"bot_id": str(self.bot_id)}} if self.bot_id is not None else {}
        )  # "Role Tags Structure"


@dataclass(eq=False)
class Member:
    """A user in a guild."""

    user: User
    guild: Guild
    roles: list[Role] = field(default_factory=list)
    nick: str | None = None

    @property
    def id(self) -> int:
        """The user's id."""
        return self.user.id

    @property
    def name(self) -> str:
        """The user's name."""
        return self.user.name

    @property
    def mention(self) -> str:
        """How content names this member."""
        return self.user.mention

    def payload(self, *, permissions: Permission | None = None, user: bool = True) -> dict[str, Any]:
        """Return Discord's member object; interactions add the permissions in their channel."""
        payload: dict[str, Any] = {
            "nick": self.nick,
            "avatar": None,
            "roles": [str(role.id) for role in self.roles],
            "joined_at": read_time(self.user.id),
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "flags": 0,
            "pending": False,
            "communication_disabled_until": None,
        }
        if user:
            payload["user"] = self.user.payload()
        if permissions is not None:
            payload["permissions"] = str(int(permissions))
        return payload


Person = User | Member
