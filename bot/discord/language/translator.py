"""The commands' descriptions, and the menu's name, in the member's own Discord language, from the catalogues."""

import asyncio

import discord
from discord import app_commands

from bot.discord.language.language import LANGUAGES, language_of, read_language

# What is typed is the same in all languages, and Discord takes no other name there than one of small letters.
TYPED = (
    app_commands.TranslationContextLocation.command_name,
    app_commands.TranslationContextLocation.group_name,
    app_commands.TranslationContextLocation.parameter_name,
)


class Translator(app_commands.Translator):
    """Looks English texts up, which are what the commands are written in."""

    async def load(self) -> None:
        """Read the texts of all languages, here and not while somebody waits."""
        for code in set(LANGUAGES.values()):
            await asyncio.to_thread(read_language, code)

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return a text in the locale's language, or None if it has none, or is a name that people type."""
        is_menu = isinstance(context.data, app_commands.ContextMenu)
        if context.location in TYPED and not is_menu:
            return None
        return language_of(locale).find(string.message)
