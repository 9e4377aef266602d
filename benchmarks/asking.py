"""People who ask for scenes, and what became of each command: answered, once, or still waiting."""

import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass, field

from bot.scenes.ui.buttons import EPISODE_ID
from tests.bot.bot_process import ask_to_train, shows_scene
from tests.conftest import tiny_episodes
from tests.local_discord import Guild, Interaction, LocalDiscord, Member, Message, Permission, Upload

ASK_SECONDS = 1.0  # between two requests, on average
START_SECONDS = 600.0  # until a training begins, on a machine that has much else to do
WAITING = ("number", "scene is being written", "your scene follows")


@dataclass(kw_only=True)
class Asking:
    """What was asked in one run."""

    discord: LocalDiscord
    rng: random.Random
    asked: list[Interaction] = field(default_factory=list)
    mentions: list[Message] = field(default_factory=list)

    async def ask_all(self, members: list[Member]) -> None:
        """Ask until cancelled: for scenes, for what follows them, and by name."""
        while True:
            await asyncio.sleep(self.rng.expovariate(1 / ASK_SECONDS))
            member = self.rng.choice(members)
            kind = self.rng.random()
            scenes = [
                message
                for message in self.discord.bot_messages
                if _is_pressable(message) and message.channel.guild is member.guild
            ]
            if kind < 0.15:
                name = f"<@{self.discord.world.bot.id}>"
                self.mentions.append(await self.discord.say(member, content=f"{name} KIRA: Prophets"))
            elif kind < 0.35 and scenes:
                pressed = self.rng.choice(scenes[-30:]).button(self.rng.choice(("Continue", "Another take")))
                self.asked.append(await self.discord.press(pressed, member))
            else:
                length = self.rng.choice((20, 50, 100, 400))
                self.asked.append(await self.discord.slash(member, "episode", {"length": length}))

    @property
    def acknowledged(self) -> list[Interaction]:
        """What the bot has promised to answer."""
        return [asked for asked in self.asked if asked.acknowledged_at is not None]

    @property
    def unanswered(self) -> int:
        """How many acknowledged commands have neither a scene nor a sentence, of their own or in a new message."""
        missing = Counter[int](asked.person.user.id for asked in self.acknowledged if not is_answered(asked))
        replaced = [
            message for message in self.shown if message.interaction is None and not message.referenced
        ]
        for member, count in missing.items():
            found = sum(str(member) in message.text or str(member) in message.content for message in replaced)
            missing[member] = max(0, count - found)
        return missing.total()

    @property
    def shown(self) -> list[Message]:
        """The bot's messages that are there."""
        return [message for message in self.discord.bot_messages if not message.deleted]

    @property
    def stuck(self) -> list[Message]:
        """The messages that still say that something is to come."""
        return [message for message in self.shown if _says_more_is_to_come(message)]

    @property
    def doubled(self) -> int:
        """How often a scene is shown in two messages, or a mention answered twice."""
        handles = Counter(filter(None, map(find_handle, self.shown)))
        answers = Counter(
            message.referenced.id
            for message in self.shown
            if message.referenced in self.mentions and message.referenced
        )
        return sum(count > 1 for count in (*handles.values(), *answers.values()))


async def begin_training(discord: LocalDiscord, guild: Guild, name: str, *, minutes: float) -> Message:
    """Begin a training of a small text; return the message in which its server sees it."""
    chief = discord.add_member(guild, "Sisko", permissions=Permission.ADMINISTRATOR)
    corpus = Upload("scripts.json", json.dumps(tiny_episodes(12)).encode())
    asked = await ask_to_train(discord, chief, corpus=corpus, minutes=minutes, name=name)
    preview = await asked.message_where(lambda message: not message.loading, timeout_seconds=START_SECONDS)
    if not preview.buttons:
        raise SystemExit(f"/retrain is refused: {preview.text}")
    await (await discord.press(preview.button("Start"), chief)).acknowledged()
    return await discord.until_bot_message(
        lambda message: message.interaction is None and name in message.text, timeout_seconds=START_SECONDS
    )


def _is_pressable(message: Message) -> bool:
    return not message.deleted and shows_scene(message)


def _says_more_is_to_come(message: Message) -> bool:
    progress = any(str(embed.get("title")).startswith("Training ") for embed in message.embeds)
    is_going_on = progress and message.interaction is None and "is over" not in message.text
    return message.loading or is_going_on or any(word in message.content for word in WAITING)


def is_answered(asked: Interaction) -> bool:
    """Tell whether a command has a scene or a sentence."""
    return any(not _says_more_is_to_come(message) for message in asked.messages)


def find_handle(message: Message) -> str:
    """Return which scene a message shows; nothing where it shows none."""
    if not shows_scene(message):
        return ""
    found = (EPISODE_ID.fullmatch(button.custom_id or "") for button in message.buttons)
    return next((each["episode"] for each in found if each), "")
