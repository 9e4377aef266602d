"""The bot as its container runs it: as an ordinary user, with everything read-only but the data folder."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core.run.store import Run
from tests.bot.bot_process import ask_to_train, described, footer, scene_of
from tests.children import ROOT, environment
from tests.conftest import tiny_episodes
from tests.local_discord import LocalDiscord, Permission

USER = "10001"  # as in the Dockerfile
# A namespace of its own, in which only the data folder can be written, and in it a user that may read all files
# (the project may lie where only its owner looks) and write none.
READ_ONLY = (
    "mount --make-rprivate / && mount --bind {data} {data} && mount -o remount,bind,ro / "
    "&& exec setpriv --reuid {user} --regid {user} --clear-groups --inh-caps +dac_read_search "
    '--ambient-caps +dac_read_search --no-new-privs "$@"'
)


def read_only(data: Path, *command: str) -> list[str]:
    """Return a command that runs another one where nothing but `data` can be written."""
    return ["unshare", "--mount", "sh", "-c", READ_ONLY.format(data=data, user=USER), "sh", *command]


def is_possible(folder: Path) -> bool:
    """Tell whether this system lets us make such a namespace."""
    if not all(map(shutil.which, ("unshare", "setpriv", "mount"))):
        return False
    beside = folder / "beside"
    inside = folder / "data"
    inside.mkdir(exist_ok=True)
    os.chmod(inside, 0o777)  # noqa: PTH101, S103 -- of a temporary folder
    program = f"touch {inside}/x && ! touch {beside}"
    return (
        subprocess.run(read_only(inside, "sh", "-c", program), capture_output=True, check=False).returncode
        == 0
    )


def give_folder(data: Path) -> Path:
    """Make the data folder of that user, below folders that it may pass."""
    for path in (data.parent, data.parent.parent):
        path.chmod(path.stat().st_mode | 0o055)
    shutil.rmtree(data)
    data.mkdir()
    shutil.chown(data, int(USER), int(USER))
    return data


@pytest.fixture
def scripts_address(tmp_path: Path) -> Iterator[str]:
    """Yield an address that hands scripts out, with a secret in it."""
    folder = tmp_path / "web"
    folder.mkdir()
    (folder / "scripts.json").write_text(
        json.dumps({"DS9": dict(enumerate(tiny_episodes()))}), encoding="utf-8"
    )

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/scripts.json?key=geheim"
        server.shutdown()
        thread.join()


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_bot_and_training_write_nowhere_but_in_the_data_folder(
    tmp_path: Path, scripts_address: str, tiny_run: Run
) -> None:
    """With root, home and temporary folder read-only, scenes are written and a model is trained without an upload."""
    if not await asyncio.to_thread(is_possible, tmp_path):
        pytest.skip("this system gives us no read-only namespace")
    data = await asyncio.to_thread(give_folder, tmp_path / "data")
    async with LocalDiscord() as discord:
        guild = discord.add_guild()
        chief = discord.add_member(guild, "Sisko", permissions=Permission.ADMINISTRATOR)
        settings = environment(
            **discord.environment,
            HOLOSUITE_DATA=str(data),
            HOLOSUITE_SCRIPTS=scripts_address,
            HOLOSUITE_LOG="file",
            HOLOSUITE_RUN=str(tiny_run.path),  # which a training on these scripts begins with
            HOME="/nonexistent",
            TF_XLA_FLAGS="",  # what the tests share lies outside of the data folder
        )
        process = await asyncio.create_subprocess_exec(
            *read_only(data, sys.executable, "-m", "bot"),
            cwd=ROOT,
            env=settings,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            await discord.gateway.until_connected(timeout_seconds=60)
            await discord.until(lambda: bool(discord.world.application.global_commands), timeout_seconds=30)
            before = await scene_of(await discord.slash(chief, "episode", {"seed": 1, "length": 50}))
            assert footer(before).startswith("tiny")
            asked = await ask_to_train(discord, chief, epochs=1, name="Away")
            preview = await asked.message_where(lambda message: bool(message.buttons), timeout_seconds=60)
            assert "scripts.json" in preview.text
            await (await discord.press(preview.button("Start"), chief)).acknowledged()
            await discord.until(
                lambda: any("is trained" in message.text for message in discord.bot_messages),
                timeout_seconds=200,
            )
            # Where one epoch is no match for the model in use, the new one waits to be chosen.
            end = next(message for message in discord.bot_messages if "is trained" in message.text)
            if not end.button("Use it").raw.get("disabled"):
                await (await discord.press(end.button("Use it"), chief)).acknowledged()
            after = await scene_of(await discord.slash(chief, "episode", {"seed": 1, "length": 50}))
            assert footer(after).startswith("Away")
            assert described(after) != described(before)
            said = "".join(message.text for message in discord.bot_messages)
        finally:
            process.terminate()
            printed, _ = await process.communicate()
    assert "geheim" not in said
    assert b"geheim" not in printed
    for path in data.rglob("*"):
        if path.is_file() and "cache" not in path.parts:
            assert b"geheim" not in path.read_bytes(), path
