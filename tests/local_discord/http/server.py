"""The HTTP server: finds the route, applies faults and limits, checks the token, records."""

import asyncio
import json
import time
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from tests.local_discord.faults import Fault, FaultKind, Faults
from tests.local_discord.gateway.gateway import Gateway
from tests.local_discord.http.bodies import read_body
from tests.local_discord.http.errors import Reason, Refusal
from tests.local_discord.http.rate_limits import RateLimits, build_refusal
from tests.local_discord.http.recording import RecordedRequest
from tests.local_discord.http.routing import Answer, Call, Route, Router
from tests.local_discord.settings import LocalDiscordSettings
from tests.local_discord.world.world import World

PREFIXES = ("/api/v10", "/api/v9", "/api")
ALWAYS = {"Via": "1.1 google", "Server": "local-discord"}  # clients take a 429 without Via for a ban


class HttpSide:
    """Answers everything that arrives on the server's port."""

    def __init__(
        self, world: World, gateway: Gateway, settings: LocalDiscordSettings, routes: Iterable[Route]
    ) -> None:
        self.faults = Faults()
        self.requests: list[RecordedRequest] = []
        self.mistakes: list[Exception] = []  # of this server, not of the bot
        self.reachable = True  # False: every connection is broken off, as where there is no network
        self._world = world
        self._gateway = gateway
        self._limits = RateLimits(settings)
        self._router = Router(routes)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request or serve one connection to the gateway."""
        if not self.reachable:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=503)
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._gateway.serve(request)
        if request.path.startswith("/attachments/"):
            return self._serve_file(request)
        path = next((request.path[len(p) :] for p in PREFIXES if request.path.startswith(p)), request.path)
        record = RecordedRequest(
            method=request.method,
            path=path,
            template=path,
            query=dict(request.query),
            body=None,
            uploads={},
            started_at=time.monotonic(),
        )
        self.requests.append(record)
        answer, headers = await self._answer(request, path, record)
        record.finished_at = time.monotonic()
        if answer is None:
            return await self._break_off(request)
        record.status, record.answer = answer.status, answer.payload
        self._world.changes.notify()
        return _build_response(answer, headers)

    async def _answer(
        self, request: web.Request, path: str, record: RecordedRequest
    ) -> tuple[Answer | None, dict[str, str]]:
        """Return the answer, None to break the connection off, and the rate limit's headers."""
        headers: dict[str, str] = {}
        try:
            body, uploads = await read_body(request)
            route, parameters = self._router.find(request.method, path)
            call = Call(request.method, route.template, parameters, dict(request.query), body, uploads)
            self._note(record, call)
            names = (f"{call.method} {path}", f"{call.method} {route.template}")
            await asyncio.sleep(self.faults.take_delay(*names))
            fault = self.faults.take(*names)
            if fault is not None and not fault.applied:
                return _answer_fault(fault, names[1])
            verdict = self._limits.count(call)
            headers = verdict.headers
            if verdict.retry_after is not None:
                scope = "global" if verdict.everywhere else "user"
                payload, headers = build_refusal(
                    names[1], retry_after=verdict.retry_after, everywhere=verdict.everywhere, scope=scope
                )
                return Answer(429, payload), headers
            self._authorise(request, route)
            answer = await route.handler(call)
            return (answer, headers) if fault is None else _answer_fault(fault, names[1])
        except Refusal as refusal:
            return Answer(refusal.status, refusal.payload()), headers
        except Exception as mistake:  # noqa: BLE001 - reported to the test when the server closes
            self.mistakes.append(mistake)
            return Answer(500, {"message": "500: Internal Server Error", "code": 0}), headers

    def _note(self, record: RecordedRequest, call: Call) -> None:
        record.template, record.body, record.uploads = call.template, call.body, call.uploads
        token = call.parameters.get("token")
        if token is not None:
            interaction = self._world.interactions_by_token.get(token)
            shown = f"interaction-{interaction.id}" if interaction is not None else "unknown-token"
            record.path = record.path.replace(token, shown)

    def _authorise(self, request: web.Request, route: Route) -> None:
        if not route.authorised:
            return
        if request.headers.get("Authorization") != f"Bot {self._world.application.token}":
            raise Refusal(Reason.BAD_TOKEN)

    def _serve_file(self, request: web.Request) -> web.Response:
        identifier = request.path.split("/")[3] if request.path.count("/") >= 4 else ""
        attachment = self._world.attachments.get(int(identifier)) if identifier.isdecimal() else None
        if attachment is None:
            return web.Response(status=404, text="This content is no longer available.")
        headers = {"Content-Type": attachment.content_type}
        return web.Response(body=attachment.content, headers=headers)

    async def _break_off(self, request: web.Request) -> web.StreamResponse:
        """Send half an answer, then nothing."""
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"id": "')
        if request.transport is not None:
            request.transport.abort()
        return response


def _answer_fault(fault: Fault, name: str) -> tuple[Answer | None, dict[str, str]]:
    if fault.kind is FaultKind.DROP:
        return None, {}
    if fault.reason is not None:
        raise Refusal(fault.reason)
    if fault.kind is FaultKind.RATE_LIMIT:
        payload, headers = build_refusal(
            name, retry_after=fault.seconds, everywhere=fault.everywhere, scope=fault.scope
        )
        return Answer(429, payload), headers
    return Answer(fault.status, "upstream connect error or disconnect/reset before headers"), {}


def _build_response(answer: Answer, headers: dict[str, str]) -> web.Response:
    if answer.payload is None:
        return web.Response(status=answer.status, headers=ALWAYS | headers)
    if isinstance(answer.payload, str):
        return web.Response(status=answer.status, text=answer.payload, headers=ALWAYS | headers)
    body: Any = json.dumps(answer.payload).encode()
    # Exactly this type: discord.py compares it, and a charset behind it would make the body plain text.
    own = {"Content-Type": "application/json"}
    return web.Response(status=answer.status, body=body, headers=ALWAYS | own | headers)
