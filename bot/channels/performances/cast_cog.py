"""`/cast face`: which picture a character has in this server's performances."""

import io

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.channels.performances.names import mend_name
from bot.channels.switch import ChannelSwitch, check_administers
from bot.discord.errors import RefusalError
from bot.discord.language.language import language_of
from bot.discord.limits import FACE_BYTES, WEBHOOK_NAME_CHARACTERS
from bot.discord.markdown import plain
from bot.discord.page import COLOUR
from bot.discord.replies.sending import SILENT, insist
from bot.storage.tables.channels.faces import FaceRecord, FaceRepository, fold_name
from core.text import Text

PICTURES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif"}


@app_commands.guild_only()
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.default_permissions(administrator=True)
class CastCog(
    commands.GroupCog,
    group_name="cast",
    group_description=translated("The characters of this server's performances."),
):
    """Gives characters faces."""

    def __init__(self, *, switch: ChannelSwitch, faces: FaceRepository) -> None:
        self._switch = switch
        self._faces = faces

    @app_commands.command(description=translated("Give a character a picture; without one, take it away."))
    @app_commands.describe(
        character=translated("Their name as scenes have it, such as QUARK."),
        image=translated("A PNG, JPEG, WebP or GIF of at most 2 MB."),
    )
    async def face(
        self,
        interaction: discord.Interaction,
        character: app_commands.Range[str, 1, WEBHOOK_NAME_CHARACTERS],
        image: discord.Attachment | None = None,
    ) -> None:
        """Keep a picture in a message of the bot's, whose address Discord renews."""
        guild_id = check_administers(interaction)
        await self._switch.check(guild_id)
        name = mend_name(character)
        if not name:
            raise RefusalError("That is no name of a character.")
        say = language_of(interaction.locale).say
        if image is None:
            had_one = await self._faces.delete(guild_id, fold_name(name))
            said = Text("{name} has no picture of their own any more.", name=plain(name))
            if not had_one:
                said = Text("{name} has no picture of their own.", name=plain(name))
            await interaction.response.send_message(say(said), ephemeral=True, allowed_mentions=SILENT)
            return
        kind = PICTURES.get((image.content_type or "").split(";")[0])
        if kind is None or image.size > FACE_BYTES:
            raise RefusalError(
                "A face is a PNG, JPEG, WebP or GIF of at most {most} MB.", most=FACE_BYTES // 1_000_000
            )
        await interaction.response.defer(thinking=True)
        data = await insist(image.read)
        # Whoever deletes this message takes the face away with it.
        embed = discord.Embed(title=plain(name), colour=COLOUR).set_image(url=f"attachment://face.{kind}")
        shown = await interaction.edit_original_response(
            embed=embed,
            attachments=[discord.File(io.BytesIO(data), filename=f"face.{kind}")],
            allowed_mentions=SILENT,
        )
        address = shown.embeds[0].image.url if shown.embeds else None
        face = FaceRecord(fold_name(name), shown.channel.id, shown.id, address or "")
        await self._faces.write(guild_id, face)
