"""A season as one file: Markdown, text, or an EPUB, which is pages of XHTML in a .zip."""

import html
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from bot.discord.markdown import clean_text
from core.data.screenplay import parse_line

FORMATS = ("md", "txt", "epub")
# Inside a .zip files have a time; the same season is the same file.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="season.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
_PACKAGE = """<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="{language}">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:holosuite:season:{number}</dc:identifier>
<dc:title>{title}</dc:title><dc:language>{language}</dc:language>
<meta property="dcterms:modified">{modified}</meta>
</metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
{items}
</manifest>
<spine>
{spine}
</spine>
</package>
"""
_PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" xml:lang="{language}">
<head><title>{title}</title></head>
<body>
{body}
</body>
</html>
"""


@dataclass(frozen=True)
class Chapter:
    """An episode as it stands in a file."""

    heading: str
    script: str  # empty where it is no longer stored
    date: str  # of its time, as ISO 8601 has it: 2026-11-27T20:00:00Z


@dataclass(frozen=True)
class Season:
    """What a file is made of."""

    number: int  # of the programme
    title: str
    language: str
    chapters: Sequence[Chapter]
    missing: str  # what stands in place of a script that is no longer stored


def build_book(season: Season, form: str) -> bytes:
    """Return a season as the bytes of a file, `form` being one of FORMATS."""
    if form == "epub":
        return _build_epub(season)
    is_markdown = form == "md"
    parts = [f"# {_escape(season.title)}" if is_markdown else season.title]
    for chapter in season.chapters:
        parts.append(f"## {_escape(chapter.heading)}" if is_markdown else chapter.heading)
        script = clean_text(chapter.script).strip() or season.missing
        parts.append("\n\n".join(_set_markdown(script)) if is_markdown else script)
    return ("\n\n".join(parts) + "\n").encode()


def _set_markdown(script: str) -> list[str]:
    """Return the paragraphs of a script."""
    set_lines: list[str] = []
    for line in filter(str.strip, script.split("\n")):
        parsed = parse_line(line)
        match parsed.kind:
            case "heading":
                set_lines.append(f"### {_escape(parsed.text)}")
            case "direction":
                set_lines.append(f"*{_escape(line.strip())}*")
            case "speech":
                tag = f" {parsed.tag}" if parsed.tag else ""
                set_lines.append(f"**{_escape(parsed.speaker + tag)}:** {_escape(parsed.text)}")
            case _:
                set_lines.append(_escape(line.strip()))
    return set_lines


def _escape(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>#|~" else sign for sign in text)


def _build_epub(season: Season) -> bytes:
    """Return an EPUB 3: its type first and not compressed, then the package, the contents and a page an episode."""
    names = [f"episode-{index}.xhtml" for index in range(1, len(season.chapters) + 1)]
    items = "\n".join(
        f'<item id="e{index}" href="{name}" media-type="application/xhtml+xml"/>'
        for index, name in enumerate(names)
    )
    package = _PACKAGE.format(
        language=season.language,
        number=season.number,
        title=html.escape(season.title),
        modified=season.chapters[-1].date if season.chapters else "1970-01-01T00:00:00Z",
        items=items,
        spine="\n".join(f'<itemref idref="e{index}"/>' for index in range(len(names))),
    )
    links = "\n".join(
        f'<li><a href="{name}">{html.escape(chapter.heading)}</a></li>'
        for name, chapter in zip(names, season.chapters, strict=True)
    )
    contents = f'<nav epub:type="toc"><h1>{html.escape(season.title)}</h1><ol>\n{links}\n</ol></nav>'
    pages = [_build_page(season, chapter) for chapter in season.chapters]
    nav = _PAGE.format(language=season.language, title=html.escape(season.title), body=contents)
    files = [("META-INF/container.xml", _CONTAINER), ("season.opf", package), ("nav.xhtml", nav)]
    files += zip(names, pages, strict=True)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype", _ZIP_TIME), "application/epub+zip", zipfile.ZIP_STORED)
        for name, text in files:
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), text, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _build_page(season: Season, chapter: Chapter) -> str:
    body = [f"<h2>{html.escape(chapter.heading)}</h2>"]
    script = clean_text(chapter.script).strip() or season.missing
    for line in filter(str.strip, script.split("\n")):
        parsed = parse_line(line)
        if parsed.kind == "heading":
            body.append(f"<h3>{html.escape(parsed.text)}</h3>")
        elif parsed.kind == "direction":
            body.append(f"<p><i>{html.escape(line.strip())}</i></p>")
        elif parsed.kind == "speech":
            name = f"{parsed.speaker} {parsed.tag}".strip()
            body.append(f"<p><b>{html.escape(name)}:</b> {html.escape(parsed.text)}</p>")
        else:
            body.append(f"<p>{html.escape(line.strip())}</p>")
    title = html.escape(chapter.heading)
    return _PAGE.format(language=season.language, title=title, body="\n".join(body))
