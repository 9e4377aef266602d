"""What files of one export say of each other: Slack's people, and the channels of Discord's data package."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from core.data.formats.chats.exports import read_slack_people
from core.data.formats.reading import NO_FACTS, ChatFacts
from core.text import Text

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CHANNEL = re.compile(r"c?(\d{15,20})")  # the folder of a channel in Discord's package
Files = Iterable[tuple[str, bytes]]


def find_facts(files: Files) -> tuple[dict[str, ChatFacts], dict[str, Text]]:
    """Return what is known of each chat by its file's name, and why other files of the export hold none."""
    files = [(name, data) for name, data in files if name.endswith((".json", ".csv"))]
    for name, data in files:
        path = PurePosixPath(name)
        if path.name == "users.json":
            slack = read_slack_people(_read(data))
            if slack.people:
                return _slack_facts(files, slack, path.parent)
    channels = {
        name: found for name, _ in files if (found := _CHANNEL.fullmatch(PurePosixPath(name).parent.name))
    }
    messages = {name: found[1] for name, found in channels.items() if PurePosixPath(name).stem == "messages"}
    return _package_facts(files, messages) if messages else ({}, {})


def _slack_facts(
    files: Files, slack: ChatFacts, top: PurePosixPath
) -> tuple[dict[str, ChatFacts], dict[str, Text]]:
    facts, lists = {}, {}
    for name, _ in files:
        path = PurePosixPath(name)
        if path.suffix == ".json" and path.parent == top:
            lists[name] = Text("a list of Slack's, and no messages")
        elif _DAY.fullmatch(path.stem):
            facts[name] = replace(slack, label=path.parent.name, episode=path.stem)
        else:
            facts[name] = slack
    return facts, lists


def _package_facts(files: Files, messages: dict[str, str]) -> tuple[dict[str, ChatFacts], dict[str, Text]]:
    """Return the channels of a package, which holds what one person wrote: account/user.json says who."""
    names: dict[str, str] = {}
    author = ""
    for name, data in files:
        path = PurePosixPath(name)
        if path.name in ("index.json", "user.json", "channel.json") and isinstance(
            found := _read(data), dict
        ):
            if path.name == "user.json":
                author = str(found.get("global_name") or found.get("username") or "")
            elif path.name == "channel.json":
                names.setdefault(str(found.get("id")), str(found.get("name") or ""))
            else:
                names.update((key, str(value)) for key, value in found.items())
    facts = {
        name: replace(NO_FACTS, people={"": author}, label=names.get(channel) or channel)
        for name, channel in messages.items()
    }
    return facts, {
        name: Text("a list of Discord's, and no messages") for name, _ in files if name not in messages
    }


def _read(data: bytes) -> Any:  # noqa: ANN401  # any JSON
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
