"""What an interaction's token opens: the original response and follow-up messages."""

import time
from collections.abc import Iterable

from tests.local_discord.http.errors import Reason, Refusal
from tests.local_discord.http.routes.interactions import message_kind
from tests.local_discord.http.routing import Answer, Call, Route
from tests.local_discord.interactions.interaction import Interaction, InteractionKind
from tests.local_discord.settings import LocalDiscordSettings
from tests.local_discord.world.message_store import MessageBoard
from tests.local_discord.world.messages import EPHEMERAL, REPLY, Message
from tests.local_discord.world.world import World

FOLLOW_UP = "/webhooks/{application}/{token}"
MESSAGE = "/webhooks/{application}/{token}/messages/{message}"


class WebhookRoutes:
    """Follow-ups and the messages of one interaction."""

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
        interaction = self._find(call)
        self._board.delete(self._find_message(interaction, call))
        interaction.changes.notify()
        return Answer(204)

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
