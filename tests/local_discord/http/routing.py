"""REST routes: a table from method and path to what answers."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.local_discord.http.errors import Reason, Refusal
from tests.local_discord.world.messages import Upload


@dataclass(frozen=True)
class Call:
    """A request that found its route: what the handlers need to know."""

    method: str
    template: str
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    body: Any = None
    uploads: Mapping[int, Upload] = field(default_factory=dict)

    def snowflake(self, name: str) -> int:
        """Return a path's parameter as an id; raises Discord's refusal for anything else."""
        text = self.parameters[name]
        if not text.isdecimal():
            errors = {
                f"{name}_id": {
                    "_errors": [
                        {"code": "NUMBER_TYPE_COERCE", "message": f'Value "{text}" is not snowflake.'}
                    ]
                }
            }
            raise Refusal(Reason.INVALID_FORM, errors)
        return int(text)

    @property
    def form(self) -> dict[str, Any]:
        """The body where it must be an object; nothing at all counts as empty."""
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            message = "Only dictionaries may be used to construct models."
            raise Refusal(
                Reason.INVALID_FORM, {"_errors": [{"code": "MODEL_TYPE_CONVERT", "message": message}]}
            )
        return self.body


@dataclass(frozen=True)
class Answer:
    """A status and its JSON; None is no content."""

    status: int
    payload: Any = None


Handler = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True)
class Route:
    """A template such as `/channels/{channel}/messages` and its handler."""

    method: str
    template: str
    handler: Handler
    authorised: bool = True  # False: the token in the path is enough


class Router:
    """Finds the route of a request; literal steps win over parameters."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes: dict[int, list[tuple[tuple[str, ...], Route]]] = {}
        for route in sorted(routes, key=lambda route: route.template.count("{")):
            steps = tuple(route.template.strip("/").split("/"))
            self._routes.setdefault(len(steps), []).append((steps, route))

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """Return the route and the path's parameters; raises 404 or 405."""
        steps = path.strip("/").split("/")
        known = False
        for template, route in self._routes.get(len(steps), []):
            parameters = _match(template, steps)
            if parameters is not None:
                known = True
                if route.method == method:
                    return route, parameters
        raise Refusal(Reason.WRONG_METHOD if known else Reason.NO_SUCH_ROUTE)


def _match(template: tuple[str, ...], steps: list[str]) -> dict[str, str] | None:
    parameters: dict[str, str] = {}
    for expected, step in zip(template, steps, strict=True):
        if expected.startswith("{"):
            parameters[expected[1:-1]] = step
        elif expected != step:
            return None
    return parameters
