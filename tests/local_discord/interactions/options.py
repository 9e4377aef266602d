"""Options of a slash command as the Discord app fills them in, and what it does not let people enter."""

from typing import Any

from tests.local_discord.http.bodies import guess_content_type
from tests.local_discord.limits.commands import LARGEST_INTEGER
from tests.local_discord.world.guilds import Channel
from tests.local_discord.world.message_store import MessageBoard
from tests.local_discord.world.messages import Upload
from tests.local_discord.world.users import Member, Role, User

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(
    1, 12
)


class ClientRefused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """The Discord app would not have let this person do that; nothing reached the bot."""


class OptionValues:
    """Turns Python values into the options of one interaction and collects what they refer to."""

    def __init__(self, board: MessageBoard, channel: Channel, *, forged: bool) -> None:
        self.resolved: dict[str, dict[str, Any]] = {}
        self._board = board
        self._channel = channel
        self._forged = forged

    def build(
        self, declared: list[dict[str, Any]], given: dict[str, Any], *, focused: str | None = None
    ) -> list[dict[str, Any]]:
        """Return the options of a command without subcommands; raises ClientRefused.

        `focused` names the option that is being typed: it may be anything, and nothing is required yet.
        """
        known = {option["name"]: option for option in declared}
        options: list[dict[str, Any]] = []
        for name, value in given.items():
            if name not in known and not self._forged:
                raise ClientRefused(f"there is no option {name!r} among {sorted(known)}")
            option = known.get(name) or {"name": name, "type": _guess_type(value)}
            built: dict[str, Any] = {"name": name, "type": option["type"]}
            if name == focused:
                built |= {"value": value, "focused": True}
            else:
                entered = value if self._forged else check_value(option, value)
                built["value"] = self.resolve(entered)
            options.append(built)
        missing = [name for name, option in known.items() if option.get("required") and name not in given]
        if missing and focused is None and not self._forged:
            raise ClientRefused(f"required options are missing: {missing}")
        return options

    def resolve(self, value: Any) -> Any:
        """Return a value as JSON; people, places and files become ids with their data beside."""
        if isinstance(value, Member | User):
            self._keep("users", value.id, value.user.payload())
            if isinstance(value, Member):
                permissions = self._channel.permissions_of(value)
                self._keep("members", value.id, value.payload(permissions=permissions, user=False))
            return str(value.id)
        if isinstance(value, Role):
            self._keep("roles", value.id, value.payload())
            return str(value.id)
        if isinstance(value, Channel):
            self._keep("channels", value.id, value.payload(permissions=value.permissions_of(self._board.bot)))
            return str(value.id)
        if isinstance(value, bytes):
            value = Upload("file.txt", value, guess_content_type("file.txt"))
        if isinstance(value, Upload):
            attachment = self._board.store_file(value, channel=self._channel)
            self._keep("attachments", attachment.id, attachment.payload() | {"ephemeral": True})
            return str(attachment.id)
        return value

    def _keep(self, kind: str, identifier: int, payload: dict[str, Any]) -> None:
        self.resolved.setdefault(kind, {})[str(identifier)] = payload


def check_value(option: dict[str, Any], value: Any) -> Any:
    """Return the value the app would send; raises ClientRefused for what cannot be entered."""
    name, kind = option["name"], option["type"]
    types: dict[int, tuple[type[Any], ...]] = {
        STRING: (str,),
        INTEGER: (int,),
        BOOLEAN: (bool,),
        USER: (Member, User),
        CHANNEL: (Channel,),
        ROLE: (Role,),
        MENTIONABLE: (Member, User, Role),
        NUMBER: (int, float),
        ATTACHMENT: (bytes, Upload),
    }
    number = kind in (INTEGER, NUMBER)
    if type(value) not in types[kind]:  # True is no number, a member is a user
        raise ClientRefused(f"option {name!r} of type {kind} cannot be {value!r}")
    choices = option.get("choices") or []
    if choices:
        chosen = [choice["value"] for choice in choices if value in (choice["value"], choice["name"])]
        if not chosen:
            raise ClientRefused(f"option {name!r} has no choice {value!r}")
        return chosen[0]
    if number:
        least = option.get("min_value", -LARGEST_INTEGER)
        most = option.get("max_value", LARGEST_INTEGER)
        if not least <= value <= most:
            raise ClientRefused(f"option {name!r} must be between {least} and {most}, not {value}")
    if kind == STRING and not option.get("min_length", 1) <= len(value) <= option.get("max_length", 6000):
        raise ClientRefused(f"option {name!r} has the wrong length: {len(value)}")
    if kind == CHANNEL and option.get("channel_types") and value.kind not in option["channel_types"]:
        raise ClientRefused(f"option {name!r} does not take this kind of channel")
    return value


def _guess_type(value: Any) -> int:
    kinds: list[tuple[type, int]] = [
        (bool, BOOLEAN), (int, INTEGER), (float, NUMBER), (Member, USER), (User, USER),
        (Channel, CHANNEL), (Role, ROLE), (bytes, ATTACHMENT), (Upload, ATTACHMENT),
    ]  # fmt: skip
    return next((kind for type_, kind in kinds if isinstance(value, type_)), STRING)
