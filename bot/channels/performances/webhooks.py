"""The one webhook of ours in a channel: found again, or made where there is none."""

import asyncio
import logging

import discord

from bot.discord.replies.sending import GoneError, insist

NAME = "Holosuite"
TOO_MANY_WEBHOOKS = 30_007  # "JSON Error Codes"

log = logging.getLogger(__name__)


class ChannelWebhooks:
    """Finds the webhook that speaks in a channel for all performances there."""

    def __init__(self, bot: discord.Client) -> None:
        self._bot = bot
        self._one_by_one = asyncio.Lock()  # two performances that begin together make one webhook

    async def find(self, channel: object) -> discord.Webhook | None:
        """Return the webhook of a channel; None where the bot may have none, or there are as many as can be.

        Raises:
            Exception: Discord is out of reach.
        """
        if not isinstance(channel, discord.TextChannel | discord.ForumChannel):
            return None
        try:
            async with self._one_by_one:
                found = await insist(channel.webhooks)
                mine = [each for each in found if each.token and self._is_mine(each)]
                return mine[0] if mine else await insist(lambda: channel.create_webhook(name=NAME))
        except GoneError as error:
            log.info("Nobody speaks for themselves in channel %d: %s", channel.id, error)
        except discord.HTTPException as error:
            if error.code != TOO_MANY_WEBHOOKS:
                raise
            log.info(
                "Nobody speaks for themselves in channel %d: it has all the webhooks it can.", channel.id
            )
        return None

    def _is_mine(self, webhook: discord.Webhook) -> bool:
        me = self._bot.user
        return me is not None and webhook.user is not None and webhook.user.id == me.id
