"""Discord's, Slack's and WhatsApp's marks inside messages: custom emoji, mentions, links become names, or go."""

import re
from collections.abc import Mapping

_EMOJI = re.compile(r"<a?:(\w{1,64}):\d{1,25}>")
_MENTION = re.compile(r"<@[!&]?(\d{1,25})>")
_SLACK_MENTION = re.compile(r"<@([UW][A-Z0-9]{2,20})(?:\|([^<>\n]{1,80}))?>")
_PLACE = re.compile(
    r"<(?:#[A-Z0-9]{1,25}(?:\|([^<>\n]{0,80}))?|!(?:here|channel|everyone)(?:\|[^<>\n]{0,40})?|"
    r"!subteam[^<>\n]{0,80}|t:-?\d{1,15}(?::\w)?|id:\w{1,20})>"
)
_COMMAND = re.compile(r"<(/[^:<>\n]{1,100}):\d{1,25}>")
_SLACK_LINK = re.compile(r"<(?:https?|mailto|tel):[^<>|\s]{1,2000}(?:\|([^<>\n]{0,300}))?>")
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"]+", re.IGNORECASE)
_NUMBER_MENTION = re.compile(r"@\+?\d{5,16}\b")
_MAYBE = re.compile(r"<[a@#!/:ht]|://|www\.|@\+?\d", re.IGNORECASE)


def strip_marks(text: str, *, people: Mapping[str, str] | None = None) -> str:
    """Return `text` with custom emoji as `:name:`, known mentions as names, and links and other mentions gone.

    Example: `"<:kek:123> <@42> see https://a.b"` -> `":kek:  see "` where nobody has the id 42.
    """
    if not _MAYBE.search(text):
        return text
    people = people or {}

    def name(found: re.Match[str]) -> str:
        return people.get(found[1]) or (found[2] if found.re.groups > 1 and found[2] else "")

    text = _EMOJI.sub(r":\1:", text)
    text = _MENTION.sub(name, text)
    text = _SLACK_MENTION.sub(name, text)
    text = _PLACE.sub(lambda found: found[1] or "", text)
    text = _COMMAND.sub(r"\1", text)
    text = _SLACK_LINK.sub(lambda found: "" if not found[1] or "://" in found[1] else found[1], text)
    text = _LINK.sub("", text)
    return _NUMBER_MENTION.sub("", text)
