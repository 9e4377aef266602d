"""A small bot made of plain discord.py, for the tests of the local Discord."""

import asyncio
import io
import logging
import os
import sys
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

log = logging.getLogger(__name__)


class Buttons(discord.ui.View):
    """Two buttons and a menu that survive a restart."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Continue", custom_id="example:continue")
    async def go_on(self, interaction: discord.Interaction, _: discord.ui.Button[discord.ui.View]) -> None:
        """Defer, then send a follow-up."""
        await interaction.response.defer()
        await interaction.followup.send("continued")

    @discord.ui.button(label="Hotter", custom_id="example:hotter")
    async def hotter(self, interaction: discord.Interaction, _: discord.ui.Button[discord.ui.View]) -> None:
        """Edit the message in place."""
        await interaction.response.edit_message(content="hotter")

    @discord.ui.select(
        custom_id="example:choose",
        options=[discord.SelectOption(label="Kira"), discord.SelectOption(label="Odo", value="constable")],
    )
    async def choose(
        self, interaction: discord.Interaction, menu: discord.ui.Select[discord.ui.View]
    ) -> None:
        """Say what was chosen."""
        await interaction.response.send_message(f"chosen {menu.values[0]}", ephemeral=True)


class Form(discord.ui.Modal, title="A line"):
    """One text field."""

    line: discord.ui.TextInput["Form"] = discord.ui.TextInput(label="Line", max_length=20)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Repeat the line."""
        await interaction.response.send_message(f"line: {self.line.value}")


class ExampleBot(discord.Client):
    """Commands of every kind; `ready` is set once the commands are registered and the gateway is ready."""

    def __init__(self, *, intents: discord.Intents | None = None, **options: Any) -> None:
        super().__init__(intents=intents or discord.Intents.default(), **options)
        self.tree = app_commands.CommandTree(self)
        self.ready = asyncio.Event()
        self.heard: list[discord.Message] = []
        self.resumed = 0
        self.errors: list[BaseException] = []
        add_commands(self)

    async def setup_hook(self) -> None:
        """Register the buttons and the commands."""
        self.add_view(Buttons())
        await self.tree.sync()

    async def on_ready(self) -> None:
        """Note it."""
        self.ready.set()

    async def on_resumed(self) -> None:
        """Count it."""
        self.resumed += 1

    async def on_message(self, message: discord.Message) -> None:
        """Answer those who mention the bot."""
        self.heard.append(message)
        if self.user is not None and self.user in message.mentions and message.author != self.user:
            await message.reply(f"heard {message.content}", mention_author=False)


def add_commands(bot: ExampleBot) -> None:
    """Add a command of every kind to the bot's tree."""

    @bot.tree.command(description="Answer at once")
    @app_commands.describe(temp="How wild", line="What to say")
    async def episode(
        interaction: discord.Interaction,
        temp: app_commands.Range[float, 0, 2] = 0.5,
        line: str = "Odo: Well.",
    ) -> None:
        await interaction.response.send_message(f"{line} at {temp}", view=Buttons())

    @episode.autocomplete("line")
    async def complete(_: discord.Interaction, text: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{text}{end}", value=f"{text}{end}") for end in ("!", "?")]

    @bot.tree.command(description="Answer later")
    async def later(interaction: discord.Interaction, seconds: float = 0.05) -> None:
        await interaction.response.defer(thinking=True)
        await asyncio.sleep(seconds)
        script = discord.File(io.BytesIO("KIRA: Später.".encode()), filename="script.txt")
        await interaction.edit_original_response(content="done", attachments=[script])
        await interaction.followup.send("more", ephemeral=True)

    @bot.tree.command(description="Open a form")
    async def form(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Form())

    @bot.tree.command(description="Read a file")
    async def read(interaction: discord.Interaction, file: discord.Attachment) -> None:
        content = await file.read()
        await interaction.response.send_message(f"{file.filename}: {content.decode()}")

    @bot.tree.context_menu(name="Repeat")
    async def repeat(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"repeated {message.content}")

    @bot.tree.error
    async def note(_: discord.Interaction, error: app_commands.AppCommandError) -> None:
        bot.errors.append(error)


def main() -> None:
    """Run in a process of its own, against the address in the environment."""
    address = yarl.URL(os.environ["HOLOSUITE_DISCORD_API"])
    Route.BASE = str(address)
    DiscordWebSocket.DEFAULT_GATEWAY = address.origin().with_scheme("ws")
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    ExampleBot().run(os.environ["DISCORD_TOKEN"], log_handler=None)


if __name__ == "__main__":
    main()
