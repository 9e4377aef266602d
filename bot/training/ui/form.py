"""The form of `/retrain`: texts to upload and how to train on them; what it says works after any restart."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import discord

from bot.discord.errors import RefusalError
from bot.discord.language.language import Language
from bot.discord.limits import FORM_FILES
from bot.discord.markdown import clean_text
from bot.models.names import NAME_CHARACTERS
from bot.training.request import TrainingRequest
from core.config import PRESETS
from core.text import Text

# What was typed with the command stands in the form's id: at most 93 of its 100 characters.
FORM_ID = re.compile(
    r"hs:train:(?P<epochs>[0-9]{0,5}):(?P<episodes>[0-9-]{0,13}):(?P<series>.{0,60})", re.DOTALL
)
OFFERED = [name for name in PRESETS if name != "best"]  # the other takes hours
DELETE, KEEP = "delete", "keep"
_MINUTES_CHARACTERS = 8


@dataclass(frozen=True)
class UploadedFile:
    """A file that Discord keeps for an interaction, as its sender names it."""

    name: str
    url: str
    size: int  # bytes, as Discord says


def build_form(request: TrainingRequest, *, minutes: float, language: Language) -> discord.ui.Modal:
    """Build the form of a request that was begun with the command; `minutes` are the usual ones."""
    say = language.say
    custom_id = f"hs:train:{request.epochs or ''}:{request.episodes}:{request.series}"
    form = discord.ui.Modal(title=say(Text("Train a new model")), custom_id=custom_id)

    def add(text: Text, description: Text, field: discord.ui.Item[Any]) -> None:
        form.add_item(discord.ui.Label(text=say(text), description=say(description), component=field))

    files = discord.ui.FileUpload[Any](custom_id="texts", required=False, min_values=0, max_values=FORM_FILES)
    add(
        Text("Texts"),
        Text("Scripts, chats, tables, subtitles, documents or a .zip; none for the bot's own."),
        files,
    )
    if request.epochs is None:
        time = discord.ui.TextInput[Any](
            custom_id="minutes", default=language.number(f"{minutes:g}"), max_length=_MINUTES_CHARACTERS
        )
        add(Text("Minutes"), Text("How long it may learn."), time)
    presets = [discord.SelectOption(label=name, value=name, default=name == "default") for name in OFFERED]
    add(
        Text("Preset"),
        Text("notes trains as the lecture does."),
        discord.ui.Select[Any](custom_id="preset", options=presets),
    )
    name = discord.ui.TextInput[Any](custom_id="name", required=False, max_length=NAME_CHARACTERS)
    add(Text("Name"), Text("What the model is called; empty for a free one."), name)
    after = [
        discord.SelectOption(label=say(Text("Delete them")), value=DELETE, default=True),
        discord.SelectOption(label=say(Text("Keep them with the model")), value=KEEP),
    ]
    add(
        Text("The texts afterwards"),
        Text("Once the training has ended."),
        discord.ui.Select[Any](custom_id="after", options=after),
    )
    # Forms are read by their id, here or after a restart: discord.py need not remember this one.
    form.stop()
    return form


def read_form(data: Mapping[str, Any]) -> tuple[TrainingRequest, list[UploadedFile]] | None:
    """Return what the data of a sent form ask for, and their files; None where they are of another form.

    Raises:
        RefusalError: Something in it makes no sense.
    """
    found = FORM_ID.fullmatch(str(data.get("custom_id")))
    if found is None:
        return None
    fields = [label.get("component") or {} for label in data.get("components") or []]
    values = {field.get("custom_id"): field.get("values") or [field.get("value") or ""] for field in fields}

    def value(name: str) -> str:
        return str(values.get(name, [""])[0])

    known = (data.get("resolved") or {}).get("attachments") or {}
    files = [
        UploadedFile(clean_text(str(file["filename"])), str(file["url"]), int(file["size"]))
        for file in (known.get(str(number)) for number in values.get("texts", ()))
        if file
    ]
    preset = value("preset")
    request = TrainingRequest(
        upload_names=tuple(file.name for file in files),
        series=found["series"],
        episodes=found["episodes"],
        preset=preset if preset in OFFERED else "default",
        minutes=None if found["epochs"] else _minutes(value("minutes")),
        epochs=int(found["epochs"]) if found["epochs"] else None,
        name=value("name").strip(),
        keep=value("after") == KEEP,
    )
    return request, files


def _minutes(typed: str) -> float | None:
    if not typed.strip():
        return None
    # Many write a decimal comma; digits of any script are read.
    found = re.fullmatch(r"\d{1,5}(?:[.,]\d{1,3})?", typed.strip())
    minutes = float(found[0].replace(",", ".")) if found else 0.0
    if minutes <= 0:
        raise RefusalError("Write minutes as a number, such as 15.")
    return minutes
