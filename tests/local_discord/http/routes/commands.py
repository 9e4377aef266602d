"""Registering application commands, globally or for one guild."""

from collections.abc import Iterable
from typing import Any

from tests.local_discord.http.errors import FormErrors, Reason, Refusal
from tests.local_discord.http.routing import Answer, Call, Route
from tests.local_discord.limits.commands import MOST_OF_A_KIND, SLASH, check_command
from tests.local_discord.world.world import World

GLOBAL = "/applications/{application}/commands"
GUILD = "/applications/{application}/guilds/{guild}/commands"


class CommandRoutes:
    """`/applications/{application}/commands` and the same under `/guilds/{guild}`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> Iterable[Route]:
        """Yield the routes of this module."""
        for template in (GLOBAL, GUILD):
            one = template + "/{command}"
            yield Route("GET", template, self.read_all)
            yield Route("PUT", template, self.overwrite)
            yield Route("POST", template, self.create)
            yield Route("GET", one, self.read)
            yield Route("PATCH", one, self.edit)
            yield Route("DELETE", one, self.delete)
        yield Route("GET", GUILD + "/permissions", self.read_all_permissions)
        yield Route("GET", GUILD + "/{command}/permissions", self.read_permissions)

    async def read_all(self, call: Call) -> Answer:
        """Return the registered commands, with their translations only where those are asked for."""
        commands = list(self._commands(call).values())
        if call.query.get("with_localizations", "false").lower() in ("true", "1"):
            return Answer(200, commands)
        return Answer(200, [_without_translations(command) for command in commands])

    async def overwrite(self, call: Call) -> Answer:
        """Replace all commands; those of the same name and type keep their ids."""
        commands = self._commands(call)
        if not isinstance(call.body, list):
            message = "Only iterables may be used in a ListType"
            raise Refusal(
                Reason.INVALID_FORM, {"_errors": [{"code": "LIST_TYPE_CONVERT", "message": message}]}
            )
        errors = FormErrors()
        seen: set[tuple[int, str]] = set()
        for index, command in enumerate(call.body):
            check_command(errors, (index,), command)
            key = _key(command)
            if key in seen:
                message = "Application command names must be unique"
                errors.add((index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
            seen.add(key)
        errors.raise_if_any()
        _check_number(call.body)
        old = {_key(command): command for command in commands.values()}
        commands.clear()
        for command in call.body:
            self._store(call, commands, command, previous=old.get(_key(command)))
        return Answer(200, list(commands.values()))

    async def create(self, call: Call) -> Answer:
        """Register one command, or replace the one of the same name and type."""
        commands = self._commands(call)
        self._check(call.form)
        previous = next((c for c in commands.values() if _key(c) == _key(call.form)), None)
        if previous is None:
            _check_number([*commands.values(), call.form])
        stored = self._store(call, commands, call.form, previous=previous)
        return Answer(201 if previous is None else 200, stored)

    async def read(self, call: Call) -> Answer:
        """Return one command."""
        return Answer(200, self._find(call))

    async def edit(self, call: Call) -> Answer:
        """Change one command."""
        previous = self._find(call)
        changed = {key: value for key, value in previous.items() if key != "description" or value} | call.form
        self._check(changed)
        return Answer(200, self._store(call, self._commands(call), changed, previous=previous))

    async def delete(self, call: Call) -> Answer:
        """Remove one command."""
        command = self._find(call)
        del self._commands(call)[int(command["id"])]
        return Answer(204)

    async def read_all_permissions(self, call: Call) -> Answer:
        """Return no overrides: nobody changed who may use a command."""
        self._commands(call)
        return Answer(200, [])

    async def read_permissions(self, call: Call) -> Answer:
        """Refuse, as Discord does for commands without overrides."""
        self._find(call)
        raise Refusal(Reason.UNKNOWN_COMMAND_PERMISSIONS)

    def _commands(self, call: Call) -> dict[int, dict[str, Any]]:
        if call.snowflake("application") != self._world.application.id:
            raise Refusal(Reason.UNKNOWN_APPLICATION)
        if "guild" not in call.parameters:
            return self._world.commands()
        guild = self._world.guilds.get(call.snowflake("guild"))
        if guild is None or not guild.has_bot:
            raise Refusal(Reason.MISSING_ACCESS)
        return self._world.commands(guild.id)

    def _find(self, call: Call) -> dict[str, Any]:
        command = self._commands(call).get(call.snowflake("command"))
        if command is None:
            raise Refusal(Reason.UNKNOWN_COMMAND)
        return command

    def _check(self, command: dict[str, Any]) -> None:
        errors = FormErrors()
        check_command(errors, (), command)
        errors.raise_if_any()

    def _store(
        self,
        call: Call,
        commands: dict[int, dict[str, Any]],
        command: dict[str, Any],
        *,
        previous: dict[str, Any] | None,
    ) -> dict[str, Any]:
        fixed = {"id": previous["id"] if previous else str(self._world.snowflakes.next())}
        usual: dict[str, Any] = {
            "type": SLASH,
            "description": "",
            "default_member_permissions": None,
            "nsfw": False,
            "contexts": None,
            "integration_types": [0],
        }
        given = {key: value for key, value in command.items() if value is not None}
        stored = (
            usual
            | given
            | fixed
            | {
                "application_id": str(self._world.application.id),
                "version": str(self._world.snowflakes.next()),
            }
        )
        if "guild" in call.parameters:
            stored["guild_id"] = call.parameters["guild"]
        commands[int(stored["id"])] = stored
        return stored


def _key(command: dict[str, Any]) -> tuple[int, str]:
    return int(command.get("type") or SLASH), str(command.get("name"))


def _without_translations(part: dict[str, Any]) -> dict[str, Any]:
    shown = {key: value for key, value in part.items() if not key.endswith("_localizations")}
    for inner in ("options", "choices"):
        if inner in shown:
            shown[inner] = [_without_translations(item) for item in shown[inner]]
    return shown


def _check_number(commands: list[dict[str, Any]]) -> None:
    for kind, most in MOST_OF_A_KIND.items():
        if sum(_key(command)[0] == kind for command in commands) > most:
            raise Refusal(Reason.TOO_MANY_COMMANDS)
