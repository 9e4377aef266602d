"""What a token in the path opens: the answers to an interaction, and messages of the bot's webhooks."""

import time
from collections.abc import Iterable

from tests.local_discord.http.errors import FormErrors, Reason, Refusal
from tests.local_discord.http.routes.interactions import message_kind
from tests.local_discord.http.routing import Answer, Call, Route
from tests.local_discord.interactions.interaction import Interaction, InteractionKind
from tests.local_discord.limits.webhooks import check_webhook_name
from tests.local_discord.settings import LocalDiscordSettings
from tests.local_discord.world.guilds import Webhook
from tests.local_discord.world.message_store import MessageBoard
from tests.local_discord.world.messages import EPHEMERAL, REPLY, Message
from tests.local_discord.world.users import Speaker
from tests.local_discord.world.world import World

FOLLOW_UP = "/webhooks/{application}/{token}"
MESSAGE = "/webhooks/{application}/{token}/messages/{message}"


class WebhookRoutes:
    """Follow-ups, the messages of one interaction, and what webhooks send."""

    def __init__(self, world: World, board: MessageBoard, settings: LocalDiscordSettings) -> None:
        self._world = world
        self._board = board
        self._settings = settings

    def routes(self) -> Iterable[Route]:
        """Yield the routes of this module."""
        yield Route("POST", FOLLOW_UP, self.follow_up, authorised=False)
        yield Route("GET", MESSAGE, self.read, authorised=False)
        yield Route("PATCH", MESSAGE, self.edit, authorised=False)
        yield Route("DELETE", MESSAGE, self.delete, authorised=False)

    async def follow_up(self, call: Call) -> Answer:
        """Send another message; right after a deferral it fills the waiting one."""
        webhook = self._world.webhooks.get(call.snowflake("application"))
        if webhook is not None:
            return self._execute(webhook, call)
        interaction = self._find(call)
        original = interaction.original
        if original is not None and original.loading and not original.deleted:
            self._edit(interaction, original, call)
            return Answer(200, original.payload())
        limit = interaction.follow_up_limit
        if limit is not None and len(interaction.follow_ups) >= limit:
            raise Refusal(Reason.TOO_MANY_FOLLOW_UPS)
        body = call.form
        if interaction.forced_ephemeral:
            body = body | {"flags": int(body.get("flags") or 0) | EPHEMERAL}
        message = self._board.send(
            body,
            channel=interaction.channel,
            author=self._world.bot,
            uploads=call.uploads,
            kind=message_kind(interaction) if original is None else REPLY,
            referenced=original,
            interaction=interaction,
        )
        interaction.follow_ups.append(message)
        self._note_message(interaction)
        return Answer(200, message.payload())

    async def read(self, call: Call) -> Answer:
        """Return a message."""
        return Answer(200, self._find_message(self._find(call), call).payload())

    async def edit(self, call: Call) -> Answer:
        """Edit a message."""
        interaction = self._find(call)
        message = self._find_message(interaction, call)
        self._edit(interaction, message, call)
        return Answer(200, message.payload())

    async def delete(self, call: Call) -> Answer:
        """Delete a message."""
        webhook = self._world.webhooks.get(call.snowflake("application"))
        if webhook is not None:
            self._board.delete(self._find_sent(webhook, call))
            return Answer(204)
        interaction = self._find(call)
        self._board.delete(self._find_message(interaction, call))
        interaction.changes.notify()
        return Answer(204)

    def _execute(self, webhook: Webhook, call: Call) -> Answer:
        """Send a message under a name and a face of its own: "Webhook Resource", Execute Webhook."""
        if call.parameters["token"] != webhook.token:
            raise Refusal(Reason.INVALID_WEBHOOK_TOKEN)
        channel = webhook.channel
        if "thread_id" in call.query:
            channel = self._world.channels.get(int(call.query["thread_id"]), channel)
            if channel.parent is not webhook.channel:
                raise Refusal(Reason.UNKNOWN_CHANNEL)
        if webhook.channel.id not in self._world.channels:
            raise Refusal(Reason.UNKNOWN_WEBHOOK)
        name = str(call.form.get("username") or webhook.name)
        errors = FormErrors()
        check_webhook_name(errors, ("username",), name)
        errors.raise_if_any()
        author = Speaker(webhook.id, " ".join(name.split()), bot=True, avatar_url=call.form.get("avatar_url"))
        message = self._board.send(call.form, channel=channel, author=author, uploads=call.uploads)
        return Answer(200, message.payload()) if call.query.get("wait") in ("1", "true") else Answer(204)

    def _find_sent(self, webhook: Webhook, call: Call) -> Message:
        """Return a message of a webhook: "Webhook Resource", Delete Webhook Message, which names the thread."""
        message = self._world.messages.get(call.snowflake("message"))
        place = int(call.query.get("thread_id") or webhook.channel.id)
        if call.parameters["token"] != webhook.token:
            raise Refusal(Reason.INVALID_WEBHOOK_TOKEN)
        if (
            message is None
            or message.deleted
            or message.author.id != webhook.id
            or message.channel.id != place
        ):
            raise Refusal(Reason.UNKNOWN_MESSAGE)
        return message

    def _edit(self, interaction: Interaction, message: Message, call: Call) -> None:
        self._board.edit(message, call.form, uploads=call.uploads)
        self._note_message(interaction)

    def _note_message(self, interaction: Interaction) -> None:
        if interaction.first_message_at is None:
            interaction.first_message_at = time.monotonic()
        interaction.changes.notify()

    def _find(self, call: Call) -> Interaction:
        interaction = self._world.interactions_by_token.get(call.parameters["token"])
        if interaction is None or call.snowflake("application") != self._world.application.id:
            raise Refusal(Reason.UNKNOWN_WEBHOOK)
        if time.monotonic() > interaction.created_at + self._settings.token_seconds:
            raise Refusal(Reason.INVALID_WEBHOOK_TOKEN)
        if interaction.acknowledged_at is None or interaction.kind is InteractionKind.AUTOCOMPLETE:
            raise Refusal(Reason.UNKNOWN_WEBHOOK)
        if interaction.channel.id not in self._world.channels:
            raise Refusal(Reason.UNKNOWN_CHANNEL)
        return interaction

    def _find_message(self, interaction: Interaction, call: Call) -> Message:
        if call.parameters["message"] == "@original":
            message = interaction.original
        else:
            # The webhook is the application's: its other answers in this channel are within reach too.
            message = self._world.messages.get(call.snowflake("message"))
            if message is not None and (
                message.interaction is None or message.channel is not interaction.channel
            ):
                message = None
        if message is None or message.deleted:
            raise Refusal(Reason.UNKNOWN_MESSAGE)
        return message
