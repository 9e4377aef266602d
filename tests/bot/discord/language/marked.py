"""A language that is English in wide letters: what nobody translates shows, as its letters are narrow."""

import gettext
import re
import string

PLACE = re.compile(r"(\{[^{}]*\})")
WIDE = {ord(letter): ord(letter) + 0xFEE0 for letter in string.ascii_letters}


class MarkedCatalogue(gettext.NullTranslations):
    """Translates every message, and nothing but messages: `"{name} waits"` -> `"{name} WAITS"`."""

    def gettext(self, message: str) -> str:
        """Return a message in wide letters; the places of its values stay."""
        return "".join(
            part if index % 2 else part.translate(WIDE) for index, part in enumerate(PLACE.split(message))
        )

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the form of a count."""
        return self.gettext(msgid1 if n == 1 else msgid2)
