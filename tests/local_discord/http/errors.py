"""How Discord says no: an HTTP status, a code, a message and, for forms, a tree of errors.

Source of codes and shapes: Discord's documentation, "Opcodes and Status Codes" and "Error Messages".
"""

from enum import Enum
from typing import Any

Json = dict[str, Any]
LIMITED = 429  # the status of a limit


class Reason(Enum):
    """Status, code and message of each refusal that this server knows."""

    BAD_TOKEN = (401, 0, "401: Unauthorized")
    NO_SUCH_ROUTE = (404, 0, "404: Not Found")
    WRONG_METHOD = (405, 0, "405: Method Not Allowed")
    UNKNOWN_APPLICATION = (404, 10002, "Unknown Application")
    UNKNOWN_CHANNEL = (404, 10003, "Unknown Channel")
    UNKNOWN_GUILD = (404, 10004, "Unknown Guild")
    UNKNOWN_MEMBER = (404, 10007, "Unknown Member")
    UNKNOWN_MESSAGE = (404, 10008, "Unknown Message")
    UNKNOWN_USER = (404, 10013, "Unknown User")
    UNKNOWN_WEBHOOK = (404, 10015, "Unknown Webhook")
    UNKNOWN_INTERACTION = (404, 10062, "Unknown interaction")
    UNKNOWN_COMMAND = (404, 10063, "Unknown application command")
    UNKNOWN_COMMAND_PERMISSIONS = (404, 10066, "Unknown application command permissions")
    TOO_MANY_EDITS = (429, 30046, "Maximum number of edits to messages older than 1 hour reached.")
    TOO_MANY_WEBHOOKS = (400, 30007, "Maximum number of webhooks reached (15)")
    TOO_MANY_COMMANDS = (400, 30032, "Maximum number of application commands reached (100).")
    UNAUTHORIZED = (401, 40001, "Unauthorized")
    TOO_LARGE = (413, 40005, "Request entity too large")
    ALREADY_ACKNOWLEDGED = (400, 40060, "Interaction has already been acknowledged.")
    TOO_MANY_FOLLOW_UPS = (
        400,
        40094,
        "This interaction has reached the maximum number of follow-up messages",
    )
    MISSING_ACCESS = (403, 50001, "Missing Access")
    NOT_THE_AUTHOR = (403, 50005, "Cannot edit a message authored by another user")
    EMPTY_MESSAGE = (400, 50006, "Cannot send an empty message")
    CANNOT_MESSAGE_USER = (403, 50007, "Cannot send messages to this user")
    MISSING_PERMISSIONS = (403, 50013, "Missing Permissions")
    WRONG_CHANNEL_TYPE = (400, 50024, "Cannot execute action on this channel type")
    INVALID_WEBHOOK_TOKEN = (401, 50027, "Invalid Webhook Token")
    INVALID_FORM = (400, 50035, "Invalid Form Body")
    INVALID_JSON = (400, 50109, "The request body contains invalid JSON.")
    ARCHIVED_THREAD = (400, 50083, "Thread is archived")
    BLOCKED_BY_AUTOMOD = (400, 200000, "Message was blocked by automatic moderation")
    THREAD_EXISTS = (400, 160004, "A thread has already been created for this message")
    NO_HISTORY_TO_REPLY = (400, 160002, "You cannot reply without permission to read message history")


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """An answer other than success; the HTTP side turns it into Discord's JSON."""

    def __init__(self, reason: Reason, errors: Json | None = None, *, retry_after: float = 0.1) -> None:
        self.status, self.code, self.message = reason.value
        self.reason = reason
        self.errors = errors
        self.retry_after = retry_after  # seconds, of a limit
        super().__init__(f"{self.status} {self.code}: {self.message} {errors or ''}".strip())

    def payload(self) -> Json:
        """Return the JSON that the client gets."""
        payload: Json = {"message": self.message, "code": self.code}
        if self.errors is not None:
            payload["errors"] = self.errors
        if self.status == LIMITED:
            payload |= {"retry_after": self.retry_after, "global": False}
        return payload


class FormErrors:
    """Collects what is wrong with a form, and where.

    `add(("embeds", 0, "title"), "BASE_TYPE_REQUIRED", "This field is required")` becomes
    `{"embeds": {"0": {"title": {"_errors": [{"code": ..., "message": ...}]}}}}`.
    """

    def __init__(self, *prefix: str | int) -> None:
        self._prefix = prefix
        self._tree: Json = {}

    def add(self, path: tuple[str | int, ...], code: str, message: str) -> None:
        """Note one fault at `path`."""
        branch = self._tree
        for step in (*self._prefix, *path):
            branch = branch.setdefault(str(step), {})
        branch.setdefault("_errors", []).append({"code": code, "message": message})

    def require(self, path: tuple[str | int, ...]) -> None:
        """Note that a field is missing."""
        self.add(path, "BASE_TYPE_REQUIRED", "This field is required")

    def check_length(self, path: tuple[str | int, ...], value: object, *, least: int = 0, most: int) -> None:
        """Note a text or list whose length is outside `least` to `most`; None counts as absent."""
        if value is None:
            return
        if not isinstance(value, str | list):
            self.add(path, "BASE_TYPE_BAD_TYPE", "Could not interpret the value given.")
            return
        if least <= len(value) <= most:
            return
        if least == 0 or (least == 1 and len(value) > most and isinstance(value, str)):
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
        else:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")

    def check_choice(self, path: tuple[str | int, ...], value: object, choices: tuple[object, ...]) -> None:
        """Note a value that is none of `choices`."""
        if value not in choices:
            listed = ", ".join(str(choice) for choice in choices)
            self.add(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{listed}}}.")

    def raise_if_any(self) -> None:
        """Raise the refusal when a fault was noted."""
        if self._tree:
            raise Refusal(Reason.INVALID_FORM, self._tree)
