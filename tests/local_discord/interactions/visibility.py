"""Which of the bot's commands a person finds in the Discord app, and on whose authority they run."""

from typing import Any

from tests.local_discord.interactions.options import ClientRefused
from tests.local_discord.world.guilds import Channel, ChannelKind
from tests.local_discord.world.permissions import Permission
from tests.local_discord.world.users import Person
from tests.local_discord.world.world import World

GUILD, BOT_CONVERSATION, PRIVATE_CHANNEL = 0, 1, 2  # contexts
GUILD_INSTALL, USER_INSTALL = 0, 1  # ways to have an application


def read_context(channel: Channel) -> int:
    """Return the context that interactions in a channel have."""
    if channel.guild is not None:
        return GUILD
    return BOT_CONVERSATION if channel.kind is ChannelKind.DIRECT_MESSAGE else PRIVATE_CHANNEL


def read_owners(person: Person, channel: Channel, integration_types: list[int]) -> dict[str, str]:
    """Return Discord's `authorizing_integration_owners`: through whom the application may act here."""
    owners: dict[str, str] = {}
    if GUILD_INSTALL in integration_types:
        if channel.guild is not None and channel.guild.has_bot:
            owners["0"] = str(channel.guild.id)
        elif channel.kind is ChannelKind.DIRECT_MESSAGE:
            owners["0"] = "0"
    if USER_INSTALL in integration_types and person.user.app_installed:
        owners["1"] = str(person.user.id)
    return owners


def find_command(
    world: World, person: Person, channel: Channel, *, name: str, kind: int, forged: bool
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the command of this name and the owners of its interactions; raises ClientRefused.

    With `forged` the command need not be visible, nor exist.
    """
    local = world.commands(channel.guild.id) if channel.guild is not None else {}
    found = [
        c for c in (*local.values(), *world.commands().values()) if c["name"] == name and c["type"] == kind
    ]
    if forged:
        invented = {"id": str(world.snowflakes.next()), "name": name, "type": kind}
        command = found[0] if found else invented
        owners = read_owners(person, channel, [GUILD_INSTALL, USER_INSTALL])
        return command, owners or {"1": str(person.user.id)}
    if not found:
        registered = sorted({command["name"] for command in (*local.values(), *world.commands().values())})
        raise ClientRefused(f"there is no command {name!r} of type {kind}; registered are {registered}")
    return found[0], _check_visible(found[0], person, channel)


def _check_visible(command: dict[str, Any], person: Person, channel: Channel) -> dict[str, str]:
    name = command["name"]
    contexts = command.get("contexts")
    if contexts is not None and read_context(channel) not in contexts and "guild_id" not in command:
        raise ClientRefused(f"the command {name!r} is not offered in this context")
    types = [GUILD_INSTALL] if "guild_id" in command else command.get("integration_types") or [GUILD_INSTALL]
    owners = read_owners(person, channel, types)
    if not owners:
        raise ClientRefused(f"the application with {name!r} is installed neither here nor for this person")
    if command.get("nsfw") and not channel.nsfw:
        raise ClientRefused(f"the command {name!r} is only for age-restricted channels")
    if channel.guild is not None:
        _check_permissions(command, person, channel, through_guild="0" in owners)
    elif person.user not in channel.recipients:
        raise ClientRefused("this person is not in that conversation")
    return owners


def _check_permissions(
    command: dict[str, Any], person: Person, channel: Channel, *, through_guild: bool
) -> None:
    permissions = channel.permissions_of(person)
    if Permission.VIEW_CHANNEL not in permissions:
        raise ClientRefused("this person does not see that channel")
    if Permission.USE_APPLICATION_COMMANDS not in permissions:
        raise ClientRefused("this person may not use application commands there")
    needed = command.get("default_member_permissions")
    if needed is None or not through_guild:
        return
    required = Permission(int(needed))
    administrator = Permission.ADMINISTRATOR in permissions
    if not administrator and (not required or required & ~permissions):
        raise ClientRefused(f"the command {command['name']!r} is not for this person")
