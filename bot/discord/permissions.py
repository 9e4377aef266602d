"""Who may train and change a server's models: Discord asks first, and we ask again."""

from typing import TYPE_CHECKING

import discord

from bot.storage.ledger import TrainingStoreError

if TYPE_CHECKING:
    from bot.app import Holosuite


async def check_trainer(bot: "Holosuite", interaction: discord.Interaction) -> int:
    """Return the number of the server that the asker may train for.

    Raises:
        TrainingStoreError: There is no server, or they may not.
    """
    # An app added to an account works in servers that the bot is no member of, and that nobody there chose it for.
    if interaction.guild_id is None or bot.get_guild(interaction.guild_id) is None:
        raise TrainingStoreError(
            "Models are trained for a server; use this command in one that I am a member of."
        )
    if not is_trainer(bot, interaction) and not await bot.is_owner(interaction.user):
        raise TrainingStoreError(_sentence(bot))
    return interaction.guild_id


async def check_owner(bot: "Holosuite", interaction: discord.Interaction) -> None:
    """Make sure that the bot's owner asks.

    Raises:
        TrainingStoreError: Somebody else does.
    """
    if not await bot.is_owner(interaction.user):
        raise TrainingStoreError("Only the bot's owner chooses the model for all servers.")


def is_trainer(bot: "Holosuite", interaction: discord.Interaction) -> bool:
    """Tell whether a member has the right by the settings; the bot's owner has it anyway."""
    settings = bot.settings
    if settings.trainers == "nobody":
        return False
    if settings.trainers == "administrators" and interaction.permissions.administrator:
        return True
    roles = interaction.user.roles if isinstance(interaction.user, discord.Member) else []
    return any(
        role.id == wanted.role_id
        or (interaction.guild_id == wanted.guild_id and role.name.casefold() == wanted.name.casefold())
        for role in roles
        for wanted in settings.trainer_roles
    )


def _sentence(bot: "Holosuite") -> str:
    roles = ", ".join(map(str, bot.settings.trainer_roles))
    if bot.settings.trainers == "administrators":
        also = f", and members with the role {roles}," if roles else ""
        return f"Only administrators of this server{also} may train and change its models."
    return (
        f"Only members with the role {roles} may do that." if roles else "Only the bot's owner may do that."
    )
