"""What may be a speaker's name, and how lines begin with one."""

import re

LONGEST_NAME = 40  # characters
LONGEST_HEADING = 80  # characters
HEAD = LONGEST_NAME + 90  # characters of a line that its beginning may take
_MOST_WORDS = 6
_SHORT = 2  # letters of a name that is cut short
_SPEAKERLESS = {
    *("title", "author", "authors", "language", "release date"),
    *("credits", "credit", "source", "contact", "copyright"),
    *("draft date", "note", "notes", "scene", "act", "setting"),
    *("time", "place", "date", "location", "url", "file"),
    *("http", "https", "ftp", "chapter", "part", "episode", "season"),
    *("edit", "subject", "to", "cc", "re", "ps", "p.s."),
    *("written by", "directed by", "story by"),
    *("translated by", "translator", "produced by", "character set encoding"),
    *("transcribed by", "teleplay by", "guest star", "guest stars", "starring", "air date", "airdate"),
    *("original air date", "transcript by"),
    *("original airdate", "stardate", "cut to", "fade in"),
    *("fade out", "fade to", "dissolve to", "match cut to"),
    *("smash cut to", "crossfade to", "the end", "end", "exit"),
    *("exeunt", "enter", "finis", "curtain", "warning"),
    *("personen", "personnages", "personajes", "personaggi", "inhalt", "act drop", "tableau", "footnotes", "notes"),
    *("prologue", "epilogue", "contents", "dramatis personae", "persons represented", "characters"),
}  # fmt: skip
_NUMBER = (
    r"(?:[IVXLC]{1,7}\b|\d|(?:the )?(?:first|second|third|fourth|fifth|last|one|two|three|four|five|six|seven|eight|"
    r"nine|ten|prim[ua]s?|secund[ua]s?|terti[ua]s?|quart[ua]s?|quint[ua]s?|sext[ua]s?|septim[ua]s?|octa[uv][ua]s?|primer[ao]?|segund[ao]|tercer[ao]?|"
    r"premier|première|deuxième|troisième|quatrième|cinquième|dernière?)\b)"
)
_STAGE = re.compile(
    rf"(?:(?:act|scene|szene|akt|acte|scène|acto|jornada|escena|ato|cena|atto|scena|sc[oœæ]e?na|actus|aufzug|auftritt|"
    rf"chapter|book|part|episode)[ .:]{{1,3}}{_NUMBER}|"
    r"(?:the )?(?:first|second|third|fourth|fifth|last) (?:act|scene)\b|(?:premier|deuxième|troisième|dernier) acte\b|"
    r"(?:erste|zweite|dritte|vierte|fünfte|sechste|letzte)r? (?:akt|aufzug|auftritt|teil|szene)\b|"
    r"(?:действие|явление|картина|сцена|акт) (?:[IVX\d]+\b|перв|втор|трет|четв|пят|шест|седьм|восьм|девят|десят)|"
    r"(?:int|ext|est|i/e|int\.?/ext)[. ]|(?:(?:the )?(?:prologue|epilogue|induction)|the end|contents|finis)[.:]?$|"
    r"end of (?:act|scene|part|play|the)\b|(?:dramatis person|persons (?:represented|of the|in the)))",
    re.IGNORECASE,
)
_CAPITALS = re.compile(
    r"(?:ACT|SCENE|SZENE|AKT|ACTE|SCÈNE|CUT|FADE|DISSOLVE|CHAPTER|BOOK|PART|EPISODE|SMASH|MATCH|INTERCUT|TITLE|CONTINUED|"
    r"OMITTED|MONTAGE|FLASHBACK|CLOSE ON|ANGLE ON|PERSONS|DRAMATIS|PROLOGUE|EPILOGUE|END OF)\b"
)
_TRANSITION = re.compile(
    r"(?:[A-Z]{2,12} ){0,3}(?:TO|IN|OUT|BLACK)(?: ON)?[:.]|FADE (?:IN|OUT|UP|TO BLACK)|"
    r"CUT TO(?: BLACK)?|(?:THE )?END CREDITS|"
    r"(?:\d{1,4}[A-Z]? )?\(?CONTINUED\)?:?(?: \(\d{1,3}\))?"
)
_SCENE_NUMBER = re.compile(r"^[A-Z]?\d{1,4}[A-Z]?\.?\s{1,20}(?=(?:INT|EXT|I/E|EST)\b)")
_ROMAN = re.compile(r"[IVXLC]+\.?")
_BAD_ENDS = tuple(",;!?\"'“”‘’-—–…/\\")
_BAD_SIGNS = set('!?"“”„;{}=|\\<>$%^…')
_LOOSE_NUMBER_SIGN = re.compile(r"#(?!\d)")  # GUARD #1 is a name
# What a name may be followed by before its colon: "ODO [OC]", "KIRA (quietly)".
_TAGS = r"(?P<tags>(?:\s{0,3}(?:\[[^\]\n]{1,30}\]|\([^)\n]{1,40}\)))*)"
_MARKS = r"[*_]{0,3}"

_TAGGED = re.compile(
    r"([^(\[\n]{1,60}?)\s{0,10}[(\[]([^()\[\]\n]{0,60})[)\]]?(?:\s{0,3}[(\[][^()\[\]\n]{0,30}[)\]]){0,2}\s{0,3}[.:]?"
)
_COLON = re.compile(
    rf"\s*(?:[-•]\s+)?{_MARKS}(?P<name>[^\s:：()\[\]*_<>][^:：\n()\[\]*<>]{{0,{LONGEST_NAME}}}?){_MARKS}{_TAGS}"
    rf"(?P<space>\s{{0,3}}){_MARKS}(?P<colon>[:：]{{1,2}}){_MARKS}(?P<gap>\s*)"
)
_STOP = re.compile(
    rf"\s*{_MARKS}(?P<name>(?:\d\s?\.?\s?)?(?>(?:(?:Mrs?|Dr|Ms|St|Capt|Col|Lt|Gen|Prof|Mme|Mlle|MRS?|DR|ST|CAPT)\.\s)?)"
    rf"[^\W\d_](?:[^.:\n()\[\]<>!?,;]|\.(?=[^\W\d_])){{0,{LONGEST_NAME}}}?){_MARKS}"
    rf"(?P<tags>(?:,?\s{{0,3}}(?:\[[^\]\n]{{1,80}}\]|\([^)\n]{{1,80}}\)|(?<=,\s)_[^_\n]{{1,60}}_|"
    rf"(?<=,\s)[a-zà-ÿ][^.,:;!?()\[\]\n]{{1,40}}(?=\.\s?[—–]|\.--)))*)"
    rf"(?:\.{_MARKS}(?:\s?[-—–]{{1,2}}\s*|\s+)|(?:\s?[—–]|\s--?)\s+|(?P<open>(?<=[\])])\s+|--(?=[^\W\d_]|[\[(_])))(?=\S)"
)


def match_colon(line: str) -> re.Match[str] | None:
    """Match a name before a colon: `Ada: `, `ODO [OC]: `, `- Bo : `."""
    return _COLON.match(line)


def match_stop(line: str) -> re.Match[str] | None:
    """Match a name before a full stop or a dash, or before a tag and its speech: `Ada. `, `ADA.--`, `ADA [aside] `."""
    found = _STOP.match(line)
    name = found["name"].strip() if found else ""
    # `To.` and `Re.` are Toby and Regan, before a colon they are a letter's.
    if found is None or is_heading(name) or not (is_name(name) or (len(name) <= _SHORT and is_fact(name))):
        return None
    # Without a full stop only capitals tell a name: "The kettle (it was old) sang."
    if found["open"] is not None and found["name"] != found["name"].upper():
        return None
    return found


def is_name(name: str) -> bool:
    """Return whether `name` may be a speaker's: a few words, a letter among them, no sentence and no time."""
    if not 0 < len(name) <= LONGEST_NAME or name.endswith(_BAD_ENDS) or not any(map(str.isalpha, name)):
        return False
    words = name.split()
    if (
        len(words) > _MOST_WORDS
        or not _BAD_SIGNS.isdisjoint(name)
        or _LOOSE_NUMBER_SIGN.search(name)
        or name.casefold() in _SPEAKERLESS
    ):
        return False
    # "Carl O." and "Dr." are names; "He left." is none.
    return not name.endswith(".") or len(words[-1].strip(".")) <= 3  # noqa: PLR2004  # letters of an initial or title


def is_fact(name: str) -> bool:
    """Return whether what stands before a colon names a fact about a script, and nobody: `Written by`."""
    return name.strip(" *_").casefold() in _SPEAKERLESS


def is_heading(line: str) -> bool:
    """Return whether a line alone names an act, a scene or a place, as `ACT I` and `INT. KITCHEN - NIGHT` do."""
    return is_stage(line) or _ROMAN.fullmatch(strip_heading(line)) is not None


def is_stage(line: str) -> bool:
    """Return whether a line names an act, a scene or a place by a word, and not by a number alone: `LI` is a name."""
    bare = strip_heading(line)
    return any(kind.match(bare) for kind in (_STAGE, _CAPITALS))


def strip_heading(line: str) -> str:
    """Return a heading without marks and the numbers that scenes have: `12 INT. HALL 12` -> `INT. HALL`."""
    bare = _SCENE_NUMBER.sub("", line.strip(" \t*_#=-[]"))
    if bare is not line and len(bare) < len(line.strip()) and bare[:1].isalpha():
        bare = re.sub(r"\s{2,20}\d{1,4}[A-Z]?\.?$", "", bare)
    return bare.strip()


def is_transition(line: str) -> bool:
    """Return whether a line alone says how one shot follows another: `CUT TO:`, `FADE OUT.`."""
    return _TRANSITION.fullmatch(line.strip(" >*_")) is not None


def bare_name(line: str) -> str | None:
    """Return the name that is all of a line without a colon or full stop, or None: `ADA (quietly)` -> `ADA`."""
    name, _, _ = split_tag(line)
    if name != name.upper() or name == name.lower() or name.endswith((".", ":")) or is_heading(name):
        return None
    return name if is_name(name) else None


def split_tag(line: str) -> tuple[str, str, str]:
    """Return (name, tag without its brackets, rest): `ADA (V.O.)` -> `("ADA", "V.O.", "")`."""
    bare = line.strip()
    found = _TAGGED.fullmatch(bare)
    return (found[1].strip(), found[2].strip(), "") if found else (bare, "", "")
