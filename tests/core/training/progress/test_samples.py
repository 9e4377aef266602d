"""The sample after an epoch begins where a line does."""

from pathlib import Path

import pytest

from core.data.corpus import read_corpus
from core.data.sources.source import Source
from core.run.store import Run
from core.training.progress.samples import write_sample
from core.writing.inference.readers import CachedReader


def test_sample_is_written_from_the_start_of_a_line(
    tiny_run: Run, tiny_scripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the first character the network has read a line break, and nothing else."""
    config = tiny_run.config
    corpus = read_corpus(
        Source(str(tiny_scripts)),
        cleaning=config.cleaning,
        rare_count=config.rare_count,
        vocabulary=tiny_run.vocabulary,
    )
    read: list[int] = []
    read_all = CachedReader.read_all

    def note(reader: CachedReader, ids: list[int]) -> None:
        read.extend(map(int, ids))
        read_all(reader, ids)

    monkeypatch.setattr(CachedReader, "read_all", note)
    assert write_sample(config, corpus, tiny_run.weights(), tiny_run.tables)
    assert tiny_run.vocabulary.decode(read) == "\n"
