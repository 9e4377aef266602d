"""Reading request bodies: JSON, or multipart forms with `payload_json` and files."""

import json
import re
from typing import Any

from aiohttp import BodyPartReader, web

from tests.local_discord.http.errors import Reason, Refusal
from tests.local_discord.world.messages import Upload

FILE_FIELD = re.compile(r"files?\[(\d+)\]")


async def read_body(request: web.Request) -> tuple[Any, dict[int, Upload]]:
    """Return the JSON of a request, None if there is no body, and its files by their index."""
    if request.content_type.startswith("multipart/"):
        return await _read_form(request)
    return _parse(await request.read()), {}


async def _read_form(request: web.Request) -> tuple[Any, dict[int, Upload]]:
    body: Any = None
    uploads: dict[int, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise Refusal(Reason.INVALID_FORM, {})
        content = bytes(await part.read(decode=True))
        match = FILE_FIELD.fullmatch(part.name or "")
        if match is not None:
            upload = Upload(part.filename or "file", content, guess_content_type(part.filename or ""))
            uploads[int(match.group(1))] = upload
        elif part.name == "payload_json":
            body = _parse(content)
    return body, uploads


def _parse(content: bytes) -> Any:
    if not content:
        return None
    try:
        return json.loads(content)
    except ValueError:
        raise Refusal(Reason.INVALID_JSON) from None


def guess_content_type(filename: str) -> str:
    """Return the type that Discord gives files of this name."""
    types = {
        "txt": "text/plain; charset=utf-8",
        "png": "image/png",
        "json": "application/json; charset=utf-8",
        "csv": "text/csv; charset=utf-8",
        "zip": "application/zip",
    }
    return types.get(filename.rpartition(".")[2].lower(), "application/octet-stream")
