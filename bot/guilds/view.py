"""A server's settings as its administrators see them: the list with its menu, and the form of one setting."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import discord

from bot.discord.language.language import Language
from bot.discord.limits import CHOICE_CHARACTERS, LAYOUT_CHARACTERS
from bot.discord.markdown import shorten
from bot.discord.page import Page
from bot.guilds.buttons import NAME, SettingMenu, UndoButton
from bot.guilds.definitions import SETTINGS, SHOW
from bot.guilds.kinds import FIELD, Setting
from bot.guilds.settings import GuildSettings
from bot.storage.tables.guild_settings import SettingChange
from core.text import Text

FORM_ID = re.compile(rf"hs:settings:form:{NAME}", re.ASCII)
CHANGE_CHARACTERS = 1_300  # left for what was changed: two lists of channels


def build_settings(
    settings: GuildSettings, *, shows: Sequence[str], change: SettingChange | None, language: Language
) -> Page:
    """List what is set, offer to change it, and where something was changed, to undo that."""
    say = language.say
    offered = [each for each in SETTINGS if each is not SHOW or len(shows) > 1 or settings.stored(each)]
    lines = [
        f"**{say(each.label)}:** {_say_value(each, settings.stored(each), language)}" for each in offered
    ]
    title = f"### {say(Text('Settings of this server'))}"
    text = shorten("\n".join((title, *lines)), limit=LAYOUT_CHARACTERS - CHANGE_CHARACTERS)
    options = [
        discord.SelectOption(
            label=say(each.label), value=each.name, description=say(each.help)[:CHOICE_CHARACTERS]
        )
        for each in offered
    ]
    menu: discord.ui.ActionRow[Any] = discord.ui.ActionRow(SettingMenu(options, language=language))
    parts: list[discord.ui.Item[Any]] = [discord.ui.TextDisplay(text), menu]
    changed = find_setting(change.name) if change else None
    if change is not None and changed is not None:
        before, now = (_say_value(changed, value or "", language) for value in (change.before, change.value))
        said = f"**{say(changed.label)}:** {before} \N{RIGHTWARDS ARROW} {now}"
        button = UndoButton(change.name, change.version, language=language)
        parts.append(discord.ui.Section(shorten(said, limit=CHANGE_CHARACTERS), accessory=button))
    return Page(tuple(parts))


def build_form(
    setting: Setting[Any], stored: str, *, offered: Sequence[str], language: Language
) -> discord.ui.Modal:
    """Build the form of one setting, filled in with its value now."""
    say = language.say
    form = discord.ui.Modal(title=say(setting.label), custom_id=f"hs:settings:form:{setting.name}")
    field = setting.build_field(stored, offered=offered, language=language)
    form.add_item(
        discord.ui.Label(
            text=say(setting.label), description=say(setting.help)[:CHOICE_CHARACTERS], component=field
        )
    )
    # Forms are read by their name, here or after a restart: discord.py need not remember this one.
    form.stop()
    return form


def read_values(components: Iterable[dict[str, Any]]) -> list[str]:
    """Return what a form was filled in with; nothing where its field was left empty."""
    for label in components:
        field = label.get("component") or {}
        if field.get("custom_id") == FIELD:
            given = field.get("values") or [field.get("value")]
            return [value for value in given if isinstance(value, str) and value.strip()]
    return []


def find_setting(name: str) -> Setting[Any] | None:
    """Return the setting of that name."""
    return next((setting for setting in SETTINGS if setting.name == name), None)


def _say_value(setting: Setting[Any], stored: str, language: Language) -> str:
    """Return a setting's value in somebody's language, or what is usual."""
    try:
        return language.say(setting.describe(stored)) if stored else f"*{language.say(setting.usual)}*"
    except ValueError:
        return f"*{language.say(setting.usual)}*"
