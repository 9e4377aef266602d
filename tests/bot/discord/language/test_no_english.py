"""Nothing that people read is left untranslated: a tour in a language of wide letters, where narrow ones show.

What goes through the catalogues comes out marked, so one pass holds for all languages; that the catalogues themselves
say everything is for `test_catalogues`.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.discord.language.language import LANGUAGES, Language
from bot.guilds.definitions import LEARNING, PERFORMANCES, SETTINGS
from bot.guilds.kinds import ChannelsSetting, SwitchSetting
from bot.ops.forget_cog import describe_deletion
from bot.storage.data_folder import read_machine
from bot.storage.repositories import Repositories
from bot.storage.tables.members import Deletion
from bot.storage.tables.trainings import RetrainPlan
from bot.training.ui.report import build_preview
from bot.training.ui.view import (
    build_closed,
    build_end,
    build_progress,
    build_waiting,
    describe_end,
)
from core.run.events import EventFile, Progress
from core.text import Text
from tests.bot.bot_process import ask_to_train, running_bot, scene_of
from tests.bot.channels.performances.test_performance import QUICK
from tests.bot.discord.language.marked import MarkedCatalogue
from tests.bot.scenes.test_places import MESSAGES
from tests.bot.storage.test_trainings import JOB
from tests.bot.test_promises import GRANTED
from tests.local_discord import Interaction, LocalDiscord, Member, Message, Permission, Upload

# What is the same in all languages: names, options and commands as they are typed, versions, the scripts' own words.
NAMES = """
    Holosuite UTF NumPy SQLAlchemy Python discord py Keras CPU QUARK ODO KIRA DAX Quark DS9 ds9 The Way of the Warrior
    json txt zip md False on off temp length line seed cast place spelling takes show originality code model name
    minutes epochs scripts episode replay about help consent forget me models retrain perform add UTC Europe Berlin
    default notes preset star trek best first tensorflow true UTF user owner learning docs
"""
WORDS = re.compile(r"[A-Za-z][A-Za-z0-9]+")
NUMBERS = re.compile(
    r"(?<![\d.,:])\d+\.\d{1,2}(?![\d.,:])"
)  # with the point of English, not the comma of German
NOT_TEXT = re.compile(
    r"\bcode:\S+|(?:Quark)+|\b[0-9a-f]{16}\b|```.*?```|`[^`]*`|<[^<>]*>|https?://\S+|\*\*[A-Z]+:?\*\*",
    re.DOTALL,
)
LANGUAGE = Language("de", MarkedCatalogue())
PLAN = RetrainPlan(
    key="k", folder="f", scripts="", series="", episodes="", preset="notes", minutes=15.0, epochs=None, upload=True,
    keep=True, seconds=75.0,
)  # fmt: skip


def english_in(text: str) -> list[str]:
    """Return the words and numbers of a text that are left in English; words in capitals are names."""
    known, rest = set(NAMES.lower().split()), NOT_TEXT.sub(" ", text)
    words = [word for word in WORDS.findall(rest) if word.lower() not in known and not word.isupper()]
    return words + NUMBERS.findall(rest)


def texts_of(message: Message) -> Iterator[str]:
    """Yield what somebody reads in a message, without the scene itself."""
    yield message.content
    for embed in message.embeds:
        yield from (str(embed.get(part) or "") for part in ("title", "description"))
        yield from (str(field[part]) for field in embed.get("fields") or [] for part in ("name", "value"))
        yield str((embed.get("footer") or {}).get("text") or "")
    yield from texts_of_components(message.components)


def texts_of_components(components: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the words of components at any depth; a container that is a scene's holds the model's words."""
    for part in components:
        if part.get("type") == 17 and part.get("accent_color") is not None and len(part["components"]) == 1:
            continue
        yield from (
            str(part.get(name) or "") for name in ("content", "label", "title", "description", "placeholder")
        )
        yield from (str(option.get("label")) for option in part.get("options") or [])
        inner = [
            *(part.get("components") or []),
            *filter(None, [part.get("accessory"), part.get("component")]),
        ]
        yield from texts_of_components(inner)


async def tour_settings(discord: LocalDiscord, chief: Member) -> None:
    """Look at a server's settings, at the form of each, at a change and at what is refused."""
    listed = await answer(await discord.slash(chief, "settings"))
    check(listed)
    for setting in SETTINGS[1:]:  # a model of one show leaves none to choose
        chosen = await discord.select(listed.selects[0], chief, [setting.name])
        opened = await chosen.modal()
        for text in texts_of_components([opened, *opened["components"]]):
            check_text(text)
        given = ["off"] if isinstance(setting, SwitchSetting) else "-1"
        if not isinstance(setting, ChannelsSetting):
            await (await discord.submit_modal(chosen, {"value": given})).acknowledged()
    await discord.until(lambda: LANGUAGE.say(Text("off")) in listed.text)
    check(listed)
    await (await discord.press(listed.buttons[0], chief)).acknowledged()
    check(listed)
    for message in discord.messages:
        if message.ephemeral and message.interaction and message.interaction.person.id == chief.id:
            check(message)


@asynccontextmanager
async def in_marked_german(data: Path) -> AsyncIterator[tuple[LocalDiscord, Member, Member]]:
    """Run the bot, its German marked, for a member and an administrator; with all that a server can switch on."""
    async with LocalDiscord() as discord:
        guild = discord.add_guild(locale="de")
        discord.world.application.flags = GRANTED
        member = discord.add_member(guild, "Kira", locale="de")
        chief = discord.add_member(guild, "Odo", locale="de", permissions=Permission.ADMINISTRATOR)
        machine = await asyncio.to_thread(read_machine, data)
        storage = await Repositories.open("", data=data, machine=machine)
        for setting in (PERFORMANCES, LEARNING):
            await storage.guild_settings.change(guild.id, setting.name, "on")
        await storage.close()
        settings = {"TEST_PAUSES": "0.3", "TEST_MARKED": "1", "HOLOSUITE_LEARN": "on"}
        async with running_bot(discord, data, module=QUICK, **settings):
            yield discord, member, chief
        assert not discord.refused_requests


MEMBERS_CALLS: list[tuple[str, dict[str, Any]]] = [
    ("episode", {"cast": "Quark" * 40}),
    ("episode", {"cast": ",,"}),
    ("episode", {"show": "X"}),
    ("replay", {"code": "111"}),
    ("about", {}),
    ("help", {}),
    ("diagnose", {}),
    ("perform", {"cast": "QUARK", "place": "Quark's", "length": 20}),
    ("consent", {}),
    ("season", {"programme": 999}),
    ("forget-me", {}),
]
ADMINISTRATORS_CALLS: list[tuple[str, dict[str, Any]]] = [
    ("cast face", {"character": "QUARK"}),
    ("cast face", {"character": "@"}),
    ("cast face", {"character": "QUARK", "image": Upload("quark.txt", b"x", "text/plain")}),
    ("cast face", {"character": "QUARK", "image": Upload("quark.png", b"PNG", "image/png")}),
    ("programme add", {"title": "Quark"}),
    ("programme add", {"title": "Quark", "at": "x"}),
    (
        "programme add",
        {"title": "Quark", "at": "20:00", "days": "1-5", "go_on": True, "perform": True},
    ),
    ("programme pause", {"programme": 999}),
    ("programme remove", {"programme": 999}),
    ("models list", {}),
    ("models use", {"model": "default"}),
    ("models use", {"model": "none"}),
    ("models rename", {"model": "x", "name": "#"}),
    ("models delete", {"model": "x"}),
    ("models download", {"model": "x"}),
    ("models everywhere", {"model": "default"}),
    ("retrain", {"episodes": "x"}),
    ("retrain", {"from": "channels"}),
]
OTHER_COMMANDS = {"settings", "programme list"}
ADMINISTRATORS_COMMANDS = (
    "models list",
    "retrain",
    "settings",
    "programme list",
    "cast face",
    "models everywhere",
)
WHERE_IT_IS_OFF: list[tuple[str, dict[str, Any]]] = [
    ("perform", {}),
    ("cast face", {"character": "QUARK"}),
    ("programme add", {"title": "Quark", "every": 1}),
    ("programme list", {}),
]


async def tour(discord: LocalDiscord, member: Member, chief: Member) -> list[str]:
    """Return all that two people read who use every command, button and form."""
    asked = await discord.slash(member, "episode", {"length": 50, "line": "QUARK: Café", "seed": 7})
    scene = await scene_of(asked)
    told = await (await discord.press(button(scene, "details"), member)).message()
    form = await (await discord.press(button(told, "direct"), member)).modal()
    script = await (await discord.press(button(scene, "script"), member)).message()
    shown = [scene, told]
    for person, calls in ((member, MEMBERS_CALLS), (chief, ADMINISTRATORS_CALLS)):
        for command, options in calls:
            shown.append(await answer(await discord.slash(person, command, options, forged=True)))
            if command == "about":
                shown.append(await answer(await discord.press(button(shown[-1], "about"), person)))
            if command == "perform":
                shown += await tour_performance(discord, person)
    shown.append(
        await answer(await discord.press(button(scene, "go_on"), member))
    )  # of a scene that was forgotten
    texts = [text for message in shown for text in texts_of(message)]
    texts.append(script.attachments[0].text.rsplit("\n\n-- ", 1)[1])
    texts += await tour_programme(discord, chief)
    return [*texts, *texts_of_components([form, *form["components"]])]


async def tour_performance(discord: LocalDiscord, person: Member) -> list[Message]:
    """Hurry and stop a performance; return what is said to that. Its own messages are in its server's language."""
    opening = await discord.until_bot_message(
        lambda message: bool(find_all(message, "hs:perform:stop")) and not message.ephemeral
    )
    pressed = [
        await discord.press(button(opening, f"perform:{action}"), person, forged=True)
        for action in ("faster", "stop", "stop")
    ]
    said = [await answer(each) for each in pressed]
    await discord.until(lambda: not opening.buttons)
    thread = next(each for each in person.guild.channels.values() if each.id == opening.id)
    cards = [message for message in thread.messages.values() if message.components]
    for message in (opening, *cards):
        check(message)
    discord.delete_channel(thread)
    return said


async def tour_programme(discord: LocalDiscord, chief: Member) -> list[str]:
    """Pause, resume and remove what is planned, and ask for its season, which has no episode yet."""
    listed = await answer(await discord.slash(chief, "programme list"))
    texts = list(texts_of(listed))
    for action in ("pause", "resume"):
        changed = len(listed.revisions)
        await (await discord.press(button(listed, f"plan:{action}"), chief)).acknowledged()
        await discord.until(lambda changed=changed: len(listed.revisions) > changed)  # type: ignore[misc]  # its default
        texts += texts_of(listed)
    number = int(button(listed, "plan:remove").custom_id.rpartition(":")[2])
    for command, options in (
        ("season", {"programme": number}),
        ("season", {"programme": number, "file": "md"}),
        ("programme pause", {"programme": number}),
        ("programme remove", {"programme": number}),
        ("programme list", {}),
    ):
        texts += texts_of(await answer(await discord.slash(chief, command, options)))
    return texts


def commands_of(discord: LocalDiscord) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the commands that are typed, each with what Discord knows of it."""
    for command in discord.world.application.global_commands.values():
        inner = [each for each in command.get("options") or [] if each["type"] == 1]
        yield from ((f"{command['name']} {each['name']}", each) for each in inner)
        if not inner and command["type"] == 1:
            yield command["name"], command


def check_described(part: dict[str, Any]) -> None:
    """Make sure that a command, with all that is inside it, is described in each language.

    What is chosen as it would be typed, and the names of formats, are the same in all.
    """
    words = part.get("name_localizations" if "value" in part else "description_localizations") or {}
    if part["name"] != part.get("value") and part["name"] not in ("Markdown", "TXT", "EPUB"):
        assert set(words) == set(LANGUAGES), part
        assert part.get("description", part["name"]) not in words.values()
    for inner in (*(part.get("options") or []), *(part.get("choices") or [])):
        check_described(inner)


async def tour_messages(discord: LocalDiscord, member: Member) -> list[str]:
    """Return what is said to messages that no scene can go on from, and to the bot's name alone."""
    texts: list[str] = []
    for title in (
        "a poll",
        "a sticker",
        "a voice message",
        "pictures or other files",
        "a notice of Discord's",
    ):
        said, _ = MESSAGES[title]
        message = await discord.say(member, parts=said.parts, files=said.files, kind=said.kind)
        texts += texts_of(await answer(await discord.context_menu(member, "Continue as an episode", message)))
    mention = await discord.say(member, content=f"<@{discord.world.bot.id}>")
    answered = await discord.until_bot_message(lambda message: message.referenced is mention)
    return [*texts, *texts_of(answered)]


async def tour_consent(discord: LocalDiscord, member: Member, chief: Member) -> list[str]:
    """Answer whether one may be learnt from, and choose channels to read."""
    asked = await answer(await discord.slash(member, "consent"))
    texts = list(texts_of(asked))
    for action in ("learn:yes", "learn:no"):
        texts += texts_of(await answer(await discord.press(button(asked, action), member)))
    choice = await answer(await discord.slash(chief, "retrain", {"from": "channels"}))
    for action in ("hidden", "ask", "begin", "drop"):
        changed = len(choice.revisions)
        pressed = await discord.press(button(choice, f"read:{action}"), chief)
        await pressed.acknowledged()
        await discord.until(
            lambda changed=changed, pressed=pressed: (  # type: ignore[misc]  # its defaults
                len(choice.revisions) > changed or bool(pressed.messages)
            )
        )
        texts += [text for message in (choice, *pressed.messages) for text in texts_of(message)]
    return texts


async def tour_elsewhere(discord: LocalDiscord, member: Member) -> list[str]:
    """Return what somebody reads who uses commands in direct messages, or without the right to."""
    stranger = discord.add_user("Garak", app_installed=True)
    stranger.locale = "de"
    here = discord.direct_messages(stranger)
    asked = [
        await discord.slash(stranger, command, options, channel=here, forged=True)
        for command, options in [
            *MEMBERS_CALLS,
            *ADMINISTRATORS_CALLS,
            ("settings", {}),
            ("programme list", {}),
        ]
    ]
    asked += [await discord.slash(member, command, forged=True) for command in ADMINISTRATORS_COMMANDS]
    return [text for each in asked for text in texts_of(await answer(each))]


async def tour_suggestions(discord: LocalDiscord, chief: Member) -> list[str]:
    """Return what is suggested where options complete themselves with more than the scripts' own words."""
    asked = await discord.autocomplete(chief, "models use", "model")
    return [str(choice["name"]) for choice in await asked.choices()]


async def test_tour_of_commands_leaves_no_english(tmp_path: Path) -> None:
    """Every command, and each button, form and refusal that a tour of them meets, is in the reader's language."""
    async with in_marked_german(tmp_path) as (discord, member, chief):
        commands = dict(commands_of(discord))
        assert set(commands) == {name for name, _ in MEMBERS_CALLS + ADMINISTRATORS_CALLS} | OTHER_COMMANDS
        for described in discord.world.application.global_commands.values():
            if described["type"] == 1:
                check_described(described)
        texts = await tour_suggestions(discord, chief)
        texts += await tour(discord, member, chief)
        texts += await tour_messages(discord, member)
        texts += await tour_consent(discord, member, chief)
        texts += await tour_elsewhere(discord, member)
        for minutes in ("10000", "x"):
            texts += texts_of(await answer(await ask_to_train(discord, chief, minutes=minutes)))
        form = await (await discord.slash(chief, "retrain")).modal()
        texts += texts_of_components([form, *form["components"]])
        long = await discord.slash(member, "episode", {"length": 4_000, "seed": 7, "takes": 1})
        texts += texts_of(await scene_of(long))
        await tour_settings(discord, chief)
        for command, options in WHERE_IT_IS_OFF:
            texts += texts_of(await answer(await discord.slash(chief, command, options)))
        discord.add_member(member.guild, discord.world.application.owner)
        owner = member.guild.members[discord.world.application.owner.id]
        owner.user.locale = "de"
        texts += texts_of(await answer(await discord.slash(owner, "diagnose", forged=True)))
        assert {text: found for text in texts if (found := english_in(text))} == {}


async def test_previews_of_trainings_leave_no_english(tmp_path: Path) -> None:
    """What a training's preview says of an uploaded text is in the asker's language."""
    async with in_marked_german(tmp_path) as (discord, _, chief):
        lines = "\n".join(f"QUARK: {number} bars of latinum." for number in range(1_200))
        corpus = Upload("Quark.txt", lines.encode(), "text/plain")
        asked = await ask_to_train(discord, chief, corpus=corpus, epochs=1)
        check(
            await asked.message_where(lambda message: bool(message.buttons), timeout_seconds=60), sample=True
        )
        picture = Upload("Quark.txt", b"GIF89a\x01\x00", "text/plain")
        refused = await answer(await ask_to_train(discord, chief, corpus=picture, epochs=1))
        assert LANGUAGE.say(Text("a picture")) in refused.content
        check(refused)


def test_trainings_and_their_ends_leave_no_english(tmp_path: Path) -> None:
    """What everybody in a server reads of a training is in the server's language."""
    ending = {
        "bits": 2.0, "epochs": 3, "seconds": 75, "device": "CPU", "old_name": "DS9", "early": True,
        "samples": {"old": "", "new": ""}, "reason": {"message": "The bot's disk refuses.", "plural": "", "values": {}},
        "comparison": {"new_bits": 2.0, "old_bits": 1.9, "characters": 1_000},
    }  # fmt: skip
    facts = {
        "sample": "", "source": "QUARK", "characters": 9, "episodes": 2, "vocabulary": 3, "held_out": 4,
        "speakers": {"QUARK": 1}, "notes": [], "start": {"why": ""}, "format": "", "encoding": "UTF-8", "left_out": [],
        "estimate": 2.0,
    }  # fmt: skip
    job = replace(JOB, name="Quark", plan=PLAN.to_json(), outcome=json.dumps(ending))
    events = EventFile(tmp_path)
    events.progress.note({"event": "start", "device": "CPU", "parameters": 7})
    step = {
        "event": "progress",
        "epoch": 1,
        "loss": 1.0,
        "bits_per_character": 2.0,
        "characters_per_second": 3.0,
    }
    events.progress.note({**step, "seconds_left": 9.0, "share": 0.5})
    events.progress.note({"event": "sample", "epoch": 1.0, "text": ""})
    said = [
        LANGUAGE.say(describe_end(replace(job, state=state))) for state in ("done", "failed", "cancelled")
    ]
    embeds = [
        build_preview(job, facts, place=1, language=LANGUAGE),
        build_waiting(job, place=2, language=LANGUAGE),
        build_progress(job, Progress(), "", language=LANGUAGE),
        build_progress(job, events.progress, "", language=LANGUAGE),
        build_closed(job, language=LANGUAGE),
        *(
            build_end(replace(job, state=state), is_used=is_used, language=LANGUAGE)
            for state in ("done", "failed", "cancelled")
            for is_used in (True, False)
        ),
    ]
    for embed in embeds:
        words = embed.to_dict()
        said += [
            str(words.get("title", "")),
            str(words.get("description", "")),
            str(words.get("footer", {}).get("text")),
        ]
        said += [
            text for field in words.get("fields", []) for text in (str(field["name"]), str(field["value"]))
        ]
    said.append(LANGUAGE.say(describe_deletion(Deletion(1, 2, (job,)), ["x"])))
    for text in said:
        check_text(text.replace("None", ""))


def button(message: Message, action: str) -> Any:
    """Return the button of an action, whatever it is called."""
    return find_all(message, f"hs:{action}")[0]


def find_all(message: Message, custom_id: str) -> list[Any]:
    """Return the buttons whose ids begin so."""
    return [each for each in message.buttons if (each.custom_id or "").startswith(custom_id)]


async def answer(asked: Interaction) -> Message:
    """Wait for what answers an interaction."""
    return await asked.message(timeout_seconds=60)


def check(message: Message, *, sample: bool = False) -> None:
    """Make sure that no English is in a message, but for the sample's own words."""
    for text in texts_of(message):
        check_text(re.sub(r"bars of latinum", "", text) if sample else text)


def check_text(text: str) -> None:
    """Make sure that no English is in a text."""
    assert english_in(text) == [], text
