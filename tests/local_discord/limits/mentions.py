"""Whom a message would ping, by its text and its `allowed_mentions`.

The worst case is computed: the sender may mention everybody, every role can be mentioned, and neither
code blocks nor backslashes protect anybody. What Discord would not ping in some server may be listed here;
what it would ping always is.
"""

import re
from dataclasses import dataclass
from typing import Any

from tests.local_discord.http.errors import FormErrors

USER_MENTION = re.compile(r"<@!?(\d{15,21})>")
ROLE_MENTION = re.compile(r"<@&(\d{15,21})>")
EVERYONE_MENTION = re.compile(r"@(everyone|here)")
MOST_LISTED = 100  # ids in allowed_mentions["users"] or ["roles"]


@dataclass(frozen=True)
class Mentions:
    """The result: ids of users and roles, and @everyone or @here."""

    users: frozenset[int]
    roles: frozenset[int]
    everyone: frozenset[str]

    @property
    def pings(self) -> frozenset[str]:
        """All of it as content writes it."""
        users = {f"<@{user_id}>" for user_id in self.users}
        roles = {f"<@&{role_id}>" for role_id in self.roles}
        return self.everyone | users | roles


NOBODY = Mentions(frozenset(), frozenset(), frozenset())


def find_mentions(
    content: str, *, allowed_mentions: dict[str, Any] | None, replied_user: int | None = None
) -> Mentions:
    """Return whom this text pings.

    Without `allowed_mentions` everything in the text counts, and so does the author of the message that is
    replied to. With it, only what `parse` or the lists name. Source: "Allowed Mentions Object".
    """
    users = {int(found) for found in USER_MENTION.findall(content)}
    roles = {int(found) for found in ROLE_MENTION.findall(content)}
    everyone = {f"@{found}" for found in EVERYONE_MENTION.findall(content)}
    if allowed_mentions is None:
        replied = set() if replied_user is None else {replied_user}
        return Mentions(frozenset(users | replied), frozenset(roles), frozenset(everyone))
    parse = allowed_mentions.get("parse") or []
    if "users" not in parse:
        users &= {int(user_id) for user_id in allowed_mentions.get("users") or []}
    if "roles" not in parse:
        roles &= {int(role_id) for role_id in allowed_mentions.get("roles") or []}
    if "everyone" not in parse:
        everyone = set()
    if allowed_mentions.get("replied_user") and replied_user is not None:
        users.add(replied_user)
    return Mentions(frozenset(users), frozenset(roles), frozenset(everyone))


def check_allowed_mentions(errors: FormErrors, allowed_mentions: Any) -> None:
    """Note what is wrong with the `allowed_mentions` of a message."""
    if allowed_mentions is None:
        return
    path = ("allowed_mentions",)
    if not isinstance(allowed_mentions, dict):
        errors.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return
    parse = allowed_mentions.get("parse") or []
    for index, kind in enumerate(parse):
        errors.check_choice((*path, "parse", index), kind, ("roles", "users", "everyone"))
    for kind in ("users", "roles"):
        listed = allowed_mentions.get(kind)
        errors.check_length((*path, kind), listed, most=MOST_LISTED)
        if listed and kind in parse:
            message = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            errors.add(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
