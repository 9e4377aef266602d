"""Discord's permission bits and how roles and channel overwrites add up."""

from enum import IntFlag


class Permission(IntFlag):
    """The permissions that this server looks at (the documentation's section "Permissions")."""

    NONE = 0
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    USE_EXTERNAL_APPS = 1 << 50


ALL_PERMISSIONS = Permission((1 << 53) - 1)

# What a new server gives @everyone, Mention Everyone included.
EVERYONE_PERMISSIONS = (
    Permission.ADD_REACTIONS
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.MENTION_EVERYONE
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.USE_EXTERNAL_APPS
)


def compute_permissions(
    *,
    everyone_id: int,
    member_id: int,
    roles: dict[int, Permission],
    overwrites: dict[int, tuple[Permission, Permission]],
    owner: bool,
) -> Permission:
    """Return a member's permissions in a channel.

    `roles` maps the ids of the member's roles, @everyone's included, to their bits; `overwrites` maps a
    role's or member's id to what the channel allows and denies. Source: "Permission Overwrites".
    """
    permissions = Permission.NONE
    for bits in roles.values():
        permissions |= bits
    if owner or Permission.ADMINISTRATOR in permissions:
        return ALL_PERMISSIONS
    nothing = (Permission.NONE, Permission.NONE)
    allow, deny = overwrites.get(everyone_id, nothing)
    permissions = (permissions & ~deny) | allow
    allow = deny = Permission.NONE
    for role_id in roles:
        if role_id != everyone_id:
            role_allow, role_deny = overwrites.get(role_id, nothing)
            allow |= role_allow
            deny |= role_deny
    permissions = (permissions & ~deny) | allow
    allow, deny = overwrites.get(member_id, nothing)
    permissions = (permissions & ~deny) | allow
    if Permission.VIEW_CHANNEL not in permissions:
        return Permission.NONE
    return permissions
