"""A local Discord to develop against: `python -m tests.local_discord --port 8765`.

Prints what to put into the bot's environment. Lines typed into it are commands of a member:
`/episode temp=0.5`, `!Continue` presses a button of the newest message, everything else is said.
"""

import argparse
import asyncio
import contextlib
import json
import sys

from tests.local_discord.interactions.options import ClientRefused
from tests.local_discord.server import LocalDiscord
from tests.local_discord.world.permissions import Permission
from tests.local_discord.world.users import Member


async def serve(port: int) -> None:
    """Run until the input ends."""
    discord = LocalDiscord()
    await discord.start(port=port)
    guild = discord.add_guild()
    member = discord.add_member(guild, "Kira", permissions=Permission.ADMINISTRATOR)
    for name, value in discord.environment.items():
        show(f"{name}={value}")
    printer = asyncio.create_task(print_messages(discord))
    try:
        while line := await asyncio.to_thread(sys.stdin.readline):
            try:
                await act(discord, member, line.strip())
            except (ClientRefused, KeyError, IndexError) as refused:
                show(f"! {refused}")
        if not sys.stdin.isatty():
            await asyncio.Event().wait()  # started without a terminal: serve until ended
    finally:
        printer.cancel()
        await discord.stop()


async def act(discord: LocalDiscord, member: Member, line: str) -> None:
    """Do what one line says."""
    if line.startswith("/"):
        name, *pairs = line[1:].split(" ")
        await discord.slash(member, name, {key: read_value(value) for key, _, value in map(_split, pairs)})
    elif line.startswith("!"):
        await discord.press(discord.bot_messages[-1].button(line[1:]), member)
    elif line:
        mention = discord.world.bot.mention
        await discord.say(member, content=line.replace("@bot", mention))


def show(text: str) -> None:
    """Write a line to the terminal at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def read_value(text: str) -> object:
    """Return a number or truth value where the text is one."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _split(pair: str) -> tuple[str, str, str]:
    return pair.partition("=")


async def print_messages(discord: LocalDiscord) -> None:
    """Show every message of the bot as it comes and changes."""
    shown: dict[int, int] = {}

    def pending() -> bool:
        return any(len(m.revisions) > shown.get(m.id, 0) for m in discord.bot_messages)

    while True:
        await discord.until(pending, timeout_seconds=1e9)
        for message in discord.bot_messages:
            if len(message.revisions) > shown.get(message.id, 0):
                shown[message.id] = len(message.revisions)
                buttons = " ".join(f"[{button.label}]" for button in message.buttons)
                files = " ".join(attachment.url for attachment in message.attachments)
                show(f"< {message.text}\n  {buttons} {files}".rstrip())


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="A Discord on loopback for developing the bot.")
    parser.add_argument("--port", type=int, default=0, help="where to listen (a free one by default)")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
