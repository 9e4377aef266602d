"""Subtitles of the kinds that pysubs2 does not read, or reads as XML with entities: to the texts of their cues."""

import re
from collections.abc import Iterator

from core.data.formats.html_parser import PageReader, feed

_HEAD = 20_000  # characters, by which a kind is told
_ROOT = re.compile(
    r"\s*(?:<\?xml[^>]{0,300}\?>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:\w{1,10}:)?(?:tt|transcript|timedtext)\b",
    re.DOTALL,
)
_TIMES = re.compile(
    r"^[ \t]*\d{1,3}:\d{2}:\d{2}\.\d{2,3}[ \t]*,[ \t]*\d{1,3}:\d{2}:\d{2}\.\d{2,3}[ \t]*$", re.MULTILINE
)
_FRAMES = re.compile(r"\[\d{1,8}\]\[\d{1,8}\]")
_SECONDS = re.compile(r"\d{1,2}:\d{2}:\d{2}[:=](?=\S)")
_LYRICS = re.compile(r"(?:\[\d{1,3}:\d{2}\.\d{2,3}\])+")
_LYRICS_FACT = re.compile(r"\[[a-zA-Z#]{1,10}:[^\[\]\n]{0,200}\]\s*")
_LINE_KINDS = {"MPL2": _FRAMES, "TMPlayer": _SECONDS, "LRC": _LYRICS}
_MOST = 0.6  # share of the lines that begin with a time
_TIMED = {"begin", "start", "t"}  # attributes of a cue


def find_timed_text(text: str) -> str:
    """Return which kind of subtitles a text is; empty for none of these."""
    head = text[:_HEAD]
    if _ROOT.match(head) and re.search(r"\s(?:begin|start|t)=[\"']", head):
        return "TTML"
    if len(_TIMES.findall(head)) >= 2:  # noqa: PLR2004  # one may be a quotation
        return "SubViewer"
    lines = [line.strip() for line in head.split("\n")[:400] if line.strip()]
    for kind, begins in _LINE_KINDS.items():
        if len(lines) > 1 and sum(begins.match(line) is not None for line in lines) >= _MOST * len(lines):
            return kind
    return ""


def read_timed_text(text: str, kind: str) -> Iterator[str]:
    """Yield the text of each cue; its lines are apart."""
    if kind == "TTML":
        page = _Cues()
        feed(page, text)
        yield from page.cues
    elif kind == "SubViewer":
        for block in _TIMES.split(text)[1:]:
            yield re.split(r"\n[ \t]*\n", block.strip("\n"), maxsplit=1)[0].replace("[br]", "\n")
    else:
        begins = _LINE_KINDS[kind]
        for line in map(str.strip, text.split("\n")):
            found = begins.match(line)
            if found or not (kind == "LRC" and _LYRICS_FACT.fullmatch(line)):
                said = line[found.end() :] if found else line
                yield "\n".join(part.lstrip("/") for part in said.split("|"))


class _Cues(PageReader):
    """The cues of timed text: elements with a time."""

    def __init__(self) -> None:
        self.cues: list[str] = []
        self._open = 0  # elements inside the cue that is open, and itself

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin a cue, or a line of one."""
        if self._open:
            self._open += tag != "br"
            self.cues[-1] += "\n" if tag.endswith("br") else ""
        elif tag.rpartition(":")[2] in {"p", "text"} and not _TIMED.isdisjoint(attributes):
            self.cues.append("")
            self._open = 1

    def end(self, tag: str) -> None:
        """Leave an element of a cue."""
        self._open -= bool(self._open) and tag != "br"

    def data(self, text: str) -> None:
        """Collect what is said."""
        if self._open:
            self.cues[-1] += re.sub(r"\s+", " ", text)
