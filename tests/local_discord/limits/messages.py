"""What Discord refuses in a message: lengths, embeds, files. Components have their own module."""

import json
from collections.abc import Sequence
from typing import Any

from tests.local_discord.http.errors import FormErrors, Reason, Refusal
from tests.local_discord.limits.components import check_components
from tests.local_discord.limits.mentions import check_allowed_mentions
from tests.local_discord.world.messages import COMPONENTS_V2, Upload

CONTENT = 2000  # characters; so are the others
CONTENT_WITH_NITRO = 4000  # of people's messages: "Create Message" is about applications
EMBED_TITLE = 256
EMBED_DESCRIPTION = 4096
EMBED_FOOTER = 2048
EMBED_AUTHOR = 256
EMBED_FIELD_NAME = 256
EMBED_FIELD_VALUE = 1024
EMBED_FIELDS = 25  # fields of one embed
EMBEDS = 10  # embeds of one message
EMBEDS_TOGETHER = 6000  # characters in all embeds of one message
FILES = 10  # attachments of one message
NONCE = 25
FILENAME = 1024


def check_message(
    body: dict[str, Any],
    *,
    prefix: tuple[str, ...] = (),
    flags: int = 0,
    uploads: Sequence[Upload] = (),
    most: int = CONTENT,
) -> None:
    """Raise the refusal that Discord would answer to this message or edit; say nothing about emptiness."""
    errors = FormErrors(*prefix)
    content = body.get("content")
    if content is not None and not isinstance(content, str):
        content = json.dumps(content)  # Discord takes numbers for text
    errors.check_length(("content",), content, most=most)
    errors.check_length(("nonce",), body.get("nonce"), most=NONCE)
    check_embeds(errors, body.get("embeds"))
    version_two = bool(flags & COMPONENTS_V2)
    check_components(errors, body.get("components"), version_two=version_two)
    if version_two:
        for legacy in ("content", "embeds"):
            if body.get(legacy):
                message = f"The '{legacy}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
                errors.add((legacy,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)
    check_allowed_mentions(errors, body.get("allowed_mentions"))
    _check_attachments(errors, body.get("attachments"), uploads)
    errors.raise_if_any()


def check_embeds(errors: FormErrors, embeds: Any) -> None:
    """Note what is wrong with a message's embeds."""
    if embeds is None:
        return
    errors.check_length(("embeds",), embeds, most=EMBEDS)
    if not isinstance(embeds, list):
        return
    together = 0
    for index, embed in enumerate(embeds):
        path = ("embeds", index)
        if not isinstance(embed, dict):
            errors.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used to construct models.")
            continue
        together += _check_embed(errors, path, embed)
    if together > EMBEDS_TOGETHER:
        message = f"Embed size exceeds maximum size of {EMBEDS_TOGETHER}"
        errors.add(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", message)


def _check_embed(errors: FormErrors, path: tuple[str | int, ...], embed: dict[str, Any]) -> int:
    """Note one embed's faults; return how many of its characters count towards the sum."""
    errors.check_length((*path, "title"), embed.get("title"), most=EMBED_TITLE)
    errors.check_length((*path, "description"), embed.get("description"), most=EMBED_DESCRIPTION)
    texts = [embed.get("title"), embed.get("description")]
    footer = embed.get("footer") or {}
    author = embed.get("author") or {}
    if embed.get("footer") is not None:
        _check_text(errors, (*path, "footer", "text"), footer.get("text"), most=EMBED_FOOTER)
    if embed.get("author") is not None:
        _check_text(errors, (*path, "author", "name"), author.get("name"), most=EMBED_AUTHOR)
    texts += [footer.get("text"), author.get("name")]
    fields = embed.get("fields") or []
    errors.check_length((*path, "fields"), fields, most=EMBED_FIELDS)
    for index, item in enumerate(fields):
        _check_text(errors, (*path, "fields", index, "name"), item.get("name"), most=EMBED_FIELD_NAME)
        _check_text(errors, (*path, "fields", index, "value"), item.get("value"), most=EMBED_FIELD_VALUE)
        texts += [item.get("name"), item.get("value")]
    color = embed.get("color")
    if color is not None and not 0 <= int(color) <= 0xFFFFFF:
        message = "int value should be less than or equal to 16777215."
        errors.add((*path, "color"), "NUMBER_TYPE_MAX", message)
    for holder, key in (
        (embed, "url"),
        (embed.get("image") or {}, "url"),
        (embed.get("thumbnail") or {}, "url"),
    ):
        _check_url(errors, path, holder.get(key))
    return sum(len(text.strip()) for text in texts if isinstance(text, str))


def _check_text(errors: FormErrors, path: tuple[str | int, ...], text: Any, *, most: int) -> None:
    if not isinstance(text, str) or not text.strip():
        errors.require(path)
    else:
        errors.check_length(path, text.strip(), most=most)


def _check_url(errors: FormErrors, path: tuple[str | int, ...], url: Any) -> None:
    if url is None:
        return
    if not str(url).startswith(("http://", "https://", "attachment://")):
        message = (
            f"Scheme \"{str(url).split(':')[0]}\" is not supported. Scheme must be one of ('http', 'https')."
        )
        errors.add((*path, "url"), "URL_TYPE_INVALID_SCHEME", message)


def _check_attachments(errors: FormErrors, attachments: Any, uploads: Sequence[Upload]) -> None:
    errors.check_length(("attachments",), attachments, most=FILES)
    if len(uploads) > FILES:
        errors.add(("attachments",), "BASE_TYPE_MAX_LENGTH", f"Must be {FILES} or fewer in length.")
    for index, attachment in enumerate(attachments or []):
        errors.check_length(("attachments", index, "filename"), attachment.get("filename"), most=FILENAME)
        errors.check_length(("attachments", index, "description"), attachment.get("description"), most=1024)


def check_files(uploads: Sequence[Upload], *, most_bytes: int) -> None:
    """Raise the refusal for a file that is too large."""
    if any(len(upload.content) > most_bytes for upload in uploads):
        raise Refusal(Reason.TOO_LARGE)


def is_empty_embed(embed: dict[str, Any]) -> bool:
    """Tell whether an embed shows nothing."""
    shown = ("title", "description", "fields", "footer", "author", "image", "thumbnail", "video")
    return not any(embed.get(key) for key in shown)
