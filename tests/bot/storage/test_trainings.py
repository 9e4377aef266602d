"""Trainings and models in the database, and the event log that the bot follows."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import psutil
import pytest

from bot.discord.errors import RefusalError
from bot.discord.language.language import Language, read_language
from bot.discord.limits import EMBED_DESCRIPTION_CHARACTERS, EMBED_FIELD_CHARACTERS
from bot.models.catalog import ModelCatalog
from bot.models.names import check_name
from bot.models.registry import ModelRegistry
from bot.storage.data_folder import read_machine
from bot.storage.names import LimitError
from bot.storage.repositories import Repositories
from bot.storage.runs.folder import FolderRuns
from bot.storage.settings import Settings, TrainerRole
from bot.storage.tables.members import NOBODY, delete_member
from bot.storage.tables.models import SHIPPED, ModelRecord
from bot.storage.tables.trainings import RetrainPlan, TrainingRecord
from bot.training.corpora.folders import TrainingFolders
from bot.training.corpora.sweeper import TrainingSweeper
from bot.training.preview import TrainingPreviews
from bot.training.process import (
    BusyError,
    Child,
    ProcessError,
    ask_child,
    child_environment,
    full_disk,
    start_training,
)
from bot.training.progress import bar, clock, describe_comparison
from bot.training.request import TrainingOrigin, TrainingRequest
from bot.training.ui.view import build_end, build_progress
from core.data.sources.upload import safe_name
from core.errors import ConfigError, CorpusError
from core.run.events import EventFile
from core.text import Text

JOB = TrainingRecord(machine="here", guild_id=1, channel_id=2, member_id=3, name="Terok Nor", created=1)
PLAN = RetrainPlan(
    key="", folder="nor", scripts="", series="", episodes="", preset="default", minutes=1.0, epochs=None, upload=True,
    keep=True, seconds=60.0,
)  # fmt: skip
MODEL = ModelRecord(
    id=1, machine="here", guild_id=1, member_id=3, name="Nor", created=1, folder="models/a/nor",
    fingerprint="f" * 64, bits=2.0, bytes=10,
)  # fmt: skip


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Repositories]:
    """A database in a new file."""
    opened = await Repositories.open("", data=tmp_path, machine="here")
    yield opened
    await opened.close()


async def test_database_begins_an_offer_once(storage: Repositories) -> None:
    """Of two that begin an offer at once one does; it then waits behind those that came before."""
    job = await storage.trainings.add(JOB)
    begin = [storage.trainings.begin(job, most_models=9, most_a_day=9) for _ in range(2)]
    first, second = sorted(await asyncio.gather(*begin, return_exceptions=True), key=repr)
    assert isinstance(first, LimitError)
    assert isinstance(second, TrainingRecord)
    assert second.state == "waiting"
    earlier = await storage.trainings.add(replace(JOB, state="waiting", queued=10))
    await storage.trainings.add(replace(JOB, machine="there", state="waiting", queued=1))
    assert [waiting.id for waiting in await storage.trainings.read_states("waiting")] == [earlier.id, job.id]
    assert await storage.trainings.is_name_taken(1, "TEROK nor")
    assert not await storage.trainings.is_name_taken(2, "TEROK nor")


async def test_database_holds_limits_and_names_against_offers_started_at_once(storage: Repositories) -> None:
    """Of offers begun at once so many are trainings as are allowed, and one of a name in any case, also of \u00c4."""
    offers = [
        await storage.trainings.add(replace(JOB, name=name))
        for name in ("\u00c4RGER", "\u00e4rger", "\u00c4rger", "x")
    ]
    begin = [storage.trainings.begin(offer, most_models=9, most_a_day=9) for offer in offers]
    ends = await asyncio.gather(*begin, return_exceptions=True)
    assert [isinstance(end, TrainingRecord) for end in ends].count(True) == 2
    assert "of that name" in " ".join(map(str, ends))
    more = [await storage.trainings.add(replace(JOB, guild_id=2, name=str(number))) for number in range(8)]
    for most_models, most_a_day, sentence in (
        (1, 9, "all that it may have"),
        (9, 2, "trainings within a day"),
    ):
        begin = [
            storage.trainings.begin(offer, most_models=most_models, most_a_day=most_a_day) for offer in more
        ]
        ends = await asyncio.gather(*begin, return_exceptions=True)
        assert [isinstance(end, TrainingRecord) for end in ends].count(True) == 1
        assert sentence in " ".join(map(str, ends))


async def test_database_gives_names_back(storage: Repositories) -> None:
    """A name is free again after its training failed, or its model was renamed or deleted; and not before."""

    async def begin(name: str) -> TrainingRecord:
        offer = await storage.trainings.add(replace(JOB, name=name))
        return await storage.trainings.begin(offer, most_models=99, most_a_day=99)

    failed = await begin("Ops")
    with pytest.raises(LimitError, match="of that name"):
        await begin("OPS")
    await storage.trainings.update(failed.id, state="failed")
    done = await begin("OPS")
    model = replace(MODEL, id=done.id, name="OPS")
    assert await storage.models.add_trained(done, model, {}, use=False)
    with pytest.raises(LimitError, match="of that name"):
        await begin("ops")
    await storage.models.rename(model, "Bridge")
    other = await begin("ops")
    with pytest.raises(LimitError, match="of that name"):
        await storage.models.rename(model, "Ops")
    assert await storage.models.delete(model.id)
    assert await storage.trainings.is_name_taken(1, "ops")
    await storage.trainings.update(other.id, state="cancelled")
    assert not await storage.trainings.is_name_taken(1, "ops")
    # A training that was cancelled while it was judged makes no model.
    assert not await storage.models.add_trained(other, replace(MODEL, id=other.id), {}, use=True)


async def test_database_ends_a_training_with_its_model_in_use(storage: Repositories) -> None:
    """Model, end and use are kept together; whoever trained it can be forgotten."""
    job = await storage.trainings.add(replace(JOB, state="running"))
    await storage.models.add_trained(job, replace(MODEL, id=job.id), {"bits": 2.0}, use=True)
    assert await storage.models.read_active(1) == job.id
    assert await storage.models.read_active(2) == await storage.models.read_active(None) == SHIPPED
    assert [untold.state for untold in await storage.trainings.read_untold()] == ["done"]
    await delete_member(storage.database, 3)
    assert [model.member_id for model in await storage.models.read_all(1)] == [0]


async def test_no_training_begins_with_a_model_that_was_trained_here(
    storage: Repositories, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a model learnt from people who may want to be forgotten goes into no other one, though it is in use."""
    job = await storage.trainings.add(replace(JOB, state="running"))
    await storage.models.add_trained(job, replace(MODEL, id=job.id), {"bits": 2.0}, use=True)
    asked: list[str] = []

    async def ask(_: str, arguments: list[str], **_options: object) -> None:
        asked.extend(arguments)
        raise CorpusError("Nothing.")

    monkeypatch.setattr("bot.training.corpora.reading.ask_child", ask)
    settings = Settings(run=tmp_path / "everybodys", data=tmp_path)
    previews = TrainingPreviews(settings=settings, storage=storage)
    with pytest.raises(CorpusError, match="Nothing"):
        await previews.offer(TrainingRequest(), TrainingOrigin(guild_id=1, channel_id=2, member_id=3))
    assert asked[asked.index("--own") + 1] == str(tmp_path / "everybodys")
    assert MODEL.folder not in " ".join(asked)


async def test_database_knows_defaults_and_choices(storage: Repositories) -> None:
    """A server's own choice counts before the owner's default, which cannot be deleted under everybody."""
    job = await storage.trainings.add(replace(JOB, state="running"))
    model = replace(MODEL, id=job.id)
    await storage.models.add_trained(job, model, {}, use=True)
    await storage.models.choose(None, model.id)
    assert await storage.models.read_active(2) == model.id
    await storage.models.choose(2, SHIPPED)
    assert await storage.models.read_active(2) == SHIPPED
    await storage.models.choose(2, None)
    assert await storage.models.read_active(2) == model.id
    assert not await storage.models.delete(model.id)
    await storage.models.choose(None, SHIPPED)
    assert await storage.models.delete(model.id)
    assert await storage.models.read_active(1) == SHIPPED
    assert await storage.models.read(model.id) is None


@pytest.mark.parametrize("name", ["", "   ", "\u202e\u200b", "---", "a" * 41])
def test_model_names_are_checked(name: str) -> None:
    """A name of nothing, of signs alone or too long is refused; spaces are made single."""
    assert check_name("  Deep\n Space ") == "Deep Space"
    with pytest.raises(RefusalError, match="1 to 40 characters"):
        check_name(name)


def test_events_are_followed_into_the_complete_run(tmp_path: Path) -> None:
    """Half a line waits for its end, a renamed directory is found, and a file that begins anew is read anew."""
    half = tmp_path / "run.partial"
    half.mkdir()
    events = EventFile(tmp_path / "run")
    assert events.read().start is None
    (half / "events.jsonl").write_text('{"event": "start", "device": "CPU"}\n{"event": "progr')
    assert events.read().start == {"event": "start", "device": "CPU"}
    with (half / "events.jsonl").open("a") as file:
        file.write(
            'ess", "share": 0.5}\nno json\n[1]\n{"event": "epoch", "validation_bits_per_character": 3}\n'
        )
    assert events.read().share == 0.5
    assert events.read().bits == [3.0]
    half.rename(tmp_path / "run")
    with (tmp_path / "run" / "events.jsonl").open("a") as file:
        file.write('{"event": "end"}\n')
    assert events.read().share == 1.0
    (tmp_path / "run" / "events.jsonl").write_text('{"event": "error", "message": "no"}\n')
    progress = events.read()
    assert (progress.error, progress.is_complete) == ("no", False)


def test_machine_keeps_its_name_and_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data directory has one name for ever; a child gets neither token nor database, and not all cores."""
    monkeypatch.setenv("DISCORD_TOKEN", "geheim")
    monkeypatch.setenv("DATABASE_URL", "postgresql://a:geheim@b/c")
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(4)), raising=False)
    assert read_machine(tmp_path) == read_machine(tmp_path)
    environment = child_environment(tmp_path)
    assert "geheim" not in str(environment)
    assert environment["TF_NUM_INTRAOP_THREADS"] == environment["OMP_NUM_THREADS"] == "3"
    assert environment["OPENBLAS_NUM_THREADS"] == "1"


def test_child_writes_nowhere_but_in_the_data_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where packages keep downloads, settings, compiled code and temporary files is below the data directory."""
    monkeypatch.setenv("XDG_CACHE_HOME", "/home/nobody/.cache")
    environment = child_environment(tmp_path)
    names = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "KERAS_HOME", "MPLCONFIGDIR", "CUDA_CACHE_PATH", "TMPDIR")
    for name in names:
        assert Path(environment[name]).is_relative_to(tmp_path)
    assert Path(environment["TMPDIR"]).is_dir()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not hold a process to its memory")
async def test_child_with_too_much_memory_is_said(tmp_path: Path) -> None:
    """A child that asks for more memory than it may have is refused with a sentence, and nothing else suffers."""
    (tmp_path / "corpus.txt").write_bytes(b"ODO: No.\n" * 5_000_000)
    with pytest.raises(ProcessError, match="more than the 160 MB of memory"):
        await ask_child(
            "core.evaluation.preview", ["--scripts", "corpus.txt"], data=tmp_path, seconds=60, megabytes=160
        )


def test_disk_without_room_is_said(tmp_path: Path) -> None:
    """A sentence stands for a disk with less than is needed."""
    assert full_disk(tmp_path, needed=1) == ""
    assert "disk is full" in full_disk(tmp_path, needed=10**18)


def test_child_is_told_from_another_of_its_number(tmp_path: Path) -> None:
    """A process is alive until it ends, buried or not; another one of the same number is not it."""
    process = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
    )
    started = psutil.Process(process.pid).create_time()
    child = Child(process.pid, started)
    assert child.is_alive()
    assert not Child(process.pid, started - 60).is_alive()
    Child(process.pid, started - 60).signal(signal.SIGKILL)
    assert child.is_alive()
    child.signal(signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # a zombie now
    assert not child.is_alive()
    process.communicate()


async def test_child_that_fails_is_said_and_buried(tmp_path: Path) -> None:
    """A child that takes too long is killed; one that prints nothing, or an error, is a sentence."""
    others = psutil.Process().children()  # of tests before this one
    (tmp_path / "corpus.txt").write_text("ODO: No.")
    with pytest.raises(ProcessError, match=r"more than 0\.01 s"):
        await ask_child("core.evaluation.preview", ["--scripts", "corpus.txt"], data=tmp_path, seconds=0.01)
    with pytest.raises(ProcessError, match="ended unexpectedly"):
        await ask_child("core.evaluation.preview", ["--nonsense"], data=tmp_path, seconds=60)
    with pytest.raises(ProcessError, match="too few to learn from"):
        await ask_child("core.evaluation.preview", ["--scripts", "corpus.txt"], data=tmp_path, seconds=60)
    assert set(psutil.Process().children()) <= set(others)


def test_one_training_at_a_time_on_a_machine(tmp_path: Path) -> None:
    """While a training lives, whoever started it, a second one does not begin."""
    child, process = start_training(["--help"], data=tmp_path, log=tmp_path / "log")
    os.kill(child.pid, signal.SIGSTOP)
    with pytest.raises(BusyError):
        start_training(["--help"], data=tmp_path, log=tmp_path / "log")
    os.kill(child.pid, signal.SIGKILL)
    process.wait()
    _, second = start_training(["--help"], data=tmp_path, log=tmp_path / "log")
    assert second.wait() == 0


def test_pages_stay_within_discords_limits(tmp_path: Path) -> None:
    """Whatever a network writes or a file is called, the embeds are valid and nothing leaves its block."""
    wild = "```@everyone [x](http://y) \u202e" + "`" * 3_000
    job = replace(JOB, state="done", name="*" * 40, outcome=json.dumps({
        "bits": 2.0, "epochs": 3, "seconds": 75, "device": "CPU", "old_name": wild, "samples": {"old": wild, "new": ""},
    }))  # fmt: skip
    events = EventFile(tmp_path)
    events.progress.note({"event": "start", "device": wild, "parameters": 7})
    events.progress.note({"event": "sample", "epoch": 1.0, "text": wild})
    failed = replace(job, state="failed", outcome=json.dumps({"reason": wild}))
    language = read_language("pt_BR")
    for embed in (
        build_end(job, is_used=True, language=language), build_end(failed, is_used=False, language=language),
        build_progress(job, events.progress, wild[:50], language=language),
    ):  # fmt: skip
        assert len(embed) <= 6_000
        assert len(embed.description or "") <= EMBED_DESCRIPTION_CHARACTERS
        for field in embed.fields:
            assert 0 < len(field.value or "") <= EMBED_FIELD_CHARACTERS
            assert (field.value or "").count("```") in (0, 2)


def test_durations_bars_and_comparisons_are_spelled_out() -> None:
    """Figures are shown as people read them, and a comparison only where it makes sense."""
    assert [clock(seconds) for seconds in (5, 75, 3_700, float("inf"))] == [
        "0:05",
        "1:15",
        "1:01:40",
        "99:59:59",
    ]
    assert bar(0.5).count(bar(1.0)[0]) == 10
    both = {"comparison": {"new_bits": 2.0, "old_bits": 2.5, "characters": 5_000}}
    assert describe_comparison(both) == (
        "new 2.000 bits per character, old 2.500 (5,000 characters); lower is better"
    )
    other = {"comparison": {"new_bits": 2.0, "old_unknown": 0.8, "characters": 5_000}}
    assert describe_comparison(other) == "new 2.000 bits per character; the old model cannot spell 80 % of it"
    assert describe_comparison({"comparison": {"problem": "gone"}}) == describe_comparison({}) == ""


@pytest.mark.parametrize(
    ("comparison", "is_used", "sentence"),
    [
        ({"new_bits": 2.0, "old_bits": 1.0, "characters": 9}, False, "better on the same text, so it stays"),
        ({"new_bits": 1.0, "old_bits": 2.0, "characters": 9}, True, "It is this server's model now."),
        ({"new_bits": 1.0, "old_unknown": 0.9}, True, "It cannot be compared with the model before it."),
        ({"problem": "gone"}, True, "It cannot be compared with the model before it."),
    ],
)
def test_end_says_why_a_model_is_used_or_not(
    comparison: dict[str, object], sentence: str, *, is_used: bool
) -> None:
    """A worse model's server reads that the old one stays, and one without a comparison that there is none."""
    outcome = {
        "bits": 2.0, "epochs": 3, "seconds": 75, "device": "CPU", "old_name": "ds9", "samples": {},
        "comparison": comparison,
    }  # fmt: skip
    done = replace(JOB, state="done", outcome=json.dumps(outcome))
    shown = build_end(done, is_used=is_used, language=Language())
    assert sentence in str(shown.description)


def test_end_of_a_failed_training_shows_no_folder() -> None:
    """What train.py says of its files names the file alone, wherever the bot keeps it."""
    for folder in ("/srv/bot/", "models/0123456789abcdef/", "jobs/0123456789abcdef/corpus/", "runs/ffff/"):
        reason = Text("{path} could not be written: no room.", path=f"{folder}nor.partial")
        failed = replace(JOB, state="failed", outcome=json.dumps({"reason": reason.to_json()}))
        shown = str(build_end(failed, is_used=False, language=Language()).description)
        assert shown.startswith("nor.partial could not be written")


async def test_offers_and_texts_go_with_the_server_and_with_a_refused_start(
    storage: Repositories, tmp_path: Path
) -> None:
    """Where the bot is removed, or Start is refused by a limit, the preview is deleted with its text, and no other."""
    texts = {}
    offers = []
    for guild_id in (1, 2, 3):
        key = f"{guild_id:016x}"
        texts[guild_id] = tmp_path / "jobs" / key / "corpus"
        texts[guild_id].mkdir(parents=True)
        plan = replace(PLAN, key=key).to_json()
        offers.append(await storage.trainings.add(replace(JOB, guild_id=guild_id, plan=plan)))
    sweeper = TrainingSweeper(storage=storage, folders=TrainingFolders(tmp_path))
    await sweeper.drop_where(lambda guild_id: guild_id == 1)
    settings = Settings(run=tmp_path, data=tmp_path, models_per_server=0)
    with pytest.raises(LimitError, match="all that it may have"):
        await TrainingPreviews(settings=settings, storage=storage).begin(offers[1])
    assert [text.exists() for text in texts.values()] == [False, False, True]
    assert [offer.guild_id for offer in await storage.trainings.read_offers()] == [3]


async def test_text_is_kept_beside_a_model_of_any_name(tmp_path: Path) -> None:
    """A model that is called as the folder of its text loses neither its run nor the text."""
    runs, folders = FolderRuns(tmp_path, home="here"), TrainingFolders(tmp_path)
    for name in ("corpus", "corpus.kept"):
        training = replace(JOB, plan=replace(PLAN, key="a" * 16, folder=safe_name(name)).to_json())
        run, text = folders.run(training), folders.corpus(training)
        for folder in (run, text):
            folder.mkdir(parents=True)
            (folder / "file").write_text(folder.name)
        await runs.keep_text(training, text)
        assert (run / "file").read_text() == run.name
        kept = [path for path in run.parent.iterdir() if path != run]
        assert [(path / "file").read_text() for path in kept] == ["corpus"]
        shutil.rmtree(run.parent)


def test_settings_name_who_may_train() -> None:
    """Roles are read with commas between them; nonsense, and a name that every server can have, is refused."""
    settings = Settings.from_env(
        {"HOLOSUITE_TRAINER_ROLES": "7: The Crew, 42,", "HOLOSUITE_TRAINERS": "Owner"}
    )
    assert settings.trainer_roles == (TrainerRole(guild_id=7, name="The Crew"), TrainerRole(role_id=42))
    assert settings.trainers == "owner"
    with pytest.raises(ConfigError, match="SERVER:NAME, and not 'Crew'"):
        Settings.from_env({"HOLOSUITE_TRAINER_ROLES": "42, Crew"})
    with pytest.raises(ConfigError, match="HOLOSUITE_TRAINERS"):
        Settings.from_env({"HOLOSUITE_TRAINERS": "everybody"})


async def test_name_is_taken_in_any_case_of_any_alphabet(storage: Repositories) -> None:
    """Capitals beyond a to z are the same name as their small letters."""
    offer = await storage.trainings.add(replace(JOB, name="\u00c4rger"))
    await storage.trainings.begin(offer, most_models=9, most_a_day=9)
    assert await storage.trainings.is_name_taken(1, "\u00e4RGER")


async def test_training_that_was_cancelled_at_once_counts_for_nothing(storage: Repositories) -> None:
    """Of the day's trainings only those count that ran for a while, or to their end."""
    for state, ended in (("cancelled", 25), ("cancelled", 500), ("failed", 25)):
        now = int(time.time())
        await storage.trainings.add(replace(JOB, state=state, queued=now, ended=now + ended))
    await storage.trainings.check_day(1, most=3)
    with pytest.raises(
        LimitError, match=r"begun 2 trainings within a day; the next one .* in 2[34] h \d+ min\.$"
    ):
        await storage.trainings.check_day(1, most=2)


async def test_member_who_was_forgotten_during_a_training_stays_forgotten(storage: Repositories) -> None:
    """The model that comes of it names nobody, although the training began with a name."""
    training = await storage.trainings.add(replace(JOB, state="running", member_id=77))
    await delete_member(storage.database, 77)
    model = replace(MODEL, id=training.id, member_id=77)
    await storage.models.add_trained(training, model, {}, use=False)
    assert [each.member_id for each in await storage.models.read_all(1)] == [NOBODY]


async def test_model_is_found_by_its_name_before_numbers_that_were_typed(
    storage: Repositories, tmp_path: Path
) -> None:
    """A model that is called "2" is found by that name, and the one that was picked by its number."""
    first = await storage.trainings.add(replace(JOB, state="running"))
    second = await storage.trainings.add(replace(JOB, state="running"))
    for training, name in ((first, str(second.id)), (second, "Promenade")):
        model = replace(MODEL, id=training.id, name=name)
        await storage.models.add_trained(training, model, {}, use=False)
    catalog = ModelCatalog(storage=storage, registry=cast("ModelRegistry", None))
    assert (await catalog.find(1, str(second.id))).id == first.id
    picked = dict(await catalog.suggest(1, "prom", language=Language()))
    assert [(await catalog.find(1, value)).id for value in picked.values()] == [second.id]
    with pytest.raises(RefusalError, match="does not begin with #"):
        await catalog.rename(1, "promenade", "#7")
    # What the owner means for everybody: a name is one of their server's, and no other server's.
    stranger = replace(JOB, guild_id=2, state="running")
    theirs = await storage.trainings.add(stranger)
    model = replace(MODEL, id=theirs.id, guild_id=2, name="3")
    await storage.models.add_trained(theirs, model, {}, use=False)
    assert theirs.id == 3
    with pytest.raises(RefusalError, match="no such model"):
        await catalog.use_everywhere(1, "3")
    await catalog.use_everywhere(1, "#3")
    assert await storage.models.read_active(9) == theirs.id
