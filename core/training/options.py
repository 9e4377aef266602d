"""The command line of a training: an option for every setting, and what the settings do not say."""

import argparse
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

from core.config import AUTO, PRESETS, TrainConfig, parse_episodes


def build_parser() -> argparse.ArgumentParser:
    """Return the command line, with an option for every setting of a training."""
    parser = argparse.ArgumentParser(
        description="Train a network on scripts.", formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument(
        "--scripts",
        help="texts of any kind: scripts, tables, chats, subtitles, documents, a folder or .zip of them, or an address "
        "(the lecture notes' file)",
    )
    parser.add_argument(
        "--series", default="", help="series to learn, with commas, or all (DS9 where there is one, else all)"
    )
    parser.add_argument(
        "--episodes", type=parse_episodes, help="positions of the episodes, such as 20-69 (all)"
    )
    parser.add_argument("--out", type=Path, default=Path("runs/new"), help="directory of the run to make")
    parser.add_argument(
        "--start",
        default=AUTO,
        help="weights to begin with: none for random ones, shipped for those of the shipped run, the path of a run, or "
        "auto: the shipped ones where they predict the text better than its pairs of characters do",
    )
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument(
        "--overwrite", action="store_true", help="replace the run, or half-done training, in --out"
    )
    parser.add_argument("--preview", action="store_true", help="say what would be learnt, and train nothing")
    parser.add_argument("--json", action="store_true", help="with --preview: as one line of JSON")
    parser.add_argument(
        "--preset", choices=sorted(PRESETS), default="default", help="where the settings start from"
    )
    for setting in fields(TrainConfig):
        if setting.name == "preset":
            continue
        kind = next(iter(get_args(setting.type)), setting.type)
        extra: dict[str, Any] = (
            {"choices": setting.metadata["choices"]} if setting.metadata["choices"] else {"type": kind}
        )
        if kind is bool:
            extra = {"action": argparse.BooleanOptionalAction}
        parser.add_argument(
            f"--{setting.name.replace('_', '-')}",
            default=argparse.SUPPRESS,
            help=setting.metadata["help"],
            **extra,
        )
    return parser
