"""A corpus of each kind trained through `/retrain`, and a scene of it: `python -m benchmarks.retrain_kinds`.

The real bot against the local Discord: the form with the file, the report, Start, Use it, and `/episode`, whose lines
have to be spoken by the corpus's own people, who are offered as its cast.
"""

import argparse
import asyncio
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.corpora import KINDS, PEOPLE, build
from tests.bot.bot_process import ask_to_train, described, running_bot, scene_of
from tests.local_discord import LocalDiscord, Member, Permission, Upload

_SECONDS = 1_200.0  # for a training beside whatever else runs
_SPEAKER = re.compile(r"^\*{0,2}([^\s*:#][^:*\n]{0,40}?)\*{0,2}:", re.MULTILINE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a row for each kind; return 1 where a scene has other speakers, or none."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retrain_kinds", description=__doc__)
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--kilobytes", type=float, default=30.0, help="of lines")
    parser.add_argument("--epochs", type=int, default=2)
    options = parser.parse_args(arguments)
    print("| kind | read as | episodes | scene's speakers | s |\n|---|---|---|---|---|", flush=True)
    bad = asyncio.run(_train_all(options.kinds, options.kilobytes / 1_000, options.epochs))
    print(f"{len(options.kinds) - bad} of {len(options.kinds)} kinds write scenes with their own speakers.")
    return 1 if bad else 0


async def _train_all(kinds: Sequence[str], megabytes: float, epochs: int) -> int:
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        async with LocalDiscord() as discord:
            chief = discord.add_member(discord.add_guild(), "Sisko", permissions=Permission.ADMINISTRATOR)
            limits = dict.fromkeys(("HOLOSUITE_TRAININGS_PER_DAY", "HOLOSUITE_MODELS_PER_SERVER"), "1000")
            async with running_bot(discord, Path(folder), **limits, HOLOSUITE_COOLDOWN="0"):
                for kind in kinds:
                    begun = time.monotonic()
                    name, content = build(kind, megabytes)
                    row, is_good = await _train(discord, chief, Upload(name, content), epochs=epochs)
                    bad += not is_good
                    print(f"| {kind} | {row} | {time.monotonic() - begun:.0f} |", flush=True)
    return bad


async def _train(discord: LocalDiscord, chief: Member, corpus: Upload, *, epochs: int) -> tuple[str, bool]:
    """Train on a file, use the model, and write a scene; return a row of a table, and whether its people speak."""
    asked = await ask_to_train(discord, chief, corpus=corpus, epochs=epochs)
    report = await asked.message(timeout_seconds=_SECONDS)
    if not report.buttons:
        return f"refused: {report.text}", False
    fields = {field["name"]: field["value"] for field in report.embeds[0]["fields"]}
    known = {message.id for message in discord.bot_messages}
    await (await discord.press(report.button("Start"), chief)).acknowledged()
    end = await discord.until_bot_message(
        lambda message: (
            message.id not in known and re.search("is trained|could not be", message.text) is not None
        ),
        timeout_seconds=_SECONDS,
    )
    if "is trained" not in end.text:
        return f"{fields['Read as'].strip('`')} | {end.text[:200]}", False
    if not end.button("Use it").raw.get("disabled"):
        await (await discord.press(end.button("Use it"), chief)).acknowledged()
    scene = await scene_of(await discord.slash(chief, "episode", {"seed": 1, "length": 400}))
    offered = await (await discord.autocomplete(chief, "episode", "cast", "")).choices()
    speakers = list(dict.fromkeys(_SPEAKER.findall(described(scene).replace("\\", ""))))
    episodes = re.search(r"[\d,]+ episodes?", fields["Learns from"])
    people = {who.casefold() for who in PEOPLE} | {"keep", "weis", "mart", "tom"}
    named = [*speakers, *(str(choice["value"]) for choice in offered)]
    own = bool(speakers and offered) and all(who.casefold().replace("_", " ") in people for who in named)
    return f"{fields['Read as'].strip('`')} | {episodes[0] if episodes else ''} | {', '.join(speakers)}", own


if __name__ == "__main__":
    sys.exit(main())
