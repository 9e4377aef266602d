"""What a training keeps while it runs, to go on after a stop: its checkpoint, and the best weights so far."""
