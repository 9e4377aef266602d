"""A character's name and face as Discord takes them of a webhook."""

import hashlib
import re

from bot.discord.limits import WEBHOOK_NAME_CHARACTERS
from bot.discord.markdown import clean_text, shorten

# "Webhook Resource", Create Webhook, and "User Resource", Usernames and Nicknames.
_REFUSED_WORDS = re.compile(r"(?i)(cly)(?=de)|(dis)(?=cord)")
_REFUSED_SIGNS = re.compile(r"[@#:`]+")
_REFUSED_NAMES = ("everyone", "here")
_DOT = "\N{MIDDLE DOT}"
# "Reference", CDN Endpoints, Default User Avatar: a picture of each colour.
AVATAR = "https://cdn.discordapp.com/embed/avatars/{number}.png"
AVATARS = 6


def mend_name(name: str) -> str:
    """Return a name that Discord takes: `"CLYDE @ Discord"` -> `"CLY·DE Dis·cord"`; empty where none is left."""
    bare = " ".join(_REFUSED_SIGNS.sub(" ", clean_text(name)).split())
    mended = _REFUSED_WORDS.sub(lambda found: found.group() + _DOT, bare)
    if mended.casefold() in _REFUSED_NAMES:
        mended += _DOT
    return shorten(mended, limit=WEBHOOK_NAME_CHARACTERS)


def choose_avatar(name: str) -> str:
    """Return the address of the face that a name has by itself, the same at all times and on all machines."""
    digest = hashlib.sha256(" ".join(name.split()).casefold().encode()).digest()
    return AVATAR.format(number=digest[0] % AVATARS)
