"""The same commands in a terminal or a pipe; knows no Discord."""
