"""How often a training's message is changed."""

import datetime as dt

import discord
import pytest

from bot.training.announcements.announcer import seconds_between_edits

SENT = 1_790_000_000.0  # seconds since 1970


@pytest.mark.parametrize(("minutes", "seconds"), [(0, 5), (54, 5), (56, 300), (90, 300)])
def test_progress_slows_down_before_a_message_is_an_hour_old(minutes: int, seconds: float) -> None:
    """Edits are rare by the time that Discord begins to count them."""
    message = discord.utils.time_snowflake(dt.datetime.fromtimestamp(SENT, dt.UTC))
    assert seconds_between_edits(message, now=SENT + 60 * minutes) == seconds


def test_progress_of_a_message_that_is_not_there_yet_is_shown_at_once() -> None:
    """Without a message its age counts for nothing."""
    assert seconds_between_edits(0, now=SENT) == 5
