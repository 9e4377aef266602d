"""A run's own scenes, as members get them when they ask for nothing but a temperature."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from core.run.store import Run
from core.runtime.threads import count_threads
from core.writing.request import SceneRequest
from core.writing.writer import Writer

LENGTH = 1000  # characters


def write_scenes(
    run: Run,
    *,
    temperature: float | None,
    count: int,
    seed: int,
    takes: int | None,
    length: int = LENGTH,
    shows: Sequence[str] = (),
    told: Callable[[int], None] = lambda _: None,
) -> list[str]:
    """Return `count` scenes from nothing, of seeds from `seed` on, each without its last line where that was cut off.

    A temperature of None is the run's default, takes of None its usual ones, and `shows` take turns, the run's default
    one where there are none. `told` hears how many are written.
    """
    writer = Writer(run)
    usual = SceneRequest(
        temperature=temperature,
        length=length,
        takes=writer.usual_takes if takes is None else takes,
        directions=writer.usual,
    )

    def write(number: int) -> str:
        show = shows[number % len(shows)] if shows else None
        episode = writer.write(replace(usual, seed=seed + number, show=show))
        return episode.script if episode.ended else whole_lines(episode.script)

    scenes: list[str] = []
    with ThreadPoolExecutor(count_threads()) as threads:
        for scene in threads.map(write, range(count)):
            scenes.append(scene)
            told(len(scenes))
    return scenes


def whole_lines(text: str) -> str:
    """Return `text` up to its last line break, all of it where there is none."""
    return text[: text.rfind("\n")] if "\n" in text else text


def keep_scenes(folder: Path, name: str, scenes: list[str]) -> None:
    """Write the scenes into a file of `folder` to read, a heading between two of them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.txt").write_text("\n[New scene]\n".join(scenes) + "\n", encoding="utf-8")
