"""Subtitles of every kind: cues with times, whose text is read as the lines of a script."""
