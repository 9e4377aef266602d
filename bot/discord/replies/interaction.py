"""The answer to a command or a button."""

from collections.abc import Callable
from contextlib import suppress

import discord

from bot.discord.language.language import language_of
from bot.discord.limits import MESSAGE_CHARACTERS
from bot.discord.markdown import shorten
from bot.discord.page import Page
from bot.discord.replies.deferred import fill_in
from bot.discord.replies.sending import SILENT, TooLateError, insist
from bot.discord.replies.token import TokenAnswer
from bot.storage.tables.pending import PendingRequest

ALREADY_ACKNOWLEDGED = 40_060  # "JSON Error Codes"
_IS_WAITING = (
    "holosuite_is_waiting"  # among an interaction's extras: the answer so far is our word that somebody waits
)


class InteractionReply:
    """The answer to a command or a button."""

    def __init__(self, interaction: discord.Interaction) -> None:
        self._interaction = interaction
        self.language = language_of(interaction.locale)
        self._acknowledged = interaction.response.is_done()
        self._answer = TokenAnswer(
            interaction.client,
            self.pending(member_id=interaction.user.id, created=0, request=""),
            language=self.language,
        )

    @property
    def message_id(self) -> int:
        """The number of the answer's message."""
        return self._answer.message_id

    async def refuse(self, sentence: str) -> None:
        """Say why not, privately unless something else was said already."""
        short = shorten(self.language.say(sentence), limit=MESSAGE_CHARACTERS)
        match self._interaction.response.type:
            case discord.InteractionResponseType.deferred_channel_message:
                await fill_in(self._interaction, short)
            case discord.InteractionResponseType.deferred_message_update:
                # The message whose button was pressed stays as it is, with its other buttons.
                with suppress(TooLateError):
                    await self._follow_up(short)
            case _ if not self._interaction.extras.get(_IS_WAITING):
                await self._send(sentence, None, private=True)
            case _:
                # A public answer cannot become private, so a private one takes its place.
                try:
                    await self._follow_up(short)
                except TooLateError:
                    await self._answer.change(short, None)
                else:
                    await insist(self._interaction.delete_original_response)

    async def wait(self, sentence: str) -> None:
        """Acknowledge with a sentence, or change it."""
        if not self._acknowledged:
            # With the interaction: what goes wrong later is said through another reply to it.
            self._interaction.extras[_IS_WAITING] = True
        await self._send(sentence, None, private=False)

    async def progress(self, sentence: str) -> None:
        """Change the sentence, if that goes at once."""
        await self._answer.progress(sentence)

    async def show(self, page: Page) -> None:
        """Show the scene in the answer."""
        await self._send(None, page, private=False)

    async def send_file(self, build: Callable[[], discord.File]) -> None:
        """Send a file to the asker alone; it is built anew for each attempt."""
        send = self._interaction.response.send_message
        await insist(lambda: send(file=build(), ephemeral=True, allowed_mentions=SILENT))

    async def tell(self, sentence: str) -> None:
        """Say something to the asker alone."""
        await self._send(sentence, None, private=True)

    async def show_privately(self, page: Page) -> None:
        """Show something to the asker alone."""
        await self._send(None, page, private=True)

    async def turn_to(self, page: Page) -> None:
        """Change the message whose button was pressed."""
        edit = self._interaction.response.edit_message
        await insist(lambda: edit(content=None, embed=None, view=page.build_view(), allowed_mentions=SILENT))

    def pending(self, *, member_id: int, created: int, request: str) -> PendingRequest:
        """Return the interaction's id, token and channel with the request."""
        return PendingRequest(
            id=self._interaction.id,
            application_id=self._interaction.application_id,
            token=self._interaction.token,
            member_id=member_id,
            created=created or int(self._interaction.created_at.timestamp()),
            request=request,
            # Without the bot in the place there is no channel to write in later.
            channel_id=(self._interaction.channel_id or 0) if self._interaction.is_guild_integration() else 0,
        )

    async def _follow_up(self, sentence: str) -> None:
        follow_up, seconds = self._interaction.followup.send, self._answer.seconds_left
        await insist(lambda: follow_up(sentence, ephemeral=True, allowed_mentions=SILENT), seconds=seconds)

    async def _send(self, content: str | None, page: Page | None, *, private: bool) -> None:
        short = None if content is None else shorten(self.language.say(content), limit=MESSAGE_CHARACTERS)
        if not self._acknowledged and await self._acknowledge(short, page, private=private):
            return
        await self._answer.change(short, page)

    async def _acknowledge(self, content: str | None, page: Page | None, *, private: bool) -> bool:
        """Send the first answer; false if Discord has one already, which is then to be edited."""
        send = self._interaction.response.send_message
        missing = discord.utils.MISSING
        try:
            answered = await insist(
                lambda: send(
                    content,
                    view=page.build_view() if page else missing,  # type: ignore[arg-type]  # its layout has no text
                    ephemeral=private,
                    allowed_mentions=SILENT,
                )
            )
        except discord.InteractionResponded:
            self._acknowledged = True
            return False
        except discord.HTTPException as error:
            # An answer that arrived although its receipt was lost on the way.
            if error.code != ALREADY_ACKNOWLEDGED:
                raise
            self._acknowledged = True
            return False
        self._acknowledged = True
        self._answer.message_id = answered.message_id or 0
        return True
