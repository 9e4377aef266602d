"""A model as members see it: a layout in words for people with the plot of its losses, and details for engineers."""

import asyncio
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import discord

from bot.discord.language.language import Language, language_of
from bot.discord.limits import LAYOUT_CHARACTERS
from bot.discord.markdown import plain, shorten
from bot.discord.page import Page
from core.run.card import card_rows
from core.run.layout import PLOT
from core.run.store import Run
from core.text import Text
from core.writing.writer import Writer

NAME_CHARACTERS = 200  # of a model
VALUE_CHARACTERS = 500  # of one fact
SHOWN_NAMES = 12  # of who speaks
CARD_ID = re.compile(r"hs:about")


@dataclass(frozen=True)
class Card:
    """A layout and the file that it shows."""

    page: Page
    plot: bytes | None = None

    def build_files(self) -> Sequence[discord.File]:
        """Return the plot as a file, anew for each attempt to send it."""
        return [] if self.plot is None else [discord.File(io.BytesIO(self.plot), filename=PLOT)]


class CardButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=CARD_ID):
    """Details of the model that is in use where it is pressed."""

    def __init__(self, *, language: Language) -> None:
        super().__init__(discord.ui.Button(label=language.say(Text("Details")), custom_id="hs:about"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, _item: discord.ui.Item[Any], _match: re.Match[str], /
    ) -> Self:
        """Make the button that was pressed."""
        return cls(language=language_of(interaction.locale))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show the details to who asks."""
        await interaction.client.get_cog("AboutCog").show_details(interaction)


async def build_card(
    writer: Writer, *, characters_per_second: float, counts: Mapping[str, int], language: Language
) -> Card:
    """Build what tells people about a model; its plot is left out where the run directory has gone.

    Args:
        writer: The model.
        characters_per_second: The measured speed of one thread; 0 before the first scene.
        counts: How many episodes and characters were written, by name.
        language: The reader's.
    """
    run = writer.run
    data = run.facts["data"]
    learnt = Text(
        "{source}: {episodes}, {characters:,} characters",
        source=data["source"].partition(", ")[0],
        episodes=Text("{count:,} episode", "{count:,} episodes", count=data["episodes"]),
        characters=data["characters"],
    )
    facts: list[tuple[str, str]] = [(Text("Learnt from"), learnt)]
    if writer.casts.shows:
        facts.append((Text("Shows"), ", ".join(writer.casts.shows)))
    speakers = writer.casts.speakers()[:SHOWN_NAMES]
    if speakers:
        facts.append((Text("Who speaks"), ", ".join(speakers)))
    facts.append((Text("How good"), describe_choices(run.bits_per_character, len(run.vocabulary))))
    if characters_per_second:
        speed = Text("{speed:,.0f} characters a second", speed=characters_per_second)
        facts.append((Text("Speed here"), speed))
    written = Text(
        "{scenes}, {characters:,} characters",
        scenes=Text("{count:,} scene", "{count:,} scenes", count=counts.get("episodes", 0)),
        characters=counts.get("characters", 0),
    )
    facts.append((Text("Written so far"), written))
    about = Text(
        "A small network that writes scripts, one character at a time. It invents what happens, and has no sense of "
        "the truth."
    )
    head = f"### {plain(shorten(run.name, limit=NAME_CHARACTERS))}\n{language.say(about)}"
    return await add_plot([head, *_lines(facts, language)], run, language=language)


async def add_plot(lines: Sequence[str], run: Run, *, language: Language) -> Card:
    """Return a layout of lines, the plot of a model's training, and the button of its details."""
    plot = await asyncio.to_thread(_read_plot, run)
    text = shorten("\n".join(lines), limit=LAYOUT_CHARACTERS - VALUE_CHARACTERS)
    parts: list[discord.ui.Item[Any]] = [discord.ui.TextDisplay(text)]
    if plot is not None:
        what = Text(
            "How hard the next character was to guess while it learnt; lower is better. "
            "Grey: text that it learnt from; orange: text that it has not seen."
        )
        gallery = discord.ui.MediaGallery[Any]()
        gallery.add_item(media=f"attachment://{PLOT}", description=language.say(what))
        parts += [gallery, discord.ui.TextDisplay(f"-# {language.say(what)}")]
    parts.append(discord.ui.ActionRow(CardButton(language=language)))
    return Card(Page(tuple(parts)), plot)


def build_model_details(run: Run, *, language: Language) -> Page:
    """Build what engineers want to know of a model.

    Raises:
        RunError: a fact is missing or of the wrong kind.
    """
    facts = [*card_rows(run.config, run.facts), (Text("fingerprint"), run.fingerprint[:16])]
    text = "\n".join([f"### {plain(shorten(run.name, limit=NAME_CHARACTERS))}", *_lines(facts, language)])
    return Page((discord.ui.TextDisplay(shorten(text, limit=LAYOUT_CHARACTERS)),))


def describe_choices(bits: float, vocabulary: int = 0) -> Text:
    """Say what a score in bits means: `1.4` -> between 2.6 characters."""
    choices = 2.0 ** min(bits, 20.0)
    if not vocabulary:
        return Text("hesitates between {choices:.1f} characters", choices=choices)
    return Text(
        "on scripts that it has not seen, it hesitates between {choices:.1f} of {all:,} characters on average",
        choices=choices,
        all=vocabulary,
    )


def _lines(facts: Sequence[tuple[str, str]], language: Language) -> list[str]:
    return [
        f"**{language.say(name)[:1].upper()}{language.say(name)[1:]}** "
        + (plain(shorten(language.say(value), limit=VALUE_CHARACTERS)) or "-")
        for name, value in facts
    ]


def _read_plot(run: Run) -> bytes | None:
    try:
        return (run.path / PLOT).read_bytes()
    except OSError:
        return None
