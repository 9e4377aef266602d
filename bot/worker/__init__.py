"""Trainings on any machine: the bot's side offers and shows them, a worker's carries them out; knows no Discord."""
