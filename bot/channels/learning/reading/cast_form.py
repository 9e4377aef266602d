"""The form in which an administrator gives a member's lines to a character."""

import re
from typing import Any

import discord

from bot.discord.language.language import Language
from bot.discord.markdown import clean_text
from bot.scenes.ui.form import read_form
from core.text import Text

CAST_ID = re.compile(r"hs:cast:(?P<number>[0-9]{1,18})")
CHARACTER_CHARACTERS = 30  # as the reader of chats has names


def build_cast_form(number: int, *, language: Language) -> discord.ui.Modal:
    """Build the form for a reading of that number."""
    say = language.say
    form = discord.ui.Modal(title=say(Text("Whose lines")), custom_id=f"hs:cast:{number}")
    form.add_item(
        discord.ui.Label(
            text=say(Text("Member")),
            description=say(Text("Somebody who has said yes.")),
            component=discord.ui.UserSelect(custom_id="member", max_values=1),
        )
    )
    form.add_item(
        discord.ui.Label(
            text=say(Text("Character")),
            description=say(Text("Such as QUARK; empty for the member's own name.")),
            component=discord.ui.TextInput(
                custom_id="character", required=False, max_length=CHARACTER_CHARACTERS
            ),
        )
    )
    # Read by its number, here or after a restart: discord.py need not remember this one.
    form.stop()
    return form


def read_cast_form(components: list[dict[str, Any]]) -> tuple[int, str]:
    """Return the member and the character; 0 for a member that makes no sense."""
    values = read_form(components)
    member = values.get("member", "")
    character = " ".join(clean_text(values.get("character", "")).replace(":", " ").split())
    return int(member) if member.isdecimal() else 0, character[:CHARACTER_CHARACTERS]
