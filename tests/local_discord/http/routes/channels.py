"""Channels and their messages, as the bot uses them with its token."""

import secrets
from collections.abc import Iterable
from typing import Any

from tests.local_discord.gateway.gateway import Gateway
from tests.local_discord.gateway.intents import Intent
from tests.local_discord.http.errors import FormErrors, Reason, Refusal
from tests.local_discord.http.routing import Answer, Call, Route
from tests.local_discord.limits.webhooks import WEBHOOKS, check_webhook_name
from tests.local_discord.world.guilds import THREADS, Channel, ChannelKind, Webhook
from tests.local_discord.world.message_store import MessageBoard
from tests.local_discord.world.messages import EPHEMERAL, PLAIN, REPLY, Message
from tests.local_discord.world.permissions import Permission
from tests.local_discord.world.world import World

CHANNEL = "/channels/{channel}"
MESSAGES = "/channels/{channel}/messages"
MESSAGE = "/channels/{channel}/messages/{message}"
REACTION = MESSAGE + "/reactions/{emoji}/@me"


class ChannelRoutes:
    """`/channels/...`."""

    def __init__(self, world: World, board: MessageBoard, gateway: Gateway) -> None:
        self._world = world
        self._board = board
        self._gateway = gateway

    def routes(self) -> Iterable[Route]:
        """Yield the routes of this module."""
        yield Route("GET", CHANNEL, self.read_channel)
        yield Route("GET", MESSAGES, self.read_messages)
        yield Route("POST", MESSAGES, self.send)
        yield Route("GET", MESSAGE, self.read_message)
        yield Route("PATCH", MESSAGE, self.edit)
        yield Route("DELETE", MESSAGE, self.delete)
        yield Route("POST", MESSAGES + "/bulk-delete", self.delete_many)
        yield Route("POST", CHANNEL + "/typing", self.type)
        yield Route("PUT", REACTION, self.react)
        yield Route("DELETE", REACTION, self.react)
        yield Route("POST", CHANNEL + "/threads", self.open_thread)
        yield Route("POST", MESSAGE + "/threads", self.open_thread)
        yield Route("GET", CHANNEL + "/webhooks", self.read_webhooks)
        yield Route("POST", CHANNEL + "/webhooks", self.create_webhook)

    async def read_channel(self, call: Call) -> Answer:
        """Return a channel."""
        return Answer(200, self._world.find_channel(call.snowflake("channel")).payload())

    async def read_messages(self, call: Call) -> Answer:
        """Return a channel's messages, newest first."""
        channel = self._world.find_channel(call.snowflake("channel"))
        if Permission.READ_MESSAGE_HISTORY not in channel.permissions_of(self._world.bot):
            return Answer(200, [])
        limit = int(call.query.get("limit", "50"))
        before = int(call.query.get("before") or 1 << 63)
        after = int(call.query.get("after") or 0)
        found = sorted(identifier for identifier in channel.messages if after < identifier < before)
        # `after` pages forwards from there, everything else backwards from the end.
        page = found[:limit] if after else found[-limit:]
        return Answer(200, [self._board.show(channel.messages[identifier]) for identifier in reversed(page)])

    async def read_message(self, call: Call) -> Answer:
        """Return one message."""
        return Answer(200, self._board.show(self._find_message(call)[1]))

    async def send(self, call: Call) -> Answer:
        """Send a message."""
        channel = self._world.find_channel(call.snowflake("channel"))
        body = call.form | {"flags": int(call.form.get("flags") or 0) & ~EPHEMERAL}
        self._check_may_send(channel, body, with_files=bool(call.uploads))
        if body.get("enforce_nonce") and body.get("nonce"):
            for message in channel.messages.values():
                if message.nonce == body["nonce"]:
                    return Answer(200, self._board.show(message))
        referenced = self._find_reference(channel, body.get("message_reference"))
        message = self._board.send(
            body,
            channel=channel,
            author=self._world.bot,
            uploads=call.uploads,
            kind=PLAIN if referenced is None else REPLY,
            referenced=referenced,
        )
        return Answer(200, self._board.show(message))

    async def edit(self, call: Call) -> Answer:
        """Edit one of the bot's messages."""
        _, message = self._find_message(call)
        if message.author.user is not self._world.bot:
            raise Refusal(Reason.NOT_THE_AUTHOR)
        self._board.edit(message, call.form, uploads=call.uploads)
        return Answer(200, self._board.show(message))

    async def delete(self, call: Call) -> Answer:
        """Delete a message: the bot's own, or anybody's with the permission."""
        channel, message = self._find_message(call)
        if message.author.user is not self._world.bot:
            self._require(channel, Permission.MANAGE_MESSAGES)
        self._board.delete(message)
        return Answer(204)

    async def delete_many(self, call: Call) -> Answer:
        """Delete several messages."""
        channel = self._world.find_channel(call.snowflake("channel"))
        self._require(channel, Permission.MANAGE_MESSAGES)
        for identifier in call.form.get("messages") or []:
            message = channel.messages.get(int(identifier))
            if message is not None:
                self._board.delete(message)
        return Answer(204)

    async def type(self, call: Call) -> Answer:
        """Show that the bot is typing."""
        channel = self._world.find_channel(call.snowflake("channel"))
        self._require(channel, Permission.SEND_MESSAGES)
        channel.typing += 1
        return Answer(204)

    async def react(self, call: Call) -> Answer:
        """Accept a reaction or its removal; neither is kept."""
        channel, _ = self._find_message(call)
        self._require(channel, Permission.ADD_REACTIONS)
        return Answer(204)

    async def open_thread(self, call: Call) -> Answer:
        """Open a thread, from a message or without one."""
        channel = self._world.find_channel(call.snowflake("channel"))
        message = (
            self._world.find_message(channel, call.snowflake("message"))
            if "message" in call.parameters
            else None
        )
        if channel.kind is not ChannelKind.TEXT:
            raise Refusal(Reason.WRONG_CHANNEL_TYPE)
        self._require(channel, Permission.CREATE_PUBLIC_THREADS)
        if message is not None and message.thread is not None:
            raise Refusal(Reason.THREAD_EXISTS)
        errors = FormErrors()
        errors.check_length(("name",), call.form.get("name") or "", least=1, most=100)
        errors.raise_if_any()
        kind = ChannelKind.PRIVATE_THREAD if call.form.get("type") == 12 else ChannelKind.PUBLIC_THREAD
        identifier = message.id if message is not None else self._world.snowflakes.next()
        thread = Channel(
            id=identifier,
            kind=kind,
            name=call.form["name"],
            guild=channel.guild,
            parent=channel,
            creator=self._world.bot,
        )
        self._world.channels[thread.id] = thread
        if message is not None:
            message.thread = thread
        if channel.guild is not None:
            channel.guild.channels[thread.id] = thread
            payload = thread.payload() | {"newly_created": True}
            self._gateway.dispatch("THREAD_CREATE", payload, guild_id=channel.guild.id, intent=Intent.GUILDS)
        return Answer(201, thread.payload())

    async def read_webhooks(self, call: Call) -> Answer:
        """Return a channel's webhooks: "Webhook Resource", Get Channel Webhooks."""
        channel = self._world.find_channel(call.snowflake("channel"))
        self._require(channel, Permission.MANAGE_WEBHOOKS)
        return Answer(200, [each.payload(self._world.bot) for each in channel.webhooks.values()])

    async def create_webhook(self, call: Call) -> Answer:
        """Make a webhook: "Webhook Resource", Create Webhook."""
        channel = self._world.find_channel(call.snowflake("channel"))
        self._require(channel, Permission.MANAGE_WEBHOOKS)
        if channel.kind in THREADS:
            raise Refusal(Reason.WRONG_CHANNEL_TYPE)
        errors = FormErrors()
        check_webhook_name(errors, ("name",), call.form.get("name") or "")
        errors.raise_if_any()
        if len(channel.webhooks) >= WEBHOOKS:
            raise Refusal(Reason.TOO_MANY_WEBHOOKS)
        identifier = self._world.snowflakes.next()
        webhook = Webhook(identifier, secrets.token_urlsafe(51), call.form["name"], channel)
        channel.webhooks[identifier] = self._world.webhooks[identifier] = webhook
        return Answer(200, webhook.payload(self._world.bot))

    def _find_message(self, call: Call) -> tuple[Channel, Message]:
        channel = self._world.find_channel(call.snowflake("channel"))
        return channel, self._world.find_message(channel, call.snowflake("message"))

    def _find_reference(self, channel: Channel, reference: Any) -> Message | None:
        if not reference:
            return None
        self._require(channel, Permission.READ_MESSAGE_HISTORY, otherwise=Reason.NO_HISTORY_TO_REPLY)
        message = channel.messages.get(int(reference.get("message_id") or 0))
        if message is None and reference.get("fail_if_not_exists", True):
            errors = FormErrors()
            errors.add(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
            errors.raise_if_any()
        return message

    def _check_may_send(self, channel: Channel, body: dict[str, Any], *, with_files: bool) -> None:
        speak = Permission.SEND_MESSAGES_IN_THREADS if channel.kind in THREADS else Permission.SEND_MESSAGES
        if channel.guild is not None:
            self._require(channel, speak)
            if body.get("embeds"):
                self._require(channel, Permission.EMBED_LINKS)
            if with_files:
                self._require(channel, Permission.ATTACH_FILES)
        elif not all(user.bot or user.accepts_direct_messages for user in channel.recipients):
            raise Refusal(Reason.CANNOT_MESSAGE_USER)

    def _require(
        self, channel: Channel, permission: Permission, *, otherwise: Reason = Reason.MISSING_PERMISSIONS
    ) -> None:
        if permission not in channel.permissions_of(self._world.bot):
            raise Refusal(otherwise)
