"""What `/programme`, its buttons and `/season` do."""

import asyncio
import io
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import discord

from bot.channels.programmes.book import Chapter, Season, build_book
from bot.channels.programmes.broadcast import name_episode
from bot.channels.programmes.schedule import Schedule, find_obstacle, schedule_of
from bot.channels.programmes.view import build_programmes
from bot.channels.switch import ChannelSwitch, check_administers
from bot.discord.errors import OneAtATime, RefusalError, answering
from bot.discord.language.language import Language
from bot.discord.markdown import clean_text, cut_shown, plain
from bot.discord.page import Page
from bot.discord.replies.interaction import InteractionReply
from bot.guilds.definitions import TIME_ZONE
from bot.guilds.settings import read_guild_settings
from bot.scenes.actions import find_channels
from bot.scenes.request import Request
from bot.storage.repositories import Repositories
from bot.storage.tables.channels.programmes import ProgrammeRecord, SeasonEpisode
from bot.storage.text import storable
from core.data.sources.upload import safe_name
from core.text import Text

TITLE_CHARACTERS = 60
NO_TITLE = "\u2026"  # where nothing of one can be seen
SENT_EPISODES = 500  # of a season in one file


@dataclass(frozen=True)
class Plan:
    """What somebody wants to have planned."""

    title: str
    schedule: Schedule
    request: Request  # of each scene
    is_performed: bool
    goes_on: bool


class ProgrammeActions:
    """Plans, lists, pauses and removes programmes, and gives seasons out."""

    def __init__(self, *, switch: ChannelSwitch, storage: Repositories) -> None:
        self._switch = switch
        self._programmes = storage.programmes
        self._scenes = storage.scenes
        self._settings = storage.guild_settings
        self._files = OneAtATime()  # of seasons, which may be long

    async def add(self, interaction: discord.Interaction, plan: Plan, *, channel_id: int) -> None:
        """Plan something in a channel, and show what is planned now.

        Raises:
            CoreError: They may not, or there is too much planned already.
        """
        guild_id = check_administers(interaction)
        await self._switch.check(guild_id)
        now, request = int(time.time()), plan.request
        zone = (await read_guild_settings(self._settings, guild_id)).get(TIME_ZONE)
        schedule = replace(plan.schedule, zone=zone.key) if zone else plan.schedule
        added = await self._programmes.add(
            ProgrammeRecord(
                guild_id=guild_id,
                channel_id=channel_id,
                member_id=interaction.user.id,
                created=now,
                title=clean_title(plan.title),
                cron=schedule.cron,
                zone=schedule.zone,
                hours=schedule.hours,
                cast=request.cast,
                place=request.place,
                show=request.show,
                length=request.length or 0,
                is_performed=plan.is_performed,
                goes_on=plan.goes_on,
                due=schedule.next_after(now, begun=now),
            )
        )
        said = Text("{title} is planned.", title=plain(added.title))
        reply = InteractionReply(interaction)
        await reply.show_privately(await self._build_list(interaction, reply.language, changed=said))

    async def show(self, interaction: discord.Interaction) -> None:
        """Show what is planned.

        Raises:
            RefusalError: They may not.
        """
        check_administers(interaction)
        reply = InteractionReply(interaction)
        await reply.show_privately(await self._build_list(interaction, reply.language))

    async def press(self, interaction: discord.Interaction, *, action: str, number: int) -> None:
        """Pause, resume or remove a programme, by its button."""
        reply = InteractionReply(interaction)
        async with answering(reply):
            guild_id = check_administers(interaction)
            said = await self.change(guild_id, number, action=action)
            await reply.turn_to(await self._build_list(interaction, reply.language, changed=said))

    async def change(self, guild_id: int, number: int, *, action: str) -> Text:
        """Pause, resume or remove a server's programme; return what to say.

        Raises:
            RefusalError: The server has no such programme.
        """
        programme = await self.find(guild_id, number)
        title = plain(programme.title)
        if action == "remove":
            await self._programmes.delete(number)
            return Text("{title} was removed; its scenes stay where they are.", title=title)
        if action == "pause":
            await self._programmes.update(number, is_paused=True)
            return Text("{title} is paused.", title=title)
        due = schedule_of(programme).next_after(time.time(), begun=programme.created)
        await self._programmes.update(number, is_paused=False, due=due)
        return Text("{title} goes on.", title=title)

    async def find(self, guild_id: int, number: int) -> ProgrammeRecord:
        """Return a programme of a server.

        Raises:
            RefusalError: The server has no such programme.
        """
        programme = await self._programmes.read(number)
        if programme is None or programme.guild_id != guild_id:
            raise RefusalError("This server has no such programme.")
        return programme

    async def suggest(self, guild_id: int, typed: str) -> list[tuple[str, int]]:
        """Return a server's programmes that fit what was typed: titles and numbers."""
        found = await self._programmes.read_of_guild(guild_id)
        return [(each.title, each.id) for each in found if typed.casefold() in each.title.casefold()]

    async def read_season(self, programme: ProgrammeRecord) -> list[SeasonEpisode]:
        """Return the episodes of a programme."""
        return await self._programmes.read_season(programme.id)

    async def build_file(self, programme: ProgrammeRecord, form: str, *, language: Language) -> discord.File:
        """Return a season as one file.

        Raises:
            RefusalError: There is no episode yet, or another file of this server is being written.
        """
        episodes = (await self._programmes.read_season(programme.id))[-SENT_EPISODES:]
        if not episodes:
            raise RefusalError("There is no episode yet.")
        with self._files.hold(programme.guild_id):
            chapters = [await self._read_chapter(episode) for episode in episodes]
            missing = language.say(Text("This scene is no longer stored."))
            season = Season(programme.id, programme.title, language.code, chapters, missing)
            data = await asyncio.to_thread(build_book, season, form)
        return discord.File(io.BytesIO(data), filename=f"{safe_name(programme.title)}.{form}")

    async def _read_chapter(self, episode: SeasonEpisode) -> Chapter:
        scene = await self._scenes.read(episode.scene_id)
        script = ""
        if scene is not None:
            earlier, text = (part.replace("\x03", "\n\n") for part in (scene.earlier, scene.text))
            script = cut_shown(earlier, text, prompt=scene.prompt)
        date = datetime.fromtimestamp(episode.due, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Chapter(name_episode("", episode).strip(), script, date)

    async def _build_list(
        self, interaction: discord.Interaction, language: Language, *, changed: str = ""
    ) -> Page:
        guild_id, guild = interaction.guild_id or 0, interaction.guild
        found = await self._programmes.read_of_guild(guild_id)
        is_on = await self._switch.is_on(guild_id)
        settings = await read_guild_settings(self._settings, guild_id)
        obstacles = {
            each.id: find_obstacle(
                settings, each, find_channels(guild.get_channel_or_thread(each.channel_id) if guild else None)
            )
            for each in found
        }
        return build_programmes(found, obstacles, is_on=is_on, language=language, changed=changed)


def clean_title(title: str) -> str:
    """Return a programme's title as it is stored: one line without invisible characters."""
    return " ".join(clean_text(storable(title)).split())[:TITLE_CHARACTERS].rstrip() or NO_TITLE
