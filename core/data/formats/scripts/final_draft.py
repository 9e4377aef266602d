"""Final Draft's .fdx screenplays: XML of typed paragraphs."""

import io
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from core.data.formats.reading import Reading, Script, show_name
from core.errors import CorpusError


def read_final_draft(data: bytes, *, name: str) -> Reading:  # noqa: C901  # a case for each kind of paragraph
    """Return a screenplay as one episode.

    Raises:
        CorpusError: it is damaged, defines entities, or has no text.
    """
    parts: list[str] = []
    speaker = ""
    said: list[str] = []
    inside = 0
    try:
        for event, element in iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=False):
            tag = _tag(element)
            if tag in ("TitlePage", "HeaderAndFooter", "ScriptNote", "SceneProperties"):
                inside += 1 if event == "start" else -1
            if event == "start" or tag != "Paragraph":
                continue
            kind, text = element.get("Type", ""), _text_of(element)
            element.clear()
            if inside or not text:
                continue
            if kind in ("Dialogue", "Parenthetical", "Lyrics", "Singing") and speaker:
                said.append(text)
                continue
            _close(parts, speaker, said)
            speaker, said = "", []
            if kind == "Character":
                speaker = text.partition("(")[0].strip().rstrip(":") or text
            elif kind == "Scene Heading":
                parts.append(f"[{text.replace('[', '(').replace(']', ')')}]")
            elif kind not in ("Transition", "Shot"):
                parts.append(f"({text.strip('()')})")
        _close(parts, speaker, said)
    except DefusedXmlException as error:
        raise CorpusError(
            "{name} is XML that defines entities, as no screenplay does; export it from Final Draft anew.",
            name=show_name(name),
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise CorpusError(
            "{name} is damaged XML; export it from Final Draft anew.", name=show_name(name)
        ) from error
    if not parts:
        raise CorpusError(
            "{name} is a Final Draft file without any text; bring a script with dialogue.",
            name=show_name(name),
        )
    return Reading("Final Draft screenplay", "", (Script(name, 0, "\n\n".join(parts), "", "lines"),))


def _close(parts: list[str], speaker: str, said: list[str]) -> None:
    if said:
        parts.append(f"{speaker}: {' '.join(said)}")


def _text_of(paragraph: Element) -> str:
    texts = (part.text or "" for part in paragraph.iter() if _tag(part) == "Text")
    return " ".join("".join(texts).split())


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
