"""`/help`: what the bot can do, in a few lines."""

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.discord.page import COLOUR
from bot.discord.replies.sending import SILENT

TEXT = """
**/episode** writes a new scene.
- `temp` is the temperature: low repeats itself, high rambles.
- `length` is its length in characters.
- `line` is a line to continue: a speaker, a place, or a whole line.
- `seed` is a number; the same one with the same options writes the same scene.
- `cast`: only these characters speak, `cast:QUARK, ODO`. `place` is where the scene takes place: `place:Quark's`.
- `spelling` allows only words of the scripts; `spelling:False` allows the model's own.

**From what somebody said:** open a message's menu and choose *Apps*, then *Continue as an episode*. \
Or mention me with a quoted line.

**Under each scene:** *Continue* continues it, *Another take* writes it again, *Hotter* and \
*Colder* change the temperature, *Script* sends it as a file.

**/replay** replays a scene from its code, which is under each scene.

**Administrators:** */retrain* trains a new model for the server, on these scripts or on an uploaded file; \
*/models* shows, uses, renames, deletes and downloads those that were trained.

**/about** shows the model, **/forget-me** deletes what is stored of you.
"""


class HelpCog(commands.Cog):
    """Explains the bot."""

    @app_commands.command(description=translated("Show what this bot can do."))
    async def help(self, interaction: discord.Interaction) -> None:
        """Show what the bot can do, to the asker alone."""
        embed = discord.Embed(title="Holosuite", description=TEXT.strip(), colour=COLOUR)
        await interaction.response.send_message(embed=embed, ephemeral=True, allowed_mentions=SILENT)
