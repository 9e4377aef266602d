"""The bot's settings: what the environment may say, and the sentence for what it may not."""

from pathlib import Path

import pytest

from bot.storage.settings import Settings
from core.errors import ConfigError

TOKEN = "MTU3NDU3NjYyNjk4Nzk1ODI3Mg.GabcDE.abcdefghijklmnopqrstuvwxyz0123456789AB"


def test_settings_have_a_default_for_everything() -> None:
    """An empty environment gives settings that need nothing else."""
    settings = Settings.from_env({})
    assert settings.token == ""
    assert settings.run.parts[-2:] == ("models", "star_trek")
    assert settings.data == Path("var")
    assert settings.threads >= 1
    assert settings.retention_days == 0


def test_paths_have_the_home_folder_for_a_tilde() -> None:
    """A file of settings says `~` as a shell does, whose place it takes."""
    names = ("HOLOSUITE_DATA", "HOLOSUITE_RUN", "HOLOSUITE_SCRIPTS")
    settings = Settings.from_env(dict.fromkeys(names, "~/holosuite"))
    home = Path.home() / "holosuite"
    assert (settings.data, settings.run, settings.scripts) == (home, home, str(home))


def test_settings_are_read_from_the_environment() -> None:
    """Each variable reaches its setting, with spaces round it taken off."""
    settings = Settings.from_env(
        {
            "DISCORD_TOKEN": f' "{TOKEN}" ',
            "HOLOSUITE_RUN": "/models/tng",
            "HOLOSUITE_THREADS": "3",
            "HOLOSUITE_SHARDS": "2, 0",
            "SHARD_COUNT": "4",
            "HOLOSUITE_LOG_LEVEL": "debug",
            "HOLOSUITE_DISCORD_API": "http://127.0.0.1:80/api/v10/",
        }
    )
    assert settings.token == TOKEN
    assert settings.run == Path("/models/tng")
    assert settings.threads == 3
    assert settings.shard_ids == (0, 2)
    assert settings.shard_count == 4
    assert settings.log_level == "DEBUG"
    assert settings.discord_api == "http://127.0.0.1:80/api/v10"


def test_settings_do_not_show_the_token() -> None:
    """A printed Settings holds neither the token nor the database's password."""
    shown = repr(Settings.from_env({"DISCORD_TOKEN": TOKEN, "DATABASE_URL": "postgresql://a:geheim@b/c"}))
    assert TOKEN not in shown
    assert "geheim" not in shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DISCORD_TOKEN", "123456789012345678"),
        ("DISCORD_TOKEN", "a-client-secret-of-32-characters"),
        ("HOLOSUITE_THREADS", "0"),
        ("HOLOSUITE_THREADS", "many"),
        ("HOLOSUITE_QUEUE", "-1"),
        ("HOLOSUITE_COOLDOWN", "nan"),
        ("HOLOSUITE_COOLDOWN", "soon"),
        ("HOLOSUITE_RETENTION_DAYS", "1.5"),
        ("HOLOSUITE_SHARDS", "0"),
        ("HOLOSUITE_SHARDS", "a"),
        ("HOLOSUITE_LOG", "printer"),
        ("HOLOSUITE_DISCORD_API", "http://example.com"),
        ("HOLOSUITE_DISCORD_API", "http://127.0.0.1.example.com"),
        ("HOLOSUITE_DISCORD_API", "http://[::1"),
        ("HOLOSUITE_DISCORD_API", "https://discord.com/api/v10"),
    ],
)
def test_settings_refuse_a_value_with_a_sentence_that_names_the_variable(name: str, value: str) -> None:
    """A value that cannot be used is refused in one sentence that names its variable."""
    with pytest.raises(ConfigError) as refused:
        Settings.from_env({name: value})
    assert name in str(refused.value)
    assert "\n" not in str(refused.value)


def test_settings_refuse_a_shard_that_does_not_exist() -> None:
    """A shard id beyond the number of shards is refused."""
    with pytest.raises(ConfigError, match="shard 4"):
        Settings.from_env({"HOLOSUITE_SHARDS": "4", "SHARD_COUNT": "4"})


def test_settings_do_not_repeat_a_refused_token() -> None:
    """A token that is refused may be half right, so the sentence does not hold it."""
    with pytest.raises(ConfigError) as refused:
        Settings.from_env({"DISCORD_TOKEN": "half-a-secret"})
    assert "half-a-secret" not in str(refused.value)
