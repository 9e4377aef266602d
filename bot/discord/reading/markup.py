r"""Discord's markup to plain text: `"**Hi** <@1> <:kek:2> ||you|| https://x.y"` -> `"Hi Kira you"`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.discord.markdown import clean_text

# "Reference", Message Formatting.
_LITERAL = re.compile(
    r"\\(?P<escaped>[^\w\s])|```(?:[\w+#.-]*\n)?(?P<block>.*?)```|``(?P<double>.+?)``|`(?P<single>[^`\n]+)`",
    re.DOTALL,
)
_SCHEME = r"(?:https?://|discord://|mailto:)"
_MASKED_LINK = re.compile(rf"\[([^\[\]\n]*)\]\(\s*<?{_SCHEME}[^()\s]*>?(?:\s+\"[^\"\n]*\")?\s*\)")
_LINK = re.compile(rf"<{_SCHEME}[^\s<>]*>|{_SCHEME}[^\s<>|]*|discord\.gg/[^\s<>|]+")
_ANGLED = re.compile(
    r"<(?:(?P<kind>@&|@!?|#)(?P<id>[0-9]{1,20})|a?:\w{1,32}:[0-9]{1,20}|/(?P<command>[^<>:\n]{1,100}):[0-9]{1,20}"
    r"|t:(?P<time>-?[0-9]{1,15})(?::[a-zA-Z])?|id:[\w-]{1,40}(?::[0-9]{1,20})?)>"
)
_SPOILER = re.compile(r"\|\|(.+?)\|\|", re.DOTALL)
_EMPHASIS = re.compile(r"(\*{1,3}|_{2,3}|~~)(?=\S)(.+?)(?<=\S)\1|(?<!\w)(_)(?=\S)([^_\n]+?)(?<=\S)_(?!\w)")
_SMALL_PRINT = re.compile(r"^-# .*$\n?", re.MULTILINE)
_HEADING = re.compile(r"^#{1,3} +|^-# +", re.MULTILINE)
_KEPT = re.compile("\ue000([0-9]+)\ue000")
_DEEPEST = 4  # emphasis within emphasis

NameOf = Callable[[str, int], str]


@dataclass(frozen=True)
class PlainText:
    """Text without markup, and whether some of it was covered as a spoiler."""

    text: str
    is_covered: bool = False


def read_markup(content: str, *, name_of: NameOf) -> PlainText:
    """Return the words of a text as Discord sends it; marks of quotation at line starts stay.

    Args:
        content: Text with Discord's markup.
        name_of: The name of what `"@"` (a member), `"@&"` (a role) or `"#"` (a channel) and a number mention; empty
            where it is not known, and then nothing of the mention is left.
    """
    kept: list[str] = []

    def keep(text: str) -> str:
        kept.append(text)
        return f"\ue000{len(kept) - 1}\ue000"  # which `clean_text` has taken out of what came

    def keep_literal(found: re.Match[str]) -> str:
        text = next(group for group in found.groups() if group is not None)
        return keep(text.strip("\n"))

    text = _LITERAL.sub(keep_literal, clean_text(content))
    text = _LINK.sub("", _MASKED_LINK.sub(r"\1", text))
    text = _ANGLED.sub(lambda found: keep(_say_angled(found, name_of)), text)
    uncovered = _SPOILER.sub(r"\1", text)
    is_covered = uncovered != text
    text = uncovered
    for _ in range(_DEEPEST):
        text = _EMPHASIS.sub(lambda found: found[2] or found[4], text)
    # Small print is about the text, unless it is all there is.
    text = _SMALL_PRINT.sub("", text) if _SMALL_PRINT.sub("", text).strip() else text
    text = _HEADING.sub("", text)
    while _KEPT.search(text):  # a mention may hold what was kept before it
        text = _KEPT.sub(lambda found: kept[int(found[1])], text)
    lines = (re.sub(r"[^\S\n]{2,}", " ", line).strip() for line in text.split("\n"))
    return PlainText(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), is_covered)


def _say_angled(found: re.Match[str], name_of: NameOf) -> str:
    if found["id"]:
        return clean_text(name_of(found["kind"].rstrip("!"), int(found["id"])))
    if found["command"]:
        return f"/{found['command']}"
    if found["time"]:
        try:
            return f"{datetime.fromtimestamp(int(found['time']), UTC):%Y-%m-%d %H:%M}"
        except (ValueError, OverflowError, OSError):
            return ""
    return ""  # an emoji's picture has no words
