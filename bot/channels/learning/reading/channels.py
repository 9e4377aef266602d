"""Which channels may be read: what everybody sees, or what an administrator ticks, and never what is for adults."""

import discord

from core.text import Text

KINDS = (
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.public_thread,
    discord.ChannelType.news_thread,
)


def find_problem(guild: discord.Guild, channel_id: int, *, hidden: bool) -> Text | None:
    """Say why a channel of a server is not read; None if it is. `hidden`: also where not everybody sees it."""
    channel = guild.get_channel_or_thread(channel_id)
    name = f"<#{channel_id}>"
    is_stray = isinstance(channel, discord.Thread) and channel.parent is None
    if not isinstance(channel, discord.TextChannel | discord.Thread) or channel.type not in KINDS or is_stray:
        return Text("{name} is no channel that I can read.", name=name)
    if channel.is_nsfw():
        return Text("{name} is age-restricted: nothing of it may come up elsewhere.", name=name)
    mine = channel.permissions_for(guild.me)
    if not (mine.view_channel and mine.read_message_history):
        return Text("Let me see {name} and read its message history.", name=name)
    if not hidden and not channel.permissions_for(guild.default_role).view_channel:
        return Text("Not everybody sees {name}; press “Hidden channels, too” to have it read.", name=name)
    return None
