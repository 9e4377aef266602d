"""The table of docs/messages.md, cell by cell: every kind of message in every place where members are."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.bot.bot_process import PROJECT, is_covered, running_bot, scene_of, shows_scene
from tests.local_discord import Channel, Interaction, LocalDiscord, Member, Message, Permission, Upload, User
from tests.local_discord.world.guilds import ChannelKind

MENU = "Continue as an episode"
SMALL = PROJECT / "tests/core/writing/old_runs/script"  # writes a scene in an instant, and it is no less one
AT_ONCE = 4  # cells
SECONDS = 60.0  # for an answer, on a machine that has much else to do
NOTES = ("\N{MEMO}", "\N{HOURGLASS WITH FLOWING SAND}")  # of a scene that is on its way
EMOJI = "<:kek:123456789012345678>"


@dataclass
class Place:
    """Somewhere to write, somebody who writes there and somebody who asks there."""

    discord: LocalDiscord
    channel: Channel
    author: Member | User
    asker: Member | User
    is_archived: bool = False  # each time before somebody asks

    def open(self) -> Channel:
        """Return where a message goes; a thread is archived once, so each message has one of its own."""
        if not self.is_archived or self.channel.guild is None:
            return self.channel
        return self.discord.add_channel(self.channel.guild, "old", parent=self.channel)

    def close(self, channel: Channel) -> None:
        """Archive a thread, if this is what the place is about."""
        channel.archived = self.is_archived


@dataclass(frozen=True)
class Said:
    """What somebody writes."""

    content: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, Any] = field(default_factory=dict)
    files: tuple[Upload, ...] = ()
    kind: int = 0
    forwarded: bool = False


LINE = "ODO: Hold still, please"
QUESTION = {"text": "Leave?"}
ANSWERS = [{"answer_id": 1, "poll_media": {"text": "Yes"}}]
POLL = {
    "question": QUESTION,
    "answers": ANSWERS,
    "expiry": "2026-11-27T12:00:00+00:00",
    "allow_multiselect": False,
}
TEXT = {"type": 10, "content": LINE}
LAYOUT = {"components": [{"type": 17, "components": [TEXT]}], "flags": 1 << 15}
# Rows of the table: what is said, and words of the answer, whatever the place.
MESSAGES: dict[str, tuple[Said, str]] = {
    "a script's line": (Said(LINE), "Hold still, please"),
    "anything else that is said": (Said("open the doors"), "ANN:** open the doors"),
    "words with emoji, mentions, links, code": (
        Said(
            f"ODO: `Hold` {EMOJI} <@123456789012345678> still, please <#123456789012345678> https://a.example/x"
        ),
        "Hold still, please",
    ),
    "a spoiler": (Said(f"||{LINE}||"), "Hold still, please"),
    "a forwarded message": (Said(LINE, forwarded=True), "Hold still, please"),
    "an embed": (Said(body={"embeds": [{"description": LINE}]}), "Hold still, please"),
    "a layout": (Said(body=LAYOUT), "Hold still, please"),
    "a short text file": (
        Said(files=(Upload("scene.txt", LINE.encode(), "text/plain"),)),
        "Hold still, please",
    ),
    "4,000 characters": (Said("ODO: Wait. " * 350 + LINE), "Hold still, please"),
    "a poll": (Said(parts={"poll": POLL | {"layout_type": 1}}), "poll"),
    "a sticker": (Said(parts={"sticker_items": [{"id": "1", "name": "Wave", "format_type": 1}]}), "sticker"),
    "a voice message": (Said(files=(Upload("voice.ogg", b"x", "audio/ogg", seconds=2.0),)), "voice messages"),
    "pictures or other files": (Said(files=(Upload("a.png", b"x", "image/png"),)), "files alone"),
    "emoji, mentions or links alone": (Said(f"{EMOJI} https://a.example/x"), "emoji or mentions alone"),
    "a notice of Discord's": (Said(kind=7), "Discord itself"),
}


def open_places(discord: LocalDiscord) -> dict[str, Place]:
    """Return the columns of the table."""
    guild = discord.add_guild(bot_permissions=Permission.SEND_MESSAGES)
    hall = next(iter(guild.channels.values()))
    author = discord.add_member(guild, "Ann")
    asker = discord.add_member(guild, "Kira", permissions=Permission.ADMINISTRATOR)
    quiet = discord.add_guild("Quiet", bot_permissions=Permission.SEND_MESSAGES)
    everyone = quiet.roles[quiet.id]
    silent = next(iter(quiet.channels.values()))
    discord.set_permissions(
        silent,
        everyone,
        deny=Permission.EMBED_LINKS | Permission.ATTACH_FILES | Permission.READ_MESSAGE_HISTORY,
    )
    people = [discord.add_user(name, app_installed=True) for name in ("Bob", "Garak", "Rob")]
    foreign = discord.add_guild("Cardassia", has_bot=False)
    stranger, native = discord.add_member(foreign, people[1]), discord.add_member(foreign, "Dukat")
    forum = discord.add_channel(guild, "plots", kind=ChannelKind.FORUM)

    def at(channel: Channel, *, is_archived: bool = False) -> Place:
        return Place(discord, channel, author, asker, is_archived=is_archived)

    return {
        "channel": at(hall),
        "announcements": at(discord.add_channel(guild, "news", kind=ChannelKind.ANNOUNCEMENT)),
        "without embeds and files": Place(
            discord,
            silent,
            discord.add_member(quiet, "Ann"),
            discord.add_member(quiet, "Kira", permissions=Permission.ADMINISTRATOR),
        ),
        "thread": at(discord.add_channel(guild, "deck", parent=hall)),
        "archived thread": at(hall, is_archived=True),
        "forum post": at(discord.add_channel(guild, "idea", parent=forum)),
        "voice chat": at(discord.add_channel(guild, "Lounge", kind=ChannelKind.VOICE)),
        "stage chat": at(discord.add_channel(guild, "Stage", kind=ChannelKind.STAGE)),
        "direct message": Place(discord, discord.direct_messages(people[0]), people[0], people[0]),
        "group": Place(discord, discord.add_group(people[1], people[2]), people[2], people[1]),
        "foreign server": Place(discord, next(iter(foreign.channels.values())), native, stranger),
    }


async def say(place: Place, said: Said, channel: Channel) -> Message:
    """Let the author write something."""
    message = await place.discord.say(
        place.author,
        channel,
        said.content,
        body=said.body,
        parts=said.parts,
        files=said.files,
        kind=said.kind,
    )
    return await place.discord.forward(place.author, message, channel) if said.forwarded else message


async def answer_of(asked: Interaction) -> Message:
    """Wait until something is to be read: a scene, or a sentence that nothing replaces."""

    def is_over(message: Message) -> bool:
        return (
            message is not asked.source
            and not message.loading
            and (shows_scene(message) or message.ephemeral)
        )

    return await asked.message_where(is_over, timeout_seconds=SECONDS)


async def use_menu(place: Place, said: Said) -> Message:
    """Return what a message's menu gives."""
    channel = place.open()
    message = await say(place, said, channel)
    place.close(channel)
    return await answer_of(await place.discord.context_menu(place.asker, MENU, message))


async def begin(place: Place, channel: Channel) -> Message:
    """Return a new scene."""
    options = {"line": LINE, "length": 100}
    return await scene_of(
        await place.discord.slash(place.asker, "episode", options, channel=channel), timeout_seconds=SECONDS
    )


async def mention(place: Place, content: str, *, scene: bool = False) -> Message | None:
    """Return what answers a message with the bot's name; None where it cannot hear it."""
    discord, channel = place.discord, place.open()
    if not channel.permissions_of(discord.world.bot):
        asked = await discord.say(place.author, channel, content)
        return next((each for each in discord.bot_messages if each.referenced is asked), None)
    earlier = await begin(place, channel) if scene else None
    place.close(channel)
    asked = await discord.say(place.author, channel, content, reply_to=earlier)
    # Where the bot may not read the history, Discord lets its answer hang on nothing.
    return await discord.until_bot_message(
        lambda message: (
            message.nonce == str(asked.id) and (shows_scene(message) or not message.content.startswith(NOTES))
        ),
        timeout_seconds=SECONDS,
    )


async def mention_role(place: Place, content: str) -> Message | None:
    """Return what answers the bot's own role alone."""
    guild = place.channel.guild
    role = next((role for role in guild.roles.values() if role.bot_id), None) if guild else None
    return await mention(place, f"<@&{role.id}> {content}") if role else None


async def use_command(place: Place) -> Message:
    """Return what `/episode` gives."""
    channel = place.open()
    place.close(channel)
    return await begin(place, channel)


async def press(place: Place, label: str) -> Message:
    """Return what a button under a scene gives."""
    channel = place.open()
    scene = await begin(place, channel)
    place.close(channel)
    return await answer_of(await place.discord.press(scene.button(label), place.asker))


async def use_for_servers(place: Place, command: str, options: dict[str, Any]) -> Message:
    """Return what a command for a server's administrators gives, where Discord offers it or not."""
    channel = place.open()
    place.close(channel)
    forged = channel.guild is None or not channel.guild.has_bot
    return await answer_of(
        await place.discord.slash(place.asker, command, options, channel=channel, forged=forged)
    )


def read_table(columns: list[str]) -> dict[str, dict[str, str]]:
    """Return the cells of the document's table by row and column; the columns are as the test has them."""
    text = (PROJECT / "docs/messages.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in text.split("\n") if line[:1] == "|"]
    start = next(index for index, row in enumerate(rows) if row[1:] == columns)
    return {
        row[0]: dict(zip(columns, row[1:], strict=True))
        for row in rows[start + 2 :]
        if len(row) > len(columns)
    }


def check_cell(cell: str, place: Place, answer: Message | None, words: str) -> None:
    """Make sure that an answer is what a cell of the table promises."""
    if cell == "not told":
        assert answer is None
        return
    assert answer is not None
    assert words in answer.text.replace("BOB:", "ANN:").replace("ROB:", "ANN:").replace("DUKAT:", "ANN:"), (
        answer.text
    )
    if cell.startswith("scene"):
        assert shows_scene(answer)
        assert is_covered(answer) == (cell == "scene, covered")
    else:
        assert cell == "sentence"
        assert not shows_scene(answer)
    # Whom it is for may be named, which Discord shows as a name.
    shown = re.sub(r"<@[0-9]+>", "", answer.text, count=1)
    known = (
        place.author.id,
        place.asker.id,
        place.channel.id,
        place.discord.world.bot.id,
        123456789012345678,
    )
    assert not [number for number in known if str(number) in shown]
    assert "Something went wrong" not in shown


async def test_every_kind_of_message_is_answered_in_every_place(tmp_path: Path) -> None:
    """Each cell of the table holds: no silence, no trace, no raw id."""
    async with LocalDiscord() as discord:
        places = open_places(discord)
        table = read_table(list(places))
        name = f"<@{discord.world.bot.id}>"
        ways: dict[str, tuple[Callable[[Place], Awaitable[Message | None]], str]] = {
            title: (partial(use_menu, said=said), words) for title, (said, words) in MESSAGES.items()
        }
        ways |= {
            "the bot's name and a line": (partial(mention, content=f"{name} {LINE}"), "Hold still, please"),
            "the bot's name alone": (partial(mention, content=name), "cannot read"),
            "the bot's role and name, and a line": (
                partial(mention_role, content=f"{name} {LINE}"), "Hold still, please",
            ),
            "the bot's role alone": (partial(mention_role, content=LINE), MENU),
            "a reply to a scene with the bot's name and a line": (
                partial(mention, content=f"{name} KIRA: On my way", scene=True), "KIRA:** On my way",
            ),
            "`/episode`": (use_command, "Hold still, please"),
            "*Continue*, under a scene": (partial(press, label="Continue"), ""),
            "*Details*, under a scene": (partial(press, label="Details"), "Settings"),
            "`/models`": (partial(use_for_servers, command="models list", options={}), ""),
            "`/retrain`": (partial(use_for_servers, command="retrain", options={"episodes": "x"}), ""),
        }  # fmt: skip
        assert list(table) == list(ways)
        gate = asyncio.Semaphore(AT_ONCE)
        wrong: list[str] = []

        async def try_cell(title: str, column: str) -> None:
            way, words = ways[title]
            async with gate:
                try:
                    check_cell(table[title][column], places[column], await way(places[column]), words)
                except Exception as error:  # noqa: BLE001 -- every cell is told
                    wrong.append(f"{title}, {column}: {error!r:.500}")

        async with running_bot(discord, tmp_path, HOLOSUITE_RUN=str(SMALL)) as bot:
            await asyncio.gather(*(try_cell(title, column) for title in ways for column in places))
            assert wrong == []
            assert "Traceback" not in bot.log
        assert not discord.pings
