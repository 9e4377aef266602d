"""The end of a training is told until it is, once, whatever Discord says meanwhile."""

import json
import time
from pathlib import Path

import pytest

from bot.storage.data_folder import read_machine
from bot.storage.repositories import Repositories
from bot.storage.tables.trainings import RetrainPlan, TrainingRecord
from tests.bot.bot_process import running_bot
from tests.local_discord import LocalDiscord, Permission
from tests.local_discord.http.errors import Reason

SEND = "POST /channels/{channel}/messages"
PLAN = RetrainPlan(
    key="a", folder="nor", scripts="", series="all", episodes="", preset="default", minutes=1.0, epochs=None,
    upload=False, keep=False, seconds=60.0,
)  # fmt: skip
OUTCOME = {
    "bits": 2.17,
    "epochs": 5.22642,
    "seconds": 60.0,
    "device": "CPU",
    "old_name": "ds9",
    "samples": {"old": "ODO: No.", "new": "ODO: Yes."},
    "comparison": {"new_bits": 2.17, "old_bits": 1.22, "characters": 5_000},
}


@pytest.mark.parametrize("uneditable", [True, False])
async def test_end_of_a_training_is_told_once_over_failures(tmp_path: Path, *, uneditable: bool) -> None:
    """Refused edits, errors and limits delay the end; then one new message tells it and names who started it."""
    async with LocalDiscord() as discord:
        guild = discord.add_guild()
        chief = discord.add_member(guild, "Sisko", permissions=Permission.ADMINISTRATOR)
        channel = next(iter(guild.channels.values()))
        progress = discord.board.send(
            {"content": "0 %"}, channel=channel, author=discord.world.bot, uploads={}
        )
        storage = await Repositories.open("", data=tmp_path, machine=read_machine(tmp_path))
        await storage.trainings.add(
            TrainingRecord(
                machine=storage.trainings.machine,
                guild_id=guild.id,
                channel_id=channel.id,
                message_id=progress.id,
                member_id=chief.id,
                name="Terok Nor",
                created=int(time.time()),
                queued=int(time.time()),
                ended=int(time.time()),
                state="done",
                plan=PLAN.to_json(),
                outcome=json.dumps(OUTCOME),
            )
        )
        await storage.close()
        discord.faults.refuse(SEND, Reason.INVALID_FORM)  # which nobody expects
        discord.faults.fail(SEND, status=503, times=2)
        discord.faults.rate_limit(SEND, retry_after=None, times=2)
        discord.faults.drop(SEND, applied=True)
        if uneditable:
            discord.faults.refuse("PATCH /channels/*", Reason.TOO_MANY_EDITS, times=None)
        async with running_bot(discord, tmp_path) as bot:
            end = await discord.until_bot_message(
                lambda message: message.referenced is progress, timeout_seconds=60
            )
            await discord.until(lambda: progress.deleted or "is over" in progress.text, timeout_seconds=60)
            await discord.settle(quiet_seconds=2.0)
        assert "is not told yet" in bot.log
        assert progress.deleted is uneditable
        assert str(chief.user.id) in end.content
        assert "5.2 epochs" in end.text
        assert "lower is better" in end.text
        assert "Press" in end.text
        assert [
            message for message in discord.bot_messages if message.embeds and message is not progress
        ] == [end]
        assert not discord.pings
        storage = await Repositories.open("", data=tmp_path, machine=read_machine(tmp_path))
        assert await storage.trainings.read_untold() == []
        await storage.close()
