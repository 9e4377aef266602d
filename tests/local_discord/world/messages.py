"""Messages with their attachments, their history and what can be pressed on them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.local_discord.limits.mentions import NOBODY, Mentions
from tests.local_discord.world.snowflakes import read_time
from tests.local_discord.world.users import Member, Speaker, User

if TYPE_CHECKING:
    from tests.local_discord.interactions.interaction import Interaction
    from tests.local_discord.world.guilds import Channel

EPHEMERAL = 1 << 6
LOADING = 1 << 7
COMPONENTS_V2 = 1 << 15

PLAIN, REPLY, SLASH_RESPONSE, MENU_RESPONSE = 0, 19, 20, 23  # types of message


@dataclass(frozen=True)
class Upload:
    """A file as somebody sends it."""

    filename: str
    content: bytes
    content_type: str = "application/octet-stream"
    seconds: float | None = None  # of a voice message


@dataclass(frozen=True)
class Attachment:
    """A file that the server keeps and serves at `url`."""

    id: int
    filename: str
    content: bytes
    content_type: str
    url: str
    description: str | None = None
    seconds: float | None = None  # of a voice message

    @property
    def text(self) -> str:
        """The file read as UTF-8."""
        return self.content.decode("utf-8")

    def payload(self) -> dict[str, Any]:
        """Return Discord's attachment object."""
        payload: dict[str, Any] = {
            "id": str(self.id),
            "filename": self.filename,
            "size": len(self.content),
            "url": self.url,
            "proxy_url": self.url,
            "content_type": self.content_type,
        }
        if self.description is not None:
            payload["description"] = self.description
        if self.seconds is not None:
            payload |= {"duration_secs": self.seconds, "waveform": "AA=="}
        return payload


@dataclass(frozen=True)
class Revision:
    """One state of a message: as it was sent, or after an edit."""

    time: float  # seconds, time.monotonic()
    content: str
    embeds: list[dict[str, Any]]
    components: list[dict[str, Any]]
    attachments: list[Attachment]
    flags: int
    mentions: Mentions


@dataclass(frozen=True)
class Component:
    """A button or select menu on a message (or in a modal)."""

    message: Message
    raw: dict[str, Any]

    @property
    def custom_id(self) -> str | None:
        """The bot's name for it; None for links."""
        custom_id = self.raw.get("custom_id")
        return None if custom_id is None else str(custom_id)

    @property
    def label(self) -> str:
        """What it shows: a button's label (or its emoji), a menu's placeholder."""
        emoji = (self.raw.get("emoji") or {}).get("name") or ""
        return str(self.raw.get("label") or self.raw.get("placeholder") or emoji)

    @property
    def disabled(self) -> bool:
        """Whether it is greyed out."""
        return bool(self.raw.get("disabled", False))


@dataclass(eq=False)
class Message:
    """A message as the server keeps it; `revisions` is everything it ever was."""

    id: int
    channel: Channel
    author: User | Member
    kind: int = PLAIN
    content: str = ""
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    mentions: Mentions = NOBODY
    referenced: Message | None = None
    interaction: Interaction | None = None  # the one that it answers
    nonce: str | None = None
    parts: dict[str, Any] = field(
        default_factory=dict
    )  # what people's messages alone have: "sticker_items", "poll"
    snapshots: list[dict[str, Any]] = field(default_factory=list)  # of the message that this one forwards
    thread: Channel | None = None
    revisions: list[Revision] = field(default_factory=list)
    edited_timestamp: str | None = None
    deleted_at: float | None = None  # seconds, time.monotonic()
    created_at: float = field(default_factory=time.monotonic)

    @property
    def loading(self) -> bool:
        """Whether it still shows "is thinking"."""
        return bool(self.flags & LOADING)

    @property
    def ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return bool(self.flags & EPHEMERAL)

    @property
    def deleted(self) -> bool:
        """Whether it is gone."""
        return self.deleted_at is not None

    @property
    def pings(self) -> frozenset[str]:
        """Everybody whom any state of this message may have pinged: `@everyone`, `<@1>`, `<@&2>`."""
        return frozenset().union(*(revision.mentions.pings for revision in self.revisions))

    @property
    def text(self) -> str:
        """Everything readable: content, then the embeds' texts, then text displays."""
        parts = [self.content]
        for embed in self.embeds:
            parts += [str(embed.get("title") or ""), str(embed.get("description") or "")]
            parts += [f"{item['name']}: {item['value']}" for item in embed.get("fields") or []]
            parts.append(str((embed.get("footer") or {}).get("text") or ""))
        parts += [str(raw["content"]) for raw in walk_components(self.components) if raw.get("type") == 10]
        return "\n".join(part for part in parts if part)

    @property
    def buttons(self) -> list[Component]:
        """The buttons, links included, in reading order."""
        return [Component(self, raw) for raw in walk_components(self.components) if raw.get("type") == 2]

    @property
    def selects(self) -> list[Component]:
        """The select menus, in reading order."""
        kinds = (3, 5, 6, 7, 8)
        return [Component(self, raw) for raw in walk_components(self.components) if raw.get("type") in kinds]

    def button(self, name: str) -> Component:
        """Return the button with this label or custom id; KeyError tells which there are."""
        for button in self.buttons:
            if name in (button.label, button.custom_id):
                return button
        raise KeyError(f"no button {name!r} among {[button.label for button in self.buttons]}")

    def note_revision(self) -> None:
        """Add the present state to the history."""
        self.revisions.append(
            Revision(
                time=time.monotonic(),
                content=self.content,
                embeds=self.embeds,
                components=self.components,
                attachments=list(self.attachments),
                flags=self.flags,
                mentions=self.mentions,
            )
        )

    def payload(self, *, reference: bool = True) -> dict[str, Any]:
        """Return Discord's message object, nothing withheld."""
        payload: dict[str, Any] = {
            "id": str(self.id),
            "type": self.kind,
            "channel_id": str(self.channel.id),
            "author": self.author.user.payload(),
            "content": self.content,
            "timestamp": read_time(self.id),
            "edited_timestamp": self.edited_timestamp,
            "tts": False,
            "mention_everyone": bool(self.mentions.pings & {"@everyone", "@here"}),
            "mentions": [user.payload() for user in self._mentioned_users()],
            "mention_roles": [str(role_id) for role_id in sorted(self.mentions.roles)],
            "attachments": [attachment.payload() for attachment in self.attachments],
            "embeds": self.embeds,
            "components": self.components,
            "pinned": False,
            "flags": self.flags,
            **self.parts,
        }
        if isinstance(self.author, Speaker):
            payload["webhook_id"] = str(self.author.id)
        if self.snapshots:
            payload["message_snapshots"] = self.snapshots
        if self.nonce is not None:
            payload["nonce"] = self.nonce
        if self.thread is not None:
            payload["thread"] = self.thread.payload()
        if self.interaction is not None:
            payload |= self.interaction.message_payload()
        if self.referenced is not None and reference:
            payload |= self._reference_payload(self.referenced)
        return payload

    def snapshot(self) -> dict[str, Any]:
        """Return what a forwarded message keeps of this one: "Message Snapshot Structure"."""
        whole = self.payload(reference=False)
        kept = ("type", "content", "embeds", "attachments", "timestamp", "edited_timestamp", "flags", "mentions",
                "mention_roles", "sticker_items", "components")  # fmt: skip
        return {"message": {name: whole[name] for name in kept if name in whole}}

    def _reference_payload(self, referenced: Message) -> dict[str, Any]:
        if self.snapshots:  # "Message Reference Types": a forward has no referenced message
            place = {"channel_id": str(referenced.channel.id), "message_id": str(referenced.id)}
            return {"message_reference": {"type": 1, **place}}
        reference = {"type": 0, "message_id": str(referenced.id), "channel_id": str(referenced.channel.id)}
        if referenced.channel.guild is not None:
            reference["guild_id"] = str(referenced.channel.guild.id)
        shown = None if referenced.deleted else referenced.payload(reference=False)
        return {"message_reference": reference, "referenced_message": shown}

    def _mentioned_users(self) -> Iterator[User]:
        for user_id in sorted(self.mentions.users):
            if self.channel.guild is not None and user_id in self.channel.guild.members:
                yield self.channel.guild.members[user_id].user
            else:
                yield from (user for user in self.channel.recipients if user.id == user_id)


def walk_components(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield every component of a message or modal, parents before their children."""
    for component in components:
        yield component
        yield from walk_components(component.get("components") or [])
        for single in ("accessory", "component"):
            if component.get(single):
                yield from walk_components([component[single]])
