"""`/models`: what a server's administrators do with the models that were trained for it."""

import io

import discord
from discord import app_commands
from discord.app_commands import locale_str as translated
from discord.ext import commands

from bot.discord.errors import OneAtATime
from bot.discord.language.language import language_of
from bot.discord.markdown import plain
from bot.discord.permissions import TrainerPermissions
from bot.discord.replies.deferred import fill_in
from bot.models.card import add_plot
from bot.models.catalog import DEFAULT, ModelCatalog
from bot.models.names import NAME_CHARACTERS
from bot.models.registry import ModelRegistry
from bot.models.view import list_models
from bot.storage.repositories import Repositories
from bot.storage.tables.trainings import UNFINISHED
from core.data.sources.upload import safe_name
from core.text import Text

MODEL = translated("Which model; type to search.")
Chosen = app_commands.Range[str, 1, 100]


@app_commands.guild_only()
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.default_permissions(administrator=True)
class ModelsCog(
    commands.GroupCog,
    group_name="models",
    group_description=translated("The models that were trained for this server."),
):
    """Lists, uses, renames, deletes and downloads models."""

    def __init__(
        self, *, storage: Repositories, registry: ModelRegistry, permissions: TrainerPermissions
    ) -> None:
        self._catalog = ModelCatalog(storage=storage, registry=registry)
        self._trainings = storage.trainings
        self._registry = registry
        self._permissions = permissions
        self._packing = OneAtATime()
        if permissions.by_role and self.app_command is not None:
            self.app_command.default_permissions = None

    @app_commands.command(name="list", description=translated("Show this server's models."))
    async def list_models(self, interaction: discord.Interaction) -> None:
        """Show the server's models with size, score, date and who trained them."""
        guild_id = await self._admit(interaction)
        models, active = await self._catalog.list_models(guild_id)
        queue = await self._trainings.read_states(*UNFINISHED)
        language = language_of(interaction.locale)
        lines = list_models(
            models,
            active,
            await self._catalog.count_withdrawn(models),
            [job for job in queue if job.guild_id == guild_id],
            shipped=self._registry.shipped.run,
            language=language,
        )
        run = (await self._registry.writer_for(guild_id)).run
        card = await add_plot(lines, run, language=language)
        await fill_in(interaction, build_view=card.page.build_view, build_files=card.build_files)

    @app_commands.command(description=translated("Let this server use a model."))
    @app_commands.describe(model=MODEL)
    async def use(self, interaction: discord.Interaction, model: Chosen) -> None:
        """Let the server use one of its models, or the default."""
        name = await self._catalog.use(await self._admit(interaction), model)
        await _say(interaction, Text("This server writes with {name} from now on.", name=plain(name)))

    @app_commands.command(description=translated("Give a model another name."))
    @app_commands.describe(model=MODEL, name=translated("Name of the model."))
    async def rename(
        self,
        interaction: discord.Interaction,
        model: Chosen,
        name: app_commands.Range[str, 1, NAME_CHARACTERS],
    ) -> None:
        """Give one of the server's models another name."""
        old, new = await self._catalog.rename(await self._admit(interaction), model, name)
        await _say(interaction, Text("{old} is called {new} now.", old=plain(old), new=plain(new)))

    @app_commands.command(description=translated("Delete a model for good."))
    @app_commands.describe(model=MODEL)
    async def delete(self, interaction: discord.Interaction, model: Chosen) -> None:
        """Delete one of the server's models."""
        name = await self._catalog.delete(await self._admit(interaction), model)
        await _say(interaction, Text("{name} was deleted.", name=plain(name)))

    @app_commands.command(description=translated("Download a model as a .zip."))
    @app_commands.describe(model=MODEL)
    async def download(self, interaction: discord.Interaction, model: Chosen) -> None:
        """Send one of the server's models as a file."""
        guild_id = await self._admit(interaction)
        with self._packing.hold(guild_id):  # until it is sent: it is in memory whole
            name, data = await self._catalog.pack(guild_id, model, most_bytes=interaction.filesize_limit)
            said = Text("{name}, {size:.1f} MB", name=plain(name), size=len(data) / 1e6)
            await fill_in(
                interaction,
                language_of(interaction.locale).say(said),
                build_files=lambda: [discord.File(io.BytesIO(data), filename=f"{safe_name(name)}.zip")],
            )

    @app_commands.command(
        name="everywhere", description=translated("For the bot's owner: the model of all servers.")
    )
    @app_commands.describe(model=MODEL)
    async def use_everywhere(self, interaction: discord.Interaction, model: Chosen) -> None:
        """Let all servers that have not chosen use a model."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._permissions.check_owner(interaction)
        name = await self._catalog.use_everywhere(interaction.guild_id, model)
        said = Text("All servers that have not chosen write with {name} from now on.", name=plain(name))
        await _say(interaction, said)

    @use.autocomplete("model")
    @rename.autocomplete("model")
    @delete.autocomplete("model")
    @download.autocomplete("model")
    @use_everywhere.autocomplete("model")
    async def suggest(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer the server's models, to those who may see them; the default where it can be chosen."""
        if interaction.guild_id is None or not await self._permissions.allows(interaction):
            return []
        language = language_of(interaction.locale)
        pairs = await self._catalog.suggest(interaction.guild_id, typed, language=language)
        command = interaction.command.name if interaction.command else ""
        if command in ("use", "everywhere") and DEFAULT.startswith(typed.lower()):
            pairs = [(DEFAULT, DEFAULT), *pairs[:24]]
        return [app_commands.Choice(name=name, value=value) for name, value in pairs]

    async def _admit(self, interaction: discord.Interaction) -> int:
        """Acknowledge privately, and return the server of an asker who may."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        return await self._permissions.check(interaction)


async def _say(interaction: discord.Interaction, sentence: Text) -> None:
    await fill_in(interaction, language_of(interaction.locale).say(sentence))
