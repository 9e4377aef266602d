"""Draws a reply, its details, its form and the model as members see them: `python -m tests.bot.reply_picture docs`.

The bot runs in its own process against the local Discord; what it sends is set as Discord's app sets it, in so far as
the bot uses it: bold, italics, headings, escapes, a layout of texts and buttons, a form.
"""

import argparse
import asyncio
import io
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
from PIL import Image, ImageDraw, ImageFont

from core.run.layout import SHIPPED
from tests.bot.bot_process import running_bot, scene_of
from tests.local_discord import LocalDiscord

SCALE = 2  # pixels of the picture to one of Discord's
WIDTH = 620
PHONE_WIDTH = 390
MARGIN, TEXT_LEFT = 16, 72
EMBED_WIDTH = 516  # as Discord's app has it at most
BACKGROUND, EMBED, TEXT, FAINT, WHITE = "#313338", "#2b2d31", "#dbdee1", "#949ba4", "#f2f3f5"
BUTTONS = {1: "#5865f2", 2: "#4e5058"}  # by style: primary, secondary
LINES = {
    "reply": "used /episode",
    "details": "pressed Details",
    "about": "used /about",
}
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

    def __init__(self, width: int) -> None:
        """Begin with more than enough height; `save` cuts it off."""
        self.width_of_all = width
        self.image = Image.new("RGB", (width * SCALE, 4_000 * SCALE), BACKGROUND)
        self.draw = ImageDraw.Draw(self.image)
        self._fonts = Path(mpl.get_data_path(), "fonts", "ttf")
        self.files: dict[str, bytes] = {}  # what a message shows, by its address

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
            for piece in [part for whole in line for part in self.cut(whole, width)]:
                if (
                    left > x
                    and left + self.width(Piece(piece.text.rstrip(), piece.bold, piece.italic)) > x + width
                ):
                    left, y = x, y + leading
                left = self.write(piece, left, y, colour)
            y += leading
        return y

    def cut(self, piece: Piece, width: float) -> list[Piece]:
        """Return a piece, in parts where it is wider than a line."""
        most = max(1, int(len(piece.text) * width / max(1.0, self.width(piece))))
        return [replace(piece, text=piece.text[at : at + most]) for at in range(0, len(piece.text), most)]

    def save(self, path: Path, height: float) -> None:
        """Write the upper part of the picture."""
        self.image.crop((0, 0, self.width_of_all * SCALE, round(height * SCALE))).save(path, optimize=True)


@dataclass(frozen=True)
class Shown:
    """What a message or a form shows."""

    components: list[dict[str, Any]]
    files: dict[str, bytes] = field(default_factory=dict)
    title: str = ""  # of a form


def draw_reply(shown: Shown, *, line: str, path: Path, width: int) -> None:
    """Draw a message of texts and buttons, under the line that says what was done."""
    canvas = Canvas(width)
    canvas.files = shown.files
    name = Piece("Holosuite", bold=True)
    y: float = MARGIN
    end = canvas.write(Piece("Kira", bold=True, size=13), TEXT_LEFT, y, WHITE)
    canvas.write(Piece(f" {line}", size=13), end, y, FAINT)
    y += 26
    canvas.box(MARGIN, y, 40, 40, colour="#2b5c8a", radius=20)
    canvas.write(Piece("H", bold=True, size=20), MARGIN + 12, y + 7, WHITE)
    end = canvas.write(name, TEXT_LEFT, y, WHITE)
    canvas.box(end + 6, y + 3, 34, 15, colour=BUTTONS[1], radius=3)
    canvas.write(Piece("APP", bold=True, size=11), end + 12, y + 3, WHITE)
    y += 26
    for component in shown.components:
        y = DRAWERS[component["type"]](canvas, component, y)
    canvas.save(path, y + MARGIN - 8)


def draw_form(shown: Shown, *, path: Path, width: int) -> None:
    """Draw a form as it opens over the channel: its title, its fields and how it is sent."""
    canvas = Canvas(width)
    canvas.write(Piece(shown.title, bold=True, size=18), MARGIN, MARGIN, WHITE)
    y = MARGIN + 40.0
    for component in shown.components:
        y = _draw_field(canvas, component, y)
    x: float = width - MARGIN
    for label, style in (("Submit", 1), ("Cancel", 2)):
        x -= canvas.width(Piece(label, bold=True, size=13)) + 30
        _draw_button(canvas, {"label": label, "style": style}, x, y)
        x -= 8
    canvas.save(path, y + 32 + MARGIN)


def _draw_container(canvas: Canvas, container: dict[str, Any], y: float) -> float:
    """Draw a box with a coloured edge and the texts in it."""
    outer = min(EMBED_WIDTH, canvas.width_of_all - TEXT_LEFT - MARGIN)
    bodies = [read_markdown(part["content"]) for part in container["components"]]
    # Measured by writing it where it will be covered.
    bottom = y + 12
    for body in bodies:
        bottom = canvas.flow(body, TEXT_LEFT + 16, bottom, outer - 32)
    canvas.box(TEXT_LEFT, y, outer, bottom + 8 - y, colour=f"#{container['accent_color']:06x}")
    canvas.box(TEXT_LEFT + 4, y, outer - 4, bottom + 8 - y, colour=EMBED)
    end = y + 12
    for body in bodies:
        end = canvas.flow(body, TEXT_LEFT + 16, end, outer - 32)
    return bottom + 16


def _draw_text(canvas: Canvas, display: dict[str, Any], y: float) -> float:
    """Draw a text; one of small print is faint."""
    text = display["content"]
    width = canvas.width_of_all - TEXT_LEFT - MARGIN
    if text.startswith("-# "):
        small = [Piece(piece.text, size=12) for piece in _read_line(text[3:])]
        return canvas.flow([small], TEXT_LEFT, y, width, FAINT) + 8
    return canvas.flow(read_markdown(text.replace("\n```", "").replace("`", "")), TEXT_LEFT, y, width) + 8


def _draw_gallery(canvas: Canvas, gallery: dict[str, Any], y: float) -> float:
    """Draw a picture as wide as a container."""
    picture = Image.open(io.BytesIO(canvas.files[gallery["items"][0]["media"]["url"]]))
    width = min(EMBED_WIDTH, canvas.width_of_all - TEXT_LEFT - MARGIN)
    height = round(picture.height * width / picture.width)
    canvas.image.paste(picture.resize((width * SCALE, height * SCALE)), (TEXT_LEFT * SCALE, round(y * SCALE)))
    return y + height + 8


def _draw_row(canvas: Canvas, row: dict[str, Any], y: float) -> float:
    """Draw buttons, on as many lines as they need."""
    x: float = TEXT_LEFT
    for button in row["components"]:
        width = canvas.width(Piece(button["label"], bold=True, size=13)) + 30
        if x > TEXT_LEFT and x + width > canvas.width_of_all - MARGIN:
            x, y = TEXT_LEFT, y + 40
        x = _draw_button(canvas, button, x, y) + 8
    return y + 40


def _draw_section(canvas: Canvas, section: dict[str, Any], y: float) -> float:
    """Draw a text with a button at its right."""
    button = section["accessory"]
    width = canvas.width(Piece(button["label"], bold=True, size=13)) + 30
    right = min(TEXT_LEFT + EMBED_WIDTH, canvas.width_of_all - MARGIN)
    _draw_button(canvas, button, right - width, y)
    _draw_text(canvas, section["components"][0], y + 8)
    return y + 40


def _draw_button(canvas: Canvas, button: dict[str, Any], x: float, y: float) -> float:
    label = Piece(button["label"], bold=True, size=13)
    width = canvas.width(label) + 30
    canvas.box(x, y, width, 32, colour=BUTTONS[button["style"]], radius=8)
    canvas.write(label, x + 15, y + 7, FAINT if button.get("disabled") else WHITE)
    return x + width


def _draw_field(canvas: Canvas, label: dict[str, Any], y: float) -> float:
    """Draw a field of a form with its name and what it holds."""
    field = label["component"]
    chosen = [option["label"] for option in field.get("options") or [] if option.get("default")]
    value = str(field.get("value") or "") or (chosen or [""])[0]
    canvas.write(Piece(label["label"], bold=True, size=13), MARGIN, y, WHITE)
    canvas.write(Piece(label["description"], size=12), MARGIN, y + 19, FAINT)
    width = canvas.width_of_all - 2 * MARGIN
    canvas.box(MARGIN, y + 38, width, 34, colour="#1e1f22")
    shown = value or str(field.get("placeholder") or "")
    canvas.write(Piece(shown), MARGIN + 10, y + 45, TEXT if value else FAINT)
    if "options" in field:
        canvas.write(Piece("v", size=12), MARGIN + width - 20, y + 46, FAINT)
    return y + 84


# By type of component: "Component Reference".
DRAWERS = {
    1: _draw_row,
    9: _draw_section,
    10: _draw_text,
    12: _draw_gallery,
    17: _draw_container,
}


async def ask(options: dict[str, Any]) -> dict[str, Shown]:
    """Return what the real bot sends for `/episode` with these options, its details, its form, and `/about`."""
    with tempfile.TemporaryDirectory() as data:
        async with LocalDiscord() as discord:
            member = discord.add_member(discord.add_guild(), "Kira")
            async with running_bot(discord, Path(data), HOLOSUITE_RUN=str(SHIPPED.resolve())):
                scene = await scene_of(await discord.slash(member, "episode", options))
                told = await (await discord.press(scene.button("Details"), member)).message()
                form = await (await discord.press(told.button("Direct it"), member)).modal()
                about = await (await discord.slash(member, "about")).message()
                plot = {each.url: each.content for each in about.attachments}
                return {
                    "reply": Shown(scene.components),
                    "details": Shown(told.components),
                    "form": Shown(form["components"], title=form["title"]),
                    "about": Shown(about.components, plot),
                }


def main() -> None:
    """Ask the bot and draw what it says, as wide as on a desk and as on a phone."""
    parser = argparse.ArgumentParser(prog="python -m tests.bot.reply_picture", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    options = parser.parse_args()
    given = {"cast": "QUARK, ODO", "place": "Quark's", "length": 340, "seed": 29}  # the README's scene
    for what, shown in asyncio.run(ask(given)).items():
        for width, name in ((WIDTH, f"{what}.png"), (PHONE_WIDTH, f"{what}-phone.png")):
            if what == "form":
                draw_form(shown, path=options.folder / name, width=width)
            else:
                draw_reply(shown, line=LINES[what], path=options.folder / name, width=width)


if __name__ == "__main__":
    main()
