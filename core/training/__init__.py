"""Training: the loop, its schedule and checkpoints, and all that a finished run gets besides weights."""
