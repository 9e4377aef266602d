"""What people do in the Discord app: type, use commands and menus, press buttons, fill in forms."""

import secrets
import time
from collections.abc import Sequence
from typing import Any

from tests.local_discord.interactions.forms import build_modal_values, check_component, check_selection
from tests.local_discord.interactions.interaction import Interaction, InteractionKind
from tests.local_discord.interactions.options import GROUP, SUBCOMMAND, ClientRefused, OptionValues
from tests.local_discord.interactions.visibility import find_command, read_context, read_owners
from tests.local_discord.world.guilds import THREADS, Channel, Guild
from tests.local_discord.world.messages import PLAIN, REPLY, Component, Message, Upload
from tests.local_discord.world.permissions import Permission
from tests.local_discord.world.setup import Staging
from tests.local_discord.world.users import Member, Person, Role, User

SLASH, USER_MENU, MESSAGE_MENU = 1, 2, 3
FOLLOW_UPS_WITHOUT_BOT = 5  # for an application that is only installed for the user


class PeopleAtWork(Staging):
    """The part of the driver that acts as people do; ClientRefused: their app would not let them."""

    async def slash(
        self,
        person: Person,
        name: str,
        options: dict[str, Any] | None = None,
        *,
        channel: Channel | None = None,
        forged: bool = False,
    ) -> Interaction:
        """Use a slash command; `"model use"` is a subcommand. `forged` sends what no app would."""
        return self._use_slash(person, name, options or {}, channel=channel, forged=forged, focused=None)

    async def autocomplete(
        self,
        person: Person,
        name: str,
        option: str,
        text: Any = "",
        *,
        options: dict[str, Any] | None = None,
        channel: Channel | None = None,
    ) -> Interaction:
        """Type `text` into an option that completes itself; await `.choices()` of the result."""
        given = {**(options or {}), option: text}
        return self._use_slash(person, name, given, channel=channel, forged=False, focused=option)

    async def context_menu(
        self,
        person: Person,
        name: str,
        target: Message | Person,
        *,
        channel: Channel | None = None,
        forged: bool = False,
    ) -> Interaction:
        """Use a command from the menu of a message or of a person."""
        kind = MESSAGE_MENU if isinstance(target, Message) else USER_MENU
        if channel is None:
            channel = target.channel if isinstance(target, Message) else self._usual_channel(person)
        person = self._here(person, channel)
        command, owners = find_command(self.world, person, channel, name=name, kind=kind, forged=forged)
        values = OptionValues(self.board, channel, forged=forged)
        if isinstance(target, Message):
            if target.deleted and not forged:
                raise ClientRefused("the message is gone")
            resolved: dict[str, Any] = {"messages": {str(target.id): target.payload()}}
        else:
            values.resolve(target)
            resolved = values.resolved
        data = _command_data(command) | {"target_id": str(target.id), "resolved": resolved}
        return self._start(InteractionKind.COMMAND, person, channel, data, owners)

    async def press(self, button: Component, person: Person, *, forged: bool = False) -> Interaction:
        """Press a button, e.g. `message.button("Continue")`."""
        if not forged:
            check_component(button, person)
        data = {"component_type": 2, "custom_id": button.custom_id, "id": button.raw.get("id", 1)}
        return self._use_component(button, person, data)

    async def select(
        self,
        menu: Component,
        person: Person,
        values: Sequence[str | Person | Role | Channel],
        *,
        forged: bool = False,
    ) -> Interaction:
        """Choose from a select menu: values (or labels) of its options, or people, roles, channels."""
        if not forged:
            check_component(menu, person)
            values = check_selection(menu.raw, values)
        resolver = OptionValues(self.board, menu.message.channel, forged=forged)
        data: dict[str, Any] = {
            "component_type": menu.raw["type"],
            "custom_id": menu.custom_id,
            "id": menu.raw.get("id", 1),
            "values": [resolver.resolve(value) for value in values],
        }
        if resolver.resolved:
            data["resolved"] = resolver.resolved
        return self._use_component(menu, person, data)

    async def submit_modal(
        self, opened: Interaction, values: dict[str, Any] | None = None, *, forged: bool = False
    ) -> Interaction:
        """Fill in the modal that an interaction opened, by custom ids (or labels), and send it."""
        modal = opened.offered_modal
        if modal is None:
            raise ClientRefused("that interaction opened no modal")
        files = OptionValues(self.board, opened.channel, forged=forged)
        components = build_modal_values(modal["components"], values or {}, files, forged=forged)
        data = {"custom_id": modal["custom_id"], "components": components}
        if files.resolved:
            data["resolved"] = files.resolved
        owners = opened.payload["authorizing_integration_owners"]
        return self._start(
            InteractionKind.MODAL_SUBMIT,
            opened.person,
            opened.channel,
            data,
            owners,
            source=opened.source,
            parent=opened,
        )

    async def say(
        self,
        person: Person,
        channel: Channel | None = None,
        content: str = "",
        *,
        reply_to: Message | None = None,
        ping_replied: bool = True,
        files: Sequence[Upload] = (),
        body: dict[str, Any] | None = None,
        parts: dict[str, Any] | None = None,
        kind: int = PLAIN,
    ) -> Message:
        """Write an ordinary message, or answer one; `ping_replied` is the app's "@ ON" beside a reply.

        `body` has what other bots send besides (embeds, components, flags), `parts` what only people's messages have
        (sticker_items, poll), and `kind` is a type of message, such as 7 for one that tells of a new member.
        """
        channel = channel or (reply_to.channel if reply_to is not None else self._usual_channel(person))
        person = self._here(person, channel)
        speak = Permission.SEND_MESSAGES_IN_THREADS if channel.kind in THREADS else Permission.SEND_MESSAGES
        if speak not in channel.permissions_of(person):
            raise ClientRefused("this person may not write there")
        body = {"content": content, **(body or {})}
        if kind != PLAIN:
            parts = {"type": kind, **(parts or {})}
        if reply_to is not None and not ping_replied:
            body["allowed_mentions"] = {"parse": ["users", "roles", "everyone"], "replied_user": False}
        return self.board.send(
            body,
            channel=channel,
            author=person,
            uploads=dict(enumerate(files)),
            kind=PLAIN if reply_to is None else REPLY,
            referenced=reply_to,
            parts=parts,
        )

    async def forward(self, person: Person, message: Message, channel: Channel | None = None) -> Message:
        """Forward a message ("Message Reference Types": its snapshot, and nothing else)."""
        channel = channel or message.channel
        return self.board.send(
            {},
            channel=channel,
            author=self._here(person, channel),
            uploads={},
            referenced=message,
            is_forward=True,
        )

    def _use_slash(
        self,
        person: Person,
        name: str,
        given: dict[str, Any],
        *,
        channel: Channel | None,
        forged: bool,
        focused: str | None,
    ) -> Interaction:
        channel = channel or self._usual_channel(person)
        person = self._here(person, channel)
        first, *path = name.split()
        command, owners = find_command(self.world, person, channel, name=first, kind=SLASH, forged=forged)
        declared = command.get("options") or []
        kinds: list[int] = []
        for step in path:
            found = next(
                (o for o in declared if o["name"] == step and o["type"] in (SUBCOMMAND, GROUP)), None
            )
            if found is None:
                raise ClientRefused(f"the command {first!r} has no subcommand {step!r}")
            kinds.append(found["type"])
            declared = found.get("options") or []
        if any(option["type"] in (SUBCOMMAND, GROUP) for option in declared):
            raise ClientRefused(f"{name!r} needs a subcommand: {[option['name'] for option in declared]}")
        if focused is not None and not any(o["name"] == focused and o.get("autocomplete") for o in declared):
            raise ClientRefused(f"option {focused!r} of {name!r} does not complete itself")
        values = OptionValues(self.board, channel, forged=forged)
        options = values.build(declared, given, focused=focused)
        for step, kind in zip(reversed(path), reversed(kinds), strict=True):
            options = [{"name": step, "type": kind, "options": options}]
        data = _command_data(command) | {"options": options}
        if values.resolved:
            data["resolved"] = values.resolved
        kind_of_interaction = InteractionKind.COMMAND if focused is None else InteractionKind.AUTOCOMPLETE
        return self._start(kind_of_interaction, person, channel, data, owners)

    def _use_component(self, component: Component, person: Person, data: dict[str, Any]) -> Interaction:
        message = component.message
        person = self._here(person, message.channel)
        if message.interaction is not None:
            owners = message.interaction.payload["authorizing_integration_owners"]
        else:
            owners = read_owners(person, message.channel, [0])
        return self._start(InteractionKind.COMPONENT, person, message.channel, data, owners, source=message)

    def _start(
        self,
        kind: InteractionKind,
        person: Person,
        channel: Channel,
        data: dict[str, Any],
        owners: dict[str, str],
        *,
        source: Message | None = None,
        parent: Interaction | None = None,
    ) -> Interaction:
        """Build the interaction as Discord does and send it to the bot."""
        identifier = self.world.snowflakes.next()
        token = f"aW50ZXJhY3Rpb246{identifier}{secrets.token_urlsafe(96)}"
        payload = {
            "id": str(identifier),
            "application_id": str(self.world.application.id),
            "type": int(kind),
            "token": token,
            "version": 1,
            "data": data,
            "authorizing_integration_owners": owners,
            "entitlements": [],
            "context": read_context(channel),
            "locale": person.user.locale,
            "attachment_size_limit": self.settings.file_bytes,
        }
        payload |= _describe_place(person, channel, self.world.bot)
        if source is not None:
            payload["message"] = source.payload()
        only_user_installed = "0" not in owners
        may_speak = Permission.USE_EXTERNAL_APPS in channel.permissions_of(person) or channel.guild is None
        interaction = Interaction(
            id=identifier,
            token=token,
            kind=kind,
            person=person,
            channel=channel,
            payload=payload,
            acknowledge_seconds=self.settings.acknowledge_seconds,
            source=source,
            parent=parent,
            forced_ephemeral=only_user_installed and not may_speak,
            follow_up_limit=FOLLOW_UPS_WITHOUT_BOT if only_user_installed else None,
        )
        self.world.interactions[identifier] = interaction
        self.world.interactions_by_token[token] = interaction
        guild_id = None if channel.guild is None else channel.guild.id
        interaction.created_at = time.monotonic()
        self.gateway.dispatch("INTERACTION_CREATE", payload, guild_id=guild_id)
        return interaction

    def _usual_channel(self, person: Person) -> Channel:
        """Return the first channel of a member's guild, or a user's conversation with the bot."""
        if isinstance(person, Member):
            return next(iter(person.guild.channels.values()))
        return self.world.direct_messages(person)

    def _here(self, person: Person, channel: Channel) -> Person:
        """Return the person as a member of the channel's guild, or as a user where there is none."""
        guild: Guild | None = channel.guild
        if guild is None:
            return person.user
        member = guild.members.get(person.id)
        if member is None:
            raise ClientRefused(f"{person.name} is not a member of {guild.name}")
        return member


def _command_data(command: dict[str, Any]) -> dict[str, Any]:
    data = {"id": command["id"], "name": command["name"], "type": command["type"]}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return data


def _describe_place(person: Person, channel: Channel, bot: User) -> dict[str, Any]:
    """Return where an interaction happens and who started it, as payloads say it."""
    permissions = channel.permissions_of(person)
    # Without the bot in the place Discord gives what such an application may do there.
    of_bot = channel.permissions_of(bot) or (permissions & ~Permission.ADMINISTRATOR)
    place: dict[str, Any] = {
        "channel": channel.payload(permissions=permissions),
        "channel_id": str(channel.id),
        "app_permissions": str(int(of_bot)),
    }
    if channel.guild is None:
        return place | {"user": person.user.payload()}
    guild = channel.guild
    place |= {
        "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
        "guild_id": str(guild.id),
        "guild_locale": guild.locale,
    }
    if isinstance(person, Member):
        place["member"] = person.payload(permissions=permissions)
    return place
