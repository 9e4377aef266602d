"""What may be a speaker's name, and how lines begin with one."""

import re

LONGEST_NAME = 40  # characters
_MOST_WORDS = 6
_SPEAKERLESS = {
    *("title", "author", "authors", "language", "release date"),
    *("credits", "credit", "source", "contact", "copyright"),
    *("draft date", "note", "notes", "scene", "act", "setting"),
    *("time", "place", "date", "location", "url", "file"),
    *("http", "https", "ftp", "chapter", "part", "episode", "season"),
    *("edit", "subject", "to", "cc", "re", "ps", "p.s."),
    *("written by", "directed by", "story by"),
    *("translated by", "translator", "produced by", "character set encoding"),
    *("original airdate", "stardate", "cut to", "fade in"),
    *("fade out", "fade to", "dissolve to", "match cut to"),
    *("smash cut to", "crossfade to", "the end", "end", "exit"),
    *("exeunt", "enter", "finis", "curtain", "warning"),
    *("prologue", "epilogue", "contents", "dramatis personae", "persons represented", "characters"),
}  # fmt: skip
_STAGE = re.compile(
    r"(?:act|scene|szene|akt|acte|scène|aufzug|auftritt|int|ext|est|i/e|int/ext|cut|fade|dissolve|chapter|book|part|"
    r"episode|prologue|epilogue|the end|end of|persons|dramatis|contents|smash|match|intercut|title|continued|"
    r"omitted|montage|flashback|close on|angle on)\b",
    re.IGNORECASE,
)
_ROMAN = re.compile(r"[IVXLC]+\.?")
_BAD_ENDS = tuple(",;!?\"'“”‘’-—–…/\\")
_BAD_SIGNS = set('!?"“”„;{}=|\\<>#$%^…')
# What a name may be followed by before its colon: "ODO [OC]", "KIRA (quietly)".
_TAGS = r"(?P<tags>(?:\s{0,3}(?:\[[^\]\n]{1,30}\]|\([^)\n]{1,40}\)))*)"
_MARKS = r"[*_]{0,3}"

COLON = re.compile(
    rf"\s*(?:[-•]\s+)?{_MARKS}(?P<name>[^\s:：()\[\]*_<>][^:：\n()\[\]*<>]{{0,{LONGEST_NAME}}}?){_MARKS}{_TAGS}"
    rf"(?P<space>\s{{0,3}}){_MARKS}(?P<colon>[:：]{{1,2}}){_MARKS}(?P<gap>\s*)"
)
STOP = re.compile(
    rf"\s*{_MARKS}(?P<name>(?>(?:(?:Mrs?|Dr|Ms|St|Capt|Col|Lt|Gen|Prof|Mme|Mlle|MRS?|DR|ST|CAPT)\.\s)?)"
    rf"[^\W\d_][^.:\n()\[\]<>!?,;]{{0,{LONGEST_NAME}}}?){_MARKS}{_TAGS}"
    rf"(?:\.{_MARKS}\s?[-—–]{{0,2}}|\s?[—–]|\s--?)\s+(?=\S)"
)


def is_name(name: str) -> bool:
    """Return whether `name` may be a speaker's: a few words, a letter among them, no sentence and no time."""
    if not 0 < len(name) <= LONGEST_NAME or name.endswith(_BAD_ENDS) or not any(map(str.isalpha, name)):
        return False
    words = name.split()
    if len(words) > _MOST_WORDS or not _BAD_SIGNS.isdisjoint(name) or name.casefold() in _SPEAKERLESS:
        return False
    # "Carl O." and "Dr." are names; "He left." is none.
    return not name.endswith(".") or len(words[-1].strip(".")) <= 3  # noqa: PLR2004  # letters of an initial or title


def is_heading(line: str) -> bool:
    """Return whether a line alone names an act, a scene or a place, as `ACT I` and `INT. KITCHEN - NIGHT` do."""
    bare = line.strip(" *_#=-[]")
    return _STAGE.match(bare) is not None or _ROMAN.fullmatch(bare) is not None


def bare_name(line: str) -> str | None:
    """Return the name that is all of a line without a colon or full stop, or None: `ADA (quietly)` -> `ADA`."""
    name, _, _ = split_tag(line)
    if name != name.upper() or name == name.lower() or name.endswith((".", ":")) or is_heading(name):
        return None
    return name if is_name(name) else None


def split_tag(line: str) -> tuple[str, str, str]:
    """Return (name, tag without its brackets, rest): `ADA (V.O.)` -> `("ADA", "V.O.", "")`."""
    found = re.fullmatch(r"([^(\[\n]{1,60}?)\s*[(\[]([^)\]\n]{0,60})[)\]]?\s*[.:]?", line.strip())
    return (found[1].strip(), found[2].strip(), "") if found else (line.strip(), "", "")
