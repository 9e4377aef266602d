"""What the bot does by itself, and learning: who switches it off, and that it is off after an update."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import discord
import pytest

from bot.channels.learning.availability import LearningAvailability
from bot.channels.switch import ChannelSwitch
from bot.discord.errors import RefusalError
from bot.guilds.definitions import CHIME_IN, LEARNING, PERFORMANCES
from bot.guilds.settings import read_guild_settings
from bot.storage.repositories import Repositories
from bot.storage.settings import Settings
from tests.bot.storage.test_old_database import open_old_database
from tests.bot.test_promises import GRANTED

GUILD = 1  # of the old database
OWNERS = {"HOLOSUITE_LEARN": "on", "HOLOSUITE_CHANNELS": "on"}
SERVERS = {LEARNING.name: "on", PERFORMANCES.name: "on", CHIME_IN.name: "5"}


@pytest.fixture
async def updated(tmp_path: Path) -> AsyncIterator[Repositories]:
    """A database of an earlier version, brought up to date."""
    async with open_old_database(tmp_path) as opened:
        yield opened


async def read_flags() -> discord.ApplicationFlags:
    """Return that Discord lets the application read messages."""
    return discord.ApplicationFlags._from_value(GRANTED)


@pytest.mark.parametrize(
    ("owner", "server", "learns", "performs"),
    [
        ({}, {}, False, False),  # after an update: the settings and the database of the version before
        (OWNERS, SERVERS, True, True),
        (OWNERS, {}, True, False),  # learning asks each member
        (OWNERS | {"HOLOSUITE_LEARN": "off"}, SERVERS, False, True),
        (OWNERS | {"HOLOSUITE_CHANNELS": "off"}, SERVERS, True, False),
        (OWNERS, SERVERS | {LEARNING.name: "off"}, False, True),
        (OWNERS, SERVERS | {PERFORMANCES.name: "off"}, True, False),
        ({}, SERVERS, False, True),
    ],
)
async def test_owner_and_server_switch_each_off_by_one_setting(
    updated: Repositories,
    owner: Mapping[str, str],
    server: Mapping[str, str],
    learns: bool,  # noqa: FBT001
    performs: bool,  # noqa: FBT001
) -> None:
    """Learning, and all that the bot does by itself, is off after an update; either of both switches it off again."""
    for name, value in server.items():
        await updated.guild_settings.change(GUILD, name, value)
    settings = Settings.from_env(owner)
    switch = ChannelSwitch(is_allowed=settings.channels == "on", settings=updated.guild_settings)
    assert await switch.is_on(GUILD) is performs
    learning = LearningAvailability(
        is_on=settings.learn == "on", read_flags=read_flags, settings=updated.guild_settings
    )
    assert await may(learning) is learns
    if not server:
        assert (await read_guild_settings(updated.guild_settings, GUILD)).get(CHIME_IN) is None
        assert await updated.programmes.read_due(2**40) == []
        assert await updated.performances.read_all() == []


async def may(learning: LearningAvailability) -> bool:
    """Tell whether the server may be learnt from."""
    try:
        await learning.check_in(GUILD)
    except RefusalError:
        return False
    return True
