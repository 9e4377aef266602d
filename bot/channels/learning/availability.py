"""Whether the bot may learn from messages: its owner has switched it on, and Discord shows it what they say."""

from collections.abc import Awaitable, Callable

import discord

from bot.discord.errors import RefusalError

GUIDE = "docs/learning.md"
ReadFlags = Callable[[], Awaitable[discord.ApplicationFlags]]


class LearningAvailability:
    """Knows the owner's setting, and asks Discord for the application's intent."""

    def __init__(self, *, is_on: bool, read_flags: ReadFlags) -> None:
        """Take whether the owner has switched learning on, and how to read the application's flags."""
        self.is_on = is_on
        self._read_flags = read_flags

    async def check(self) -> None:
        """Make sure that messages may be learnt from.

        Raises:
            RefusalError: They may not, and which page of the guide says how to change it.
        """
        if not self.is_on:
            raise RefusalError(
                "The bot's owner has not switched learning from messages on; the guide says how: {guide}.",
                guide=GUIDE,
            )
        flags = await self._read_flags()
        # The second is of an application in few servers, which Discord has not reviewed.
        if not (flags.gateway_message_content or flags.gateway_message_content_limited):
            raise RefusalError(
                "Discord shows me no messages: the bot's owner has to switch the message content intent on, as the "
                "guide says: {guide}.",
                guide=GUIDE,
            )
