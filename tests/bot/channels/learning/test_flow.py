"""Learning from a server against the local Discord: members are asked, channels are read, and a no acts at once."""

import asyncio
import gzip
from pathlib import Path

import pytest

from core.run.store import Run
from tests.bot.bot_process import running_bot
from tests.bot.channels.learning.test_reading import open_discord
from tests.bot.discord.language.test_no_english import check, check_text, texts_of_components
from tests.bot.training.test_retrain import holds_text, left_over
from tests.conftest import tiny_episodes
from tests.local_discord import Component, LocalDiscord, Member, Message, Permission


def find(message: Message, custom_id: str) -> Component:
    """Return the button or menu whose id begins so."""
    components = [*message.buttons, *message.selects]
    return next(each for each in components if (each.custom_id or "").startswith(custom_id))


async def talk(discord: LocalDiscord, people: list[Member], *, word: str = "walrus") -> None:
    """Let people say the lines of a few episodes, and each their name and a word."""
    lines = [
        line.split(": ", 1)[1] for text in tiny_episodes(8) for line in text.splitlines() if ": " in line
    ]
    for number, line in enumerate(lines):
        person = people[number % len(people)]
        await discord.say(person, content=f"{line} {person.name} {word}")


async def answer(discord: LocalDiscord, question: Message, person: Member, word: str) -> str:
    """Answer the bot's question, and return what it says to that."""
    said = await (await discord.press(find(question, f"hs:learn:{word}"), person)).message()
    assert said.ephemeral
    check(said)
    return said.content


async def test_server_is_learnt_from(tmp_path: Path) -> None:  # noqa: PLR0915 -- one bot for the whole way
    """Members are asked in their server's language; who said yes is read and previewed, and a no takes it all back."""
    async with open_discord() as discord:
        guild = discord.add_guild(locale="ja")
        chief = discord.add_member(guild, "Odo", locale="ja", permissions=Permission.ADMINISTRATOR)
        quark, kira, dax = (discord.add_member(guild, name, locale="ja") for name in ("Quark", "Kira", "Dax"))
        await talk(discord, [quark, kira, dax])
        async with running_bot(discord, tmp_path, HOLOSUITE_LEARN="on"):
            asked = await discord.slash(chief, "retrain", {"from": "channels", "epochs": 1})
            choice = await asked.message_where(lambda message: bool(message.selects))
            assert choice.ephemeral
            check(choice)

            async def press(name: str) -> None:
                await (await discord.press(find(choice, f"hs:read:{name}"), chief)).acknowledged()

            channel = next(iter(guild.channels.values()))
            await (await discord.select(choice.selects[0], chief, [channel])).acknowledged()
            await discord.until(lambda: channel_name(channel.id) in choice.text)
            await press("ask")
            question = await discord.until_bot_message(lambda message: find_all(message, "hs:learn:yes"))
            assert not question.ephemeral
            check(question)
            # `/consent` says the same as the buttons, and what was answered last.
            for word in ("yes", "no", "yes"):
                said = await answer(discord, question, quark, word)
                told = await (await discord.slash(quark, "consent")).message()
                assert told.content.split(":")[0] == said.split(":")[0]
            await answer(discord, question, kira, "yes")
            await answer(discord, question, dax, "no")
            opened = await discord.press(find(choice, "hs:read:cast"), chief)
            form = await opened.modal()
            for text in texts_of_components([form, *form["components"]]):
                check_text(text)
            cast = await discord.submit_modal(opened, {"member": [str(kira.id)], "character": "NERYS"})
            await cast.acknowledged()
            await press("begin")
            shown = await discord.until_bot_message(lambda message: find_all(message, "hs:read:preview"))
            check(shown)
            assert holds_text(tmp_path, "Quark walrus")
            preview = await (await discord.press(find(shown, "hs:read:preview"), chief)).message_where(
                lambda message: find_all(message, "hs:job:start"), timeout_seconds=60
            )
            assert preview.ephemeral
            assert "NERYS" in preview.text
            assert "Kira:" not in preview.text
            await discord.until(lambda: not shown.buttons)
            check(shown)
            assert holds_text(tmp_path, "walrus")
            assert not holds_text(tmp_path, "Dax walrus")
            # A no deletes the text of the preview, and nothing can be started with it.
            await answer(discord, question, quark, "no")
            assert not holds_text(tmp_path, "walrus")
            gone = await (await discord.press(find(preview, "hs:job:start"), chief)).message()
            check(gone)
            await discord.settle()
            assert await asyncio.to_thread(left_over, tmp_path) == []
            # When the bot is removed, a yes ends.
            discord.remove_bot(guild)
            discord.invite_bot(guild)
            await discord.settle()
            told = await (await discord.slash(kira, "consent")).message()
            assert told.content.split(":")[0] not in (said.split(":")[0], "")
        assert not discord.pings
        assert not discord.refused_requests


@pytest.mark.slow
async def test_model_knows_those_who_said_yes_alone(tmp_path: Path, tiny_run: Run) -> None:
    """A training from channels ends in a model without a word of who said no; a later no marks it for the server."""
    async with open_discord() as discord:
        guild = discord.add_guild()
        chief = discord.add_member(guild, "Odo", permissions=Permission.ADMINISTRATOR)
        quark, kira, dax = (discord.add_member(guild, name) for name in ("Quark", "Kira", "Jadzia"))
        for person in (quark, kira, dax):
            await talk(discord, [person], word=f"{person.name.lower()}phone")
        small = {"HOLOSUITE_RUN": str(tiny_run.path)}
        async with running_bot(discord, tmp_path, HOLOSUITE_LEARN="on", **small) as bot:
            asked = await discord.slash(chief, "retrain", {"from": "channels", "epochs": 1})
            choice = await asked.message_where(lambda message: bool(message.selects))
            channel = next(iter(guild.channels.values()))
            await (await discord.select(choice.selects[0], chief, [channel])).acknowledged()
            await discord.until(lambda: channel_name(channel.id) in choice.text)
            await (await discord.press(find(choice, "hs:read:ask"), chief)).acknowledged()
            question = await discord.until_bot_message(lambda message: find_all(message, "hs:learn:yes"))
            for person, word in ((quark, "yes"), (kira, "yes"), (dax, "no")):
                await (await discord.press(find(question, f"hs:learn:{word}"), person)).message()
            await (await discord.press(find(choice, "hs:read:begin"), chief)).acknowledged()
            shown = await discord.until_bot_message(lambda message: find_all(message, "hs:read:preview"))
            preview = await (await discord.press(find(shown, "hs:read:preview"), chief)).message_where(
                lambda message: find_all(message, "hs:job:start"), timeout_seconds=60
            )
            await (await discord.press(find(preview, "hs:job:start"), chief)).acknowledged()
            await discord.until_bot_message(
                lambda message: any("is trained" in str(embed.get("title")) for embed in message.embeds),
                timeout_seconds=120,
            )
            learnt = await asyncio.to_thread(read_all, tmp_path, bot.log_file)
            assert b"quarkphone" in learnt
            assert b"kiraphone" in learnt
            assert b"jadziaphone" not in learnt
            assert b"Jadzia" not in learnt
            await (await discord.press(find(question, "hs:learn:no"), quark)).message()
            listed = await (await discord.slash(chief, "models list")).message()
            assert "1 of them has said no since" in listed.text
        assert not discord.pings


def read_all(*places: Path) -> bytes:
    """Return what all files hold, packed ones unpacked."""
    files = [file for place in places for file in (place.rglob("*") if place.is_dir() else [place])]
    data = [file.read_bytes() for file in files if file.is_file()]
    return b"\0".join(gzip.decompress(each) if each.startswith(b"\x1f\x8b") else each for each in data)


def find_all(message: Message, custom_id: str) -> bool:
    """Tell whether a message has a button whose id begins so."""
    return any((each.custom_id or "").startswith(custom_id) for each in message.buttons)


def channel_name(number: int) -> str:
    """Return how a channel is named in a text."""
    return f"<#{number}>"
