"""A scene that nobody asked for just now: it waits in silence, and what goes wrong is its caller's to handle."""

from bot.discord.language.language import Language
from bot.discord.page import Page
from bot.storage.tables.pending import PendingRequest


class SilentReply:
    """What a scene answers that a plan or the bot itself asks for; its caller shows it."""

    message_id = 0

    def __init__(self, language: Language) -> None:
        self.language = language

    async def refuse(self, sentence: str) -> None:
        """Tell nobody."""

    async def wait(self, sentence: str) -> None:
        """Tell nobody."""

    async def progress(self, sentence: str) -> None:
        """Tell nobody."""

    async def show(self, page: Page) -> None:
        """Show nothing: that is the caller's."""

    def pending(self, *, member_id: int, created: int, request: str) -> PendingRequest | None:  # noqa: ARG002 -- the protocol's
        """Return nothing: the caller asks again after a restart."""
        return None
