"""A scene as the lines of a performance: who says each, what, and after which pause."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.channels.performances.names import mend_name
from bot.discord.limits import MESSAGE_CHARACTERS
from bot.discord.markdown import cut_shown, escape_markdown, format_script, format_speech, split_pages
from bot.storage.tables.scenes import SceneRecord
from core.data.screenplay import parse_line

SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.2, 7.0
CHARACTERS_PER_SECOND = 22.0  # of somebody who types and is read
_NAME_CHARACTERS = 200  # of a speaker in bold, and the marks of a spoiler


@dataclass(frozen=True)
class PerformedLine:
    """One message of a performance, in Discord's markdown."""

    speaker: str  # as Discord takes it; empty for what the bot itself says: directions, headings
    text: str

    @property
    def plain(self) -> str:
        """The line as the bot says it where characters cannot speak for themselves."""
        return f"**{escape_markdown(self.speaker)}:** {self.text}" if self.speaker else self.text

    @property
    def pause_seconds(self) -> float:
        """How long it takes to type it."""
        seconds = SHORTEST_PAUSE_SECONDS + len(self.text) / CHARACTERS_PER_SECOND
        return min(seconds, LONGEST_PAUSE_SECONDS)


def read_lines(scene: SceneRecord, *, is_covered: bool) -> list[PerformedLine]:
    """Return what is performed of a scene: the text that its message shows. One that is covered stays so."""
    earlier, text = (part.replace("\x03", "\n\n") for part in (scene.earlier, scene.text))
    shown = cut_shown(earlier, text, prompt=scene.prompt)
    lines = [line for written in shown.split("\n") for line in _read_line(written)]
    return [PerformedLine(line.speaker, f"||{line.text}||") for line in lines] if is_covered else lines


def speakers_of_lines(lines: list[PerformedLine]) -> list[str]:
    """Return who speaks, in the order in which they do first."""
    return list(dict.fromkeys(line.speaker for line in lines if line.speaker))


def _read_line(written: str) -> Iterator[PerformedLine]:
    """Yield a line's messages: none for a blank one or a name without words, several for a very long one."""
    parsed = parse_line(written)
    speaker = mend_name(parsed.speaker)
    if parsed.kind == "speech" and speaker:
        text = format_speech(parsed.text)
        if text and parsed.tag:
            text = f"*{escape_markdown(parsed.tag)}* {text}"
    else:
        speaker, text = "", format_script(written)
    if text:
        for part in split_pages(text, limit=MESSAGE_CHARACTERS - _NAME_CHARACTERS):
            yield PerformedLine(speaker, part)
