"""Trainings: asked for, run in a child process, shown while they run; never imports Keras."""
