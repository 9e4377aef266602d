"""Which names a model can have."""

import re

from bot.discord.errors import RefusalError
from bot.discord.markdown import clean_text

NAME_CHARACTERS = 40


def check_name(text: str) -> str:
    """Return a model's name as it may be stored.

    Raises:
        RefusalError: It is empty or too long.
    """
    name = " ".join(clean_text(text).split())
    if len(name) > NAME_CHARACTERS or re.search(r"[^\W_]", name) is None or name.startswith("#"):
        raise RefusalError(
            "A name has 1 to {most} characters, with a letter or digit among them, and "
            "does not begin with #.",
            most=NAME_CHARACTERS,
        )
    return name
