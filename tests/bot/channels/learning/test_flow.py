"""Learning from a server against the local Discord: members are asked, channels are read, and a no acts at once."""

import asyncio
from pathlib import Path

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


async def talk(discord: LocalDiscord, people: list[Member]) -> None:
    """Let people say the lines of a few episodes, and each a word of their own."""
    lines = [
        line.split(": ", 1)[1] for text in tiny_episodes(8) for line in text.splitlines() if ": " in line
    ]
    for number, line in enumerate(lines):
        person = people[number % len(people)]
        await discord.say(person, content=f"{line} {person.name} walrus")


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


def find_all(message: Message, custom_id: str) -> bool:
    """Tell whether a message has a button whose id begins so."""
    return any((each.custom_id or "").startswith(custom_id) for each in message.buttons)


def channel_name(number: int) -> str:
    """Return how a channel is named in a text."""
    return f"<#{number}>"
