"""Hostile text in every place where text can enter: it comes back harmless, or as a sentence."""

import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import discord
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord.errors import RefusalError, say
from bot.discord.language.language import Language, read_language
from bot.discord.page import Page
from bot.models.view import list_models
from bot.scenes.ui.form import build_form
from bot.scenes.ui.view import build_details, build_file, build_page
from bot.storage.tables.models import ModelRecord
from bot.training.ui.view import build_closed, build_end, build_progress, build_waiting
from core.errors import CorpusError, PromptError, RunError
from core.run.events import Progress
from core.run.store import Run
from core.writing.directions import Directions
from core.writing.episode import Episode, write_parts
from core.writing.request import SceneRequest
from tests.bot.bot_process import running_bot
from tests.bot.storage.test_database import EPISODE
from tests.bot.storage.test_trainings import JOB
from tests.bot.test_promises import PLAN
from tests.hostile_text import HOSTILE, hostile_texts, live_markup
from tests.local_discord import Interaction, LocalDiscord, Member, Message, Upload

TEXTS = 80  # to each way in


@given(st.tuples(*[HOSTILE] * 6), st.integers(0, 3))
@settings(max_examples=200, deadline=None)
async def test_page_of_hostile_fields_is_harmless_and_within_limits(
    texts: tuple[str, ...], number: int
) -> None:
    """Whatever a scene's fields hold, nothing of its page is live, and it keeps to Discord's limits."""
    prompt, text, model, notice, originality, name = texts
    directions = Directions(cast=(name, name * 50), spelling=False)
    episode = Episode(
        "f" * 64, prompt, "", text, SceneRequest(directions=directions), ended=False, notice="", seconds=0.1
    )
    kept = replace(
        EPISODE,
        prompt=prompt * 8,
        text=text * 30,
        model=model * 9,
        notice=notice * 9,
        originality=originality * 20,
        code="1" * 4_000,
        parts=write_parts(episode),
    )
    language = read_language("ja" if number % 2 else "en")
    scene = texts_of(build_page(kept, number, language=language))
    told = texts_of(build_details(kept, language=language))
    for shown in (scene, told):
        assert [live_markup(text.removeprefix("-# ")) for text in shown] == [[]] * len(shown)
        assert sum(map(len, shown)) <= 4_000 - len("<@123456789012345678901> Your scene:")
    assert build_file(kept, language=language).filename == "episode-0.txt"


def texts_of(page: Page) -> list[str]:
    """Return the texts of a layout."""
    parts = page.build_view().walk_children()
    return [part.content for part in parts if isinstance(part, discord.ui.TextDisplay)]


@given(HOSTILE)
@settings(max_examples=200, deadline=None)
def test_refusals_repeat_hostile_text_harmlessly(text: str) -> None:
    """A sentence that quotes what somebody typed has nothing live in it."""
    assert live_markup(say(RefusalError("There is no {asked!r}, {asked}.", asked=text), Language())) == []


def test_refusals_show_no_folder_of_the_machine() -> None:
    """What goes wrong with the owner's files is told to the owner's log alone; no sentence holds a folder."""
    assert "secret" not in say(RunError("The run in /home/secret/ds9 is damaged."), Language())
    assert (
        say(PromptError("There is no file /home/secret/x.txt; see /help."), Language())
        == "There is no file x.txt; see /help."
    )


async def test_hostile_text_is_harmless_wherever_it_enters(tmp_path: Path) -> None:
    """Hundreds of hostile texts through options, menus, mentions and suggestions: each answered once, none live."""
    async with LocalDiscord() as discord:
        guild = discord.add_guild()
        member = discord.add_member(guild, "Kira @everyone **x**")
        async with running_bot(discord, tmp_path, HOLOSUITE_QUEUE="10000") as bot:

            async def ask(text: str, kind: int) -> list[Interaction]:
                said = await say_somehow(discord, member, text, kind=kind)
                given: list[dict[str, object]] = [{"line": text, "temp": 2}, {"cast": text}, {"place": text}]
                commands = [
                    await discord.slash(member, "episode", {**options, "length": 20}, forged=True)
                    for options in given
                ]
                replay = await discord.slash(member, "replay", {"code": text}, forged=True)
                menu = await discord.context_menu(member, "Continue as an episode", said)
                return [*commands, replay, menu]

            asked: list[Interaction] = []
            mentions: list[Message] = []
            for kind, text in enumerate(hostile_texts(TEXTS, seed=3)):
                asked += await ask(text, kind)
                content = f"<@{discord.world.bot.id}> {text}"[:2_000]
                mentions.append(await discord.say(member, content=content))
                suggested = await discord.autocomplete(member, "episode", "line", text[:100])
                await suggested.choices()
            waiting = [*asked]

            def look() -> bool:
                waiting[:] = [each for each in waiting if not is_answered(each)]
                return not waiting

            await discord.until(look, timeout_seconds=120)
            await discord.settle(quiet_seconds=0.5)
            assert "Error " not in bot.log
            assert discord.token not in bot.log
            assert [len(each.messages) for each in asked] == [1] * len(asked)
            answers = [message for message in discord.bot_messages if message.referenced in mentions]
            assert {message.referenced.id for message in answers if message.referenced} == {
                mention.id for mention in mentions
            }
            for message in discord.bot_messages:
                texts = message.text.removeprefix("-# ").replace("\n-# ", "\n").split("\n")
                assert [live_markup(text) for text in texts] == [[]] * len(texts)
        assert not discord.pings
        assert not discord.refused_requests


async def say_somehow(discord: LocalDiscord, member: Member, text: str, *, kind: int) -> Message:
    """Return a message of one of the kinds that can hold a text."""
    shown = text[:2_000].strip() or "."
    display = {"type": 10, "content": shown}
    embed = {
        "title": shown[:256],
        "description": shown,
        "fields": [{"name": shown[:256], "value": shown[:1_024]}],
    }
    names = {"sticker_items": [{"id": "1", "name": shown[:30], "format_type": 1}]}
    match kind % 6:
        case 0:
            return await discord.say(member, body={"embeds": [embed | {"footer": {"text": shown}}]})
        case 1:
            layout = [{"type": 17, "components": [display]}, display]
            return await discord.say(member, body={"components": layout, "flags": 1 << 15})
        case 2:
            return await discord.forward(member, await discord.say(member, content=shown))
        case 3:
            file = Upload(shown[:200], shown.encode(errors="replace"), "text/plain")
            return await discord.say(member, files=[file])
        case 4:
            return await discord.say(member, parts=names)
        case _:
            return await discord.say(member, content=shown)


def is_answered(asked: Interaction) -> bool:
    """Tell whether an interaction has a scene or a sentence that is no place in the queue."""
    return any(
        message.components or not message.content.startswith(("\N{MEMO}", "\N{HOURGLASS WITH FLOWING SAND}"))
        for message in asked.messages
    )


def test_options_are_named_as_on_discord() -> None:
    """A sentence of the command line's names no option of it to a member."""
    error = CorpusError("There is no file x; name one with --scripts, or choose a smaller --window-length.")
    assert (
        say(error, Language())
        == "There is no file x; name one with corpus, or choose a smaller window length."
    )


@given(st.tuples(*[HOSTILE] * 6), st.sampled_from(["en", "de", "ja"]))
@settings(max_examples=25, deadline=None)
def test_trainings_and_models_of_hostile_names_are_harmless_and_within_limits(
    words: tuple[str, ...], code: str
) -> None:
    """Names of models, devices and texts, samples and reasons: nothing of them is live in what a training shows."""
    name, old, device, sample, reason, trouble = words
    ending = {
        "bits": 2.0, "epochs": 3, "seconds": 75, "device": device, "old_name": old, "early": True,
        "samples": {"old": sample, "new": name}, "reason": reason,
        "comparison": {"new_bits": 2.0, "old_bits": 1.9, "characters": 1_000},
    }  # fmt: skip
    training = replace(JOB, name=name, plan=PLAN.to_json(), outcome=json.dumps(ending))
    progress = Progress(start={"device": device, "parameters": 7}, sample={"epoch": 1.0, "text": sample})
    language = read_language(code)
    embeds = [
        build_waiting(training, place=2, language=language),
        build_progress(training, progress, "", language=language),
        build_closed(training, language=language),
        *(
            build_end(replace(training, state=state), is_used=False, language=language)
            for state in ("done", "failed")
        ),
    ]
    for embed in map(discord.Embed.to_dict, embeds):
        fields = embed.get("fields", [])
        assert len(embed["title"]) <= 256
        assert all(0 < len(field["value"]) <= 1_024 for field in fields)
        texts = [embed["title"], embed.get("description", ""), *(field["name"] for field in fields)]
        texts += [re.sub(r"^```\n[^`]*\n```$", "", field["value"]) for field in fields]
        assert [live_markup(line) for text in texts for line in text.splitlines() if live_markup(line)] == []
    model = ModelRecord(
        id=1, machine="", guild_id=1, member_id=0, name=name, created=1, folder="", fingerprint="", bits=2.0, bytes=10
    )  # fmt: skip
    run = SimpleNamespace(name=old, bits_per_character=1.5)
    listed = list_models([model], 0, {}, [training], shipped=cast("Run", run), language=language)
    shown = [
        line.replace("<t:1:d>", "").removeprefix("### ") for text in listed for line in text.splitlines()
    ]
    assert [live_markup(line) for line in shown if live_markup(line)] == []
    form = build_form(
        EPISODE, shows=[trouble, name, " ", "x" * 101], language=language, is_covered=False
    ).to_dict()
    for label in form["components"]:
        assert all(option["label"].strip() for option in label["component"].get("options", []))
