"""What a server's administrators set for their server: each setting defined once, `/settings`, and what it means."""
