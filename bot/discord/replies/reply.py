"""What an answer can do, whatever it answers; never with a mention."""

from typing import Protocol

from bot.discord.language.language import Language
from bot.discord.page import Page
from bot.storage.tables.pending import PendingRequest


class Reply(Protocol):
    """One answer, which changes until the scene is there."""

    language: Language  # of whoever reads it; sentences are said in it on their way out

    @property
    def message_id(self) -> int:
        """The number of the message that the answer is so far; 0 while there is none, or it is not known."""

    async def refuse(self, sentence: str) -> None:
        """Say why not, to the asker alone where Discord lets us."""

    async def wait(self, sentence: str) -> None:
        """Acknowledge, and say what is being waited for."""

    async def progress(self, sentence: str) -> None:
        """Change what is being waited for, if that goes at once; never fails."""

    async def show(self, page: Page) -> None:
        """Show the scene."""

    def pending(self, *, member_id: int, created: int, request: str) -> PendingRequest | None:
        """Return what a new process needs to finish this reply; None if the database has it already."""
