"""Answers on Discord: sent patiently, changed until they are whole, replaced where they can no longer be changed."""
