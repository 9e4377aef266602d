"""The callback of interactions: acknowledged once, in time, with an answer of the right kind."""

import time
from collections.abc import Iterable
from typing import Any

from tests.local_discord.http.errors import FormErrors, Reason, Refusal
from tests.local_discord.http.routing import Answer, Call, Route
from tests.local_discord.interactions.interaction import CallbackKind, Interaction, InteractionKind
from tests.local_discord.limits.components import check_modal
from tests.local_discord.world.message_store import MessageBoard
from tests.local_discord.world.messages import EPHEMERAL, MENU_RESPONSE, PLAIN, REPLY, SLASH_RESPONSE, Message
from tests.local_discord.world.world import World

CHOICES = 25  # of an autocompletion
CHOICE_TEXT = 100  # characters of a choice's name or value

MESSAGES = (CallbackKind.MESSAGE, CallbackKind.DEFERRED_MESSAGE)
UPDATES = (CallbackKind.DEFERRED_UPDATE, CallbackKind.UPDATE)


class InteractionRoutes:
    """`POST /interactions/{interaction}/{token}/callback`."""

    def __init__(self, world: World, board: MessageBoard) -> None:
        self._world = world
        self._board = board

    def routes(self) -> Iterable[Route]:
        """Yield the routes of this module."""
        template = "/interactions/{interaction}/{token}/callback"
        yield Route("POST", template, self.answer, authorised=False)

    async def answer(self, call: Call) -> Answer:
        """Take the bot's answer."""
        interaction = self._world.interactions.get(call.snowflake("interaction"))
        if interaction is None or interaction.token != call.parameters["token"]:
            raise Refusal(Reason.UNKNOWN_INTERACTION)
        if interaction.acknowledged_at is not None:
            raise Refusal(Reason.ALREADY_ACKNOWLEDGED)
        if interaction.failed:
            raise Refusal(Reason.UNKNOWN_INTERACTION)
        if interaction.channel.id not in self._world.channels:
            raise Refusal(Reason.UNKNOWN_CHANNEL)
        kind = _read_kind(interaction, call.form.get("type"))
        data = call.form.get("data") or {}
        message = self._carry_out(interaction, kind, data, call)
        interaction.callback_kind = kind
        interaction.acknowledged_at = time.monotonic()
        if kind in (CallbackKind.MESSAGE, CallbackKind.UPDATE):
            interaction.first_message_at = interaction.acknowledged_at
        interaction.changes.notify()
        if call.query.get("with_response", "0").lower() in ("1", "true"):
            return Answer(200, _respond(interaction, kind, message))
        return Answer(204)

    def _carry_out(
        self, interaction: Interaction, kind: CallbackKind, data: dict[str, Any], call: Call
    ) -> Message | None:
        if interaction.forced_ephemeral and kind in MESSAGES:
            data = data | {"flags": int(data.get("flags") or 0) | EPHEMERAL}
        if kind is CallbackKind.CHOICES:
            interaction.offered_choices = check_choices(interaction, data.get("choices"))
        elif kind is CallbackKind.MODAL:
            errors = FormErrors("data")
            check_modal(errors, data)
            errors.raise_if_any()
            interaction.offered_modal = data
        elif kind is CallbackKind.MESSAGE:
            interaction.original = self._board.send(
                data,
                channel=interaction.channel,
                author=self._world.bot,
                uploads=call.uploads,
                kind=message_kind(interaction),
                referenced=interaction.source,
                interaction=interaction,
                prefix=("data",),
            )
        elif kind is CallbackKind.DEFERRED_MESSAGE:
            interaction.original = self._board.send_loading(
                channel=interaction.channel,
                flags=int(data.get("flags") or 0),
                kind=message_kind(interaction),
                interaction=interaction,
            )
        else:
            interaction.original = interaction.source
            if kind is CallbackKind.UPDATE:
                self._update_source(interaction, data, call)
        return interaction.original

    def _update_source(self, interaction: Interaction, data: dict[str, Any], call: Call) -> None:
        if interaction.source is None or interaction.source.deleted:
            raise Refusal(Reason.UNKNOWN_MESSAGE)
        self._board.edit(interaction.source, data, uploads=call.uploads, prefix=("data",))


def message_kind(interaction: Interaction) -> int:
    """Return the type of the message that answers an interaction."""
    if interaction.kind is InteractionKind.COMMAND:
        return SLASH_RESPONSE if interaction.payload["data"]["type"] == 1 else MENU_RESPONSE
    return REPLY if interaction.source is not None else PLAIN


def check_choices(interaction: Interaction, choices: Any) -> list[dict[str, Any]]:
    """Return an autocompletion's choices; raises the refusal for too many, too long or ill-typed ones."""
    errors = FormErrors("data")
    if not isinstance(choices, list):
        errors.require(("choices",))
        errors.raise_if_any()
        return []
    errors.check_length(("choices",), choices, most=CHOICES)
    focused = _focused_type(interaction.payload["data"].get("options") or [])
    for index, choice in enumerate(choices):
        path = ("choices", index)
        if not choice.get("name"):
            errors.require((*path, "name"))
        errors.check_length((*path, "name"), choice.get("name"), least=1, most=CHOICE_TEXT)
        value = choice.get("value")
        if focused == 3:
            errors.check_length((*path, "value"), value, least=1, most=CHOICE_TEXT)
            if value is None:
                errors.require((*path, "value"))
        elif not isinstance(value, int | float) or isinstance(value, bool):
            message = f'Value "{value}" is not a number.'
            errors.add((*path, "value"), "NUMBER_TYPE_COERCE", message)
    errors.raise_if_any()
    return choices


def _focused_type(options: list[dict[str, Any]]) -> int | None:
    for option in options:
        if option.get("focused"):
            return int(option["type"])
        found = _focused_type(option.get("options") or [])
        if found is not None:
            return found
    return None


def _read_kind(interaction: Interaction, value: Any) -> CallbackKind:
    allowed: tuple[CallbackKind, ...]
    if interaction.kind is InteractionKind.AUTOCOMPLETE:
        allowed = (CallbackKind.CHOICES,)
    elif interaction.kind is InteractionKind.COMMAND:
        allowed = (*MESSAGES, CallbackKind.MODAL)
    elif interaction.kind is InteractionKind.COMPONENT:
        allowed = (*MESSAGES, *UPDATES, CallbackKind.MODAL)
    else:
        allowed = (*MESSAGES, *UPDATES) if interaction.source is not None else MESSAGES
    errors = FormErrors()
    errors.check_choice(("type",), value, tuple(int(kind) for kind in allowed))
    errors.raise_if_any()
    return CallbackKind(value)


def _respond(interaction: Interaction, kind: CallbackKind, message: Message | None) -> dict[str, Any]:
    """Return Discord's interaction callback response object."""
    shown: dict[str, Any] = {"id": str(interaction.id), "type": int(interaction.kind)}
    response: dict[str, Any] = {"interaction": shown}
    if message is not None and kind in (*MESSAGES, CallbackKind.UPDATE):
        shown["response_message_id"] = str(message.id)
        shown["response_message_loading"] = message.loading
        shown["response_message_ephemeral"] = message.ephemeral
        response["resource"] = {"type": int(kind), "message": message.payload()}
    return response
