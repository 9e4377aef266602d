"""Scenes: commands, quoted lines and buttons, the queue of requests and the threads that write them."""
