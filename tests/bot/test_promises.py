"""The tables and promises of SECURITY.md: each cell is tried against the real bot, forged ids of each kind included."""

import asyncio
import importlib
import json
import pkgutil
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import discord as discord_py
import pytest

import bot
from bot.channels.learning.reading.buttons import LABELS as READING_LABELS
from bot.channels.learning.reading.reader import KEPT_SECONDS
from bot.discord.limits import PROMISE_SECONDS
from bot.guilds.definitions import PERFORMANCES
from bot.scenes.pool import MOST_OF_A_MEMBER
from bot.scenes.queue import LONGEST_SECONDS
from bot.scenes.ui.buttons import LABELS as SCENE_LABELS
from bot.storage.data_folder import read_machine
from bot.storage.repositories import Repositories
from bot.storage.settings import Settings
from bot.storage.tables.channels.programmes import ProgrammeRecord
from bot.storage.tables.members import REMEMBERED_SECONDS
from bot.storage.tables.models import ModelRecord
from bot.storage.tables.readings import DRAFT, READ, READING, ReadingRecord, ReadingRepository
from bot.storage.tables.trainings import RetrainPlan, TrainingRecord
from bot.training.corpora.sweeper import OFFER_SECONDS
from core.writing.scene_reader import MOST_KEPT
from tests.bot.bot_process import PROJECT, running_bot, scene_of, shows_scene
from tests.bot.storage.test_database import EPISODE
from tests.bot.training.announcements.test_outbox import OUTCOME
from tests.local_discord import Channel, Component, Interaction, LocalDiscord, Message, Permission
from tests.local_discord.world.users import Person

SECURITY = (PROJECT / "SECURITY.md").read_text(encoding="utf-8")
PEOPLE = ("stranger", "member", "other administrator", "administrator", "owner")
SECRET = "QUARK: The latinum is under the floor"
HOME, AWAY = 1000, 2000
GRANTED = 1 << 19  # the message content intent of an application in few servers: "Application Flags"
REFUSALS = re.compile(
    "no longer stored|no longer known here|Only administrators|Only the bot's owner|for the bot's owner alone"
    "|one that I am a member of|for one server|was changed since"
    "|Performances belong to a server|That performance is over"
    "|This server has no such programme|Seasons belong to a server"
    "|no such model|Somebody else asked|cannot read that message"
)
PROGRAMME = ProgrammeRecord(
    guild_id=HOME, channel_id=1, member_id=1, created=1, title="Nights", cron="", zone="UTC", hours=720, cast="",
    place="", show="", length=0, is_performed=False, goes_on=False, due=2**33,
)  # fmt: skip
WAITING = ("\N{MEMO}", "\N{HOURGLASS WITH FLOWING SAND}")
PLAN = RetrainPlan(
    key="0" * 16, folder="ops", scripts="", series="", episodes="", preset="default",
    minutes=1.0, epochs=None, upload=False, keep=False, seconds=60.0,
)  # fmt: skip


@dataclass(eq=False)
class Stage:
    """A Discord with two servers, five people, a scene and as many trainings and models as are asked for."""

    discord: LocalDiscord
    storage: Repositories
    people: dict[str, Person]
    channels: dict[str, Channel]
    scene: Message
    data: Path
    elsewhere: ReadingRepository  # of another machine, whose files are not here
    code: str = ""  # of the scene
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def guild_of(self, who: str) -> int:
        """Return the server in which somebody has models."""
        return AWAY if who == "other administrator" else HOME

    async def slash(self, who: str, command: str, **options: object) -> Interaction:
        """Use a command where the person is, as any client could."""
        channel = self.channels[who]
        return await self.discord.slash(self.people[who], command, options, channel=channel, forged=True)

    async def press(self, who: str, custom_id: str) -> Interaction:
        """Press a button of that id under a message of the bot where the person is."""
        raw: dict[str, Any] = {"type": 2, "style": 1, "label": "x", "custom_id": custom_id}
        return await self.discord.press(Component(self.post(who, raw), raw), self.people[who], forged=True)

    def post(self, who: str, raw: dict[str, Any]) -> Message:
        """Return a message of the bot's with a component, where the person is."""
        body = {"content": ".", "components": [{"type": 1, "components": [raw]}]}
        return self.discord.board.send(
            body, channel=self.channels[who], author=self.discord.world.bot, uploads={}
        )

    async def training(self, state: str, guild: int, *, asker: str = "administrator") -> int:
        """Store a training of another machine, which this bot only shows; return its number."""
        name = f"Ops {next(self.numbers)}"
        record = TrainingRecord(
            machine="elsewhere", guild_id=guild, channel_id=self.channels["member"].id,
            member_id=self.people[asker].id, name=name, created=1, state=state, plan=PLAN.to_json(),
            outcome=json.dumps(OUTCOME),
        )  # fmt: skip
        return (await self.storage.trainings.add(record)).id

    async def reading(self, state: str) -> int:
        """Store a reading of the server's channels; return its number."""
        record = ReadingRecord(
            guild_id=HOME, channel_id=self.channels["member"].id, member_id=self.people["administrator"].id,
            created=2**31, state=state, key=f"{next(self.numbers):016x}",
        )  # fmt: skip
        return (await self.elsewhere.add(record)).id

    async def model(self, guild: int) -> int:
        """Store a model of a server; return its number."""
        number = await self.training("done", guild)
        record = ModelRecord(
            id=number, machine=self.storage.models.machine, guild_id=guild, member_id=1, name=f"Nor {number}",
            created=1, folder=f"models/{number:016x}/nor", fingerprint="f" * 64, bits=2.0, bytes=10,
        )  # fmt: skip
        folder = self.data / record.folder
        await asyncio.to_thread(folder.mkdir, parents=True)
        await asyncio.to_thread((folder / "run.json").write_text, "{}")
        training = await self.storage.trainings.read(number)
        assert training is not None
        await self.storage.trainings.update(number, state="running")
        await self.storage.models.add_trained(training, record, {**OUTCOME, "before": None}, use=False)
        return number

    async def performance(self) -> int:
        """Return the number of a performance that the member has asked for, in the server, and that goes on."""
        for performance in await self.storage.performances.read_all():
            if performance.state == "performing":
                return performance.id
        number = next(self.numbers)
        text = "\n".join(f"ODO: Line {line}." for line in range(60))
        scene = replace(EPISODE, request_id=number, prompt="", text=text, place=f"server {HOME}", key="key")
        stored = await self.storage.scenes.add(scene)
        await (await self.press("member", f"hs:perform:{stored.handle}")).message()
        return (await self.storage.performances.read_all())[-1].id

    async def programme(self, guild: int) -> int:
        """Return the number of a programme of a server."""
        planned = await self.storage.programmes.read_of_guild(guild)
        return (planned or [await self.storage.programmes.add(replace(PROGRAMME, guild_id=guild))])[0].id

    def handle(self, action: str) -> str:
        """Return the id of a button under the server's scene."""
        return str(self.scene.button("Continue").custom_id).replace("go_on", action)


Ask = Callable[[Stage, str], Awaitable[Interaction]]


def scene_button(action: str) -> Ask:
    """Return how somebody presses a button of the server's scene."""
    tail = ":0:f" if action == "page" else ""
    return lambda stage, who: stage.press(who, stage.handle(action) + tail)


def training_button(action: str, state: str) -> Ask:
    """Return how somebody presses a button of a training that an administrator asked for in the server."""

    async def press(stage: Stage, who: str) -> Interaction:
        number = await (stage.model(HOME) if state == "done" else stage.training(state, HOME))
        return await stage.press(who, f"hs:job:{action}:{number}")

    return press


def consent_button(answer: str) -> Ask:
    """Return how somebody answers whether the bot may learn from them."""
    return lambda stage, who: stage.press(who, f"hs:learn:{answer}")


def reading_button(action: str, state: str) -> Ask:
    """Return how somebody uses what a reading of the server has in a state."""

    async def press(stage: Stage, who: str) -> Interaction:
        number = await stage.reading(state)
        return await stage.press(
            who, f"hs:pick:{number}" if action == "pick" else f"hs:read:{action}:{number}"
        )

    return press


def performance_button(action: str) -> Ask:
    """Return how somebody presses a button of a performance that a member asked for in the server."""

    async def press(stage: Stage, who: str) -> Interaction:
        asked = await stage.press(who, f"hs:perform:{action}:{await stage.performance()}")
        await asked.message()  # so that the next one finds a performance that goes on
        return asked

    return press


def programme_button(action: str) -> Ask:
    """Return how somebody presses a button of the server's programme."""

    async def press(stage: Stage, who: str) -> Interaction:
        return await stage.press(who, f"hs:plan:{action}:{await stage.programme(HOME)}")

    return press


def programme_command(name: str, *, foreign: bool = False) -> Ask:
    """Return how somebody uses a command on a programme of their own server, or by its number on the other's."""

    async def use(stage: Stage, who: str) -> Interaction:
        guild = HOME if foreign else stage.guild_of(who)
        return await stage.slash(who, name, programme=await stage.programme(guild))

    return use


def command(name: str, **options: object) -> Ask:
    """Return how somebody uses a command."""
    return lambda stage, who: stage.slash(who, name, **options)


def models_command(name: str, *, foreign: bool, **options: object) -> Ask:
    """Return how somebody uses a command on a model of their own server, or by its number on one of the other."""

    async def use(stage: Stage, who: str) -> Interaction:
        number = await stage.model(HOME if foreign else stage.guild_of(who))
        more = {"name": f"New {number}"} if name == "rename" else {}
        return await stage.slash(who, f"models {name}", model=f"#{number}", **more, **options)

    return use


async def fill_in_form(stage: Stage, who: str) -> Interaction:
    """Send the form of the server's scene, over one that the person may open."""
    own = (await scene_of(await stage.slash(who, "episode", length=20))).button("Continue").raw
    opened = await stage.press(who, own["custom_id"].replace("go_on", "direct"))
    (await opened.modal())["custom_id"] = stage.handle("form")
    return await stage.discord.submit_modal(opened, {"Temperature": ["Calm (0.3)"]})


async def choose_setting(stage: Stage, who: str) -> Interaction:
    """Use the menu of settings under a message of the bot's."""
    raw: dict[str, Any] = {
        "type": 3,
        "custom_id": "hs:settings:choose",
        "options": [{"label": "x", "value": "temperature"}],
    }
    message = stage.post(who, raw)
    return await stage.discord.select(
        Component(message, raw), stage.people[who], ["temperature"], forged=True
    )


async def fill_in_setting(stage: Stage, who: str) -> Interaction:
    """Send the form of the server's temperature, over one that an administrator opened."""
    opened = await choose_setting(stage, "administrator")
    await opened.modal()
    opened.person, opened.channel = stage.people[who], stage.channels[who]
    return await stage.discord.submit_modal(opened, {"Temperature": "0.7"})


async def undo_setting(stage: Stage, who: str) -> Interaction:
    """Take back what was set in the home server."""
    name = ("temperature", "length", "takes", "cooldown", "show")[PEOPLE.index(who)]
    change = await stage.storage.guild_settings.change(HOME, name, "20")
    return await stage.press(who, f"hs:settings:undo:{name}:{change.version}")


async def fill_in_training(stage: Stage, who: str) -> Interaction:
    """Send the form of a training, over one that the person may open."""
    own = (await scene_of(await stage.slash(who, "episode", length=20))).button("Continue").raw
    opened = await stage.press(who, own["custom_id"].replace("go_on", "direct"))
    field = {"type": 18, "label": "Minutes", "component": {"type": 4, "custom_id": "minutes"}}
    (await opened.modal()).update(custom_id="hs:train::0-3:DS9", components=[field])
    return await stage.discord.submit_modal(opened, {"Minutes": "61"})


async def fill_in_character(stage: Stage, who: str) -> Interaction:
    """Send the form of a member's character, over one that an administrator opened, for somebody who said nothing."""
    opened = await reading_button("cast", DRAFT)(stage, "administrator")
    await opened.modal()
    opened.person, opened.channel = stage.people[who], stage.channels[who]
    return await stage.discord.submit_modal(opened, {"member": [str(stage.people["owner"].id)]})


async def go_on_from_menu(stage: Stage, who: str) -> Interaction:
    """Use the menu of a message that the person sees."""
    said = await stage.discord.say(stage.people[who], stage.channels[who], "ODO: No")
    return await stage.discord.context_menu(
        stage.people[who], "Continue as an episode", said, channel=stage.channels[who]
    )


OPTIONS: dict[str, object] = {
    "temp": 0.5, "length": 20, "line": "QUARK: No", "seed": 1, "cast": "QUARK, ODO", "place": "Ops", "spelling": True,
    "takes": 1, "originality": 8,
}  # fmt: skip
# What somebody does, and what the answer shows where they may.
COMMANDS: dict[str, tuple[Ask, str]] = {
    "/episode": (command("episode", **OPTIONS), "scene"),
    "/replay": (lambda stage, who: stage.slash(who, "replay", code=stage.code), "scene"),
    "Continue as an episode": (go_on_from_menu, "scene"),
    "/about": (command("about"), "ds9"),
    "/help": (command("help"), "Holosuite"),
    "/forget-me": (command("forget-me"), "Done: "),
    "/consent": (command("consent"), "kept or learnt from|You have said yes"),
    "/perform": (command("perform", length=20), "performance begins|are going on"),
    "/programme add": (command("programme add", title="Nights", every=720), "is planned"),
    "/programme list": (command("programme list"), "Programme of this server"),
    "/programme pause": (programme_command("programme pause"), "is paused|goes on"),
    "/season": (programme_command("season"), "no episode yet"),
    "/programme remove": (programme_command("programme remove"), "was removed"),
    "/cast face": (command("cast face", character="ODO"), "no picture of their own"),
    "/diagnose": (command("diagnose"), "queue"),
    "/retrain": (fill_in_training, "at most 60 minutes"),
    "/settings": (command("settings"), "Settings of this server"),
    "/models list": (command("models list"), "ds9"),
    "/models use": (models_command("use", foreign=False), "from now on"),
    "/models rename": (models_command("rename", foreign=False), "is called New"),
    "/models delete": (models_command("delete", foreign=False), "was deleted"),
    "/models download": (models_command("download", foreign=False), "0.0 MB"),
    "/models everywhere": (command("models everywhere", model="default"), "from now on"),
}
THINGS: dict[str, tuple[Ask, str]] = {
    **{
        f"`{SCENE_LABELS[action]}`": (scene_button(action), "scene")
        for action in ("go_on", "again", "hotter", "colder")
    },
    "`Next page`, `Previous page`": (scene_button("page"), "page"),
    "`Details`": (scene_button("details"), "Settings"),
    "`Script`: the scene as a file": (scene_button("script"), "file"),
    "`Direct it`": (scene_button("direct"), "form"),
    "`Direct it`, covered": (scene_button("direct_c"), "form"),
    "`Perform`": (scene_button("perform"), "performance begins|performed here already|are going on"),
    "`Faster`": (performance_button("faster"), "times as fast"),
    "`Stop`": (performance_button("stop"), "performance stops"),
    "`Pause` of a programme": (programme_button("pause"), "is paused"),
    "`Resume` of a programme": (programme_button("resume"), "goes on"),
    "`Remove` of a programme": (programme_button("remove"), "was removed"),
    "a programme by its number: its season": (programme_command("season", foreign=True), "no episode yet"),
    "a programme by its number: pause": (programme_command("programme pause", foreign=True), "is paused"),
    "a programme by its number: remove": (programme_command("programme remove", foreign=True), "was removed"),
    "`Details` of the model in use": (lambda stage, who: stage.press(who, "hs:about"), "network"),
    "the form, sent": (fill_in_form, "scene"),
    "the menu of settings": (choose_setting, "form"),
    "the form of a setting, sent": (fill_in_setting, "Temperature"),
    "`Undo` of a setting's change": (undo_setting, "Temperature"),
    "`Start` of a preview": (training_button("start", "offered"), "in the queue"),
    "`Cancel` of a preview": (training_button("drop", "offered"), "Nothing was started"),
    "`Cancel` of a training": (training_button("cancel", "waiting"), "being stopped"),
    "`Use it`": (training_button("use", "done"), "bits per character"),
    "`Go back`": (training_button("back", "done"), "bits per character"),
    "the menu of channels of a choice": (reading_button("pick", DRAFT), "Train on channels"),
    f"`{READING_LABELS['hidden']}` of a choice": (reading_button("hidden", DRAFT), "Train on channels"),
    f"`{READING_LABELS['ask']}` of a choice": (reading_button("ask", DRAFT), "Train on channels"),
    f"`{READING_LABELS['cast']}` of a choice": (reading_button("cast", DRAFT), "form"),
    "the form of a character, sent": (fill_in_character, "has not said yes"),
    f"`{READING_LABELS['begin']}` of a choice": (reading_button("begin", DRAFT), "Choose a channel"),
    f"`{READING_LABELS['drop']}` of a choice": (reading_button("drop", DRAFT), "Nothing was read"),
    f"`{READING_LABELS['stop']}` of a reading": (reading_button("stop", READING), "was cancelled"),
    f"`{READING_LABELS['preview']}` of a reading": (
        reading_button("preview", READ),
        "Nobody who has said yes",
    ),
    "`Yes, learn from me`, for oneself": (consent_button("yes"), "Yes: "),
    "`No`, for oneself": (consent_button("no"), "No: "),
    "a model by its number: use": (models_command("use", foreign=True), "from now on"),
    "a model by its number: rename": (models_command("rename", foreign=True), "is called New"),
    "a model by its number: delete": (models_command("delete", foreign=True), "was deleted"),
    "a model by its number: its files": (models_command("download", foreign=True), "0.0 MB"),
}


def compare(table: str, tried: dict[str, dict[str, str]], told: dict[str, dict[str, str]]) -> None:
    """Fail with what to add or to change where a table of SECURITY.md is not what happens."""
    problems = [
        f"{row}, {who}: SECURITY.md says {told[row][who]}, and what happens is {tried[row][who]}"
        for row in tried.keys() & told.keys()
        for who in PEOPLE
        if tried[row][who] != told[row][who]
    ]
    problems += [f"{row} is tried here: give it a row" for row in tried.keys() - told.keys()]
    problems += [
        f"{row} has a row: add to this file how it is tried, and what the answer shows"
        for row in told.keys() - tried.keys()
    ]
    assert not problems, f"The table '{table}' of SECURITY.md:\n" + "\n".join(sorted(problems))


def compare_options(registered: dict[str, set[str]], told: dict[str, set[str]]) -> None:
    """Fail with what to add where the table of commands is not what the bot has registered with Discord."""
    problems = [
        f"{name} is a command without a row: add one with its options (`a` `b`) and who may, and to COMMANDS "
        "here how it is tried"
        for name in registered.keys() - told.keys()
    ]
    problems += [f"{name} is no command any more" for name in told.keys() - registered.keys()]
    problems += [
        f"{name} has the options {sorted(registered[name])}, and its row {sorted(told[name])}"
        for name in registered.keys() & told.keys()
        if registered[name] != told[name]
    ]
    assert not problems, "The table 'Commands' of SECURITY.md:\n" + "\n".join(sorted(problems))


def registered_commands(discord: LocalDiscord) -> dict[str, set[str]]:
    """Return what the bot has registered, for all servers or for one: command -> its options."""
    application = discord.world.application
    found: dict[str, set[str]] = {}
    for each in (
        *application.global_commands.values(),
        *(command for guild in application.guild_commands.values() for command in guild.values()),
    ):
        options: list[dict[str, Any]] = each.get("options") or []
        parts = {f"/{each['name']} {part['name']}": part for part in options if part["type"] == 1}
        name = each["name"] if each["type"] == 3 else f"/{each['name']}"  # 3: a message's menu
        for key, part in (parts or {name: each}).items():
            found[key] = {option["name"] for option in part.get("options") or []}
    return found


TRIED_IDS = {
    "perform", "perform:stop", "perform:faster", "plan:pause", "plan:resume", "plan:remove",
    "go_on", "again", "hotter", "colder", "script", "details", "direct", "direct_c", "page", "form", "job:start",
    "job:drop", "job:cancel", "job:use", "job:back", "learn:yes", "learn:no", "train",
    "read:ask", "read:hidden", "read:cast", "read:begin", "read:drop", "read:stop", "read:preview", "pick", "cast",
    "settings:choose", "settings:undo", "settings:form", "about",
}  # fmt: skip


def rows_of(heading: str) -> dict[str, dict[str, str]]:
    """Return a table of SECURITY.md: what is done -> who -> yes or no."""
    section = SECURITY.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    assert tuple(cell.strip() for cell in lines[0][1:]) == PEOPLE
    return {
        cells[0].strip(): dict(zip(PEOPLE, (cell.strip() for cell in cells[1:]), strict=True))
        for cells in lines[2:]
    }


def read_command(cell: str) -> tuple[str, set[str]]:
    """Return the command of a table's first cell, and its options."""
    name, *options = re.findall(r"`([^`]+)`", cell)
    return name, set(options)


@asynccontextmanager
async def open_stage(data: Path) -> AsyncIterator[Stage]:
    """Start everything."""
    async with LocalDiscord() as discord:
        home, away = discord.add_guild(identifier=HOME), discord.add_guild("Cardassia", identifier=AWAY)
        people: dict[str, Person] = {
            "stranger": discord.add_user("Garak", app_installed=True),
            "member": discord.add_member(home, "Quark"),
            "other administrator": discord.add_member(away, "Dukat", permissions=Permission.ADMINISTRATOR),
            "administrator": discord.add_member(home, "Odo", permissions=Permission.ADMINISTRATOR),
            "owner": discord.add_member(home, discord.world.application.owner),
        }
        here, there = (next(iter(guild.channels.values())) for guild in (home, away))
        channels = dict.fromkeys(PEOPLE, here) | {
            "stranger": discord.direct_messages(people["stranger"]),
            "other administrator": there,
        }
        discord.world.application.flags = GRANTED
        storage = await Repositories.open("", data=data, machine=await asyncio.to_thread(read_machine, data))
        for guild in (HOME, AWAY):
            await storage.guild_settings.change(guild, PERFORMANCES.name, "on")
        async with running_bot(
            discord,
            data,
            HOLOSUITE_MODELS_PER_SERVER="100",
            HOLOSUITE_TRAININGS_PER_DAY="100",
            HOLOSUITE_LEARN="on",
        ):
            options = {"line": SECRET, "length": 20, "seed": 1}
            scene = await scene_of(await discord.slash(people["member"], "episode", options))
            elsewhere = ReadingRepository(storage.database, machine="elsewhere")
            yield Stage(discord, storage, people, channels, scene, data, elsewhere)
        await storage.close()


async def is_granted(asked: Interaction, success: str) -> bool:
    """Tell whether somebody was given what they asked for; an answer of a third kind fails."""
    await asked.acknowledged()
    source = asked.source
    # Only what `Stage.press` has posted is under nobody's command; it was said once.
    pressed = [source] if source is not None and source.interaction is None else []

    def answers() -> list[Message]:
        changed = [message for message in pressed if len(message.revisions) > 1]
        found = [*asked.messages, *changed]
        return [each for each in found if not each.loading and not each.content.startswith(WAITING)]

    if success == "form" and asked.offered_modal is not None:
        return True
    await asked.changes.until(lambda: bool(answers()), timeout_seconds=60)
    answer = answers()[0]
    if answer.ephemeral and REFUSALS.search(answer.content):
        assert SECRET not in answer.text
        return False
    if success in ("scene", "page"):
        assert shows_scene(answer)
    elif success == "file":
        assert "latinum" in answer.attachments[0].text
    else:
        assert re.search(success, answer.text, re.IGNORECASE)
    return True


async def try_all(stage: Stage, actions: dict[str, tuple[Ask, str]]) -> dict[str, dict[str, str]]:
    """Return what happens when everybody does everything."""
    found: dict[str, dict[str, str]] = {}
    for what, (ask, success) in actions.items():
        asked = [await ask(stage, who) for who in PEOPLE]
        granted = [await is_granted(each, success) for each in asked]
        found[what] = {who: "yes" if is_ours else "no" for who, is_ours in zip(PEOPLE, granted, strict=True)}
    return found


async def test_tables_of_who_may_do_what_are_true(tmp_path: Path) -> None:
    """Each cell of SECURITY.md is what happens, for people where they are and with whatever ids they make up."""
    commands = {read_command(cell)[0]: cells for cell, cells in rows_of("Commands").items()}
    async with open_stage(tmp_path) as stage:
        compare_options(registered_commands(stage.discord), dict(map(read_command, rows_of("Commands"))))
        told = await (await stage.press("member", stage.handle("details"))).message()
        stage.code = told.text.rsplit("```", 2)[1].strip()
        things = await try_all(stage, THINGS)
        compare("What belongs to a server", things, rows_of("What belongs to a server"))
        compare("Commands", await try_all(stage, COMMANDS), commands)
        # What was forgotten is nobody's any more.
        gone = await (await stage.press("administrator", stage.handle("script"))).message()
        assert "no longer stored" in gone.content
        assert not stage.discord.pings


def modules() -> list[ModuleType]:
    """Return the bot's modules, all of them imported."""
    names = [found.name for found in pkgutil.walk_packages(bot.__path__, "bot.")]
    return [importlib.import_module(name) for name in names if ".migrations" not in name]


def component_ids() -> set[str]:
    """Return how the ids of the bot's buttons, menus and forms begin, from the patterns that read them."""
    found: set[str] = set()
    for module in modules():
        for value in vars(module).values():
            if not isinstance(value, re.Pattern) or not str(value.pattern).startswith("hs:"):
                continue
            head, _, rest = str(value.pattern).removeprefix("hs:").partition("(?P<")
            actions = re.match(r"\w+>([\w|]+)\)", rest)
            found |= {head + action for action in actions[1].split("|")} if actions else {head.strip(":")}
    return found


def test_every_button_is_in_a_table() -> None:
    """A button, menu or form that is added has to be added to SECURITY.md, and tried here, too."""
    rows = rows_of("What belongs to a server")
    named = set(re.findall(r"`([^`]+)`", " ".join(rows)))
    labels = {"Next page", "Previous page"}
    labels |= {str(label) for module in modules() for label in getattr(module, "LABELS", {}).values()}
    assert labels - named == set(), "Buttons without a row in the table 'What belongs to a server'"
    assert named - labels == set(), "Rows of buttons that there are no more"
    assert rows.keys() == THINGS.keys(), "Rows that nothing in THINGS tries, or the other way round"
    untried = component_ids() - TRIED_IDS
    assert untried == set(), (
        f"Nobody tries ids that begin with hs: and {sorted(untried)}: add rows to SECURITY.md, how they are tried to "
        "THINGS, and then the ids to TRIED_IDS"
    )
    ui = discord_py.ui
    bases = (ui.DynamicItem, ui.View, ui.LayoutView, ui.Modal, ui.Button, ui.Select)
    kinds = [kind for base in bases for kind in base.__subclasses__() if kind.__module__.startswith("bot.")]
    nameless = [
        kind for kind in kinds if not str(getattr(kind, "__discord_ui_compiled_template__", "")).count("hs:")
    ]
    assert nameless == [], "A component's id has to begin with hs: and to be read by a pattern of its module"


@pytest.mark.parametrize(
    ("words", "stated", "held"),
    [
        ("a member has five places", 5, MOST_OF_A_MEMBER),
        ("After ten seconds of a thread", 10, LONGEST_SECONDS),
        ("120,000 characters of such readings", 120_000, MOST_KEPT),
        ("three previews that wait", 3, Settings.offers_per_server),
        ("at most an hour", 3_600, PROMISE_SECONDS),
        ("a quarter of an hour old", 900, OFFER_SECONDS),
        ("cancelled or an hour old", 3_600, KEPT_SECONDS),
        ("| 20 minutes, so that nothing", 1_200, REMEMBERED_SECONDS),
    ],
)
def test_numbers_of_promises_are_those_of_the_code(words: str, stated: float, held: float) -> None:
    """A time or limit that SECURITY.md states is the one that holds."""
    assert words in " ".join(SECURITY.split())
    assert held == stated


def test_every_promise_names_a_test_that_there_is() -> None:
    """Tests that SECURITY.md names are in the files that it names."""
    named = re.findall(r"\[`(test_\w+)`\]\((tests/[\w/.]+)\)", SECURITY)
    assert len(named) > 20
    missing = [
        name for name, path in named if f"def {name}(" not in (PROJECT / path).read_text(encoding="utf-8")
    ]
    assert missing == []
