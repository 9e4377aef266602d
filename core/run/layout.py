"""Every file and folder name of a run directory, and of those that stand beside it while it is made."""

from pathlib import Path

# The run that this project ships.
SHIPPED = Path(__file__).resolve().parents[2] / "models" / "star_trek"

FACTS = "run.json"
WEIGHTS = "weights.safetensors"
WORDS = "words.json.gz"
RUNS = "originality.safetensors"
VECTORS = "subjects.safetensors"
DISCRIMINATOR = "discriminator.safetensors"
CARD = "README.md"
MODEL = "model.keras"
HISTORY = "history.csv"
PLOT = "loss.png"
SAMPLES = "samples.md"
EVENTS = "events.jsonl"

# What only a half-done training has.
CHECKPOINT = "checkpoint.safetensors"
BEST = "best.safetensors"  # the best weights so far

# What a run's card says of its files.
CONTENTS = {
    WEIGHTS: "weights",
    FACTS: "facts",
    MODEL: "the whole Keras network",
    HISTORY: "losses",
    PLOT: "their plot: bits per character over the epochs, in training (grey) and on held-out text (orange)",
    SAMPLES: "what it wrote while it learnt",
    WORDS: "its words, for directions",
    RUNS: "hashes of its corpus's runs of words, for originality",
    VECTORS: "which words go with which, for lines that keep to a subject",
    DISCRIMINATOR: "what tells its lines from people's, for choosing among them",
}


def partial_folder(run: Path) -> Path:
    """Return where a run is written before it takes its place."""
    return run.with_name(f"{run.name}.partial")


def replaced_folder(run: Path) -> Path:
    """Return where an old run stays while the new one takes its place."""
    return run.with_name(f"{run.name}.replaced")


def lock_file(folder: Path) -> Path:
    """Return the lock of the process that writes in a folder."""
    return folder.with_name(f".{folder.name}.lock")
