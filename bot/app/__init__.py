"""The composition root: the client that all parts meet in, how it starts and leaves, and the console."""
