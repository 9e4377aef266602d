"""Sending, editing and deleting messages, whoever does it; tells the gateway."""

import copy
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from tests.local_discord.gateway.gateway import Gateway
from tests.local_discord.gateway.intents import Intent
from tests.local_discord.gateway.message_content import show_message
from tests.local_discord.http.errors import Reason, Refusal
from tests.local_discord.interactions.interaction import Interaction
from tests.local_discord.limits.mentions import find_mentions
from tests.local_discord.limits.messages import (
    CONTENT,
    CONTENT_WITH_NITRO,
    check_files,
    check_message,
    is_empty_embed,
)
from tests.local_discord.settings import LocalDiscordSettings
from tests.local_discord.world.guilds import Channel, ChannelKind
from tests.local_discord.world.messages import (
    COMPONENTS_V2,
    EPHEMERAL,
    LOADING,
    PLAIN,
    Attachment,
    Message,
    Upload,
    walk_components,
)
from tests.local_discord.world.snowflakes import write_time
from tests.local_discord.world.users import Member, User
from tests.local_discord.world.world import World

OLD_SECONDS = 3_600.0  # of a message, after which its edits are counted
EDITS_OF_OLD = 3  # an hour; Discord publishes that there is a number, but not which
Uploads = Mapping[int, Upload]  # by the index that `files[index]` gives them
SETTABLE_FLAGS = 1 << 2 | 1 << 12 | EPHEMERAL | COMPONENTS_V2  # no previews, silent, only for one


class MessageBoard:
    """The only writer of messages."""

    def __init__(self, world: World, gateway: Gateway, settings: LocalDiscordSettings) -> None:
        self.base_url = ""  # known once the server listens
        self._world = world
        self._gateway = gateway
        self._settings = settings

    @property
    def bot(self) -> User:
        """The bot's user."""
        return self._world.bot

    def send(
        self,
        body: dict[str, Any],
        *,
        channel: Channel,
        author: User | Member,
        uploads: Uploads,
        kind: int = PLAIN,
        referenced: Message | None = None,
        interaction: Interaction | None = None,
        prefix: tuple[str, ...] = (),
        parts: dict[str, Any] | None = None,
        is_forward: bool = False,
    ) -> Message:
        """Create a message from a request's body; raises Discord's refusal."""
        flags = int(body.get("flags") or 0) & SETTABLE_FLAGS
        most = CONTENT if author.user.bot else CONTENT_WITH_NITRO
        self._check(body, flags=flags, uploads=uploads, prefix=prefix, most=most)
        self._moderate(body, channel)
        channel.archived = False
        message = Message(
            id=self._world.snowflakes.next(),
            channel=channel,
            author=author,
            kind=kind,
            flags=flags,
            referenced=referenced,
            interaction=interaction,
            nonce=body.get("nonce"),
            parts=parts or {},
            snapshots=[referenced.snapshot()] if is_forward and referenced is not None else [],
        )
        self._fill(message, body, uploads)
        if self._is_empty(message):
            raise Refusal(Reason.EMPTY_MESSAGE)
        self._mention(message, body)
        self._publish(message)
        return message

    def send_loading(self, *, channel: Channel, flags: int, kind: int, interaction: Interaction) -> Message:
        """Create the "is thinking" message of a deferred answer."""
        message = Message(
            id=self._world.snowflakes.next(),
            channel=channel,
            author=self._world.bot,
            kind=kind,
            flags=flags & EPHEMERAL | LOADING,
            interaction=interaction,
            referenced=interaction.source,
        )
        self._publish(message)
        return message

    def edit(
        self, message: Message, body: dict[str, Any], *, uploads: Uploads, prefix: tuple[str, ...] = ()
    ) -> None:
        """Change a message by a request's body; raises Discord's refusal and then changes nothing."""
        if message.channel.archived:
            raise Refusal(Reason.ARCHIVED_THREAD)
        _check_age(message)
        self._moderate(body, message.channel)
        flags = message.flags
        if body.get("flags") is not None:
            changeable = 1 << 2 | COMPONENTS_V2
            flags = flags & ~(1 << 2) | int(body["flags"]) & changeable
        self._check(body, flags=flags, uploads=uploads, prefix=prefix)
        before = (message.content, message.embeds, message.components, message.attachments)
        self._fill(message, body, uploads)
        if self._is_empty(message):
            message.content, message.embeds, message.components, message.attachments = before
            raise Refusal(Reason.EMPTY_MESSAGE)
        message.flags = flags & ~LOADING
        if not message.revisions or "content" in body or flags & COMPONENTS_V2:
            self._mention(message, body)
        message.edited_timestamp = write_time()
        message.note_revision()
        self._tell("MESSAGE_UPDATE", message)

    def delete(self, message: Message) -> None:
        """Remove a message from its channel."""
        message.deleted_at = time.monotonic()
        message.channel.messages.pop(message.id, None)
        channel = message.channel
        payload = {"id": str(message.id), "channel_id": str(channel.id)}
        if channel.guild is not None:
            payload["guild_id"] = str(channel.guild.id)
        if not message.ephemeral:
            self._dispatch("MESSAGE_DELETE", payload, channel)
        self._wake(message)

    def store_file(self, upload: Upload, *, channel: Channel, description: str | None = None) -> Attachment:
        """Keep a file and give it a URL on this server."""
        identifier = self._world.snowflakes.next()
        name = upload.filename.replace(" ", "_")
        url = f"{self.base_url}/attachments/{channel.id}/{identifier}/{quote(name)}?ex=0&is=0&hm=0"
        attachment = Attachment(
            id=identifier,
            filename=name,
            content=upload.content,
            content_type=upload.content_type,
            url=url,
            seconds=upload.seconds,
            description=description,
        )
        self._world.attachments[identifier] = attachment
        return attachment

    def show(self, message: Message) -> dict[str, Any]:
        """Return a message as REST shows it to the bot."""
        granted = bool(self._settings.privileged_intents & Intent.MESSAGE_CONTENT)
        return show_message(message, bot=self._world.bot, content_intent=granted)

    def _check(
        self,
        body: dict[str, Any],
        *,
        flags: int,
        uploads: Uploads,
        prefix: tuple[str, ...],
        most: int = CONTENT,
    ) -> None:
        check_files(list(uploads.values()), most_bytes=self._settings.file_bytes)
        check_message(body, prefix=prefix, flags=flags, uploads=list(uploads.values()), most=most)

    @staticmethod
    def _moderate(body: dict[str, Any], channel: Channel) -> None:
        """Raise the refusal of a message that has a word which the guild's AutoMod blocks."""
        words = channel.guild.blocked_words if channel.guild else set()
        shown = [raw.get("content") for raw in walk_components(body.get("components") or [])]
        embeds = [embed.get("description") for embed in body.get("embeds") or []]
        text = "\n".join(str(part) for part in (body.get("content"), *embeds, *shown) if part)
        if any(word in text for word in words):
            raise Refusal(Reason.BLOCKED_BY_AUTOMOD)

    def _fill(self, message: Message, body: dict[str, Any], uploads: Uploads) -> None:
        if "content" in body:
            message.content = str(body["content"] or "").strip()
        attachments = self._attach(message, body.get("attachments"), uploads)
        if "embeds" in body:
            message.embeds = [embed | {"type": "rich"} for embed in body["embeds"] or []]
            used = {url for embed in message.embeds for url in _resolve_images(embed, attachments)}
            attachments = [attachment for attachment in attachments if attachment.url not in used]
        message.attachments = attachments
        if "components" in body:
            message.components = _number(body["components"] or [])
            _resolve_media(message.components, attachments)

    def _attach(self, message: Message, listed: Any, uploads: Uploads) -> list[Attachment]:
        """Return the attachments after a request: those kept, then the new ones."""
        kept = message.attachments
        descriptions: dict[int, str | None] = {}
        if listed is not None:
            identifiers = {int(item["id"]) for item in listed}
            kept = [attachment for attachment in kept if attachment.id in identifiers]
            descriptions = {int(item["id"]): item.get("description") for item in listed}
        new = [
            self.store_file(upload, channel=message.channel, description=descriptions.get(index))
            for index, upload in sorted(uploads.items())
        ]
        return [*kept, *new]

    def _is_empty(self, message: Message) -> bool:
        embeds = [embed for embed in message.embeds if not is_empty_embed(embed)]
        layout = message.components if message.flags & COMPONENTS_V2 else []
        if message.parts or message.snapshots:
            return False
        return not (message.content or embeds or message.attachments or layout or message.components)

    def _mention(self, message: Message, body: dict[str, Any]) -> None:
        displays = [
            str(raw["content"]) for raw in walk_components(message.components) if raw.get("type") == 10
        ]
        is_reply = message.referenced and message.interaction is None and not message.snapshots
        replied = message.referenced.author.id if message.referenced and is_reply else None
        message.mentions = find_mentions(
            "\n".join([message.content, *displays]),
            allowed_mentions=body.get("allowed_mentions"),
            replied_user=replied,
        )

    def _publish(self, message: Message) -> None:
        self._world.messages[message.id] = message
        if not message.loading:
            message.note_revision()
        if not message.ephemeral:
            message.channel.messages[message.id] = message
        self._tell("MESSAGE_CREATE", message)

    def _tell(self, event: str, message: Message) -> None:
        """Tell every session as much as its intents allow, then whoever waits in the tests."""
        channel = message.channel
        if not message.ephemeral and channel.permissions_of(self._world.bot):
            intent = _intent(channel)
            guild_id = None if channel.guild is None else channel.guild.id
            for session in self._gateway.sessions_of(guild_id):
                if session.intents & intent:
                    granted = bool(session.intents & Intent.MESSAGE_CONTENT)
                    payload = show_message(message, bot=self._world.bot, content_intent=granted)
                    session.dispatch(event, payload | _guild_parts(message))
        self._wake(message)

    def _dispatch(self, event: str, payload: dict[str, Any], channel: Channel) -> None:
        if channel.permissions_of(self._world.bot):
            guild_id = None if channel.guild is None else channel.guild.id
            self._gateway.dispatch(event, payload, guild_id=guild_id, intent=_intent(channel))

    def _wake(self, message: Message) -> None:
        if message.interaction is not None:
            message.interaction.changes.notify()
        self._world.changes.notify()


def _check_age(message: Message) -> None:
    """Raise the refusal of one more edit of a message that is over an hour old ("JSON Error Codes", 30046)."""
    now = time.monotonic()
    late = [each.time for each in message.revisions if each.time > message.created_at + OLD_SECONDS]
    recent = [edited for edited in late if edited > now - OLD_SECONDS]
    if now > message.created_at + OLD_SECONDS and len(recent) >= EDITS_OF_OLD:
        raise Refusal(Reason.TOO_MANY_EDITS, retry_after=recent[0] + OLD_SECONDS - now)


def _intent(channel: Channel) -> Intent:
    private = channel.kind is ChannelKind.DIRECT_MESSAGE
    return Intent.DIRECT_MESSAGES if private else Intent.GUILD_MESSAGES


def _guild_parts(message: Message) -> dict[str, Any]:
    """Return what only the gateway adds to messages of a guild."""
    guild = message.channel.guild
    if guild is None:
        return {"channel_type": int(message.channel.kind)}
    parts: dict[str, Any] = {"guild_id": str(guild.id), "channel_type": int(message.channel.kind)}
    member = guild.members.get(message.author.id)
    if member is not None:
        parts["member"] = member.payload(user=False)
    return parts


def _resolve_images(embed: dict[str, Any], attachments: list[Attachment]) -> list[str]:
    """Point an embed's `attachment://name` to the files; return the URLs that it uses."""
    used: list[str] = []
    for key in ("image", "thumbnail"):
        url = str((embed.get(key) or {}).get("url") or "")
        for attachment in attachments:
            if url == f"attachment://{attachment.filename}":
                embed[key] = embed[key] | {"url": attachment.url, "proxy_url": attachment.url}
                used.append(attachment.url)
    return used


def _resolve_media(components: list[dict[str, Any]], attachments: list[Attachment]) -> None:
    """Point a layout's `attachment://name` to the files: "Component Reference", Unfurled Media Item."""
    urls = {f"attachment://{attachment.filename}": attachment.url for attachment in attachments}
    for component in walk_components(components):
        for item in component.get("items") or []:
            address = str((item.get("media") or {}).get("url"))
            if address in urls:
                item["media"] = item["media"] | {"url": urls[address]}


def _number(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give every component the id that Discord adds, in order from 1."""
    components = copy.deepcopy(components)  # the request is recorded as it came
    for number, component in enumerate(walk_components(components), start=1):
        component.setdefault("id", number)
    return components
