"""What the machine gives: cores, memory, graphics card, files written whole; knows no text and no network."""
