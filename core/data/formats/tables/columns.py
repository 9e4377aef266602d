"""Which column of a table is the speaker, the line, the season, the episode: by its name, then by what it holds."""

import re
from dataclasses import dataclass

import pandas as pd

_WORDS: dict[str, tuple[str, ...]] = {
    "speaker": (
        *("speaker", "speakers", "character", "name", "author", "who"),
        *("role", "person", "player", "user", "username", "nick"),
        *("nickname", "from", "sender", "actor"),
        *("sendername", "displayname", "charactername", "speakername", "authorname", "realname"),
        *("rawcharactertext", "speakingline", "figur", "rolle"),
        *("sprecher", "sprecherin", "absender", "personnage"),
        *("locuteur", "auteur", "personaje", "hablante", "autor"),
        *("personagem", "personaggio", "автор", "персонаж", "имя"),
        *("кто", "角色", "说话人", "说话者", "姓名", "名字"),
        *("発言者", "話者", "キャラクター", "화자", "이름", "등장인물"),
    ),
    "text": (
        *("line", "text", "dialogue", "dialog", "content"),
        *("message", "body", "utterance", "quote", "sentence", "speech"),
        *("spokenwords", "rawtext", "playerline", "lines", "script"),
        *("transcript", "linetext", "value", "words", "said"),
        *("messagetext", "messagecontent", "subtitle", "caption"),
        *("dialoguetext", "cleantext", "characterwords", "linetext", "zeile", "satz", "nachricht"),
        *("inhalt", "replik", "réplique", "texte", "phrase", "ligne"),
        *("texto", "línea", "linea", "frase", "diálogo", "dialogo"),
        *("mensaje", "fala", "mensagem", "testo", "battuta", "текст"),
        *("реплика", "сообщение", "台词", "内容", "文本", "对白"),
        *("台詞", "セリフ", "テキスト", "本文", "대사", "내용", "텍스트"),
    ),
    "series": (
        *("series", "show", "play", "film", "movie", "showname"),
        *("serie", "book", "work", "serial", "剧名", "作品"),
    ),
    "season": (
        *("season", "seasonnumber", "seasonno", "seasonid", "staffel"),
        *("saison", "temporada", "stagione", "сезон", "季"),
    ),
    "episode": (
        *("episode", "episodenumber", "episodeno", "episodeid"),
        *("ep", "episodetitle", "episodename", "folge", "épisode"),
        *("episodio", "episódio", "серия", "эпизод", "集"),
        *("话", "話", "에피소드", "chapter", "kapitel", "conversation"),
        *("conversationid", "dialogid", "dialogueid", "movieid"),
        *("chapterid", "chapternumber", "seid", "episodecode"),
        *("sceneid", "scenenumber", "thread", "threadid"),
    ),
    "channel": ("channel", "channelname", "room", "kanal", "canal", "group", "chat", "chatname", "server"),
    "scene": (
        *("scene", "location", "place", "szene", "ort"),
        *("scène", "escena", "cena", "scena", "rawlocationtext", "setting"),
    ),
    "title": ("title", "titel", "titre", "título", "titolo", "heading", "название", "标题"),
    "date": (
        *("date", "timestamp", "datetime", "time", "datum", "createdat"),
        *("createddate", "createdutc", "timestampms", "sentat", "sent", "when", "fecha", "data", "日期", "дата"),
    ),
    "bot": ("isbot", "bot"),
    "type": ("type", "messagetype"),
}  # fmt: skip
# Columns of what two say to each other, a row for both.
_PAIRS = (
    ("question", "answer"), ("prompt", "response"), ("prompt", "completion"), ("input", "output"),
    ("context", "response"), ("instruction", "response"), ("instruction", "output"),
)  # fmt: skip
_CODE = r"(?i)s(?:eason)?\s?\d{1,2}\W{0,3}ep?(?:isode)?\s?\d{1,3}|\d{1,2}x\d{1,3}|ep(?:isode)?\W?\d{1,3}"
_MANY = 20  # rows
_SAMPLE = 2_000  # rows, by which a column is judged
_LONGEST_NAME = 40  # characters
_ROWS_EACH = 3  # at least, on average, that an episode has
_REPEATS = 0.7  # distinct names over rows at most, where a column is told to be the speaker by what it holds


@dataclass(frozen=True)
class Columns:
    """Positions of the columns that a table has, by what they are."""

    text: int
    speaker: int | None = None
    series: int | None = None
    season: int | None = None
    episode: int | None = None
    channel: int | None = None
    scene: int | None = None
    title: int | None = None
    date: int | None = None
    bot: int | None = None
    type: int | None = None
    is_guess: bool = False  # some were told by what they hold alone


def find_columns(table: pd.DataFrame) -> Columns | None:
    """Return which column is what; None where no column holds lines of text."""
    keys = [_key(name) for name in table.columns]
    found: dict[str, int] = {}
    for role, words in _WORDS.items():
        for word in words:  # the best word first
            where = [index for index, key in enumerate(keys) if key == word and index not in found.values()]
            if where and _suits(role, table.iloc[:_SAMPLE, where[0]]):
                found[role] = where[0]
                break
    is_guess = False
    if "text" not in found:
        guess = _guess_text(table, set(found.values()))
        if guess is None:
            return None
        found["text"], is_guess = guess, True
    if "episode" not in found:
        code = _guess_episode(table, set(found.values()))
        if code is not None:
            found["episode"] = code
    if "speaker" not in found and "title" not in found:
        guess = _guess_speaker(table, set(found.values()))
        if guess is not None:
            found["speaker"], is_guess = guess, True
    roles = [role for role in ("episode", "season") if role not in found]
    found.update(zip(roles, reversed(_guess_parts(table, found)), strict=False))
    return Columns(**found, is_guess=is_guess)


def speech_numbers(table: pd.DataFrame) -> list[str]:
    """Return which speech each row of Shakespeare's plays as a table is a verse of, empty for a direction.

    Of another table nothing: the plays have a number for each speech, and another for each verse of it.
    """
    names = list(table.columns)
    if not {"PlayerLinenumber", "ActSceneLine"} <= set(names):
        return []
    speeches, verses = (table.iloc[:, names.index(name)] for name in ("PlayerLinenumber", "ActSceneLine"))
    return [number if verse.strip() else "" for number, verse in zip(speeches, verses, strict=True)]


def interleave(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of questions and answers with a row for each; another table as it is.

    Example: the columns `question` and `answer` become `speaker` and `line`.
    """
    keys = [_key(name) for name in table.columns]
    for pair in _PAIRS:
        if all(keys.count(key) == 1 for key in pair):
            asked, said = (table.iloc[:, keys.index(key)] for key in pair)
            speakers = [key.capitalize() for key in pair] * len(table)
            lines = [text for row in zip(asked, said, strict=True) for text in row]
            return pd.DataFrame({"speaker": speakers, "line": lines}, dtype=str)
    return table


def has_header(first: list[str]) -> bool:
    """Return whether the first row of a table names its columns."""
    if known_names(first):
        return True
    keys = [_key(cell) for cell in first]
    short = all(0 < len(cell) <= _LONGEST_NAME and not re.search(r"[.!?]$", cell.strip()) for cell in first)
    return (
        short
        and not any(cell.strip().replace(".", "").isdigit() for cell in first)
        and len(set(keys)) == len(keys)
    )


def known_names(first: list[str]) -> int:
    """Return how many cells are names of columns that are known."""
    known = {word for words in _WORDS.values() for word in words}
    return sum(_key(cell) in known for cell in first)


def _key(name: object) -> str:
    return re.sub(r"[\W_]+", "", str(name).casefold())


def _suits(role: str, column: "pd.Series[str]") -> bool:
    """Return whether a column holds what its name says."""
    if role in ("text", "speaker"):
        values = column[column.str.strip() != ""]
        numbers = values.str.fullmatch(r"[-+\d.,:\s]*")
        return len(values) > 0 and not bool(numbers.mean() > 0.5)  # noqa: PLR2004  # mostly numbers
    if role == "episode" and len(column) >= _MANY:
        return bool(column.nunique() <= _REPEATS * len(column))  # a row alone is no episode
    return True


def _guess_text(table: pd.DataFrame, taken: set[int]) -> int | None:
    """Return the column with the longest texts of several words."""
    best, most = None, 8.0  # characters
    for index in range(table.shape[1]):
        if index in taken:
            continue
        values = table.iloc[:_SAMPLE, index]
        values = values[values.str.strip() != ""]
        if len(values) == 0:
            continue
        length = float(values.str.len().mean())
        wordy = float(values.str.contains(r"[^\W\d_]{2,}|[\u3040-\u9fff]", regex=True).mean())
        if length > most and wordy > 0.5:  # noqa: PLR2004  # most of them
            best, most = index, length
    return best


def _guess_episode(table: pd.DataFrame, taken: set[int]) -> int | None:
    """Return the column of codes such as `s01e02`."""
    for index in range(table.shape[1]):
        values = table.iloc[:_SAMPLE, index].str.strip()
        values = values[values != ""]
        if index not in taken and len(values) and bool(values.str.fullmatch(_CODE).mean() > 0.9):  # noqa: PLR2004
            return index
    return None


def _guess_parts(table: pd.DataFrame, known: dict[str, int]) -> list[int]:
    """Return the columns of small numbers that stay the same over many rows, as those of seasons and episodes do."""
    found: list[int] = []
    if not known.keys().isdisjoint(("episode", "title", "date", "channel", "bot")):
        return found
    for index in range(table.shape[1]):
        values = table.iloc[:_SAMPLE, index].str.strip()
        changes = int((values != values.shift()).sum())
        if (
            index not in known.values()
            and values.str.fullmatch(r"\d{1,3}").all()
            and changes * _ROWS_EACH <= len(values)
        ):
            found.append(index)
    return found


def _guess_speaker(table: pd.DataFrame, taken: set[int]) -> int | None:
    """Return the column of short texts that repeat."""
    for index in range(table.shape[1]):
        if index in taken:
            continue
        values = table.iloc[:_SAMPLE, index].str.strip()
        values = values[values != ""]
        if len(values) < 3:  # noqa: PLR2004  # fewer show nothing
            continue
        lettered = bool(values.str.contains(r"[^\W\d_]", regex=True).mean() > 0.9)  # noqa: PLR2004
        dated = bool(values.str.contains(r"\d{2,4}[-/.:]\d{2}", regex=True).mean() > 0.5)  # noqa: PLR2004
        if (
            lettered
            and not dated
            and values.str.len().max() <= _LONGEST_NAME
            and 1 < values.nunique() <= _REPEATS * len(values)
        ):
            return index
    return None
