"""Bytes to text: the encoding is read off a mark, proved (UTF-8), or guessed, and always said."""

import re
import unicodedata

from core.data.formats.reading import show_name
from core.errors import CorpusError

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"),
    (b"\xff\xfe\x00\x00", "utf-32", "UTF-32"),
    (b"\x00\x00\xfe\xff", "utf-32", "UTF-32"),
    (b"\xff\xfe", "utf-16", "UTF-16"),
    (b"\xfe\xff", "utf-16", "UTF-16"),
)
_BYTES = re.compile(r"(?:\\u00[89a-fA-F][0-9a-fA-F])+")
_WIDE_ESCAPE = re.compile(r"\\u(?!00)")
_LOOKED_AT = 50_000  # bytes on which a guess rests
_SHIFTS = re.compile(rb"\x1b\$[@B]")  # between the sets of characters of ISO 2022
_IRC_CODES = (2, 3, 15, 22, 29, 31)  # colours and styles in logs
_CONTROLS = bytes({*range(9), *range(14, 27), *range(28, 32), 127} - {*_IRC_CODES})
_MOST_CONTROLS = 0.01  # share; a text has fewer
_GOOD_FOR_BAD = 10  # valid characters beyond ASCII for each bad byte, from which on a text is damaged UTF-8
_SPACED = 0.03  # share of spaces and stops that a text in any script has
_LATIN_SHARE = 0.45  # of bytes beyond ASCII among the letters; texts in Latin letters have fewer
_LATIN_ENCODINGS = ("cp1252", "cp1250", "cp1254", "iso8859_2", "mac_roman", "cp850")
_TYPOGRAPHIC = "’‘“”„‚«»–—…•·°§£€©®™´¿¡ºª\xa0"
# Letters beyond a to z that one language uses, by which a guess is judged.
_ALPHABETS = tuple(
    set(letters + letters.upper() + _TYPOGRAPHIC)
    for letters in (
        "éèàçùâêîôûëïüœæñ",  # French
        "äöüßéàẞ",  # German
        "áéíóúüñ",  # Spanish
        "áâãàçéêíóôõú",  # Portuguese
        "àèéìíîòóùú",  # Italian
        "åäöéæøü",  # Scandinavian
        "ëïéèêöüáó",  # Dutch
        "áðéíóúýþæö",  # Icelandic
        "ąćęłńóśźż",  # Polish
        "áčďéěíňóřšťúůýž",  # Czech
        "áäčďéíĺľňóôŕšťúýž",  # Slovak
        "áéíóöőúüű",  # Hungarian
        "ăâîșțşţ",  # Romanian
        "čšžćđ",  # Slovene, Croatian
        "çğıöşüİâî",  # Turkish
    )
)


def decode(data: bytes, name: str) -> tuple[str, str]:
    """Return the text of a file with line feeds alone as line ends, and the name of its encoding.

    Raises:
        CorpusError: it is no text.
    """
    text, encoding = _decode(data, name)
    return text.replace("\r\n", "\n").replace("\r", "\n"), encoding


def mend_escapes(text: str) -> str:
    r"""Return JSON with letters for their escaped bytes, which Facebook writes: `\u00c3\u00a9` -> `é`."""
    if not _BYTES.search(text) or _WIDE_ESCAPE.search(text):
        return text
    try:
        return _BYTES.sub(lambda found: bytes.fromhex(found[0].replace(r"\u00", "")).decode(), text)
    except UnicodeDecodeError:
        return text


def _decode(data: bytes, name: str) -> tuple[str, str]:
    for mark, codec, shown in _MARKS:
        if data.startswith(mark):
            return data.decode(codec, "replace").replace("\ufffd", ""), shown
    wide = _guess_wide(data)
    if wide:
        return data.decode(wide, "replace").replace("\ufffd", ""), wide.upper()
    if _SHIFTS.search(data[:_LOOKED_AT]):
        try:
            return data.decode("iso2022_jp_2"), "ISO-2022-JP"
        except UnicodeDecodeError:
            pass
    head = data[:_LOOKED_AT]
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if b"\0" in head or controls > _MOST_CONTROLS * len(head):
        raise CorpusError(
            "{name} is a binary file and not a text; bring a text, a table, a chat export, a document or "
            "a .zip of them.",
            name=show_name(name),
        )
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        pass
    damaged = data.decode("utf-8", "replace")
    bad = damaged.count("\ufffd")
    good = len(re.findall(r"[^\x00-\x7f]", damaged[: 20 * _LOOKED_AT])) - bad
    if good >= _GOOD_FOR_BAD * bad:
        return damaged.replace("\ufffd", ""), f"UTF-8 ({bad:,} bad bytes left out)"
    codec = _guess(data)
    text = data.decode(codec, "replace").replace("\ufffd", "")
    return text.replace("\0", ""), _show(codec)


def _guess_wide(data: bytes) -> str:
    """Return the codec of UTF-16 or UTF-32 without its mark, by where the zeros are; empty for none."""
    head = data[:4096]
    if len(head) < 4 or b"\0" not in head:  # noqa: PLR2004  # a character of UTF-32
        return ""
    zeros = [head[start::4].count(0) / max(1, len(head[start::4])) for start in range(4)]
    few, many = 0.1, 0.3
    if zeros[0] <= few and zeros[1] > many and zeros[2] <= few and zeros[3] > many:
        return "utf-16-le"
    if zeros[0] > many and zeros[1] <= few and zeros[2] > many and zeros[3] <= few:
        return "utf-16-be"
    if zeros[0] <= few and min(zeros[2:]) > 1 - few:
        return "utf-32-le"
    if zeros[3] <= few and min(zeros[:2]) > 1 - few:
        return "utf-32-be"
    return (
        max(("utf-16-le", "utf-16-be"), key=lambda codec: _looks_written(head, codec))
        if _is_wide(head)
        else ""
    )


def _is_wide(head: bytes) -> bool:
    return max(_looks_written(head, codec) for codec in ("utf-16-le", "utf-16-be")) >= _SPACED


def _looks_written(head: bytes, codec: str) -> float:
    """Return how many of the characters are spaces and stops, under a codec; nothing where it yields no text."""
    try:
        text = head[: len(head) // 2 * 2].decode(codec)
    except UnicodeDecodeError as error:  # the last character may be cut
        text = head[: error.start].decode(codec) if len(head) - error.start <= 4 else ""  # noqa: PLR2004  # its bytes
    odd = sum(
        unicodedata.category(character) in ("Cc", "Cn", "Co") and character not in "\r\n\t"
        for character in text
    )
    plain = sum(character in " \r\n:.,!?" for character in text)
    return plain / len(text) if text and odd <= _MOST_CONTROLS * len(text) else 0.0


def _guess(data: bytes) -> str:
    """Return the codec of a text of one or two bytes a character, from the part where they stand."""
    first = re.search(rb"[\x80-\xff]", data)
    start = max(0, data.rfind(b"\n", 0, first.start() if first else 0))
    part = data[start : start + _LOOKED_AT]
    beyond = len(re.findall(rb"[\x80-\xff]", part))
    letters = len(re.findall(rb"[A-Za-z]", part))
    if beyond < _LATIN_SHARE * (beyond + letters):
        return _guess_latin(part)
    from charset_normalizer import from_bytes  # noqa: PLC0415  # for texts that are not UTF-8 alone

    best = from_bytes(part).best()
    return _guess_latin(part) if best is None else best.encoding


def _guess_latin(part: bytes) -> str:
    """Return the codec under which most characters beyond ASCII belong to one language."""

    def fits(codec: str) -> float:
        text = part.decode(codec, "replace")
        beyond = [character for character in text if not character.isascii()]
        return max(sum(character in letters for character in beyond) for letters in _ALPHABETS)

    return max(_LATIN_ENCODINGS, key=fits)  # the first one of equals


def _show(codec: str) -> str:
    """Return a codec's name as people know it: `cp1252` -> `Windows-1252`."""
    if codec.startswith("cp125"):
        return f"Windows-{codec[2:]}"
    if codec.startswith("iso8859_"):
        return f"ISO 8859-{codec[8:]}"
    return {"mac_roman": "Mac Roman", "cp932": "Shift JIS", "cp949": "EUC-KR", "big5": "Big5"}.get(
        codec, codec.upper().replace("_", "-")
    )
