"""Draws a real reply of the bot as a member sees it: `python -m tests.bot.reply_picture docs/reply.png`.

The bot runs in its own process against the local Discord; what it sends is set as Discord's app sets it, in so far as
the bot uses it: bold, italics, headings, escapes, an embed with its footer, buttons.
"""

import argparse
import asyncio
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from PIL import Image, ImageDraw, ImageFont

from tests.bot.bot_process import running_bot, scene_of
from tests.local_discord import LocalDiscord

SCALE = 2  # pixels of the picture to one of Discord's
WIDTH = 620
MARGIN, TEXT_LEFT = 16, 72
EMBED_WIDTH = 516  # as Discord's app has it at most
BACKGROUND, EMBED, TEXT, FAINT, WHITE = "#313338", "#2b2d31", "#dbdee1", "#949ba4", "#f2f3f5"
BUTTONS = {1: "#5865f2", 2: "#4e5058"}  # by style: primary, secondary
SPECIAL = "\\*_~`|<>[]@#:-+.)"


@dataclass(frozen=True)
class Piece:
    """A word and how it is set."""

    text: str
    bold: bool = False
    italic: bool = False
    size: int = 15


def read_markdown(text: str) -> list[list[Piece]]:
    r"""Return the words of each line: `"### \\[Ops\\]"` -> `[[Piece("[Ops]", bold=True, size=18)]]`."""
    return [_read_line(line) for line in text.split("\n")]


def _read_line(line: str) -> list[Piece]:
    heading = line.startswith("### ")
    bold, italic, word = heading, False, ""
    size = 18 if heading else 15
    pieces: list[Piece] = []

    def end_word() -> None:
        nonlocal word
        if word:
            pieces.append(Piece(word, bold, italic, size))
        word = ""

    at = 4 if heading else 0
    while at < len(line):
        if line[at] == "\\" and line[at + 1 : at + 2] and line[at + 1] in SPECIAL:
            word += line[at + 1]
            at += 2
        elif line.startswith("**", at):
            end_word()
            bold = not bold
            at += 2
        elif line[at] == "*":
            end_word()
            italic = not italic
            at += 1
        else:
            word += line[at]
            if line[at] == " ":
                end_word()
            at += 1
    end_word()
    return pieces


class Canvas:
    """A picture that grows downwards."""

    def __init__(self) -> None:
        """Begin with more than enough height; `save` cuts it off."""
        self.image = Image.new("RGB", (WIDTH * SCALE, 4_000 * SCALE), BACKGROUND)
        self.draw = ImageDraw.Draw(self.image)
        self._fonts = Path(mpl.get_data_path(), "fonts", "ttf")

    def font(self, piece: Piece) -> ImageFont.FreeTypeFont:
        """Return the font of a piece."""
        style = {(False, False): "", (True, False): "-Bold", (False, True): "-Oblique"}
        name = style.get((piece.bold, piece.italic), "-BoldOblique")
        return ImageFont.truetype(str(self._fonts / f"DejaVuSans{name}.ttf"), (piece.size - 1) * SCALE)

    def width(self, piece: Piece) -> float:
        """Return the width of a piece in Discord's pixels."""
        return self.font(piece).getlength(piece.text) / SCALE

    def write(self, piece: Piece, x: float, y: float, colour: str = TEXT) -> float:
        """Write a piece, its line's top at `y`, and return where it ends."""
        self.draw.text(
            (x * SCALE, (y + piece.size) * SCALE), piece.text, colour, self.font(piece), anchor="ls"
        )
        return x + self.width(piece)

    def box(self, x: float, y: float, width: float, height: float, *, colour: str, radius: int = 4) -> None:
        """Fill a rectangle with round corners."""
        corners = (x * SCALE, y * SCALE, (x + width) * SCALE, (y + height) * SCALE)
        self.draw.rounded_rectangle(corners, radius * SCALE, colour)

    def flow(self, lines: list[list[Piece]], x: float, y: float, width: float, colour: str = TEXT) -> float:
        """Write lines, broken at the width, and return where the next one would begin."""
        for line in lines:
            leading = (line[0].size if line else 15) * 1.4
            left = x
            for piece in line:
                if (
                    left > x
                    and left + self.width(Piece(piece.text.rstrip(), piece.bold, piece.italic)) > x + width
                ):
                    left, y = x, y + leading
                left = self.write(piece, left, y, colour)
            y += leading
        return y

    def save(self, path: Path, height: float) -> None:
        """Write the upper part of the picture."""
        self.image.crop((0, 0, WIDTH * SCALE, round(height * SCALE))).save(path, optimize=True)


def draw_reply(message: dict[str, Any], *, asked: str, path: Path) -> None:
    """Draw a message with one embed and its buttons, under the line that says what was asked."""
    canvas, embed = Canvas(), message["embeds"][0]
    name = Piece(message["author"]["username"].capitalize(), bold=True)
    y: float = MARGIN
    end = canvas.write(Piece("Kira", bold=True, size=13), TEXT_LEFT, y, WHITE)
    canvas.write(Piece(f" used {asked}", size=13), end, y, FAINT)
    y += 26
    canvas.box(MARGIN, y, 40, 40, colour="#2b5c8a", radius=20)
    canvas.write(Piece("H", bold=True, size=20), MARGIN + 12, y + 7, WHITE)
    end = canvas.write(name, TEXT_LEFT, y, WHITE)
    canvas.box(end + 6, y + 3, 34, 15, colour=BUTTONS[1], radius=3)
    canvas.write(Piece("APP", bold=True, size=11), end + 12, y + 3, WHITE)
    y += 26
    body = read_markdown(embed["description"])
    footer = [
        [Piece(f"{word} ", size=12) for word in line.split()] for line in embed["footer"]["text"].split("\n")
    ]
    left, inner = TEXT_LEFT + 16, EMBED_WIDTH - 32
    # Measured by writing it where it will be covered.
    bottom = canvas.flow(footer, left, canvas.flow(body, left, y + 14, inner) + 6, inner) + 8
    canvas.box(TEXT_LEFT, y, EMBED_WIDTH, bottom - y, colour=f"#{embed['color']:06x}")
    canvas.box(TEXT_LEFT + 4, y, EMBED_WIDTH - 4, bottom - y, colour=EMBED)
    canvas.flow(footer, left, canvas.flow(body, left, y + 14, inner) + 6, inner, FAINT)
    y = bottom + 8
    for row in message["components"]:
        x: float = TEXT_LEFT
        for button in row["components"]:
            label = Piece(button["label"], bold=True, size=13)
            width = canvas.width(label) + 30
            canvas.box(x, y, width, 32, colour=BUTTONS[button["style"]], radius=8)
            canvas.write(label, x + 15, y + 7, FAINT if button.get("disabled") else WHITE)
            x += width + 8
        y += 40
    canvas.save(path, y + MARGIN - 8)


async def ask(options: dict[str, Any]) -> dict[str, Any]:
    """Return what the real bot sends for `/episode` with these options."""
    with tempfile.TemporaryDirectory() as data:
        async with LocalDiscord() as discord:
            member = discord.add_member(discord.add_guild(), "Kira")
            run = {name: value for name, value in os.environ.items() if name == "HOLOSUITE_RUN"}
            async with running_bot(discord, Path(data), **run):
                return (await scene_of(await discord.slash(member, "episode", options))).payload()


def main() -> None:
    """Ask the bot and draw what it says."""
    parser = argparse.ArgumentParser(prog="python -m tests.bot.reply_picture", description=__doc__)
    parser.add_argument("path", type=Path, help="the picture to write")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--length", type=int, default=500)
    options = parser.parse_args()
    given = {"place": "Quark's", "length": options.length, "seed": options.seed}
    draw_reply(asyncio.run(ask(given)), asked="/episode", path=options.path)


if __name__ == "__main__":
    main()
