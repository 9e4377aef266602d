"""`/help`: what the bot can do, in a few lines."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.discord.language.language import language_of
from bot.discord.page import COLOUR
from bot.discord.replies.sending import SILENT
from core.text import Text


class HelpCog(commands.Cog):
    """Explains the bot."""

    @app_commands.command(description=translated("Show what this bot can do."))
    async def help(self, interaction: discord.Interaction) -> None:
        """Show what the bot can do, to the asker alone."""
        text = language_of(interaction.locale).say(build_help())
        embed = discord.Embed(title="Holosuite", description=text, colour=COLOUR)
        await interaction.response.send_message(embed=embed, ephemeral=True, allowed_mentions=SILENT)


def build_help() -> Text:
    """Return what the bot can do."""
    episode = (
        Text("**/episode** writes a new scene."),
        Text("- `temp` is the temperature: low repeats itself, high rambles."),
        Text("- `length` is its length in characters."),
        Text("- `line` is a line to continue: a speaker, a place, or a whole line."),
        Text("- `seed` is a number; the same one with the same options writes the same scene."),
        Text("- `cast`: only these characters speak, `cast:QUARK, ODO`."),
        Text("- `place` is where the scene takes place: `place:Quark's`."),
        Text("- `spelling` allows only words of the scripts; `spelling:False` allows the model's own."),
    )
    return Text.joined(
        (
            Text.joined(episode, "\n"),
            Text(
                "**From what somebody said:** open a message's menu and choose *Apps*, then *{menu}*. Or mention me "
                "with a quoted line.",
                menu=Text("Continue as an episode"),
            ),
            Text(
                "**Under each scene:** *Continue* continues it, *Another take* writes it again, *Hotter* and *Colder* "
                "change the temperature, *Script* sends it as a file, *Details* shows how it came about."
            ),
            Text(
                "**Performances**, where they are on: *Perform* under a scene, or **/perform**, lets its characters "
                "speak line by line; **/season** shows what has come by itself."
            ),
            Text("**/replay** replays a scene from its code, which is in its details."),
            Text.joined(
                (
                    Text(
                        "**Administrators:** */retrain* trains a new model for the server, on these scripts or on an "
                        "uploaded file; */models* shows, uses, renames, deletes and downloads those that were trained."
                    ),
                    Text("*/settings* sets how I write in this server."),
                )
            ),
            Text("**/about** shows the model, **/forget-me** deletes what is stored of you."),
        ),
        "\n\n",
    )
