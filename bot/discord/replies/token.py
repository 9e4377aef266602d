"""The answer to an interaction as its token reaches it, and a new message in the channel once that is over."""

import logging
import time

import discord

from bot.discord.language.language import Language
from bot.discord.limits import PROMISE_SECONDS, TOKEN_SECONDS
from bot.discord.page import Page
from bot.discord.replies.sending import SILENT, GoneError, TooLateError, insist, is_passing, try_once
from bot.storage.tables.pending import PendingRequest
from core.text import Text

log = logging.getLogger(__name__)


class TokenAnswer:
    """The answer to an interaction, changed with its token; once that is over, a new message in the channel."""

    def __init__(self, client: discord.Client, pending: PendingRequest, *, language: Language) -> None:
        self._language = language
        self._client = client
        self._pending = pending
        self._webhook = discord.Webhook.partial(pending.application_id, pending.token, client=client)
        self.message_id = pending.message_id

    @property
    def seconds_left(self) -> float:
        """How long the interaction's token works."""
        return max(0.0, self._pending.created + TOKEN_SECONDS - time.time())

    async def change(self, content: str | None, page: Page | None) -> None:
        """Change the answer, or write it anew in the channel.

        Raises:
            GoneError: Somebody has deleted it, or there is no channel to write in.
        """
        try:
            if self.seconds_left:
                await insist(lambda: self._edit(content, page), seconds=self.seconds_left)
                return
        except TooLateError as error:
            log.info("An answer can no longer be changed (%s); a new message takes its place.", error)
        except Exception as error:
            if not is_passing(error):
                raise
        await self._write_anew(content, page)

    async def progress(self, sentence: str) -> None:
        """Change the answer, if that goes at once."""
        said = self._language.say(sentence)
        await try_once(lambda: self._edit(said, None))

    async def _edit(self, content: str | None, page: Page | None) -> None:
        await self._webhook.edit_message(  # type: ignore[call-overload]  # no number, but a name
            "@original",
            content=content,
            view=page.build_view() if page else None,
            allowed_mentions=SILENT,
        )

    async def _write_anew(self, content: str | None, page: Page | None) -> None:
        if not self._pending.channel_id:
            raise GoneError("the time to answer is over, and there is no channel to write in")
        channel = self._client.get_partial_messageable(self._pending.channel_id)
        name = f"<@{self._pending.member_id}>"  # which is shown, and pings nobody
        missing = discord.utils.MISSING
        greeting = self._language.say(Text("{name} Your scene:", name=name))
        left = max(0.0, self._pending.created + PROMISE_SECONDS - time.time())
        await insist(
            lambda: channel.send(
                f"{name} {content}" if page is None else None,
                view=page.build_view(greeting=greeting) if page else missing,  # type: ignore[arg-type]  # its layout has no text
                nonce=self._pending.id,
                allowed_mentions=SILENT,
            ),
            seconds=left,
        )
        if self.message_id:
            await try_once(channel.get_partial_message(self.message_id).delete)
