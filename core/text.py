"""`Text`: a sentence for people, in English as it stands, and with all it takes to say it in another language.

`Text("{count} scene waits.", "{count:,} scenes wait.", count=2_000)` is the text `"2,000 scenes wait."`; who knows the
reader's language says it there: `"2.000 Szenen warten."`
"""

import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self

LookUp = Callable[
    [str, str, float], str
]  # message, its plural (may be empty) and the count -> the message to fill in
Localise = Callable[[str], str]  # a number as Python writes it -> as the language does


class Text(str):  # noqa: SLOT000 -- copies and pickles need its attributes in a dictionary
    """A sentence in English that remembers its message and values; an ordinary text where nobody asks for them."""

    message: str
    plural: str
    values: Mapping[str, Any]
    parts: tuple[str, ...]  # of a text that was joined from others; its message is what stands between them

    def __new__(cls, message: str, plural: str = "", /, **values: Any) -> Self:  # noqa: ANN401 -- any value
        """Fill a message in.

        Args:
            message: English, with places for the values: `"{count:,} characters"`. Without values it stands as it is.
            plural: The message for every `count` but 1.
            values: Numbers and texts; texts of other people have to be escaped already.
        """
        template = plural if plural and values["count"] != 1 else message
        self = super().__new__(cls, _fill(template, values, _english, str))
        self.message, self.plural, self.values, self.parts = message, plural, values, ()
        return self

    @classmethod
    def joined(cls, parts: Iterable[str], between: str = " ") -> Self:
        """Return sentences as one text; empty ones are left out."""
        kept = tuple(part for part in parts if part)
        self = super().__new__(cls, between.join(kept))
        self.message, self.plural, self.values, self.parts = between if kept else "", "", {}, kept
        return self

    def to_json(self) -> dict[str, Any]:
        """Return what `read_text` makes the same text of."""
        if self.parts:
            return {"between": self.message, "parts": list(map(as_json, self.parts))}
        values = {name: as_json(value) for name, value in self.values.items()}
        return {"message": self.message, "plural": self.plural, "values": values}


def read_text(document: object) -> str:
    """Return a text from JSON; one that was stored as it was read stays so."""
    match document:
        case {"message": str(message), "plural": str(plural), "values": dict(values)}:
            try:
                return Text(
                    message, plural, **{str(name): _from_json(value) for name, value in values.items()}
                )
            except (KeyError, ValueError, TypeError, IndexError):
                return message  # of another version
        case {"between": str(between), "parts": list(parts)}:
            return Text.joined(map(read_text, parts), between)
        case _:
            return str(document)


def render(text: str, look_up: LookUp, localise: Localise) -> str:
    """Say a text in a language; one that is no `Text` stays as it is."""
    if not isinstance(text, Text):
        return text
    if text.parts:
        return look_up(text.message, "", 0).join(render(part, look_up, localise) for part in text.parts)
    count = text.values.get("count", 0) if text.plural else 0
    return _fill(look_up(text.message, text.plural, count), text.values, look_up, localise)


class _Filler(string.Formatter):
    """Fills values in as a language writes them."""

    def __init__(self, look_up: LookUp, localise: Localise) -> None:
        self._look_up = look_up
        self._localise = localise

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401 -- any value
        """Return one value."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self._localise(format(value, format_spec))
        return format(
            render(value, self._look_up, self._localise) if isinstance(value, Text) else value, format_spec
        )

    def check_unused_args(
        self, used_args: set[int | str], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> None:
        """Let a translation leave a value out."""


def _fill(message: str, values: Mapping[str, Any], look_up: LookUp, localise: Localise) -> str:
    return _Filler(look_up, localise).vformat(message, (), values) if values else message


def _english(message: str, plural: str, count: float) -> str:
    return plural if plural and count != 1 else message


def as_json(value: Any) -> Any:  # noqa: ANN401 -- any value
    """Return a value as JSON that `read_text` makes the same text of, where it is a `Text`."""
    match value:
        case Text():
            return value.to_json()
        case str() | int() | float() | None:
            return value
        case _:
            return str(value)  # such as a path


def _from_json(value: Any) -> Any:  # noqa: ANN401 -- any value
    return read_text(value) if isinstance(value, dict) else value
