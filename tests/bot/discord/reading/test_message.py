"""What is read in a message, of any kind, as discord.py hands it over."""

import functools
import unicodedata
from dataclasses import replace
from typing import Any

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord.language.language import Language
from bot.discord.reading.markup import read_markup
from bot.discord.reading.message import MessageReading, read_message
from bot.scenes.ui.view import build_page
from tests.bot.storage.test_database import EPISODE
from tests.hostile_text import HOSTILE, live_markup

AUTHOR = {"id": "1", "username": "ann", "global_name": "Ann", "discriminator": "0", "avatar": None}
KIRA = {
    "id": "200000000000000002",
    "username": "kira",
    "global_name": "Kira",
    "discriminator": "0",
    "avatar": None,
}
GUILD = 300000000000000000
ROLE, CHANNEL = 300000000000000001, 300000000000000002


@functools.cache
def open_channel() -> discord.TextChannel:
    """Return a channel of a server that has a role."""
    state = discord.Client(intents=discord.Intents(guilds=True))._connection
    role = {"id": str(ROLE), "name": "Crew", "permissions": "0", "position": 1, "color": 0, "colors": {}}
    role |= {"hoist": False, "managed": False, "mentionable": False, "flags": 0}
    guild = discord.Guild(data={"id": str(GUILD), "name": "Terok Nor", "roles": [role]}, state=state)  # type: ignore[typeddict-item]  # no more is needed
    text = {"id": str(CHANNEL), "name": "ops", "type": 0, "position": 0, "permission_overwrites": []}
    channel = discord.TextChannel(state=state, guild=guild, data=text)  # type: ignore[arg-type]  # likewise
    guild._channels[CHANNEL] = channel
    return channel


def message(content: str = "", **parts: Any) -> discord.Message:
    """Return a message of Ann's in that channel."""
    channel = open_channel()
    data = {"id": "5", "type": 0, "channel_id": str(CHANNEL), "author": AUTHOR, "content": content}
    data |= {"timestamp": "2026-11-26T12:00:00+00:00", "edited_timestamp": None, "tts": False, "flags": 0}
    data |= {"mention_everyone": False, "mentions": [KIRA], "mention_roles": [], "pinned": False}
    data |= {"attachments": [], "embeds": [], "components": []}
    return discord.Message(state=channel._state, channel=channel, data={**data, **parts})  # type: ignore[typeddict-item]  # likewise


def text_display(content: str) -> dict[str, Any]:
    """Return a text of a layout."""
    return {"type": 10, "id": 1, "content": content}


def file(name: str, **parts: Any) -> dict[str, Any]:
    """Return an attachment, whose content nobody reads."""
    url = f"http://127.0.0.1:9/{name}"
    return {"id": "7", "filename": name, "size": 10**9, "url": url, "proxy_url": url, **parts}


def snapshot(**parts: Any) -> dict[str, Any]:
    """Return a forwarded message."""
    data = {"type": 0, "content": "", "embeds": [], "attachments": [], "components": [], "flags": 0}
    return {"message": {**data, "timestamp": "2026-11-26T12:00:00+00:00", "edited_timestamp": None, **parts}}


EMOJI = "123456789012345678"
WORDS = {
    "what is this?": "what is this?",
    f"<:kek:{EMOJI}> no <a:pog:{EMOJI}>": "no",
    f"ask <@{KIRA['id']}> and <@!9> of <@&{ROLE}> in <#{CHANNEL}> <@&9>": "ask Kira and of Crew in ops",
    f"</episode:{EMOJI}> at <t:0:R><t:99999999999999>": "/episode at 1970-01-01 00:00",
    "see https://x.y/z?a=b, [there](https://x.y) or <http://x.y>": "see there or",
    "**a** *b* __c__ ~~d~~ _e_ snake_case_name 2*3*4": "a b c d e snake_case_name 234",
    "***a __b__***": "a b",
    r"\*no\* **QUARK:** \[x\]": "*no* QUARK: [x]",
    "```python\nprint('*x*')\n```": "print('*x*')",
    "</`x`:1> now": "/x now",
    "use `a_b_c` or ``x`y``": "use a_b_c or x`y",
    "# Ops\n-# a footnote": "Ops",
    "-# psst": "psst",
    "a   b\n\n\n\nc": "a b\n\nc",
    "> QUARK: No.": "> QUARK: No.",
}


@pytest.mark.parametrize(("content", "text"), WORDS.items())
async def test_markup_becomes_the_words_that_people_see(content: str, text: str) -> None:
    """Emphasis, code, links, emoji and mentions leave their words, and nothing of how Discord writes them."""
    assert await read_message(message(content)) == MessageReading(text)


@pytest.mark.parametrize("content", ["so ||he dies||", "||**a**\nb||"])
async def test_spoiler_is_read_and_stays_covered(content: str) -> None:
    """What is covered is read, and known to be covered."""
    reading = await read_message(message(content))
    assert reading.is_covered
    assert "|" not in reading.text


SECTION = {
    "type": 9,
    "components": [text_display("**ODO:** No\\.")],
    "accessory": {"type": 11, "media": {"url": "x"}},
}
CONTAINER = {"type": 17, "components": [text_display("### \\[Ops\\]"), SECTION, {"type": 14}]}
HOLDERS: dict[str, tuple[dict[str, Any], str]] = {
    "embed": ({"embeds": [{"type": "rich", "title": "Log", "description": "**Day 1**"}]}, "Log\nDay 1"),
    "embed with fields alone": (
        {"embeds": [{"type": "rich", "fields": [{"name": "a", "value": "b"}]}]},
        "a\nb",
    ),
    "our embed": (
        {
            "embeds": [
                {"type": "rich", "description": "**ODO:** No\\.", "fields": [{"name": "x", "value": "y"}]}
            ]
        },
        "ODO: No.",
    ),
    "layout": (
        {"components": [CONTAINER, text_display("-# ds9 \u00b7 0.5")], "flags": 1 << 15},
        "[Ops]\nODO: No.",
    ),
    "forward": ({"message_snapshots": [snapshot(content="**hi** <@1>")]}, "hi"),
    "forwarded layout": ({"message_snapshots": [snapshot(components=[CONTAINER])]}, "[Ops]\nODO: No."),
    "forward with a word": ({"content": "look", "message_snapshots": [snapshot(content="hi")]}, "look\nhi"),
    "preview": ({"content": "https://x.y", "embeds": [{"type": "article", "title": "News"}]}, "News"),
    "preview beside words": (
        {"content": "see https://x.y", "embeds": [{"type": "article", "title": "News"}]},
        "see",
    ),
}


@pytest.mark.parametrize("kind", HOLDERS)
async def test_text_is_found_wherever_a_message_holds_it(kind: str) -> None:
    """Embeds, layouts at any depth and forwarded messages are read; footnotes and remarks are not."""
    parts, text = HOLDERS[kind]
    assert (await read_message(message(**parts))).text == text


async def test_covered_container_covers_what_it_holds() -> None:
    """The text of a layout that is a spoiler stays covered."""
    covered = {"type": 17, "spoiler": True, "components": [text_display("he dies")]}
    assert await read_message(message(components=[covered])) == MessageReading("he dies", is_covered=True)


POLL = {
    "question": {"text": "Which?"},
    "answers": [{"answer_id": 1, "poll_media": {"text": "a"}}],
    "expiry": "2026-11-27T12:00:00+00:00",
    "allow_multiselect": False,
    "layout_type": 1,
}
WITHOUT_WORDS: dict[str, tuple[dict[str, Any], str]] = {
    "poll": ({"poll": POLL}, "is a poll"),
    "poll result": (
        {"type": 46, "embeds": [{"type": "poll_result", "fields": [{"name": "a", "value": "1"}]}]},
        "poll",
    ),
    "voice": (
        {"attachments": [file("v.ogg", duration_secs=1.0, waveform="AA==")], "flags": 1 << 13},
        "listen",
    ),
    "sticker": ({"sticker_items": [{"id": "1", "name": "Wave", "format_type": 1}]}, "sticker"),
    "picture": ({"attachments": [file("a.png")]}, "files alone"),
    "long file": ({"attachments": [file("a.txt")]}, "files alone"),
    "film": ({"embeds": [{"type": "gifv", "url": "http://x.y"}]}, "pictures or buttons"),
    "link": ({"content": "https://x.y"}, "links, emoji or mentions"),
    "emoji": ({"content": f"<:kek:{EMOJI}>"}, "links, emoji or mentions"),
    "notice": ({"type": 7}, "Discord itself"),
    "notice of a later version": ({"type": 999}, "Discord itself"),
    "forwarded picture": ({"message_snapshots": [snapshot(attachments=[file("a.png")])]}, "files alone"),
}


@pytest.mark.parametrize("kind", WITHOUT_WORDS)
async def test_message_without_words_is_described_in_a_sentence(kind: str) -> None:
    """Where there is nothing to read, a sentence says what is there and what to do."""
    parts, sentence = WITHOUT_WORDS[kind]
    reading = await read_message(message(**parts))
    assert reading.text == ""
    assert sentence in reading.missing
    assert "/episode line" in reading.missing


async def test_message_of_which_nothing_is_seen_has_no_sentence() -> None:
    """What Discord withholds looks empty, and that is for the caller to say."""
    assert await read_message(message()) == MessageReading()


PARTS = (
    "content",
    "title",
    "description",
    "field",
    "footer",
    "layout",
    "forwarded",
    "name",
    "file",
    "sticker",
    "author",
    "channel",
    "role",
    "emoji",
    "poll",
)


@given(st.fixed_dictionaries(dict.fromkeys(PARTS, HOSTILE)))
@settings(max_examples=40)
async def test_hostile_text_in_every_part_of_a_message_is_read_as_words(texts: dict[str, str]) -> None:
    """Whatever a message holds wherever, what is read has no signs that are not seen, and its scene is harmless."""
    embed: dict[str, Any] = {"type": "rich", "title": texts["title"], "description": texts["description"]}
    embed |= {
        "fields": [{"name": texts["field"], "value": texts["field"]}],
        "footer": {"text": texts["footer"]},
    }
    layout = [{**CONTAINER, "components": [text_display(texts["layout"])]}]
    named = {**KIRA, "username": texts["name"], "global_name": texts["name"]}
    channel = open_channel()
    role = channel.guild.get_role(ROLE)
    assert role is not None
    channel.name, role.name = texts["channel"], texts["role"]
    answers = [{"answer_id": 1, "poll_media": {"text": texts["poll"]}}]
    poll = {
        "question": {"text": texts["poll"]},
        "answers": answers,
        "layout_type": 1,
        "allow_multiselect": False,
    }
    parts: dict[str, Any] = {
        "author": {**AUTHOR, "global_name": texts["author"]},
        "content": f"{texts['content']} <@{KIRA['id']}> <#{CHANNEL}> <@&{ROLE}> <:{texts['emoji']}:{EMOJI}>",
        "poll": {**poll, "expiry": "2026-11-27T12:00:00+00:00"},
        "embeds": [embed],
        "components": layout,
        "mentions": [named],
        "message_snapshots": [snapshot(content=texts["forwarded"], embeds=[embed], components=layout)],
        "attachments": [file(texts["file"])],
        "sticker_items": [{"id": "1", "name": texts["sticker"], "format_type": 1}],
    }
    try:
        reading = await read_message(message(**parts))
    finally:
        channel.name, role.name = "ops", "Crew"
    said = reading.text or reading.missing
    assert not [
        sign for sign in said if unicodedata.category(sign) in {"Cc", "Cs", "Co"} and sign not in "\n\t"
    ]
    page = build_page(replace(EPISODE, prompt=said, text=""), language=Language())
    shown = [part for part in page.build_view().walk_children() if isinstance(part, discord.ui.TextDisplay)]
    assert [live_markup(part.content.removeprefix("-# ")) for part in shown] == [[]] * len(shown)


@given(HOSTILE)
def test_markup_of_hostile_text_holds_no_numbers_of_discords(text: str) -> None:
    """Whatever comes, reading ends, and no mention or emoji is left as Discord writes it."""
    marks = "".join(sign for sign in text if sign not in "\\`")  # which would have it shown as it stands
    read = read_markup(
        f"{marks} <@123456789012345678> <:a:123456789012345678>", name_of=lambda kind, number: ""
    )
    assert "123456789012345678" not in read.text
