"""What stands in a message, whatever kind it is, as the plain text that a scene can go on from."""
