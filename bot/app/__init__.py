"""The composition root of the Discord bot: the client that all parts meet in, and how it starts and leaves."""
