"""Scenes performed line by line, each by its character: what is said, by whom, in which thread, and after restarts."""
