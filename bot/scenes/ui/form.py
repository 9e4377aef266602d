"""The form that directs a scene anew: filled in with the scene's own directions, and read again after any restart."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import discord

from bot.discord.language.language import Language
from bot.discord.limits import (
    CAST_CHARACTERS,
    CHOICE_CHARACTERS,
    CHOICES,
    MOST_LENGTH,
    MOST_TEMPERATURE,
    PLACE_CHARACTERS,
)
from bot.scenes.request import LENGTH, Request, fit_length, fit_temperature
from bot.scenes.ui.buttons import HANDLE
from bot.storage.tables.scenes import SceneRecord
from core.errors import PromptError
from core.text import Text
from core.writing.episode import read_parts
from core.writing.request import MOST_TAKES, SceneRequest

FORM_ID = re.compile(rf"hs:form:{HANDLE}(?P<covered>:c)?", re.ASCII)
TEMPERATURES = {
    "0.3": Text("Calm"),
    "0.5": Text("Balanced"),
    "0.7": Text("Lively"),
    "1": Text("Wild"),
}
LENGTHS = {
    "200": Text("A few lines"),
    "500": Text("A scene"),
    "1000": Text("A long scene"),
    "4000": Text("As long as it gets"),
}
TAKES = ("1", "3", "8", "16")


def build_form(
    episode: SceneRecord, *, shows: Sequence[str], language: Language, is_covered: bool
) -> discord.ui.Modal:
    """Build the form; `shows` are the model's, of which one can be chosen where there are several."""
    say = language.say
    part = _last_part(episode)
    directions = part.directions
    custom_id = f"hs:form:{episode.handle}{':c' if is_covered else ''}"
    form = discord.ui.Modal(title=say(Text("Direct it")), custom_id=custom_id)

    def add(text: Text, description: Text, field: discord.ui.Item[Any]) -> None:
        form.add_item(discord.ui.Label(text=say(text), description=say(description), component=field))

    cast = ", ".join(directions.cast) if directions else ""
    place = (directions.place or "") if directions else ""
    names, anywhere = (
        Text("Names with commas; empty for everybody."),
        Text("Such as Quark's; empty for any place."),
    )
    add(Text("Who speaks"), names, _text("cast", cast, CAST_CHARACTERS))
    add(Text("Where"), anywhere, _text("place", place, PLACE_CHARACTERS))
    heat = _select("temp", TEMPERATURES.items(), f"{fit_temperature(episode):g}", language)
    add(Text("Temperature"), Text("How surprising it is."), heat)
    length = _select("length", LENGTHS.items(), str(fit_length(episode)), language)
    add(Text("Length"), Text("In characters."), length)
    if len(shows) > 1:
        named = [(show, "") for show in shows if show.strip() and len(show) <= CHOICE_CHARACTERS][
            : CHOICES - 1
        ]
        show = _select("show", named, part.show or "", language)
        add(Text("Show"), Text("Which show the characters are from."), show)
    else:
        takes = _select("takes", [(count, "") for count in TAKES], str(part.takes), language)
        add(Text("Takes"), Text("Versions of each line, of which the best is kept."), takes)
    # Forms are read by their number, here or after a restart: discord.py need not remember this one.
    form.stop()
    return form


def read_form(components: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Return what was filled in, by name; what makes no sense is left out."""
    values: dict[str, str] = {}
    for label in components:
        field = label.get("component") or {}
        chosen = field.get("values") or [field.get("value")]
        if isinstance(field.get("custom_id"), str) and isinstance(chosen[0], str):
            values[field["custom_id"]] = chosen[0]
    return values


def direct_anew(episode: SceneRecord, values: dict[str, str]) -> Request:
    """Ask for a scene from the same line as an episode, directed as a form says; with a new seed.

    Raises:
        PromptError: If a value is one that the form does not offer.
    """
    parts = read_parts(episode.parts)
    part = _last_part(episode)
    try:
        temperature = float(values.get("temp", fit_temperature(episode)))
        length = int(values.get("length", fit_length(episode)))
        takes = int(values.get("takes", part.takes))
    except ValueError as error:
        raise PromptError(
            "Fill in the form again: numbers go up to {temperature:g}, {length} and {takes}.",
            temperature=MOST_TEMPERATURE,
            length=MOST_LENGTH,
            takes=MOST_TAKES,
        ) from error
    directions = part.directions
    asked = Request.new(
        parts[0].prompt if parts else episode.prompt,
        temperature=temperature,
        length=length,
        cast=values.get("cast", ""),
        place=values.get("place", ""),
        spelling=directions.spelling if directions else None,
        takes=takes,
        show=values.get("show", part.show or ""),
    )
    return replace(asked, quoted=tuple(sorted(episode.words_of)))


def _last_part(episode: SceneRecord) -> SceneRequest:
    parts = read_parts(episode.parts)
    return parts[-1] if parts else SceneRequest(length=LENGTH)


def _text(name: str, value: str, most: int) -> discord.ui.TextInput[Any]:
    return discord.ui.TextInput(custom_id=name, default=value[:most] or None, required=False, max_length=most)


def _select(
    name: str, choices: Iterable[tuple[str, str]], now: str, language: Language
) -> discord.ui.Select[Any]:
    """Return a menu of values with their words; what the scene has is chosen, and is offered in any case."""
    offered = dict(choices)
    offered = offered if now in offered or not now else {now: Text("As it is"), **offered}
    options = [
        discord.SelectOption(
            label=f"{language.say(words)} ({language.number(value)})" if words else value,
            value=value,
            default=value == now,
        )
        for value, words in offered.items()
    ]
    usual = language.say(Text("As it is"))  # where nothing is chosen
    return discord.ui.Select(custom_id=name, options=options, required=bool(now), placeholder=usual)
