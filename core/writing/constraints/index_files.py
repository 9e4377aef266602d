"""The files of a run that hold its word lists: written, read and added anew.

Their SHA-256 stands in the run's facts; a run without them writes all the same.
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from core.data.words import Alphabet
from core.errors import RunError
from core.run.discriminator import Discriminator
from core.run.layout import DISCRIMINATOR, FACTS, RUNS, VECTORS, WORDS
from core.run.store import Run
from core.run.word_vectors import WordVectors
from core.runtime.files import read_bounded, write_whole
from core.writing.constraints.form import Shape
from core.writing.constraints.index import CorpusIndex
from core.writing.constraints.word_lists.lexicon import Lexicon
from core.writing.constraints.word_lists.run_filter import RunFilter

FORMAT = 1
_MOST_BYTES = 50_000_000  # of a file, unpacked too
_GZIP = 16 + zlib.MAX_WBITS  # how zlib calls gzip's form


def write_index(folder: Path, index: CorpusIndex) -> dict[str, str]:
    """Write the files into `folder` and return the SHA-256 of each, for the run's facts.

    Raises:
        DeviceError: the disk refuses.
    """
    document = {
        "format": FORMAT,
        "words": index.words.words,
        "names": index.names.words,
        "starts": index.starts.words,
        "shape": asdict(index.shape),
        "common": sorted(index.common),
        "foreign": {label: sorted(found) for label, found in index.foreign.items()},
        "subjects": index.vectors.words,
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    files = {
        WORDS: gzip.compress(text.encode(), mtime=0),  # without the time: the same words, the same file
        RUNS: save_arrays({"bits": index.runs.bits, "run": np.array([index.runs.run], dtype=np.int64)}),
    }
    if index.vectors.words:
        files[VECTORS] = save_arrays({"vectors": index.vectors.vectors.astype(np.float16)})
    if index.discriminator.is_known:
        files[DISCRIMINATOR] = save_arrays(
            {
                "weights": index.discriminator.weights.astype(np.float16),
                "usual": np.array(index.discriminator.usual),
            }
        )
    for name, data in files.items():
        write_whole(folder / name, data)
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def read_index(run: Run) -> CorpusIndex | None:
    """Return the word lists of a run, or None if it has none.

    Raises:
        RunError: a file of them is missing or altered.
    """
    sums = run.facts.get("aids")
    if not sums:
        if "aids" not in run.facts and (run.path / WORDS).exists():
            raise _damaged(run, FACTS)
        return None
    try:
        # Runs made before have no vectors and no discriminator, nor have those of small corpora.
        names = [WORDS, RUNS, *(name for name in (VECTORS, DISCRIMINATOR) if name in sums)]
        files = {name: read_bounded(run.path / name, most_bytes=_MOST_BYTES) for name in names}
        damaged = [name for name, data in files.items() if hashlib.sha256(data).hexdigest() != sums[name]]
        if damaged:
            raise _damaged(run, *damaged)
        document = json.loads(_unpack(files[WORDS]))
        if document["format"] > FORMAT:
            raise RunError(
                "The run in {path} was made by a newer version of Holosuite; update to use it.", path=run.path
            )
        arrays = {name: array for file in names[1:] for name, array in load_arrays(files[file]).items()}
        return CorpusIndex(
            alphabet=Alphabet(run.vocabulary),
            words=Lexicon(document["words"], run.vocabulary),
            names=Lexicon(document["names"], run.vocabulary),
            starts=Lexicon(document["starts"], run.vocabulary),
            shape=Shape(**document["shape"]),
            common=frozenset(document.get("common", ())),
            foreign={label: frozenset(found) for label, found in document.get("foreign", {}).items()},
            runs=RunFilter(arrays["bits"], run=int(arrays["run"][0])),
            vectors=_read_vectors(document, arrays),
            discriminator=_read_discriminator(arrays),
            digest=hashlib.sha256("".join(sums[name] for name in files).encode()).hexdigest(),
        )
    except OSError as error:
        raise _damaged(run, Path(str(error.filename)).name) from error
    except (
        *(AttributeError, KeyError, IndexError, TypeError, ValueError, EOFError, RecursionError),
        *(zlib.error, SafetensorError),
    ) as error:
        raise _damaged(run, WORDS) from error


def add_index(run: Run, index: CorpusIndex, *, cast: Mapping[str, Any] | None = None) -> Run:
    """Write `index`, and who speaks where if `cast` is given, into the directory of a complete run; return it anew.

    Raises:
        DeviceError: the disk refuses.
    """
    facts = json.loads((run.path / FACTS).read_text(encoding="utf-8"))
    facts["aids"] = write_index(run.path, index)
    if cast is not None:
        facts["cast"] = dict(cast)
    write_whole(run.path / FACTS, json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
    return Run.read(run.path)


def _read_vectors(document: dict[str, Any], arrays: dict[str, Any]) -> WordVectors:
    if "vectors" not in arrays:
        return WordVectors()
    return WordVectors(tuple(document["subjects"]), np.asarray(arrays["vectors"], dtype=np.float32))


def _read_discriminator(arrays: dict[str, Any]) -> Discriminator:
    if "weights" not in arrays:
        return Discriminator()
    start, slope = arrays["usual"].tolist()
    return Discriminator(np.asarray(arrays["weights"], dtype=np.float32), (start, slope))


def _unpack(packed: bytes) -> bytes:
    """Return what a gzip file holds.

    Raises:
        ValueError: it is cut short, or holds more than a list of words has.
    """
    unpacker = zlib.decompressobj(_GZIP)
    text = unpacker.decompress(packed, _MOST_BYTES)
    if not unpacker.eof:
        raise ValueError(f"more than {_MOST_BYTES:,} bytes, or cut short")
    return text


def _damaged(run: Run, *names: str) -> RunError:
    return RunError(
        "The run in {path} is damaged: {files} cannot be used; add the word lists anew with "
        "`python -m core.training.results.index`.",
        path=run.path,
        files=", ".join(names),
    )
