"""The faces of a server's characters: pictures that administrators gave, or one that follows from the name."""

import logging
from dataclasses import replace

import discord

from bot.channels.performances.names import choose_avatar, mend_name
from bot.discord.replies.sending import GoneError, insist
from bot.storage.tables.channels.faces import FaceRecord, FaceRepository, fold_name

log = logging.getLogger(__name__)


class Faces:
    """The faces that lines of one performance have."""

    def __init__(self, addresses: dict[str, str]) -> None:
        self._addresses = addresses

    def address_of(self, speaker: str) -> str:
        """Return the address of a speaker's picture."""
        return self._addresses.get(fold_name(speaker)) or choose_avatar(speaker)


async def read_faces(
    bot: discord.Client, repository: FaceRepository, *, guild_id: int, speakers: list[str]
) -> Faces:
    """Return the faces of speakers, with addresses that work: those of files on Discord do for a day."""
    wanted = {fold_name(mend_name(speaker)) for speaker in speakers}
    addresses: dict[str, str] = {}
    for face in await repository.read(guild_id):
        if face.folded in wanted:
            addresses[face.folded] = await _refresh(bot, repository, guild_id, face)
    return Faces(addresses)


async def _refresh(bot: discord.Client, repository: FaceRepository, guild_id: int, face: FaceRecord) -> str:
    """Return a picture's address as it is now; an empty text where its message is gone."""
    channel = bot.get_partial_messageable(face.channel_id, guild_id=guild_id)
    try:
        message = await insist(lambda: channel.fetch_message(face.message_id))
    except GoneError:
        return ""
    except Exception:
        log.exception("A face could not be looked up; its last address is tried")
        return face.address
    pictures = [embed.image.url for embed in message.embeds if embed.image.url]
    address = pictures[0] if pictures else ""
    if address and address != face.address:
        await repository.write(guild_id, replace(face, address=address))
    return address
