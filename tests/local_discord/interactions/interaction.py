"""Interactions: what the bot was asked, when it answered, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from tests.local_discord.waiting import Changes

if TYPE_CHECKING:
    from tests.local_discord.world.guilds import Channel
    from tests.local_discord.world.messages import Message
    from tests.local_discord.world.users import Person


class InteractionKind(IntEnum):
    """The types of interaction."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL_SUBMIT = 5


class CallbackKind(IntEnum):
    """The types of answer to an interaction."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


class ApplicationDidNotRespond(AssertionError):  # noqa: N818 - the words that members read
    """The interaction got no answer in time: a member would read "The application did not respond"."""


@dataclass(eq=False)
class Interaction:
    """One interaction and all that the bot made of it; tests wait on its methods.

    Times are seconds of `time.monotonic()`; `created_at` is when it went to the gateway.
    """

    id: int
    token: str
    kind: InteractionKind
    person: Person
    channel: Channel
    payload: dict[str, Any]  # as the bot receives it
    acknowledge_seconds: float
    source: Message | None = None  # the message whose component was used
    parent: Interaction | None = None  # whose modal was submitted
    forced_ephemeral: bool = False  # a user-installed app without the right to speak here
    follow_up_limit: int | None = None
    created_at: float = field(default_factory=time.monotonic)
    acknowledged_at: float | None = None
    first_message_at: float | None = None
    callback_kind: CallbackKind | None = None
    original: Message | None = None  # what @original means
    follow_ups: list[Message] = field(default_factory=list)
    offered_choices: list[dict[str, Any]] | None = None
    offered_modal: dict[str, Any] | None = None
    changes: Changes = field(default_factory=Changes)

    @property
    def messages(self) -> list[Message]:
        """Every message of this interaction that is not gone: the original response, then the others."""
        own = [] if self.original is None or self.original is self.source else [self.original]
        return [message for message in (*own, *self.follow_ups) if not message.deleted]

    @property
    def acknowledgement_seconds(self) -> float | None:
        """How long the bot took to answer; None while it has not."""
        return None if self.acknowledged_at is None else self.acknowledged_at - self.created_at

    @property
    def first_message_seconds(self) -> float | None:
        """How long until something other than "is thinking" was to be read."""
        return None if self.first_message_at is None else self.first_message_at - self.created_at

    @property
    def failed(self) -> bool:
        """Whether the time to answer is over without an answer."""
        return self.acknowledged_at is None and time.monotonic() > self.created_at + self.acknowledge_seconds

    async def acknowledged(self) -> CallbackKind:
        """Wait for the callback; raises ApplicationDidNotRespond when Discord's patience is over."""
        left = self.created_at + self.acknowledge_seconds - time.monotonic()
        try:
            await self.changes.until(
                lambda: self.acknowledged_at is not None, timeout_seconds=max(left, 0.001)
            )
        except TimeoutError:
            raise ApplicationDidNotRespond(self.payload.get("data", {}).get("name", "component")) from None
        assert self.callback_kind is not None
        return self.callback_kind

    async def message(self, *, timeout_seconds: float = 10.0) -> Message:
        """Wait for the first message with something to read (or for the update of the source)."""
        await self.acknowledged()
        await self.changes.until(lambda: self.first_message_at is not None, timeout_seconds=timeout_seconds)
        shown = [message for message in self.messages if not message.loading]
        message = shown[0] if shown else self.original
        if message is None:
            raise AssertionError("the answer was deleted before it could be read")
        return message

    async def until(
        self, predicate: Callable[[Interaction], bool], *, timeout_seconds: float = 10.0
    ) -> Interaction:
        """Wait until something is true of this interaction, e.g. `lambda it: len(it.follow_ups) == 2`."""
        await self.changes.until(lambda: predicate(self), timeout_seconds=timeout_seconds)
        return self

    async def message_where(
        self, predicate: Callable[[Message], bool], *, timeout_seconds: float = 10.0
    ) -> Message:
        """Wait for a message of this interaction (or its source) in a state that `predicate` accepts."""
        found: list[Message] = []

        def look() -> bool:
            candidates = self.messages if self.source is None else [*self.messages, self.source]
            found[:] = [message for message in candidates if predicate(message)]
            return bool(found)

        await self.changes.until(look, timeout_seconds=timeout_seconds)
        return found[0]

    async def choices(self) -> list[dict[str, Any]]:
        """Wait for an autocompletion's choices: `[{"name": ..., "value": ...}]`."""
        await self.acknowledged()
        return self.offered_choices or []

    async def modal(self) -> dict[str, Any]:
        """Wait for the modal that the bot opens: title, custom_id, components."""
        await self.acknowledged()
        if self.offered_modal is None:
            raise AssertionError(f"the answer was of kind {self.callback_kind!r}, not a modal")
        return self.offered_modal

    def message_payload(self) -> dict[str, Any]:
        """Return what messages that answer this interaction carry about it."""
        return {
            "application_id": self.payload["application_id"],
            "webhook_id": self.payload["application_id"],
            "interaction_metadata": self.metadata(),
        }

    def metadata(self) -> dict[str, Any]:
        """Return Discord's message interaction metadata object."""
        metadata: dict[str, Any] = {
            "id": str(self.id),
            "type": int(self.kind),
            "user": self.person.user.payload(),
            "authorizing_integration_owners": self.payload["authorizing_integration_owners"],
        }
        data = self.payload["data"]
        if self.kind is InteractionKind.COMMAND:
            metadata |= {"name": data["name"], "command_type": data["type"]}
            if data["type"] == 3:
                metadata["target_message_id"] = data["target_id"]
        elif self.kind is InteractionKind.COMPONENT and self.source is not None:
            metadata["interacted_message_id"] = str(self.source.id)
        elif self.kind is InteractionKind.MODAL_SUBMIT and self.parent is not None:
            metadata["triggering_interaction_metadata"] = self.parent.metadata()
        return metadata
