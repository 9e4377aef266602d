"""Servers whose members said yes or not, with messages of every kind; each member has letters of their own."""

import random
from dataclasses import dataclass, field
from typing import Any

from tests.local_discord import Channel, Guild, LocalDiscord, Member, Message, Upload
from tests.local_discord.world.guilds import ChannelKind
from tests.local_discord.world.permissions import Permission

MEMBERS, WILLING = 20, 9
FIRST_LETTER, LETTERS = 0x4E00, 40  # each member writes in ideographs that nobody else has
THREAD_STARTER, JOINED = 21, 7  # "Message Types"


@dataclass
class GeneratedServer:
    """A server, and what of it may be read."""

    guild: Guild
    willing: list[Member]
    others: list[Member]
    open: list[Channel]
    closed: list[Channel]  # not to be read, whoever writes there
    words: dict[int, list[str]] = field(
        default_factory=dict
    )  # channel to what may be read of it, oldest first

    def letters(self, member: Member) -> str:
        """Return the letters that a member alone has."""
        place = FIRST_LETTER + LETTERS * (self.willing + self.others).index(member)
        return "".join(map(chr, range(place, place + LETTERS)))

    @property
    def forbidden(self) -> list[bytes]:
        """The letters of all who have not said yes, as files may have them."""
        letters = [letter for member in self.others for letter in self.letters(member)]
        escaped = [f"\\u{ord(letter):04x}".encode() for letter in letters]
        return [*(letter.encode() for letter in letters), *escaped]


def build_server(discord: LocalDiscord, *, messages: int, seed: int) -> GeneratedServer:
    """Make a server with so many messages; nothing of it is told to a bot that is not connected yet."""
    dice = random.Random(seed)  # noqa: S311 -- no secret
    guild = discord.add_guild()
    first = next(iter(guild.channels.values()))
    people = [discord.add_member(guild, "") for _ in range(MEMBERS)]
    second, adult, hidden = (discord.add_channel(guild, name) for name in ("ops", "adult", "hidden"))
    private = discord.add_channel(guild, "private", parent=first)
    private.kind = ChannelKind.PRIVATE_THREAD
    adult.nsfw = True
    discord.set_permissions(hidden, guild.roles[guild.id], deny=Permission.VIEW_CHANNEL)
    discord.set_permissions(hidden, guild.members[discord.world.bot.id], allow=Permission.VIEW_CHANNEL)
    server = GeneratedServer(
        guild, people[:WILLING], people[WILLING:], [first, second], [adult, hidden, private]
    )
    for number, member in enumerate(people):
        member.user.name = f"N{number}{server.letters(member)[:3]}"
    writer = _Writer(discord, server, dice)
    for _ in range(messages):
        writer.write()
    return server


class _Writer:
    def __init__(self, discord: LocalDiscord, server: GeneratedServer, dice: random.Random) -> None:
        self._discord, self._server, self._dice = discord, server, dice
        self._said: list[Message] = []

    def write(self) -> None:
        """Write one message of any kind, anywhere."""
        dice, server = self._dice, self._server
        channel = dice.choice(server.open * 3 + server.closed)
        author = dice.choice(server.willing + server.others)
        if channel in server.closed:
            author = dice.choice(server.others)  # whose letters show that it was read
        kind = dice.choice(
            [self._plain] * 6
            + [
                self._reply,
                self._mention,
                self._quote,
                self._forward,
                self._embed,
                self._file,
                self._code,
                self._link,
            ]
            + [
                self._address,
                self._notice,
                self._extras,
                self._command,
                self._of_a_bot,
                self._of_a_webhook,
                self._edited,
            ]
        )
        self._said.append(kind(channel, author))

    def _send(self, channel: Channel, author: Member | Any, content: str = "", **options: Any) -> Message:
        body = {"content": content, **options.pop("body", {})}
        uploads = options.pop("uploads", {})
        return self._discord.board.send(body, channel=channel, author=author, uploads=uploads, **options)

    def _words(self, member: Member) -> str:
        letters = self._server.letters(member)
        words = ("".join(self._dice.choices(letters, k=self._dice.randint(1, 5))) for _ in range(4))
        return " ".join(words)

    def _other(self) -> Member:
        return self._dice.choice(self._server.others)

    def _note(self, channel: Channel, author: Member, words: str) -> None:
        if author in self._server.willing and channel in self._server.open:
            self._server.words.setdefault(channel.id, []).append(words)

    def _plain(self, channel: Channel, author: Member) -> Message:
        words = self._words(author)
        self._note(channel, author, words)
        return self._send(channel, author, words)

    def _reply(self, channel: Channel, author: Member) -> Message:
        here = [message for message in self._said if message.channel is channel and not message.deleted]
        if not here:
            return self._plain(channel, author)
        answered, words = self._dice.choice(here), self._words(author)
        if answered.author in self._server.willing and not answered.parts.get("webhook_id"):
            self._note(channel, author, words)
        return self._send(channel, author, words, kind=19, referenced=answered)

    def _mention(self, channel: Channel, author: Member) -> Message:
        other, words = self._other(), self._words(author)
        self._note(channel, author, words)
        return self._send(channel, author, f"{other.mention} {words} @{other.name}")

    def _quote(self, channel: Channel, author: Member) -> Message:
        words = self._words(author)
        self._note(channel, author, words)
        mark = self._dice.choice(("> {other}\n{own}", "{own}\n>>> {other}\n{other}"))
        return self._send(channel, author, mark.format(other=self._words(self._other()), own=words))

    def _forward(self, channel: Channel, author: Member) -> Message:
        if not self._said:
            return self._plain(channel, author)
        return self._send(channel, author, referenced=self._dice.choice(self._said), is_forward=True)

    def _embed(self, channel: Channel, author: Member) -> Message:
        words = self._words(author)
        self._note(channel, author, words)
        embed = {"title": self._other().name, "description": self._words(self._other())}
        return self._send(channel, author, words, body={"embeds": [embed]})

    def _file(self, channel: Channel, author: Member) -> Message:
        words = self._words(author)
        self._note(channel, author, words)
        other = self._words(self._other())
        return self._send(
            channel, author, words, uploads={0: Upload(f"{other}.txt", other.encode(), "text/plain")}
        )

    def _code(self, channel: Channel, author: Member) -> Message:
        words, other = self._words(author), self._words(self._other())
        self._note(channel, author, words)
        return self._send(channel, author, f"```\n{other}\n```{words} ||{other}||")

    def _link(self, channel: Channel, author: Member) -> Message:
        words, other = self._words(author), self._other()
        self._note(channel, author, words)
        return self._send(channel, author, f"{words} https://example.com/{other.name} www.{other.name}.org")

    def _address(self, channel: Channel, author: Member) -> Message:
        other, words = self._other(), self._words(author)
        contact = self._dice.choice((f"{other.name}@example.com", f"{other.name} +49 170 1234567"))
        return self._send(channel, author, f"{words} {contact}")

    def _notice(self, channel: Channel, author: Member) -> Message:
        kind = self._dice.choice((JOINED, THREAD_STARTER))
        return self._send(channel, author, self._words(self._other()), parts={"type": kind})

    def _extras(self, channel: Channel, author: Member) -> Message:
        other = self._words(self._other())
        sticker = {"sticker_items": [{"id": "1", "name": other, "format_type": 1}]}
        question: dict[str, Any] = {
            "question": {"text": other},
            "answers": [],
            "expiry": None,
            "layout_type": 1,
        }
        poll: dict[str, Any] = {"poll": {**question, "allow_multiselect": False}}
        return self._send(channel, author, parts=self._dice.choice((sticker, poll)))

    def _command(self, channel: Channel, author: Member) -> Message:
        return self._send(channel, author, f"{self._dice.choice('!?./')}kick {self._other().name}")

    def _of_a_bot(self, channel: Channel, author: Member) -> Message:
        return self._send(
            channel, self._discord.world.bot, f"{self._other().name}: {self._words(self._other())}"
        )

    def _of_a_webhook(self, channel: Channel, author: Member) -> Message:
        return self._send(channel, author, self._words(self._other()), parts={"webhook_id": "5"})

    def _edited(self, channel: Channel, author: Member) -> Message:
        message = self._send(channel, author, "a word")
        words = self._words(author)
        self._note(channel, author, words)
        self._discord.board.edit(message, {"content": words}, uploads={})
        return message
