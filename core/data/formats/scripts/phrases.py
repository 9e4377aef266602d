"""What begins a line as a name does and is a phrase: `Stop: that is mine.`, `It said: no.`."""

import re
from collections.abc import Callable

from core.data.formats.scripts.names import HEAD, is_name, match_colon

_SMALL = {
    *("of", "the", "and", "in", "at", "on", "with", "from", "to", "a", "an", "or", "with", "de", "la", "le", "du"),
    *("des", "les", "et", "à", "von", "vom", "der", "die", "das", "und", "im", "am", "zu", "di", "da", "del", "della"),
    *("e", "y", "el", "los", "van", "den", "het", "en", "do", "dos", "af", "och"),
}  # fmt: skip
# Words before a colon or a full stop that nobody is called.
_WORDS = {
    *("no", "yes", "well", "oh", "ah", "now", "then", "what", "why", "so", "but", "and", "i", "good", "stop", "wait"),
    *("ha", "hm", "fine", "right", "ok", "okay", "sure", "please", "thanks", "never", "maybe", "go", "come", "look"),
    *("listen", "hey", "hello", "hi", "bye", "sorry", "really", "enough", "silence", "quiet", "exactly", "peace"),
    *("remember", "note", "notice", "see", "also", "first", "second", "third", "finally", "fact", "problem", "rule"),
    *("point", "thing", "idea", "result", "tip", "news", "hint", "reminder", "update", "example", "question"),
    *("nay", "alas", "o", "indeed", "truly", "still", "yet", "here", "there", "this", "that", "it", "he", "she"),
    *("again", "they", "we", "you", "who", "how", "when", "where", "if", "because", "anyway", "besides", "however"),
    *("ja", "nein", "ach", "nun", "also", "gut", "halt", "moment", "warte", "achtung", "hinweis", "oui", "non", "bon"),
    *("alors", "mais", "attention", "attends", "écoute", "écoutez", "enfin", "tiens", "sí", "mira", "oye", "espera"),
    *("bueno", "pero", "não", "sim", "bem", "olha", "espere", "sì", "bene", "allora", "aspetta", "guarda", "senti"),
    *("thank you", "all right", "of course", "eh bien", "my point", "one thing", "the thing is", "bottom line"),
    *("fun fact", "good night", "good morning", "my lord", "come in", "come on", "no no", "yes yes", "not again"),
}  # fmt: skip
_CAPITALS = re.compile(r"[^\W\d_a-zß-öø-ÿ]{2}")


def is_phrase(name: str) -> bool:
    """Return whether a beginning is a phrase and no name, by its words and their first letters."""
    return is_exclamation(name) or not (is_titled(name) or is_in_capitals(name))


def is_exclamation(name: str) -> bool:
    """Return whether nobody is called so: `Stop`."""
    return name.casefold().strip(" .!?,") in _WORDS and not (name.isupper() and len(name) > 1)


def is_titled(name: str) -> bool:
    """Return whether each word begins with a capital, or has none: `Ada`, `Man of Kent`, `小明`; not `It said`."""
    words = name.split()
    if not words or (words[0][0] != words[0][0].upper() and not name.isupper()):
        return False
    return all(
        word[0] == word[0].upper() or word in _SMALL or word[0] in "('\"" or not word[0].isalpha()
        for word in words
    )


def is_in_capitals(name: str) -> bool:
    """Return whether a name has no small letter, or two capitals side by side: `ODO`, `McAVOY`."""
    return name == name.upper() != name.lower() or _CAPITALS.search(name) is not None


def defuse(line: str, is_nobody: Callable[[str], bool] = is_phrase, *, strictly: bool = False) -> str:
    """Return a line that begins with a phrase and a colon so that it names no speaker: `Stop: no.` -> `Stop - no.`.

    Beside speeches that were all found (`strictly`) neither a colon at its end nor what is no name leaves a speaker.
    """
    found = match_colon(line[:HEAD])
    if found is None or not (found["gap"] or (strictly and found.end() == len(line))):
        return line
    name = found["name"].strip()
    if not is_nobody(name) and (is_name(name) or not strictly):
        return line
    return f"{line[: found.start('colon')].rstrip()} - {line[found.end() :]}".rstrip()
