"""The run directory, the only contract between training and writing: `Run` reads it and `publish` completes it."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from core.config import TrainConfig
from core.data.context_tables import ContextTables
from core.data.vocabulary import Vocabulary
from core.errors import ConfigError, RunError
from core.run.layout import FACTS, WEIGHTS, replaced_folder
from core.runtime.files import disk_errors, read_bounded, write_whole

CONTEXT = "context"  # among the facts: what the context ids stand for
FORMAT = 1  # raise when an older version could misread a run
_MOST_FACTS = 20_000_000  # bytes; a long training's facts have a hundredth
_MOST_INPUTS = 4_096  # beside the characters
_HEADER_BYTES = 1_000_000  # of the file of weights

Arrays = Mapping[str, npt.NDArray[np.floating[Any]]]


@dataclass(frozen=True)
class Run:
    """A complete run: what a generator needs, and the facts about how it came to be."""

    path: Path
    name: str
    fingerprint: str  # SHA-256 over weights, vocabulary and configuration: same fingerprint, same episodes
    config: TrainConfig
    vocabulary: Vocabulary
    facts: Mapping[str, Any]  # data, result, software, created
    tables: ContextTables | None = None  # of its context ids; None for a run without a context

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the run in directory `path`.

        Raises:
            RunError: nothing there, incomplete, damaged, or from a newer version.
        """
        if not path.is_dir():
            raise RunError(
                "There is no run in {path}; train one with `python train.py --out {path}`.", path=path
            )
        facts = _read_facts(path)
        try:
            _check_facts(facts)
            return cls(
                path=path,
                name=str(facts["name"]),
                fingerprint=str(facts["fingerprint"]),
                config=TrainConfig.from_dict(facts["config"]),
                vocabulary=Vocabulary(facts["vocabulary"]),
                facts=facts,
                tables=ContextTables.from_dict(facts.get(CONTEXT)),
            )
        except (AttributeError, KeyError, TypeError, ValueError, ConfigError) as error:
            raise RunError(
                "The run in {path} is damaged: {file} lacks something. Train it anew.", path=path, file=FACTS
            ) from error

    def weights(self) -> Arrays:
        """Return the network's weights by name, in single precision.

        Raises:
            RunError: the file is missing, cut short or altered.
        """
        try:
            data = read_bounded(self.path / WEIGHTS, most_bytes=_most_bytes(self.config, self.vocabulary))
        except FileNotFoundError as error:
            raise _missing(self.path, WEIGHTS) from error
        except OSError as error:
            raise _unreadable(self.path, WEIGHTS) from error
        # The settings as they stand there: a later version may know more of them.
        if (
            fingerprint(data, self.facts["config"], self.vocabulary, self.facts.get(CONTEXT))
            != self.fingerprint
        ):
            raise RunError(
                "The run in {path} is damaged: {file} is not the file it was. Train it anew.",
                path=self.path,
                file=WEIGHTS,
            )
        try:
            arrays = load_arrays(data)
        except SafetensorError as error:
            raise _unreadable(self.path, WEIGHTS) from error
        return {name: array.astype(np.float32) for name, array in arrays.items()}

    @property
    def bits_per_character(self) -> float:
        """Bits per character of the held-out text as the run writes: with its cache model, if it has one."""
        result = self.facts["result"]
        return float(result.get("cached_bits_per_character") or result["bits_per_character"])


def write_run(
    folder: Path,
    *,
    name: str,
    config: TrainConfig,
    vocabulary: Vocabulary,
    weights: Arrays,
    facts: Mapping[str, Any],
) -> None:
    """Write the two files that make `folder` a run; the one with the facts last."""
    data = save_arrays(dict(weights))
    document = {
        "format": FORMAT,
        "name": name,
        "fingerprint": fingerprint(data, asdict(config), vocabulary, facts.get(CONTEXT)),
        **facts,
        "config": asdict(config),
        "vocabulary": vocabulary.characters,
    }
    write_whole(folder / WEIGHTS, data)
    write_whole(folder / FACTS, json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def publish(folder: Path, path: Path, *, overwrite: bool) -> Run:
    """Make the run written in `folder` the one at `path`, in one rename, and return it.

    Raises:
        RunError: `path` exists and `overwrite` is false.
        DeviceError: the disk refuses.
    """
    check_free(path, overwrite=overwrite)
    with disk_errors(path):
        replaced = replaced_folder(path)
        shutil.rmtree(replaced, ignore_errors=True)
        if path.exists():
            path.rename(replaced)
            folder.rename(path)
            shutil.rmtree(replaced, ignore_errors=True)
        else:
            folder.rename(path)
    return Run.read(path)


def restore(path: Path) -> None:
    """Put back the old run of a `publish` that was killed between its two renames.

    Raises:
        DeviceError: the disk refuses.
    """
    if replaced_folder(path).exists() and not path.exists():
        with disk_errors(path):
            replaced_folder(path).rename(path)


def check_free(path: Path, *, overwrite: bool) -> None:
    """Refuse to replace what is at `path`, unless it is a run and `overwrite` is true.

    Raises:
        RunError: something is there that would be lost.
    """
    if not path.exists():
        return
    if not overwrite:
        raise RunError(
            "{path} exists already; choose another --out, or replace it with --overwrite.", path=path
        )
    if not (path / FACTS).is_file() and (not path.is_dir() or any(path.iterdir())):
        raise RunError("{path} is not a run, so it will not be replaced; choose another --out.", path=path)


def fingerprint(
    weights: bytes,
    config: Mapping[str, Any],
    vocabulary: Vocabulary,
    context: Mapping[str, Any] | None = None,
) -> str:
    """Return the SHA-256 of all that decides what a run writes, 64 hexadecimal digits."""
    deciding = [config, vocabulary.characters, *([] if context is None else [context])]
    settings = json.dumps(deciding, sort_keys=True).encode()
    return hashlib.sha256(hashlib.sha256(weights).digest() + settings).hexdigest()


def _most_bytes(config: TrainConfig, vocabulary: Vocabulary) -> int:
    """Return how large a file the weights of such a network can be, in double precision."""
    units, inputs = config.units, len(vocabulary) + _MOST_INPUTS
    numbers = 4 * units * (inputs + units + 1) + (config.layers - 1) * 4 * units * (2 * units + 1)
    return 8 * (numbers + (units + 1) * len(vocabulary)) + _HEADER_BYTES


def _check_facts(facts: Mapping[str, Any]) -> None:
    """Check what readers rely on and the fingerprint does not cover.

    Raises:
        KeyError, TypeError, ValueError: a fact is missing or of the wrong kind.
    """
    float(facts["result"]["bits_per_character"])
    float(facts["result"].get("cached_bits_per_character") or 0)
    casts = [facts["cast"], *facts["cast"].get("shows", {}).values()]
    names = [name for cast in casts for kind in ("speakers", "places") for name in cast[kind]]
    if not all(isinstance(name, str) for name in [*names, facts["name"], facts["fingerprint"]]):
        raise TypeError("a name that is no text")


def _read_facts(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(read_bounded(path / FACTS, most_bytes=_MOST_FACTS).decode())
    except FileNotFoundError as error:
        raise _missing(path, FACTS) from error
    except (OSError, ValueError, RecursionError) as error:
        raise _unreadable(path, FACTS) from error
    if not isinstance(facts, dict) or not isinstance(facts.get("format"), int):
        raise RunError(
            "The run in {path} is damaged: {file} is not what a training writes. Train it anew.",
            path=path,
            file=FACTS,
        )
    if facts["format"] > FORMAT:
        raise RunError(
            "The run in {path} was made by a newer version of Holosuite; update to use it.", path=path
        )
    return facts


def _missing(path: Path, file: str) -> RunError:
    return RunError(
        "The run in {path} is incomplete: {file} is missing. Train it anew.", path=path, file=file
    )


def _unreadable(path: Path, file: str) -> RunError:
    return RunError(
        "The run in {path} is damaged: {file} cannot be read. Train it anew.", path=path, file=file
    )
