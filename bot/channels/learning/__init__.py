"""Learning from what members write: who said yes, what of their messages is read, and how it is forgotten."""
