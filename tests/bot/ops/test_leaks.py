"""What nobody but its owner may read: the data folder, and secrets and members' lines in the log."""

import asyncio
import json
import logging
import stat
import time
from pathlib import Path

import psutil
import pytest

from bot.ops.logs import TALKATIVE, set_up_logging
from bot.storage.data_folder import open_data_folder
from bot.storage.settings import Settings
from core.errors import ConfigError
from core.run.layout import SHIPPED
from tests.bot.bot_process import running_bot, scene_of, start_bot
from tests.children import ROOT, run_python
from tests.local_discord import LocalDiscord


@pytest.mark.parametrize("place", [".", "models", "models/star_trek", "bot", "core/run", ".."])
def test_data_folder_with_the_program_in_it_is_refused(place: str) -> None:
    """A folder that holds the packages or the shipped models, or is a part of them, is no data folder."""
    with pytest.raises(ConfigError, match="a folder with the program in it"):
        open_data_folder(ROOT / place)


def test_start_in_the_programs_own_folder_is_refused(tmp_path: Path) -> None:
    """`HOLOSUITE_DATA=.` beside the program ends with a sentence, and deletes nothing."""
    done = run_python(["-m", "bot"], cwd=ROOT, typed="/help\n", HOLOSUITE_DATA=".")
    assert (done.returncode, done.stdout) == (2, "")
    assert "HOLOSUITE_DATA is '.', a folder with the program in it" in done.stderr
    assert (SHIPPED / "run.json").is_file()


async def test_data_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Whatever the bot writes, and the folder itself, is closed to every other user of the machine."""
    async with LocalDiscord() as discord:
        member = discord.add_member(discord.add_guild(), "Kira")
        (tmp_path / "data").mkdir(mode=0o755)
        log = tmp_path / "data" / "logs" / "holosuite.log"
        environment = discord.environment | {"HOLOSUITE_LOG": "file", "TEST_ANEW": "1"}
        bot = await start_bot(environment, tmp_path / "data")
        try:
            while not log.exists() or "Ready as" not in log.read_text():  # noqa: ASYNC110 -- as below
                await asyncio.sleep(0.05)
            await scene_of(await discord.slash(member, "episode", {"length": 20}))
            health = tmp_path / "data" / "health.json"
            while not health.exists():  # noqa: ASYNC110 -- a file tells nobody that it is there
                await asyncio.sleep(0.05)
            written = [path for path in (tmp_path / "data").rglob("*") if path != bot.log_file]
            assert {"holosuite.db", "holosuite.log", "health.json"} <= {path.name for path in written}
            for path in (tmp_path / "data", *written):
                assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
        finally:
            await bot.leave()


async def test_debug_log_has_no_token_and_no_line_of_a_member(tmp_path: Path, postgresql: str) -> None:
    """At the loudest, neither log nor command line say what members wrote, or what opens the bot, database or store."""
    settings = {
        "HOLOSUITE_LOG_LEVEL": "DEBUG",
        "DATABASE_URL": postgresql.replace("postgres:@", "postgres:a-quiet-yak@"),
        "HOLOSUITE_STORE": f"file://{tmp_path / 'store'}",
        "AWS_SECRET_ACCESS_KEY": "a-hidden-gnu",
        "TEST_ANEW": "1",  # its command line is looked at
    }
    async with LocalDiscord() as discord:
        member = discord.add_member(discord.add_guild(), "Kira")
        async with running_bot(discord, tmp_path, **settings) as bot:
            assert "yak" in settings["DATABASE_URL"]
            said = await discord.say(member, content='"ODO: Quite a secret zebra"')
            asked = [
                await discord.slash(member, "episode", {"line": "QUARK: A private walrus", "length": 20}),
                await discord.context_menu(member, "Continue as an episode", said),
            ]
            await scene_of(asked[0])
            await scene_of(asked[1])
            asked.append(await discord.slash(member, "forget-me"))
            await asked[2].message()
            mention = await discord.say(member, content=f"<@{discord.world.bot.id}> > A shy okapi")
            await discord.until_bot_message(lambda message: message.referenced is mention)
            await discord.settle()
            for secret in ("zebra", "walrus", "okapi", discord.token, *(each.token for each in asked)):
                assert secret not in bot.log
            command = str(psutil.Process(bot.process.pid).cmdline())
            for secret in ("yak", "gnu"):
                assert secret not in bot.log + command


def test_log_has_no_secret_of_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords and queries of addresses, and the store's credentials, are taken out, wherever they are said."""
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "a-hidden-gnu")
    monkeypatch.setenv("PGPASSWORD", "a-quiet-yak")
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    settings = Settings.from_env(
        {
            "HOLOSUITE_DATA": str(tmp_path),
            "HOLOSUITE_LOG": "file",
            "HOLOSUITE_SCRIPTS": "https://me:top%20secret@host/a.json?key=4321",
            "DATABASE_URL": "postgresql://me:hush@host/base",
        }
    )
    try:
        last = set_up_logging(settings)
        logging.getLogger("x").error(
            "%s and %s, or top secret; hush, a-hidden-gnu, a-quiet-yak",
            settings.scripts,
            settings.database_url,
        )
        said = (tmp_path / "logs" / "holosuite.log").read_text(encoding="utf-8") + " ".join(last.lines)
    finally:
        for handler in set(root.handlers) - set(before):
            handler.close()
            root.removeHandler(handler)
        root.setLevel(level)
        for name in TALKATIVE:
            logging.getLogger(name).setLevel(logging.NOTSET)
    assert "[secret]" in said
    for secret in ("top%20secret", "top secret", "4321", "hush", "gnu", "yak"):
        assert secret not in said


def test_health_reads_dotenv_as_the_bot_does(tmp_path: Path) -> None:
    """The folder that .env names is looked at, and a wall clock that was set back changes nothing."""
    (tmp_path / ".env").write_text("HOLOSUITE_DATA=elsewhere\n", encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    health = tmp_path / "elsewhere" / "health.json"
    health.write_text(json.dumps({"time": time.monotonic(), "lost_since": None}), encoding="utf-8")
    done = run_python(["-m", "bot.ops.health"], cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "healthy\n")
    # What a bot that has stopped wrote is old, whatever the time of day is now.
    health.write_text(json.dumps({"time": time.monotonic() - 60, "lost_since": None}), encoding="utf-8")
    done = run_python(["-m", "bot.ops.health"], cwd=tmp_path)
    assert done.returncode == 1
    assert "silent for" in done.stdout
