"""The answer to a command that Discord shows as "is thinking": filled in, or a new message where that cannot be."""

from collections.abc import Callable, Sequence
from typing import Any

import discord

from bot.discord.replies.sending import SILENT, TooLateError, insist


async def fill_in(
    interaction: discord.Interaction,
    content: str | None = None,
    *,
    embed: discord.Embed | None = None,
    build_view: Callable[[], discord.ui.View | discord.ui.LayoutView] | None = None,
    build_files: Callable[[], Sequence[discord.File]] | None = None,
    private: bool = True,
) -> None:
    """Show the answer to an interaction that was deferred.

    In an archived thread nothing is edited, and no private message opens it: a new message takes the answer's place.

    Args:
        interaction: The one to answer.
        content: Text of an ordinary message.
        embed: Its embed.
        build_view: Makes its buttons, or a layout in place of text and embed; anew for each attempt.
        build_files: Makes its files, anew for each attempt.
        private: Whether a new message is for the asker alone, too.

    Raises:
        GoneError: There is nothing to answer any more.
    """

    def parts(files: str) -> dict[str, Any]:
        found: dict[str, Any] = {"allowed_mentions": SILENT}
        found |= {} if content is None else {"content": content}
        found |= {} if embed is None else {"embed": embed}
        found |= {} if build_view is None else {"view": build_view()}
        return found if build_files is None else found | {files: list(build_files())}

    try:
        await insist(lambda: interaction.edit_original_response(**parts("attachments")))
    except TooLateError:
        await insist(interaction.delete_original_response)
        await insist(lambda: interaction.followup.send(ephemeral=private, **parts("files")))
