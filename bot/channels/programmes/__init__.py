"""Scenes and performances at planned times: schedules, who is due, episodes of seasons, and their files."""
