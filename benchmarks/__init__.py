"""What the design promises in figures, measured: `python -m benchmarks`."""
