"""The form that directs a scene anew: filled in with the scene's own directions, and read again after any restart."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import discord

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
from core.writing.episode import read_parts
from core.writing.request import MOST_TAKES, SceneRequest

FORM_ID = re.compile(rf"hs:form:{HANDLE}(?P<covered>:c)?", re.ASCII)
TEMPERATURES = {"0.3": "Calm", "0.5": "Balanced", "0.7": "Lively", "1": "Wild"}
LENGTHS = {"200": "A few lines", "500": "A scene", "1000": "A long scene", "4000": "As long as it gets"}
TAKES = ("1", "3", "8", "16")


def build_form(episode: SceneRecord, *, shows: Sequence[str], is_covered: bool) -> discord.ui.Modal:
    """Build the form; `shows` are the model's, of which one can be chosen where there are several."""
    part = _last_part(episode)
    directions = part.directions
    form = discord.ui.Modal(
        title="Direct it", custom_id=f"hs:form:{episode.handle}{':c' if is_covered else ''}"
    )
    cast = ", ".join(directions.cast) if directions else ""
    place = (directions.place or "") if directions else ""
    form.add_item(
        _label("Who speaks", "Names with commas; empty for everybody.", _text("cast", cast, CAST_CHARACTERS))
    )
    form.add_item(
        _label("Where", "Such as Quark's; empty for any place.", _text("place", place, PLACE_CHARACTERS))
    )
    heat = f"{fit_temperature(episode):g}"
    form.add_item(_label("Temperature", "How surprising it is.", _select("temp", TEMPERATURES.items(), heat)))
    length = str(fit_length(episode))
    form.add_item(_label("Length", "In characters.", _select("length", LENGTHS.items(), length)))
    if len(shows) > 1:
        named = [(show, "") for show in shows if len(show) <= CHOICE_CHARACTERS][: CHOICES - 1]
        form.add_item(_label("Show", "Whose people they are.", _select("show", named, part.show or "")))
    else:
        counts = [(count, "") for count in TAKES]
        takes = _select("takes", counts, str(part.takes))
        form.add_item(_label("Takes", "Versions of each line, of which the best is kept.", takes))
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
            f"Fill in the form again: numbers go up to {MOST_TEMPERATURE:g}, {MOST_LENGTH} and {MOST_TAKES}."
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


def _label(text: str, description: str, field: discord.ui.Item[Any]) -> discord.ui.Label[Any]:
    return discord.ui.Label(text=text, description=description, component=field)


def _text(name: str, value: str, most: int) -> discord.ui.TextInput[Any]:
    return discord.ui.TextInput(custom_id=name, default=value[:most] or None, required=False, max_length=most)


def _select(name: str, choices: Iterable[tuple[str, str]], now: str) -> discord.ui.Select[Any]:
    """Return a menu of values with their words; what the scene has is chosen, and is offered in any case."""
    offered = dict(choices)
    offered = offered if now in offered or not now else {now: "As it is", **offered}
    options = [
        discord.SelectOption(
            label=f"{words} ({value})" if words else value, value=value, default=value == now
        )
        for value, words in offered.items()
    ]
    return discord.ui.Select(custom_id=name, options=options, required=bool(now))
