"""Brings the catalogues up to date: `python -m tests.bot.discord.language`.

It adds what is new, empty, and drops what is gone.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from bot.discord.language.catalogue import Entry, read_entries
from bot.discord.language.language import CATALOGUES, LANGUAGES
from tests.bot.discord.language.messages import Message, find_messages

PLURALS = {
    "ja": "nplurals=1; plural=0;",
    "fr": "nplurals=2; plural=(n > 1);",
    "pt_BR": "nplurals=2; plural=(n > 1);",
}
USUAL_PLURAL = "nplurals=2; plural=(n != 1);"


def write_catalogue(language: str, known: Mapping[tuple[str, str], Entry]) -> str:
    """Return a catalogue of all messages, in the order of their letters, with the translations that are known."""
    header = f"Language: {language}\\nContent-Type: text/plain; charset=UTF-8\\n"
    header += f"Plural-Forms: {PLURALS.get(language, USUAL_PLURAL)}\\n"
    lines = ['msgid ""', f'msgstr "{header}"', ""]
    forms = 1 if language == "ja" else 2
    for message in find_messages().messages:
        lines += write_entry(message, known.get((message.message, message.plural), Entry()), forms=forms)
    return "\n".join(lines)


def write_entry(message: Message, entry: Entry, *, forms: int) -> list[str]:
    """Return the lines of one message."""
    lines = [f"msgid {_quote(message.message)}"]
    if not message.plural:
        return [*lines, f"msgstr {_quote(entry.translations.get(0, ''))}", ""]
    lines.append(f"msgid_plural {_quote(message.plural)}")
    lines += [f"msgstr[{form}] {_quote(entry.translations.get(form, ''))}" for form in range(forms)]
    return [*lines, ""]


def read_catalogue(path: Path) -> dict[tuple[str, str], Entry]:
    """Return the entries of a catalogue by message and plural."""
    if not path.exists():
        return {}
    return {(entry.message, entry.plural): entry for entry in read_entries(path.read_text(encoding="utf-8"))}


def main() -> int:
    """Write all catalogues anew; return 1 while a translation is empty."""
    missing = 0
    for language in sorted(set(LANGUAGES.values())):
        path = CATALOGUES / f"{language}.po"
        path.write_text(write_catalogue(language, read_catalogue(path)), encoding="utf-8")
        written = read_catalogue(path)
        missing += sum(not all(entry.translations.values()) for entry in written.values())
    sys.stdout.write(f"{len(find_messages().messages)} messages, {missing} translations to be written\n")
    return 1 if missing else 0


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
