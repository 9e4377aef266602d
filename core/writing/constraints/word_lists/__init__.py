"""The words of a corpus, and which runs of them it has, without its text; it knows no scene and no direction."""
