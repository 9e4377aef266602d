"""What of a Discord export without types was written by no person: what Discord itself says, and bots."""

import re
from collections.abc import Collection

# What DiscordChatExporter writes for messages of Discord itself.
SYSTEM_TEXT = re.compile(
    r"(?:Joined the server|Pinned a message|Started a thread|Boosted the server|Left the group|"
    r"Changed the channel (?:icon|name(?:: [^\n]{0,100})?)|(?:Added|Removed) [^\n]{1,80} (?:to|from) the group|"
    r"Started a call that lasted [\d,.]+ minutes?)\."
)
NUMBERED = re.compile(r"#(?!0000)\d{4}$")
_MOSTLY = 0.2  # share of the names with numbers up to which those are bots


def numbers_are_of_bots(names: Collection[str]) -> bool:
    """Return whether a number after a name (`Dyno#3861`) shows a bot there: people have had none since 2023."""
    distinct = set(names)
    numbered = sum(NUMBERED.search(name) is not None for name in distinct)
    return numbered <= _MOSTLY * len(distinct)
