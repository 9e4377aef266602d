"""The commands' descriptions in the member's own Discord language; the texts are in `bot/discord/locales`."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import discord
from discord import app_commands

# Discord's locales that share a file.
LANGUAGES = {
    discord.Locale.german: "de",
    discord.Locale.spain_spanish: "es",
    discord.Locale.latin_american_spanish: "es",
    discord.Locale.french: "fr",
}


class Translator(app_commands.Translator):
    """Looks English texts up, which are what the commands are written in."""

    def __init__(self) -> None:
        """Know nothing until `load`, which discord.py awaits."""
        self._texts: Mapping[str, Mapping[str, str]] = {}

    async def load(self) -> None:
        """Read the texts of all languages."""
        self._texts = await asyncio.to_thread(_read_texts)

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        _context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return a text in the locale's language, or None if it has none."""
        return self._texts.get(LANGUAGES.get(locale, ""), {}).get(string.message)


def _read_texts() -> dict[str, dict[str, str]]:
    folder = Path(__file__).parent / "locales"
    return {
        language: json.loads((folder / f"{language}.json").read_text(encoding="utf-8"))
        for language in set(LANGUAGES.values())
    }
