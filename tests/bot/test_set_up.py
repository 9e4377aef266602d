"""What an operator sets up: the example of the settings, the images' files, and the guides' links."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from bot.storage.settings import Settings
from tests.children import ROOT

READ = re.compile(r'"((?:HOLOSUITE|DISCORD|DATABASE|SHARD)_[A-Z_]+)"')
FOR_TESTS = {"HOLOSUITE_DISCORD_API"}
FOR_COMPOSE = {"HOLOSUITE_TARGET", "HOLOSUITE_MEMORY"}
PINNED = re.compile(r":(\d+\.\d+|RELEASE\.[\dTZ-]+)$")


def example() -> dict[str, str]:
    """Return the variables of the example with their values, those behind a # too."""
    lines = re.findall(
        r"^#?([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE
    )
    return dict(lines)


def test_example_of_settings_names_every_variable_and_no_other() -> None:
    """Each variable that the bot reads stands in .env.example, so that nobody has to look for it in the code."""
    read = set(READ.findall((ROOT / "bot" / "storage" / "settings.py").read_text(encoding="utf-8")))
    assert set(example()) == read - FOR_TESTS | FOR_COMPOSE


def test_example_of_settings_is_accepted() -> None:
    """The example with all its lines switched on is a set of settings that the bot takes."""
    settings = Settings.from_env(example())
    assert settings.token == ""
    assert settings.shard_ids == (0, 1)


def test_images_get_what_they_copy_and_no_secret() -> None:
    """Each file that the Dockerfile copies is there and let in by .dockerignore; .env is not."""
    copied = re.findall(
        r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE
    )
    names = {name for line in copied for name in line.split()}
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    let_in = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    assert names == let_in
    assert "*" in rules
    assert not any(fnmatch(".env", name) for name in let_in)
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_images_are_pinned_and_bounded() -> None:
    """Each image is one version for ever; each container has a bound to its memory, and ours a read-only root."""
    bases = re.findall(r"^FROM (\S+:\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert bases
    for base in bases:
        assert re.fullmatch(r"python:3\.\d+\.\d+-slim-[a-z]+", base), base
    for name in ("compose.yaml", "compose.scale.yaml"):
        services = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))["services"]
        for service in services.values():
            assert service["mem_limit"]
            assert service["read_only"] if "build" in service else PINNED.search(service["image"]), service
            # What a command line holds is there for everybody on the machine to read.
            assert "PASSWORD" not in str([service.get(part) for part in ("command", "entrypoint")])


@pytest.mark.parametrize("name", ["compose.scale.yaml", "deploy/kubernetes.yaml"])
def test_deployments_set_what_the_bot_reads(name: str) -> None:
    """Each setting that a deployment gives is one, each program in it is there, and no secret stands in it."""
    text = (ROOT / name).read_text(encoding="utf-8")
    documents = [document for document in yaml.safe_load_all(text) if document]
    assert documents
    given = set(
        re.findall(r"(?:name: |^ +)((?:HOLOSUITE|SHARD|DISCORD|DATABASE)_[A-Z_]+)\b", text, re.MULTILINE)
    )
    assert given
    assert given <= set(example())
    assert re.findall(r"://[^:\s]+:[^$\s][^\s]*@", text) == []
    programs = set(re.findall(r"bot\.[a-z.]+", " ".join(re.findall(r"-m\W+(bot[.a-z]*)", text))))
    assert "bot.worker" in programs
    *_, worker = re.split(r"^.*bot\.worker", text, flags=re.MULTILINE)
    assert "DISCORD_TOKEN: $" not in worker
    assert ("secretRef" in worker) == ('{name: DISCORD_TOKEN, value: ""}' in worker)
    for program in programs:
        path = ROOT / program.replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), program


def test_guides_say_that_windows_takes_wsl() -> None:
    """Who reads how to set up on Windows learns that it goes with WSL alone, as it takes what Unix has."""
    for page in ("README.md", "docs/set-up.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        assert re.findall(r"Windows (?:with \[?WSL|itself)", text), page
        assert not re.search(r"Scripts\\activate|PowerShell|cmd\.exe", text), page


def test_wheel_holds_what_its_messages_tell_people_to_use() -> None:
    """Each program that a sentence of ours names is among what `pip install` brings."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    wheel = build["targets"]["wheel"]
    brought = {*wheel["packages"], *wheel["force-include"].values()}
    code = [
        path.read_text(encoding="utf-8") for top in ("bot", "core") for path in (ROOT / top).rglob("*.py")
    ]
    named = set(re.findall(r"python (?:-m )?([a-z_]+)[.\w]*", "\n".join(code)))
    programs = {f"{name}.py" if (ROOT / f"{name}.py").is_file() else name for name in named}
    assert "train.py" in programs
    assert {name for name in programs if (ROOT / name).exists()} <= brought


@pytest.mark.parametrize("page", ["README.md", "docs/set-up.md", "docs/scale.md"])
def test_guides_lead_to_files_that_exist(page: str) -> None:
    """No link or picture of a guide is dead."""
    path = ROOT / page
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8"))
    here = [link for link in links if not link.startswith("http")]
    assert here
    assert [link for link in here if not Path(path.parent, link).exists()] == []
