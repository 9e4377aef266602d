"""A Discord on loopback: speaks its HTTP API and gateway, and refuses what Discord refuses.

```
async with LocalDiscord() as discord:
    guild = discord.add_guild()
    member = discord.add_member(guild, "Kira", locale="de")
    ...  # start the bot's process with discord.environment; or a client within `with pointed_at(discord):`
    await discord.gateway.until_connected()
    asked = await discord.slash(member, "episode", {"temp": 0.5})
    message = await asked.message()
    again = await discord.press(message.button("Continue"), member)
    await again.message()
    assert not discord.pings and not discord.refused_requests
```

The environment's `HOLOSUITE_DISCORD_API` is the base of the HTTP API (`discord.http.Route.BASE`); the
gateway (`DiscordWebSocket.DEFAULT_GATEWAY`) is the same host and port, `ws://host:port`, as
`GET /gateway` tells without a token. `discord.faults` and `discord.gateway` make things go wrong.
"""

from tests.local_discord.client import pointed_at
from tests.local_discord.interactions.interaction import ApplicationDidNotRespond, CallbackKind, Interaction
from tests.local_discord.interactions.options import ClientRefused
from tests.local_discord.server import LocalDiscord
from tests.local_discord.settings import LocalDiscordSettings
from tests.local_discord.world.guilds import Channel, Guild
from tests.local_discord.world.messages import Attachment, Component, Message, Upload
from tests.local_discord.world.permissions import Permission
from tests.local_discord.world.users import Member, Role, User

__all__ = [
    "ApplicationDidNotRespond",
    "Attachment",
    "CallbackKind",
    "Channel",
    "ClientRefused",
    "Component",
    "Guild",
    "Interaction",
    "LocalDiscord",
    "LocalDiscordSettings",
    "Member",
    "Message",
    "Permission",
    "Role",
    "Upload",
    "User",
    "pointed_at",
]
