"""What `/episode` and its like ask of a scene, from the options that were typed."""

from dataclasses import replace

from bot.app.console.commands import Call, read_number
from bot.discord.markdown import unquote
from core.errors import PromptError
from core.writing.constraints.cast import split_cast
from core.writing.directions import Directions
from core.writing.request import SceneRequest, draw_seed

_HIGHEST = 2  # that somebody tries; 0,5 is one temperature with a decimal comma
_SWITCH = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}


def read_request(call: Call, usual: Directions, *, takes: int) -> SceneRequest:
    """Return what a command asks; directions and `takes` that it leaves out are as usual.

    Raises:
        PromptError: an option has a value that cannot be used.
    """
    length, seed, asked = (call.integer(name) for name in ("length", "seed", "takes"))
    return SceneRequest(
        prompt=unquote(call.text("line") or ""),
        directions=_directions(call, usual),
        temperature=call.number("temp"),
        length=500 if length is None else length,
        seed=draw_seed() if seed is None else seed,
        takes=takes if asked is None else asked,
        show=call.text("show"),
    )


def read_temperatures(text: str) -> list[float]:
    """Return the temperatures in a list with commas: `0.2,0.5`.

    Raises:
        PromptError: one is no number, or a decimal comma makes two of one.
    """
    parts = text.split(",")
    temperatures = [read_number("temps", part) for part in parts]
    pairs = list(zip(parts[::2], parts[1::2], strict=False))
    is_decimal = all(whole in ("0", "1") and part.isdigit() for whole, part in pairs)
    if is_decimal and len(parts) == 2 * len(pairs) and max(temperatures) > _HIGHEST:
        meant = ",".join(f"{whole}.{part}" for whole, part in pairs)
        raise PromptError(
            "Did you mean temps:{meant}? For several, write a space behind each comma.", meant=meant
        )
    return temperatures


def _directions(call: Call, usual: Directions) -> Directions:
    """Return what a command asks of its scene; what it leaves out is as usual.

    Raises:
        PromptError: an option has a value that cannot be used.
    """
    cast, place, spelling = call.text("cast"), call.text("place"), call.text("spelling")
    if spelling is not None and spelling.lower() not in _SWITCH:
        raise PromptError(
            "spelling must be on or off, such as spelling:off, and not {value!r}.", value=spelling[:40]
        )
    originality = call.integer("originality")
    return replace(
        usual,
        cast=usual.cast if cast is None else split_cast(cast),
        place=usual.place if place is None else place,
        spelling=usual.spelling if spelling is None else _SWITCH[spelling.lower()],
        originality=usual.originality if originality is None else originality,
    )
