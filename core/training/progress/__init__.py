"""What a training says of itself while it runs: its events, a sample an epoch, and both in a terminal."""
