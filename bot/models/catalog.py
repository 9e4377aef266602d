"""What `/models` does with a server's models: finds, uses, renames, deletes, packs them; never another server's."""

import asyncio
import re
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from bot.discord.errors import RefusalError
from bot.discord.language.language import Language
from bot.discord.limits import CHOICE_CHARACTERS, CHOICES
from bot.models.names import check_name
from bot.models.registry import ModelRegistry
from bot.storage.repositories import Repositories
from bot.storage.tables.models import SHIPPED, ModelRecord
from core.errors import RunError
from core.text import Text

DEFAULT = "default"  # what a server goes back to
ID = re.compile(r"#([0-9]{1,18})")  # a number as suggestions give it; no name begins so
MEGABYTE = 1e6


class ModelCatalog:
    """The models of one server at a time."""

    def __init__(self, *, storage: Repositories, registry: ModelRegistry) -> None:
        self._models = storage.models
        self._consents = storage.consents
        self._registry = registry

    async def find(self, guild_id: int, chosen: str, *, anywhere: bool = False) -> ModelRecord:
        """Return the server's model of that name, or of a number as the suggestions have it: `#12`.

        A number is never taken for a name, nor a name for a number. With `anywhere` a number may be another server's.

        Raises:
            RefusalError: It has none such.
        """
        wanted = chosen.strip()
        number = ID.fullmatch(wanted)
        for model in await self._models.read_all(None if anywhere and number else guild_id):
            if model.id == int(number[1]) if number else model.name.casefold() == wanted.casefold():
                return model
        raise RefusalError("This server has no such model; /models list shows those that it has.")

    async def list_models(self, guild_id: int) -> tuple[list[ModelRecord], int]:
        """Return the server's models, and the number of the one in use."""
        return await self._models.read_all(guild_id), await self._models.read_active(guild_id)

    async def count_withdrawn(self, models: list[ModelRecord]) -> Mapping[int, int]:
        """Return how many of the members that each model learnt from have said no since; left out where none has."""
        learnt = [model for model in models if model.people]
        left = await self._consents.count_learners([model.id for model in learnt]) if learnt else {}
        withdrawn = {model.id: model.people - left.get(model.id, 0) for model in learnt}
        return {number: count for number, count in withdrawn.items() if count}

    async def use(self, guild_id: int, chosen: str) -> str:
        """Let a server use a model, or the default; return its name."""
        if chosen.strip().lower() == DEFAULT:
            await self._models.choose(guild_id, None)
            return (await self._registry.writer_for(guild_id)).run.name
        model = await self.find(guild_id, chosen)
        await self._models.choose(guild_id, model.id)
        return model.name

    async def use_everywhere(self, guild_id: int | None, chosen: str) -> str:
        """Let all servers that have not chosen use a model, or the shipped one; return its name.

        A name means a model of the server where it was said; a number may be any server's.
        """
        if chosen.strip().lower() == DEFAULT:
            await self._models.choose(None, SHIPPED)
            return self._registry.shipped.run.name
        model = await self.find(guild_id or 0, chosen, anywhere=True)
        if model.people:
            raise RefusalError(
                "That model learnt from the messages of its server's members, who said yes for that server alone."
            )
        await self._models.choose(None, model.id)
        return model.name

    async def rename(self, guild_id: int, chosen: str, name: str) -> tuple[str, str]:
        """Give a model another name; return the old one and the new.

        Raises:
            CoreError: It is taken, or cannot be used.
        """
        model, new = await self.find(guild_id, chosen), check_name(name)
        await self._registry.rename(model, new)
        return model.name, new

    async def delete(self, guild_id: int, chosen: str) -> str:
        """Delete a model with its files; return its name."""
        model = await self.find(guild_id, chosen)
        await self._registry.delete(model)
        return model.name

    async def pack(self, guild_id: int, chosen: str, *, most_bytes: int) -> tuple[str, bytes]:
        """Return a model's name and its run as an archive.

        Raises:
            RefusalError: It is gone, or larger than Discord takes.
        """
        model = await self.find(guild_id, chosen)
        try:
            data = await asyncio.to_thread(_pack, await self._registry.folder_of(model), most_bytes)
        except (OSError, RunError) as error:
            raise RefusalError("The files of that model cannot be read; tell the bot's owner.") from error
        if data is None:
            raise RefusalError(
                "That model has {size:.0f} MB, and Discord takes {most:.0f} here; the bot's "
                "owner finds it in the data directory.",
                size=model.bytes / MEGABYTE,
                most=most_bytes / MEGABYTE,
            )
        return model.name, data

    async def suggest(self, guild_id: int | None, typed: str, *, language: Language) -> list[tuple[str, str]]:
        """Return at most 25 (name to show, value) pairs of the server's models that fit what was typed."""
        wanted = typed.strip().casefold()
        models = [
            (language.say(_describe(model))[:CHOICE_CHARACTERS], f"#{model.id}")
            for model in await self._models.read_all(guild_id)
            if wanted in model.name.casefold()
        ]
        return models[:CHOICES]


def _describe(model: ModelRecord) -> Text:
    return Text("{name} ({bits:.2f} bits per character)", name=model.name, bits=model.bits)


def _pack(run: Path, most_bytes: int) -> bytes | None:
    """Return a run as an archive; without the Keras file, which serving does not need, where it is too large."""
    files = sorted(path for path in run.iterdir() if path.is_file() and not path.name.startswith("."))
    for left_out in ("", ".keras"):
        with tempfile.TemporaryFile(dir=run.parent) as packed:  # all that is written lies in the data folder
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                for path in files:
                    if path.suffix != left_out or not left_out:
                        archive.write(path, f"{run.name}/{path.name}")
            if packed.tell() <= most_bytes:
                packed.seek(0)
                return packed.read()
    return None
