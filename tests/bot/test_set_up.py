"""What an operator sets up: the example of the settings, the images' files, and the guides' links."""

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

from bot.settings import Settings
from tests.children import ROOT

READ = re.compile(r'"((?:HOLOSUITE|DISCORD|DATABASE|SHARD)_[A-Z_]+)"')
FOR_TESTS = {"HOLOSUITE_DISCORD_API"}
FOR_COMPOSE = {"HOLOSUITE_TARGET"}


def example() -> dict[str, str]:
    """Return the variables of the example with their values, those behind a # too."""
    lines = re.findall(
        r"^#?([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE
    )
    return dict(lines)


def test_example_of_settings_names_every_variable_and_no_other() -> None:
    """Each variable that the bot reads stands in .env.example, so that nobody has to look for it in the code."""
    read = set(READ.findall((ROOT / "bot" / "settings.py").read_text(encoding="utf-8")))
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


@pytest.mark.parametrize("page", ["README.md", "docs/set-up.md"])
def test_guides_lead_to_files_that_exist(page: str) -> None:
    """No link or picture of a guide is dead."""
    path = ROOT / page
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8"))
    here = [link for link in links if not link.startswith("http")]
    assert here
    assert [link for link in here if not Path(path.parent, link).exists()] == []
