"""What `/consent` and the buttons of a member's answer do."""

import discord

from bot.channels.learning.availability import LearningAvailability
from bot.channels.learning.buttons import build_consent_buttons
from bot.channels.learning.consent_view import describe_answer, describe_change, describe_servers
from bot.channels.learning.withdrawal import Withdrawal
from bot.discord.errors import RefusalError, answering
from bot.discord.language.language import language_of
from bot.discord.replies.interaction import InteractionReply
from bot.discord.replies.sending import SILENT, insist
from bot.storage.tables.consents import NO, YES, ConsentRepository
from core.text import Text


class ConsentActions:
    """Shows and takes members' answers, privately."""

    def __init__(
        self, *, consents: ConsentRepository, availability: LearningAvailability, withdrawal: Withdrawal
    ) -> None:
        self._consents = consents
        self._availability = availability
        self._withdrawal = withdrawal

    async def show(self, interaction: discord.Interaction) -> None:
        """Tell a member their answer, with the buttons to change it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        language = language_of(interaction.locale)
        guild_id = _server_of(interaction)
        if guild_id is None:
            # An answer is a server's; what can be said anywhere is no to all.
            said = describe_servers(await self._consents.count_servers(interaction.user.id))
            buttons = build_consent_buttons(NO, language=language)
        else:
            said = describe_answer(await self._consents.read(guild_id, interaction.user.id))
            buttons = build_consent_buttons(YES, NO, language=language)
        await insist(
            lambda: interaction.edit_original_response(
                content=language.say(said), view=buttons, allowed_mentions=SILENT
            )
        )

    async def press(self, interaction: discord.Interaction, *, answer: str) -> None:
        """Take a member's answer."""
        async with answering(InteractionReply(interaction)):
            await interaction.response.defer(ephemeral=True, thinking=True)
            said = await self._take(interaction, answer)
            text = language_of(interaction.locale).say(said)
            await insist(lambda: interaction.edit_original_response(content=text, allowed_mentions=SILENT))

    async def _take(self, interaction: discord.Interaction, answer: str) -> Text:
        guild_id, member_id = _server_of(interaction), interaction.user.id
        if answer == NO:
            await self._withdrawal.refuse(member_id, guild_id=guild_id)
            return describe_change(NO)
        if guild_id is None:
            raise RefusalError("A yes is for one server; use /consent in one that I am a member of.")
        await self._availability.check_in(guild_id)
        await self._consents.allow(guild_id, member_id)
        return describe_change(YES)


def _server_of(interaction: discord.Interaction) -> int | None:
    """Return the server that an answer is for; None anywhere where the bot is no member."""
    guild_id = interaction.guild_id
    return guild_id if guild_id is not None and interaction.client.get_guild(guild_id) else None
