"""Who may train and change a server's models: Discord asks first, and we ask again."""

from collections.abc import Awaitable, Callable

import discord

from bot.discord.errors import RefusalError
from bot.storage.settings import TrainerRole
from core.text import Text

IsOwner = Callable[[discord.User | discord.Member], Awaitable[bool]]


def check_guild(interaction: discord.Interaction, *, otherwise: Text) -> int:
    """Return the number of the server that somebody asks in.

    Raises:
        RefusalError: There is none that the bot is a member of; it says `otherwise`.
    """
    # An app added to an account works in servers that the bot is no member of, and that nobody there chose it for.
    if interaction.guild_id is None or interaction.client.get_guild(interaction.guild_id) is None:
        raise RefusalError(otherwise)
    return interaction.guild_id


def check_administrator(interaction: discord.Interaction) -> int:
    """Return the number of the server that the asker administers.

    Raises:
        RefusalError: There is no server that the bot is a member of, or they are none of its administrators.
    """
    nowhere = Text("Settings belong to a server; use this command in one that I am a member of.")
    guild_id = check_guild(interaction, otherwise=nowhere)
    if not interaction.permissions.administrator:
        raise RefusalError("Only administrators of this server may change its settings.")
    return guild_id


class TrainerPermissions:
    """Knows from the settings who may train; the bot's owner may always."""

    def __init__(self, *, trainers: str, roles: tuple[TrainerRole, ...], is_owner: IsOwner) -> None:
        self._trainers = trainers
        self._roles = roles
        self._is_owner = is_owner

    @property
    def by_role(self) -> bool:
        """Whether a role gives the right: Discord then shows the commands to all, and we ask."""
        return bool(self._roles)

    async def check(self, interaction: discord.Interaction) -> int:
        """Return the number of the server that the asker may train for.

        Raises:
            RefusalError: There is no server, or they may not.
        """
        nowhere = Text("Models belong to a server; use this command in one that I am a member of.")
        guild_id = check_guild(interaction, otherwise=nowhere)
        if not await self.allows(interaction):
            raise RefusalError(self._explain())
        return guild_id

    async def check_owner(self, interaction: discord.Interaction) -> None:
        """Make sure that the bot's owner asks.

        Raises:
            RefusalError: Somebody else does.
        """
        if not await self._is_owner(interaction.user):
            raise RefusalError("Only the bot's owner chooses the model for all servers.")

    async def allows(self, interaction: discord.Interaction) -> bool:
        """Tell whether the asker may train."""
        return self._has_right(interaction) or await self._is_owner(interaction.user)

    def _has_right(self, interaction: discord.Interaction) -> bool:
        if self._trainers == "nobody":
            return False
        if self._trainers == "administrators" and interaction.permissions.administrator:
            return True
        roles = interaction.user.roles if isinstance(interaction.user, discord.Member) else []
        return any(
            role.id == wanted.role_id
            or (interaction.guild_id == wanted.guild_id and role.name.casefold() == wanted.name.casefold())
            for role in roles
            for wanted in self._roles
        )

    def _explain(self) -> Text:
        roles = ", ".join(map(str, self._roles))
        if self._trainers != "administrators":
            if roles:
                return Text("Only members with the role {roles} may do that.", roles=roles)
            return Text("Only the bot's owner may do that.")
        if roles:
            return Text(
                "Only administrators of this server, and members with the role {roles}, may train and change its "
                "models.",
                roles=roles,
            )
        return Text("Only administrators of this server may train and change its models.")
