"""From a reading's file to what a training reads: an archive with a chat export for each channel, oldest first."""

import itertools
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from bot.channels.learning.reading.message_file import MessageFile

NAME = "messages.zip"


def name_speakers(members: Mapping[int, str], cast: Mapping[int, str]) -> dict[int, str]:
    """Return whose lines each member's are: a character's, or their own; no two members share a name of their own.

    Example: `{1: "Alex", 2: "Alex", 3: "Kim"}` with `{3: "QUARK"}` -> `{1: "Alex", 2: "Alex 2", 3: "QUARK"}`.
    """
    speakers: dict[int, str] = {}
    taken = {speaker.casefold() for speaker in cast.values()}
    for member, name in sorted(members.items()):
        if cast.get(member):
            speakers[member] = cast[member]
            continue
        names = (name if number == 1 else f"{name} {number}" for number in itertools.count(1))
        speakers[member] = next(each for each in names if each.casefold() not in taken)
        taken.add(speakers[member].casefold())
    return speakers


def write_corpus(
    file: MessageFile,
    path: Path,
    *,
    length: int,
    speakers: Mapping[int, str],
    channels: Mapping[int, str],
) -> set[int]:
    """Write the archive of a reading; return the members whose lines are in it.

    Args:
        file: The reading's.
        path: Where the archive goes.
        length: Bytes of the file that count.
        speakers: The members whose lines are taken, and whose lines they are.
        channels: The channels that are taken, and their names.
    """
    used: set[int] = set()
    numbers = {member: str(number) for number, member in enumerate(sorted(speakers), 1)}
    lines = file.read_backwards(length=length)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, (channel, said) in enumerate(itertools.groupby(lines, lambda line: line.channel_id)):
            if channel not in channels:
                continue
            with archive.open(f"{place:03}.json", "w") as export:
                head = json.dumps({"guild": {}, "channel": {"name": channels[channel]}, "messages": []})
                export.write(head[:-2].encode())
                between = b""
                for line in said:
                    if line.member_id not in speakers:
                        continue
                    used.add(line.member_id)
                    author = {"id": numbers[line.member_id], "name": speakers[line.member_id], "isBot": False}
                    message = {
                        "type": "Default",
                        "timestamp": line.day,
                        "author": author,
                        "content": line.text,
                    }
                    export.write(between + json.dumps(message).encode())
                    between = b","
                export.write(b"]}")
    return used
