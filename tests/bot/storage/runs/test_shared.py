"""Runs in an object store, on a disk and behind a real S3 interface: whole, immutable, checked, cached, and gone."""

import asyncio
import os
import shutil
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.models.catalog import ModelCatalog
from bot.models.registry import ModelRegistry
from bot.storage.repositories import Repositories
from bot.storage.runs import shared
from bot.storage.runs.objects import ObjectStore
from bot.storage.runs.shared import SharedRuns
from bot.storage.tables.models import ModelRecord
from bot.storage.tables.trainings import TrainingRecord
from bot.training.process import child_environment
from core.errors import ConfigError, RunError
from core.run.layout import FACTS, WEIGHTS
from core.writing.writer import Writer
from tests.bot.test_promises import PLAN
from tests.core.writing.constraints.direction_runs import SCRIPT, build_writer

SECRET = "not-for-the-log"
GUILD = 5
TRAINING = TrainingRecord(
    machine="a", guild_id=GUILD, channel_id=2, member_id=3, name="Nor", created=1, state="running", plan=PLAN.to_json()
)  # fmt: skip


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """Return the address of a bucket on a server of S3's interface; its credentials are in the environment."""
    moto = pytest.importorskip("moto.server")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT": endpoint,
            "AWS_ALLOW_HTTP": "true",
        }.items():
            patch.setenv(name, value)
        with urllib.request.urlopen(urllib.request.Request(f"{endpoint}/bucket", method="PUT")):  # noqa: S310
            yield "s3://bucket/holosuite"
    server.stop()


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Writer:
    """Return a model that a server has trained."""
    return build_writer(tmp_path_factory.mktemp("own") / "nor", [*SCRIPT, *SCRIPT])


def model_of(writer: Writer, runs: SharedRuns, number: int = 1) -> ModelRecord:
    """Return what the database knows of a run in a store."""
    fingerprint = writer.run.fingerprint
    return ModelRecord(
        id=number, machine=runs.home, guild_id=GUILD, member_id=3, name="Nor", created=1,
        folder=runs.place_of(TRAINING, fingerprint), fingerprint=fingerprint, bits=2.0, bytes=10,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["file", "s3"])
async def test_run_of_one_bot_is_every_bots(
    kind: str, tmp_path: Path, own: Writer, request: pytest.FixtureRequest
) -> None:
    """A run that one bot has put is whole at another, stays as it was, and is gone for both once it is deleted."""
    address = request.getfixturevalue("s3") if kind == "s3" else f"file://{tmp_path / 'store'}"
    first, second = [await SharedRuns.open(address, data=tmp_path / name) for name in ("a", "b")]
    assert first.home == second.home
    model = model_of(own, first)
    await first.put(model, own.run.path)
    copy = await second.fetch(model)
    names = sorted(path.name for path in own.run.path.iterdir())
    assert sorted(path.name for path in copy.iterdir()) == names
    assert all((copy / name).read_bytes() == (own.run.path / name).read_bytes() for name in names)
    other = shutil.copytree(own.run.path, tmp_path / "other")
    (other / "README.md").write_text("another card", encoding="utf-8")
    await first.put(model, other)
    assert not (await first.fetch(model) / "README.md").exists()
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "a.txt").write_text("words", encoding="utf-8")
    await first.keep_text(replace(TRAINING, id=1), tmp_path / "text")
    await second.delete(model, is_shared=False)
    assert await second.objects.read("texts/1.zip") is None
    third = await SharedRuns.open(address, data=tmp_path / "c")
    with pytest.raises(RunError, match=r"has no runs/.*\.zip"):
        await third.fetch(model)


async def test_run_that_is_damaged_is_said_and_the_shipped_one_stands_in(
    tmp_path: Path, own: Writer, caplog: pytest.LogCaptureFixture
) -> None:
    """A damaged copy is fetched anew; what is damaged or gone in the store is said, and never used."""
    runs = await SharedRuns.open(f"file://{tmp_path / 'store'}", data=tmp_path / "data")
    shipped = build_writer(tmp_path / "shipped", SCRIPT)
    storage = await Repositories.open("", data=tmp_path / "data", machine="a", home=runs.home)
    training = await storage.trainings.add(TRAINING)
    model = replace(model_of(own, runs), id=training.id)
    await runs.put(model, own.run.path)
    await storage.models.add_trained(training, model, {}, use=True)
    copy = await runs.fetch(model)
    (copy / WEIGHTS).write_bytes(b"damaged")
    registry = ModelRegistry(shipped, models=storage.models, runs=runs, megabytes=99)
    assert (await registry.writer_for(GUILD)).run.fingerprint == own.run.fingerprint
    name, packed = await ModelCatalog(storage=storage, registry=registry).pack(GUILD, "nor", most_bytes=10**8)
    assert (name, packed[:2]) == ("Nor", b"PK")
    await runs.forget(model)
    stored = tmp_path / "store" / model.folder
    content = stored.read_bytes()
    stored.chmod(0o600)
    stored.write_bytes(content[:-3000] + bytes(2000) + content[-1000:])
    assert (
        await ModelRegistry(shipped, models=storage.models, runs=runs, megabytes=99).writer_for(GUILD)
        is shipped
    )
    other = build_writer(tmp_path / "other", SCRIPT)
    stored.unlink()
    await runs.objects.put_folder(model.folder, other.run.path)
    assert (
        await ModelRegistry(shipped, models=storage.models, runs=runs, megabytes=99).writer_for(GUILD)
        is shipped
    )
    stored.unlink()
    registry = ModelRegistry(shipped, models=storage.models, runs=runs, megabytes=99)
    assert await registry.writer_for(GUILD) is shipped
    assert list((tmp_path / "data" / "runs").iterdir()) == []
    said = [record.getMessage() for record in caplog.records if record.name == "bot.models.registry"]
    assert ["stands in" in each for each in said] == [True] * 3
    await runs.put(model, own.run.path)
    assert await registry.writer_for(GUILD) is shipped  # asked for again after a while
    registry._checked.clear()
    assert (await registry.writer_for(GUILD)).run.fingerprint == own.run.fingerprint
    await storage.close()


async def test_model_that_another_bot_renames_or_deletes_is_so_here(
    tmp_path: Path, own: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one bot does with a server's model is seen by the other at its next look into the database."""
    address, opened = f"file://{tmp_path / 'store'}", []
    shipped = build_writer(tmp_path / "shipped", SCRIPT)
    for name in ("a", "b"):
        runs = await SharedRuns.open(address, data=tmp_path / name)
        url = f"sqlite:///{tmp_path / 'both.db'}"
        storage = await Repositories.open(url, data=tmp_path / name, machine=name, home=runs.home)
        opened.append((storage, ModelRegistry(shipped, models=storage.models, runs=runs, megabytes=99), runs))
    (first, of_first, runs), (second, of_second, _) = opened
    training = await first.trainings.add(TRAINING)
    model = replace(model_of(own, runs), id=training.id)
    await runs.put(model, own.run.path)
    await first.models.add_trained(training, model, {}, use=True)
    assert (await of_second.writer_for(GUILD)).run.name == "Nor"
    await of_first.rename(model, "Terok")
    for module in ("bot.models.registry", "bot.storage.tables.models"):
        monkeypatch.setattr(f"{module}.FRESH_SECONDS", 0.0)
    assert (await of_second.writer_for(GUILD)).run.name == "Terok"
    await of_first.delete(model)
    assert await of_second.writer_for(GUILD) is shipped
    await asyncio.gather(first.close(), second.close())


async def test_cache_keeps_what_was_used_last(
    tmp_path: Path, own: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond its bound, the copies that nobody has asked for the longest go, and none that may be in use."""
    runs = await SharedRuns.open(f"file://{tmp_path / 'store'}", data=tmp_path / "data")
    writers = [own, *(build_writer(tmp_path / str(each), SCRIPT * each) for each in (2, 3))]
    models = [model_of(writer, runs, number) for number, writer in enumerate(writers)]
    for model, writer in zip(models, writers, strict=True):
        await runs.put(model, writer.run.path)
    monkeypatch.setattr(shared, "MOST_CACHED_BYTES", 1)
    for model in models[:2]:
        os.utime(await runs.fetch(model), (time.time() - 10_000,) * 2)
    await runs.fetch(models[2])
    await runs.fetch(models[2])
    kept = [path.name for path in (tmp_path / "data" / "runs").iterdir()]
    assert kept == [models[2].fingerprint]
    assert (await runs.fetch(models[0]) / FACTS).is_file()


async def test_secrets_of_the_store_stay_with_the_bot(
    s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No child has the store's credentials, and no error repeats its address."""
    monkeypatch.setenv("HOLOSUITE_STORE", s3)
    monkeypatch.setenv("SERVICE_ACCOUNT", f"/run/secrets/{SECRET}.json")  # Google's older name
    assert SECRET not in str(child_environment(tmp_path))
    assert s3 not in child_environment(tmp_path).values()
    monkeypatch.setenv("AWS_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("bot.storage.runs.objects.RETRIES", 0)
    with pytest.raises(RunError, match=r"^The store cannot be used for name") as raised:
        await SharedRuns.open(s3, data=tmp_path)
    assert raised.value.__cause__ is None
    with pytest.raises(ConfigError, match=r"^HOLOSUITE_STORE cannot be used"):
        ObjectStore.open("s3://")
