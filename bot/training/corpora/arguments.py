"""A training as the command line of train.py."""

from pathlib import Path

from bot.storage.tables.trainings import RetrainPlan
from core.config import AUTO, RANDOM
from core.data.sources.download import FROM_ENVIRONMENT, secrets_of
from core.run.layout import FACTS


def corpus_arguments(plan: RetrainPlan) -> list[str]:
    """Return the options that name the text."""
    arguments = [f"--series={plan.series}"]
    arguments += ["--scripts", plan.scripts] if plan.scripts else []
    return arguments + (["--episodes", plan.episodes] if plan.episodes else [])


def training_arguments(
    plan: RetrainPlan, *, out: str, longest_minutes: float, in_time: bool, resume: bool
) -> list[str]:
    """Return all options; `in_time` counts minutes also where the plan counts epochs."""
    # A model that was deleted meanwhile is one to begin with no more.
    start = plan.start if plan.start == RANDOM or (Path(plan.start) / FACTS).is_file() else AUTO
    arguments = [*corpus_arguments(plan), "--preset", plan.preset, "--start", start, "--out", out]
    if plan.epochs and not in_time:
        arguments += ["--epochs", str(plan.epochs)]
    else:
        arguments += ["--minutes", f"{plan.minutes or longest_minutes:g}"]
    return [*arguments, "--resume" if resume else "--overwrite"]


def scripts_argument(scripts: str) -> str:
    """Return the scripts of the settings as a child process finds them, which works in the data directory."""
    if secrets_of(scripts):
        return f"{FROM_ENVIRONMENT}HOLOSUITE_SCRIPTS"  # a command line is there for everybody to read
    return scripts if "://" in scripts else str(Path(scripts).resolve())
