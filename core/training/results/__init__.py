"""What a run gets besides its weights, at the end of its training or, as a command of its own, later."""
