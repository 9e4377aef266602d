"""The network in NumPy: its weights, its cells and what they remember of a text; knows no vocabulary."""
