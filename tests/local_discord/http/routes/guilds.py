"""Who the bot is and where: its user, guilds, members, and the gateway's address."""

from collections.abc import Iterable

from tests.local_discord.gateway.gateway import Gateway
from tests.local_discord.http.errors import Reason, Refusal
from tests.local_discord.http.routing import Answer, Call, Route
from tests.local_discord.settings import LocalDiscordSettings
from tests.local_discord.world.world import World


class GuildRoutes:
    """`/users/...`, `/guilds/...`, `/gateway` and the application's own page."""

    def __init__(self, world: World, gateway: Gateway, settings: LocalDiscordSettings) -> None:
        self._world = world
        self._gateway = gateway
        self._settings = settings

    def routes(self) -> Iterable[Route]:
        """Yield the routes of this module."""
        yield Route("GET", "/gateway", self.read_gateway, authorised=False)
        yield Route("GET", "/gateway/bot", self.read_bot_gateway)
        yield Route("GET", "/users/@me", self.read_self)
        yield Route("GET", "/users/@me/guilds", self.read_guilds)
        yield Route("DELETE", "/users/@me/guilds/{guild}", self.leave_guild)
        yield Route("POST", "/users/@me/channels", self.open_direct_messages)
        yield Route("GET", "/users/{user}", self.read_user)
        yield Route("GET", "/applications/@me", self.read_application)
        yield Route("GET", "/oauth2/applications/@me", self.read_application)
        yield Route("GET", "/guilds/{guild}", self.read_guild)
        yield Route("GET", "/guilds/{guild}/channels", self.read_channels)
        yield Route("GET", "/guilds/{guild}/roles", self.read_roles)
        yield Route("GET", "/guilds/{guild}/members/{user}", self.read_member)

    async def read_gateway(self, _: Call) -> Answer:
        """Return the gateway's address."""
        return Answer(200, {"url": self._gateway.url})

    async def read_bot_gateway(self, _: Call) -> Answer:
        """Return the gateway's address, the shards to use and the sessions left."""
        limit = {
            "total": 1000,
            "remaining": max(0, self._settings.session_starts - self._gateway.identified),
            "reset_after": 86_400_000,
            "max_concurrency": self._settings.max_concurrency,
        }
        answer = {"url": self._gateway.url, "shards": self._settings.shards, "session_start_limit": limit}
        return Answer(200, answer)

    async def read_self(self, _: Call) -> Answer:
        """Return the bot's user."""
        return Answer(200, self._world.bot.payload() | {"verified": True, "email": None, "flags": 0})

    async def read_guilds(self, _: Call) -> Answer:
        """Return the guilds that the bot is in."""
        guilds = [guild.payload() for guild in self._world.guilds.values() if guild.has_bot]
        return Answer(200, guilds)

    async def leave_guild(self, call: Call) -> Answer:
        """Leave a guild."""
        guild = self._world.find_guild(call.snowflake("guild"))
        guild.has_bot = False
        guild.members.pop(self._world.bot.id, None)
        self._gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)}, guild_id=guild.id)
        return Answer(204)

    async def open_direct_messages(self, call: Call) -> Answer:
        """Return the conversation with a user."""
        identifier = str(call.form.get("recipient_id") or "")
        user = self._world.users.get(int(identifier)) if identifier.isdecimal() else None
        if user is None:
            raise Refusal(Reason.UNKNOWN_USER)
        if user.bot:
            raise Refusal(Reason.CANNOT_MESSAGE_USER)
        return Answer(200, self._world.direct_messages(user).payload())

    async def read_user(self, call: Call) -> Answer:
        """Return a user."""
        user = self._world.users.get(call.snowflake("user"))
        if user is None:
            raise Refusal(Reason.UNKNOWN_USER)
        return Answer(200, user.payload())

    async def read_application(self, _: Call) -> Answer:
        """Return the bot's application."""
        return Answer(200, self._world.application.payload())

    async def read_guild(self, call: Call) -> Answer:
        """Return a guild."""
        return Answer(200, self._world.find_guild(call.snowflake("guild")).payload())

    async def read_channels(self, call: Call) -> Answer:
        """Return a guild's channels."""
        guild = self._world.find_guild(call.snowflake("guild"))
        return Answer(200, [channel.payload() for channel in guild.channels.values()])

    async def read_roles(self, call: Call) -> Answer:
        """Return a guild's roles."""
        guild = self._world.find_guild(call.snowflake("guild"))
        return Answer(200, [role.payload() for role in guild.roles.values()])

    async def read_member(self, call: Call) -> Answer:
        """Return a member of a guild."""
        guild = self._world.find_guild(call.snowflake("guild"))
        return Answer(200, self._world.find_member(guild, call.snowflake("user")).payload())
