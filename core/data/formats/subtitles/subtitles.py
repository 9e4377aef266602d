"""Subtitles (SubRip, WebVTT, SubStation Alpha, MicroDVD) to lines, through pysubs2."""

import re
import warnings
from html import unescape

from core.data.formats.reading import LeftOut, Reading, Script, show_name
from core.data.formats.subtitles.timed_text import find_timed_text, read_timed_text
from core.errors import CorpusError
from core.text import Text

_TIMES = re.compile(
    r"^[^\S\n]*(?:\d{1,3}:)?\d{1,2}:\d{2}[,.]\d{1,3}\s*-->\s*(?:\d{1,3}:)?\d{1,2}:\d{2}[,.]\d{1,3}",
    re.MULTILINE,
)
_SUBSTATION = re.compile(r"\s*\[Script Info\]", re.IGNORECASE)
_MICRODVD = re.compile(r"(?:\{\d{1,8}\}\{\d{1,8}\}[^\n]*\n){3}")
_HEAD = 20_000  # characters, in which a cue has to stand
_TAGS = re.compile(r"</?[a-zA-Z][^<>\n]{0,100}>|\{[^{}\n]{0,200}\}|\\[Nnh]")
_VOICE = re.compile(r"<v(?:\.[\w.]{1,40})?\s([^<>\n]{1,60})>")
_INNER_TIME = re.compile(
    r"<\d{1,3}:\d{2}[:.\d]{0,10}>"
)  # of a word, as captions that were made by a machine have
_CUE_NAME = re.compile(
    r"(?m)^(?P<name>(?!\d+$)[^\n]{1,200})\n(?=(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}[ \t]*-->)"
)
_DRAWING = re.compile(r"\{[^{}\n]{0,200}\\p[1-9][^{}\n]{0,200}\}")
_RATE = re.compile(r"\d{2}(?:\.\d{1,3})?")  # frames a second, as MicroDVD's first cue
_NOTES = re.compile(r"[♪♫#*]+")
_SPEAKS = re.compile(r"\s*(?:[-–—]\s*|>{2,3}\s*)+")  # begins what another one says
_ADVERTS = re.compile(
    r"(?:opensubtitles|subscene|addic7ed|podnapisi|subtitles? (?:by|downloaded)|sub(?:bed|titled) by|"
    r"sync(?:ed)?(?: (?:and|&)"
    r" correct\w*)? by|captions? (?:by|paid)|www\.|https?://|encoded by|ripped by|advertise your)",
    re.IGNORECASE,
)


def is_subtitles(text: str) -> bool:
    """Return whether a text holds cues with times."""
    head = text[:_HEAD]
    if find_timed_text(head):
        return True
    if head.startswith("WEBVTT") or _SUBSTATION.match(head) or _MICRODVD.match(head):
        return True
    return (
        len(_TIMES.findall(head)) * 12 >= sum(1 for line in head.split("\n") if line.strip()) > 0
    )  # a cue is not 12 lines long


def read_subtitles(text: str, *, encoding: str, name: str) -> Reading:
    """Return one episode with a line for each cue, and its speaker where the file says one.

    Raises:
        CorpusError: the subtitles are damaged, or empty.
    """
    kind = find_timed_text(text)
    if kind:
        shown, cues = kind, [("", cue) for cue in read_timed_text(text, kind)]
    else:
        shown, cues = _read_cues(text, name)
    lines: list[str] = []
    adverts = 0
    before: list[str] = []  # of the cue before: a caption that rolls up begins with what was shown
    for speaker, cue in cues:
        parts = [part for part in cue.split("\n") if part.strip()]
        fresh = parts[1:] if len(parts) > 1 and parts[:1] == before[-1:] else parts
        before = parts or before
        said = _clean("\n".join(fresh))
        if any(map(_ADVERTS.search, said)):
            adverts += 1
            continue
        who = " ".join(speaker.split())
        for line in said:
            named = line if not who or line.casefold().startswith(f"{who.casefold()}:") else f"{who}: {line}"
            if not lines or lines[-1] != named:
                lines.append(named)
    if not lines:
        raise CorpusError(
            "{name} has subtitles without any text; bring ones with lines.", name=show_name(name)
        )
    counted = Text("{count:,} subtitle", "{count:,} subtitles", count=adverts)
    left_out = (LeftOut(counted, Text("advertisements")),) if adverts else ()
    script = Script(name, 0, "\n".join(lines), "", "cues")
    return Reading(f"subtitles ({shown})", encoding, (script,), left_out, kind="subtitles")


def _read_cues(text: str, name: str) -> tuple[str, list[tuple[str, str]]]:
    """Return what kind of subtitles a text is, and (speaker, text) of each cue."""
    import pysubs2  # noqa: PLC0415  # for subtitles alone

    text = _VOICE.sub(r"\1: ", _INNER_TIME.sub("", text))
    if text.startswith("WEBVTT"):
        text = _CUE_NAME.sub("", text)
    kind = "vtt" if text.startswith("WEBVTT") else "ass" if _SUBSTATION.match(text) else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of damaged margins, which nobody reads here
            file = pysubs2.SSAFile.from_string(text, format_=kind, fps=25.0)
    except (
        pysubs2.exceptions.Pysubs2Error,
        ValueError,
        KeyError,
        IndexError,
        AttributeError,
        TypeError,
        ArithmeticError,
    ) as error:
        raise CorpusError(
            "{name} has damaged subtitles that cannot be read; save them anew as .srt.", name=show_name(name)
        ) from error
    formats = {"srt": "SubRip", "vtt": "WebVTT", "ass": "SubStation Alpha", "ssa": "SubStation Alpha"}
    cues = [
        (event.name, event.plaintext)
        for event in file
        if not event.is_comment and not _DRAWING.search(event.text) and not _RATE.fullmatch(event.text)
    ]
    return formats.get(file.format or "", "MicroDVD"), cues


def _clean(text: str) -> list[str]:
    """Return a cue without marks: a line, or one for each speaker where `-` or `>>` begins several."""
    lines: list[str] = []
    parts = [part for part in _NOTES.sub(" ", unescape(_TAGS.sub(" ", text))).split("\n") if part.strip()]
    for number, part in enumerate(parts, 1):
        marked = _SPEAKS.match(part)
        bare = part[marked.end() :].strip() if marked else part.strip()
        if number == len(parts) and bare.startswith("[") and bare.endswith("]"):
            bare = f"({bare[1:-1]})"  # a sound; a line in square brackets alone is a place
        if bare and (marked or not lines):
            lines.append(bare)
        elif bare:
            lines[-1] += f" {bare}"
    return lines
