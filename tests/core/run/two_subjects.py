"""A corpus whose scenes each keep to one of two subjects."""

import numpy as np

SUBJECTS = ("cargo", "music")
WORDS = {
    subject: [f"{subject}{first}{last}" for first in "abcdefghijklmno" for last in "abcdefghijklmnopqrst"]
    for subject in SUBJECTS
}
COMMON = [f"common{first}{last}" for first in "abcdefghij" for last in "abcdefghijklmnopqrst"]


def build_episodes(count: int) -> list[str]:
    """Return episodes whose scenes each keep to one of two subjects, with words between that are of neither."""
    rng = np.random.default_rng(0)
    episodes = []
    for number in range(count):
        lines = ["[Ops]"]
        for line in range(20):
            if line == 10:
                lines.append("[Quark's]")
            words = WORDS[SUBJECTS[(number + (line >= 10)) % 2]]
            said = [*rng.choice(words, 6), *rng.choice(COMMON, 12)]
            lines.append("ODO: " + " ".join(rng.permutation(said)))
        episodes.append("\n".join(lines))
    return episodes
