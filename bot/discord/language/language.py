"""The languages that the bot speaks: their words, plural forms and numbers, by Discord's locales or the environment."""

import functools
import gettext
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.discord.language.catalogue import Catalogue
from core.text import render

CATALOGUES = Path(__file__).parent / "catalogues"
# "Reference", Locales: those of Discord's that have a catalogue.
LANGUAGES = {"de": "de", "es-419": "es", "es-ES": "es", "fr": "fr", "ja": "ja", "pt-BR": "pt_BR"}
# CLDR's decimal and grouping signs; elsewhere they are the English ones.
SIGNS = {"de": (",", "."), "es": (",", "."), "fr": (",", "\u202f"), "pt_BR": (",", ".")}


@dataclass(frozen=True)
class Language:
    """How people are spoken to."""

    code: str = "en"
    catalogue: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)

    def say(self, text: str) -> str:
        """Return a `Text` in this language; any other text as it is."""
        return render(text, self._look_up, self.number)

    def number(self, written: str) -> str:
        """Return a number, as Python writes it, with this language's signs: `"1,234.5"` -> `"1.234,5"`."""
        if self.code not in SIGNS:
            return written
        decimal, group = SIGNS[self.code]
        return written.translate({ord("."): decimal, ord(","): group})

    def find(self, message: str) -> str | None:
        """Return a message's translation, or None if there is none."""
        found = self.catalogue.gettext(message)
        return None if found == message else found

    def _look_up(self, message: str, plural: str, count: float) -> str:
        if plural:
            return self.catalogue.ngettext(message, plural, _as_integer(count))
        return self.catalogue.gettext(message) if message else message


@functools.cache
def read_language(code: str) -> Language:
    """Return a language by the name of its catalogue; English for any other."""
    if code not in LANGUAGES.values():
        return Language()
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        return Language(code, Catalogue(file))


def language_of(locale: object) -> Language:
    """Return the language of one of Discord's locales, such as `pt-BR`."""
    return read_language(LANGUAGES.get(str(locale), "en"))


def language_of_environment(environ: Mapping[str, str]) -> Language:
    """Return the language that the environment asks for, as POSIX has it: `LANG=de_AT.UTF-8` -> German."""
    wanted = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    short = wanted.split(".")[0].split("@")[0].split("_")[0]
    return read_language(next((code for code in LANGUAGES.values() if code.split("_")[0] == short), "en"))


def _as_integer(count: float) -> int:
    """Return a count for a plural rule, which knows whole numbers: no fraction is one."""
    return int(count) if float(count).is_integer() else 2
